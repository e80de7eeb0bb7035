"""The letters that matched are the ones that are marked."""

from __future__ import annotations

import pytest

from rules.names.marking import marked


@pytest.mark.parametrize(
    ("name", "term", "part"),
    [
        ("示范大学课表", "示范大学", "示范大学"),
        ("我爱示范大学", "示范大学", "示范大学"),
        ("示·范·大学表白墙", "示范大学", "示·范·大学"),
        ("示範大學考研", "示范大学", "示範大學"),
        ("示犯大学表白墙", "示范大学", "示犯大学"),
        ("BIT考研", "bit", "BIT"),
        ("养花日记", "示范大学", ""),
        ("", "示范大学", ""),
        ("示范大学", "", ""),
    ],
)
def test_the_part_that_is_the_term(name: str, term: str, part: str) -> None:
    pieces = marked(name, term)
    assert "".join(text for text, of_term in pieces if of_term) == part
    assert "".join(text for text, _ in pieces) == name
