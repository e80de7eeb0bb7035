"""Which names of the table are a school's own, and what stands beside a claim as one of its places."""

from __future__ import annotations

import pytest

from rules.names.claims import exact
from rules.names.context import NameContext
from rules.names.facts import SchoolFacts
from rules.names.fold import units
from rules.names.terms import all_terms
from tests.support.names import protected, school

SCHOOLS = [
    *protected(),
    school("ruc", "中国人民大学"),
    school("none", "没有在表里的大学"),
    school("xian", "西安某某大学"),
]
FACTS = SchoolFacts(SCHOOLS)


@pytest.mark.parametrize(
    ("code", "text", "mine"),
    [
        ("bit", "北京理工大学", True),
        ("bit", "北理工", True),
        ("bit", "京工学堂", True),
        ("bit", "北京大学", False),
        ("bit", "北京理工大学珠海学院", False),
        ("nju", "南京大学", True),
        ("nju", "南大", False),  # contested
        ("ruc", "中国人民大学苏州校区", True),
        ("bit", "中国人民大学苏州校区", False),
    ],
)
def test_a_school_s_own_names(code: str, text: str, mine: bool) -> None:
    at = [school.code for school in SCHOOLS].index(code)
    assert FACTS.mine(at, text) is mine


def test_where_schools_are() -> None:
    homes = ["北京", "辽宁", "陕西", "湖北", "河南", "江苏", "湖北", "北京", "", "陕西"]
    assert [FACTS.home(at) for at in range(len(SCHOOLS))] == homes


@pytest.mark.parametrize(
    ("name", "local"),
    [
        ("北理工良乡", True), ("北理工北京", True), ("北理工南京", False), ("大连大工", True), ("凌水桥大工", True), ("大工", False),
        ("南大鼓楼", True), ("鼓楼南大江苏", True), ("南大北京", False),
    ],
)  # fmt: skip
def test_a_place_of_the_school_is_named(name: str, local: bool) -> None:
    context = NameContext(name, units(name))
    claims = exact(context.line, all_terms(protected()))
    assert claims
    assert {FACTS.local(claim, context) for claim in claims} == {local}
