"""Queries for discovery, and whose a verified body is."""

import pytest

from rules.names import institution_of, search_terms
from rules.names.search_terms import MOST
from tests.support.names import protected


def test_queries_come_worthiest_first_and_only_once() -> None:
    found = search_terms(protected()[0], 300)
    queries = [term.query for term in found]
    assert len(queries) == len(set(queries)) == 300
    assert [term.worth for term in found] == sorted((term.worth for term in found), reverse=True)
    assert queries[:2] == ["北京理工大学", "北理工"]
    assert {"北理工表白墙", "北理工校园墙", "北理工二手", "北理工考研", "beiligong", "北·理·工"} <= set(queries)


def test_two_characters_and_contested_names_need_a_campus_word() -> None:
    queries = {term.query for one in protected() for term in search_terms(one, MOST)}
    assert not queries & {"北理", "南大", "华师", "BIT"}
    assert {"北理表白墙", "南大表白墙", "BIT表白墙"} <= queries


@pytest.mark.parametrize(("limit", "count"), [(0, 0), (-1, 0), (1, 1), (5, 5)])
def test_the_limit_holds(limit: int, count: int) -> None:
    assert len(search_terms(protected()[0], limit)) == count
    assert len(search_terms(protected()[0], 10**9)) <= MOST


@pytest.mark.parametrize(
    ("body", "institution"),
    [
        ("北京理工大学", "北京理工大学"),
        ("北京理工大学教育基金会", "北京理工大学"),
        ("共青团北京理工大学委员会", "北京理工大学"),
        ("北京理工大学珠海学院", "北京理工大学珠海学院"),
        ("華北理工大學", "华北理工大学"),
        ("北理工", "北京理工大学"),
        ("哈尔滨工业大学（深圳）", "哈尔滨工业大学（深圳）"),
        ("南大", None),
        ("北理工科技有限公司", None),
        ("某某文化传媒有限公司", None),
        ("", None),
    ],
)
def test_a_verified_body_belongs_to_an_institution(body: str, institution: str | None) -> None:
    assert institution_of(body) == institution
