"""What counts as a Chinese character, and what single signs fold to."""

from __future__ import annotations

import pytest

from rules.names.fold import GAP, fold_char, is_han, units


@pytest.mark.parametrize(
    ("first", "last"), [("\u4e00", "\u9fff"), ("\u3400", "\u4dbf"), ("\U00020000", "\U0010ffff")], ids=ascii
)
def test_a_block_of_chinese_characters_has_both_its_ends(first: str, last: str) -> None:
    assert is_han(first)
    assert is_han(last)
    assert not is_han(chr(ord(first) - 1))
    assert last == "\U0010ffff" or not is_han(chr(ord(last) + 1))


@pytest.mark.parametrize(
    ("char", "folded"),
    [
        ("Ａ", "a"), ("ⓐ", "a"), ("🄰", "a"), ("🅉", "z"), ("🇦", "a"), ("🇿", "z"), ("🅐", "a"), ("🅩", "z"), ("🅰", "a"),
        ("é", "e"), ("ø", "o"), ("ʙ", "b"), ("А", "a"), ("學", "学"), ("大", "大"), ("5", "5"), ("⑤", "5"), ("㈱", "株"),
        ("-", GAP), (" ", GAP), ("丶", GAP), ("々", GAP), ("·", GAP), ("★", GAP), ("\t", GAP),
        ("\u200b", ""), ("\x00", ""), ("\u0301", ""), ("\u3164", ""), ("\ud800", ""),
    ],
)  # fmt: skip
def test_a_sign_folds_to(char: str, folded: str) -> None:
    assert fold_char(char) == folded


def test_units_join_letters_with_letters_and_figures_with_figures() -> None:
    found = [(unit.text, unit.start, unit.end, unit.gap, unit.raw) for unit in units("ＢIT 10-1北 京")]
    assert found == [
        ("bit", 0, 3, False, "ＢIT"), ("10", 4, 6, True, "10"), ("1", 7, 8, True, "1"),
        ("北", 8, 9, False, "北"), ("京", 10, 11, True, "京"),
    ]  # fmt: skip
