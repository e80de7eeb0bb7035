"""What holds for every string: no crash, no way to hide with invisible signs, the same answer every time, bounded work."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.names import Matcher, NameVerdict
from rules.names.fold import MAX_UNITS, units
from rules.names.tokens import tokens

INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\u00ad\u180e\ufe0f\u034f\u200e\u202e"
USES = ("北理工表白墙", "大连理工大学", "南京大学学生会", "NWPU树洞", "BIT校园墙", "Nanjing University", "beiligong")
ANY = st.text(st.characters(), max_size=60)  # surrogates included
CHINESE = st.text(
    st.sampled_from("北京理工大学连西业武汉郑州亚斯南华中师范表白墙生会·bitTechUNIV1 \u200b\n\ud800\u202e里埋エ"),
    max_size=40,
)


@given(st.one_of(ANY, CHINESE))
@settings(max_examples=300, deadline=None)
def test_any_string_gets_a_complete_answer(matcher: Matcher, name: str) -> None:
    match = matcher.screen(name)
    assert match.name == name
    assert match.flagged is (match.verdict is NameVerdict.FLAG)
    assert 0 <= match.score <= 1
    assert match.why.endswith("。")
    assert (match.school is None) is (match.verdict is NameVerdict.CLEAR)
    assert match == matcher.screen(name)


@given(st.one_of(ANY, CHINESE))
@settings(max_examples=200, deadline=None)
def test_offsets_lie_in_the_name_and_in_order(name: str) -> None:
    found = units(name)
    assert all(0 <= unit.start < unit.end <= len(name) for unit in found)
    assert [unit.start for unit in found] == sorted(unit.start for unit in found)
    assert all(0 <= token.start < token.end <= len(name) for token in tokens(name))


@given(st.sampled_from(USES), st.lists(st.tuples(st.integers(0, 40), st.sampled_from(INVISIBLE)), max_size=12))
@settings(max_examples=200, deadline=None)
def test_invisible_signs_never_unflag(matcher: Matcher, name: str, signs: list[tuple[int, str]]) -> None:
    hidden = name
    for at, sign in signs:
        hidden = hidden[: at % (len(hidden) + 1)] + sign + hidden[at % (len(hidden) + 1) :]
    assert matcher.screen(hidden).flagged
    assert matcher.screen(hidden).school == matcher.screen(name).school


@given(st.lists(CHINESE, max_size=8))
@settings(max_examples=40, deadline=None)
def test_many_names_are_answered_in_order(matcher: Matcher, names: list[str]) -> None:
    assert list(matcher.screen_all(iter(names))) == [matcher.screen(name) for name in names]


HUGE = {
    "one character": "北" * 10_000,
    "a short name": "北理工" * 4_000,
    "parts of names": "理工大" * 4_000,
    "pinyin": "beili" * 2_000,
    "invisible": "北" + "\u200b" * 10_000 + "理工表白墙",
    "signs": "|" * 10_000 + "校园墙",
    "single letters": "N.W." * 2_500,
    "English": "University of Technology " * 400,
    "right to left": "\u202e" + "אב" * 5_000,
    "surrogates": "\ud800" * 10_000,
    "digits": "1" * 10_000 + "校园墙",
}


@pytest.mark.parametrize("name", HUGE.values(), ids=HUGE.keys())
def test_huge_names_cost_no_more_than_their_length(matcher: Matcher, name: str) -> None:
    matcher.screen(name)
    start = time.process_time()
    matcher.screen(name)
    assert time.process_time() - start < 2  # generous: a quadratic step over 10,000 characters takes far longer
    assert len(units(name)) <= MAX_UNITS


@pytest.mark.parametrize("name", ["", " ", "\n", "\x00", "🎓", "\ud800", "·", "墙"])
def test_empty_and_odd_names_are_clear(matcher: Matcher, name: str) -> None:
    assert matcher.screen(name).verdict is NameVerdict.CLEAR


def test_a_line_break_inside_hides_nothing(matcher: Matcher) -> None:
    assert matcher.screen("北\n理\r工表白墙").flagged
