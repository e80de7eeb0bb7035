"""Cutting: the lightest first, at most so many bytes, never inside a character."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from alerts.brief import BriefLine, clip, fit, plain_lines

TEXT = st.text(st.sampled_from("字aé👩‍👧🏽️́，"), max_size=60)


@given(TEXT, st.integers(4, 200))
def test_clip_keeps_the_limit_and_whole_characters(text: str, limit: int) -> None:
    cut = clip(text, limit)
    assert len(cut.encode()) <= limit
    assert cut == text or (cut.endswith("…") and text.startswith(cut[:-1]))


def test_an_emoji_of_several_signs_is_one_character() -> None:
    family = "👩\u200d👧"
    assert clip(f"字{family}字字字", 3 + 3 + 7) == "字…"
    assert clip("e\u0301e\u0301e\u0301", 7) == "e\u0301…"


@given(st.lists(st.tuples(TEXT, st.integers(0, 9), st.booleans()), min_size=1, max_size=20), st.integers(8, 400))
def test_fit_keeps_the_limit_and_the_heaviest(rows: list[tuple[str, int, bool]], limit: int) -> None:
    lines = [BriefLine(f"头{text}", weight, heading) for text, weight, heading in rows]
    kept, dropped = fit(lines, limit, lambda line: line.text)
    assert len("\n".join(kept).encode()) <= limit
    items = [line for line in lines if not line.heading]
    assert dropped <= max(len(items) - 1, 0)
    if items and dropped < len(items) - 1 and len(kept) > 1:
        shown = [line for line in items if line.text in kept]
        assert max(line.weight for line in items) == max(line.weight for line in shown)


def test_a_heading_goes_with_the_last_of_its_lines() -> None:
    lines = [BriefLine("甲" * 9, 9), BriefLine("运行", 0, heading=True), BriefLine("乙" * 30, 1), BriefLine("丙", 5)]
    assert fit(lines[:3], 60, lambda line: line.text) == (["甲" * 9], 1)


def test_a_document_in_a_group_shows_no_telephone() -> None:
    assert "13800138000" not in str(plain_lines("一\n\n电话13800138000"))
