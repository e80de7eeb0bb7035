"""The line that `names screen` writes of a name is its answer's own JSON, however it was made."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.names import Matcher, NameMatch
from rules.names.model import NameVerdict, clear


@given(st.text())
def test_of_a_clear_name(name: str) -> None:
    assert clear(name).as_json() == json.dumps(NameMatch(name).as_dict(), ensure_ascii=False)


@pytest.mark.parametrize("name", ["北京理工大学表白墙", "南大", 'a"b\\\n\x00', "北京大学", "大" * 600, "\ud800"])
def test_of_any_other(matcher: Matcher, name: str) -> None:
    match = matcher.screen(name)
    assert match.as_json() == json.dumps(match.as_dict(), ensure_ascii=False)


def test_both_ways_are_met(matcher: Matcher) -> None:
    assert matcher.screen("北京理工大学表白墙").verdict is NameVerdict.FLAG
    assert matcher.screen("学习").verdict is NameVerdict.CLEAR
