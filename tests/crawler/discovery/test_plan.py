"""The pure parts: the plan, permutations, certificates, lists of links, answers, verified bodies."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.discovery.domains import certificate_hosts, certificate_queries, host_of, linked_hosts, permutations, split
from crawler.discovery.plan import AGAIN, REST, SearchOutcome, SearchQuery, due, questions, resting, round_robin
from crawler.discovery.results import answer, certified
from crawler.discovery.sources import BY_CODE, CERTIFICATES, SEARCHES, SITES, SearchEngine
from crawler.page.page import Page, PageError, Unreadable
from rules.accounts.verified_owner import is_organization, is_other_institution, is_own_unit
from rules.candidates import CandidateKind, RegisterIndex, SearchLogEntry, classify_candidate
from rules.model import Filing, Observation, Outcome, Platform, SearchHit
from rules.names import NameMatch, NameVerdict, ProtectedNames, ProtectedSchool, institution_of
from tests.conftest import NOW
from tests.support.factories import observed

SCHOOL = ProtectedSchool(
    code="bit",
    name="北京理工大学",
    names=ProtectedNames.model_validate({"full": ("北京理工大学",), "short": ("北理工",)}),
)
FLAG = NameMatch("北理工表白墙", NameVerdict.FLAG, True, "bit", "北理工", None, 1.0, "使用了简称。")
NONE = RegisterIndex(frozenset(), frozenset())


def page(body: str | bytes, url: str = "https://crt.sh/?q=x") -> Page:
    return Page(url, body if isinstance(body, bytes) else body.encode(), NOW)


def search_answer(outcome: Outcome = Outcome.OK, reason: str = "", **facts: Any) -> Observation:
    return observed(NOW, source="search", url="https://m.weibo.cn/", outcome=outcome, reason=reason, **facts)


@pytest.mark.parametrize("search", [*SEARCHES, CERTIFICATES], ids=lambda search: search.code)
@given(
    query=st.text(
        st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"), exclude_characters="&"), min_size=1, max_size=20
    )
)
def test_a_recorded_search_gives_its_query_back(search: SearchEngine, query: str) -> None:
    url = search.address(query)
    assert " " not in url
    assert search.asked(url) == query
    assert [other.code for other in BY_CODE.values() if other.asked(url)] == [search.code]


def test_a_home_page_is_a_site_and_an_article_is_not() -> None:
    assert SITES.asked("https://www.a.example:8080/") == "www.a.example"
    assert not SITES.asked("https://www.a.example/info/1.htm")


def test_the_plan_holds_names_variants_and_families_once() -> None:
    for search in SEARCHES:
        plan = [question.query for question in questions(search, SCHOOL)]
        assert len(plan) == len(set(plan)) == search.most
        assert plan[0] == "北京理工大学"
        assert "北理工表白墙" in plan


def test_never_asked_first_then_the_longest_waiting() -> None:
    asked = [SearchQuery("bit", "weibo", query) for query in "一二三四"]
    log = {
        ("weibo", "一"): SearchLogEntry(NOW - AGAIN[SearchOutcome.FOUND] - timedelta(days=1), "found", 3),
        ("weibo", "三"): SearchLogEntry(NOW - AGAIN[SearchOutcome.BLOCKED] - timedelta(days=30), "blocked", 0),
        ("weibo", "四"): SearchLogEntry(NOW - timedelta(hours=1), "found", 3),
        ("sogou", "二"): SearchLogEntry(NOW, "found", 3),
    }
    assert [question.query for question in due(asked, log, NOW)] == ["二", "三", "一"]


def test_a_wall_sends_one_search_to_rest() -> None:
    weibo, sogou = BY_CODE["weibo"], BY_CODE["sogou"]
    log = {
        ("weibo", "一"): SearchLogEntry(NOW, "blocked", 0),
        ("weibo", "二"): SearchLogEntry(NOW - timedelta(days=2), "found", 1),
        ("sogou", "一"): SearchLogEntry(NOW, "found", 1),
        ("sogou", "二"): SearchLogEntry(NOW - timedelta(minutes=1), "blocked", 0),
    }
    assert resting(weibo, log, NOW) == NOW + REST
    assert resting(weibo, log, NOW + REST) is None
    assert resting(sogou, log, NOW) is None
    assert resting(weibo, {}, NOW) is None


@given(
    st.lists(st.lists(st.sampled_from("abcdefgh"), unique=True), min_size=1, max_size=4),
    st.integers(min_value=0, max_value=12),
)
def test_the_budget_is_kept_and_shared(plans: list[list[str]], budget: int) -> None:
    asked = [[SearchQuery(str(school), "weibo", query) for query in plan] for school, plan in enumerate(plans)]
    dealt = round_robin(asked, budget)
    every = {query for plan in plans for query in plan}
    assert len({question.query for question in dealt}) == min(budget, len(every))
    assert len(dealt) == len(set(dealt))
    for school, plan in enumerate(plans):
        if budget >= len(plans) and plan:
            assert any(question.school == str(school) for question in dealt), "no school waits for the others"


@pytest.mark.parametrize(
    ("domain", "label", "ending"),
    [("bit.edu.cn", "bit", "edu.cn"), ("shifan.example", "shifan", "example"), ("a.b.com.cn", "b", "com.cn")],
)
def test_split(domain: str, label: str, ending: str) -> None:
    assert split(domain) == (label, ending)


def test_permutations_are_what_imitators_register() -> None:
    made = permutations("dlut.edu.cn", ["大连理工大学"])
    for host in ("dlut.com", "dlut.cn", "dlut-edu.com", "dlutedu.cn", "zs-dlut.com", "dalianligongdaxue.com"):
        assert host in made
    assert made.index("dlut.com") < made.index("zs-dlut.com")
    assert len(made) == len(set(made)) < 700
    assert not any(host.endswith(".edu.cn") for host in made), "nobody can register there"
    assert "dlt.com" not in made, "four letters misspelled are other people's words"
    assert {"whutt.com", "wuhan-edu.com"} & set(permutations("wuhan.edu.cn")) == {"wuhan-edu.com"}
    assert "wuhaan.com" in permutations("wuhan.edu.cn")
    assert "wu-han.com" in permutations("wuhan.edu.cn")


@given(st.from_regex(r"[a-z]{2,9}\.(edu\.cn|com|example|ac\.cn)", fullmatch=True))
def test_permutations_are_hosts(domain: str) -> None:
    made = permutations(domain)
    assert domain not in made
    assert made
    assert all(host_of(f"http://{host}/") == host for host in made)


def certificate(names: str, begun: str = "2026-01-01T00:00:00", **more: object) -> dict[str, object]:
    return {"name_value": names, "common_name": "", "not_before": begun, "id": 1} | more


def test_certificates_name_hosts_the_newest_first() -> None:
    rows = [
        certificate("old.bit.edu.cn", "2020-01-01T00:00:00"),
        certificate("WWW.bit.edu.cn\n*.bit.edu.cn\nadmin@bit.edu.cn", common_name="lib.bit.edu.cn"),
        certificate("1.2.3.4\nx"),
        certificate("www.bit.edu.cn", "2019-01-01T00:00:00"),
    ]
    assert certificate_hosts(page(json.dumps(rows))) == ("www.bit.edu.cn", "lib.bit.edu.cn", "old.bit.edu.cn")
    assert certificate_hosts(page("[]")) == ()
    assert certificate_queries("bit.edu.cn") == ("%.bit.edu.cn",)
    assert certificate_queries("wuhan.edu.cn") == ("%.wuhan.edu.cn", "%wuhan%")


BAD = ["", "<html><title>crt.sh | 502</title>", "{}", "null", '["a"]', '[{"id": 1}]', "[", '{"error": "busy"}']


@pytest.mark.parametrize("body", BAD)
def test_an_odd_answer_is_an_error_never_no_certificates(body: str) -> None:
    with pytest.raises(Unreadable):
        certificate_hosts(page(body))
    assert certified(search_answer(), page(body))[0] is SearchOutcome.UNREADABLE
    assert certified(search_answer(Outcome.BLOCKED, "too_many: 太频繁"), page(body))[0] is SearchOutcome.BLOCKED
    assert certified(search_answer(), None)[0] is SearchOutcome.UNREADABLE


@given(st.binary(max_size=400))
def test_noise_breaks_nothing(body: bytes) -> None:
    for read in (certificate_hosts, linked_hosts):
        try:
            read(page(body))
        except PageError:
            continue


def test_links_are_hosts_with_their_words() -> None:
    body = (
        '<a href="//zs.bit.edu.cn/x">本科 招生</a><a href="/a">内</a><a href="http://[bad">坏</a><a href="javascript:x">脚本</a>'
        '<a href="https://weibo.com/u/1">微博</a><a href="http://127.0.0.1/">内网</a><a href="http://zs.bit.edu.cn/y">又</a>'
    )
    assert linked_hosts(page(body, "https://www.bit.edu.cn/")) == {"zs.bit.edu.cn": "本科 招生", "www.bit.edu.cn": "内"}


def test_a_wall_is_never_nothing_found() -> None:
    weibo = BY_CODE["weibo"]
    row = SearchHit(platform=Platform.WEIBO, name="北理工墙", account_id="1", url="https://m.weibo.cn/u/1")

    def reply(*seen: Observation) -> SearchOutcome:
        return answer(weibo, seen, lambda evidence: None)[0]

    assert reply(search_answer(results=(row,))) is SearchOutcome.FOUND
    assert reply(search_answer(name="独此一个", account_id="2")) is SearchOutcome.FOUND
    assert reply(search_answer(Outcome.UNREADABLE, "no_result: 没有")) is SearchOutcome.NOTHING
    assert reply(search_answer(Outcome.UNREADABLE, "unknown_page: 改版")) is SearchOutcome.UNREADABLE
    assert (
        reply(search_answer(Outcome.UNREADABLE, "x: y"), search_answer(Outcome.BLOCKED, "captcha: 验证"))
        is SearchOutcome.BLOCKED
    )
    assert reply(search_answer(Outcome.BLOCKED), search_answer(results=(row,))) is SearchOutcome.FOUND


@pytest.mark.parametrize(
    ("body", "ours"),
    [
        ("示范大学", True),
        ("共青团示范大学委员会官方微博", True),
        ("【官方】示范大学图书馆", True),
        ("江南示范大学官方微博", False),
        ("全国示范大学联盟", False),
        ("", False),
    ],
)
def test_belongs(body: str, ours: bool) -> None:
    assert is_own_unit(body, ["示范大学"]) is ours


def test_organisations_are_told_from_people() -> None:
    for body in (
        "某某科技有限公司",
        "示例学院官方微博",
        "某某（北京）文化公司（个人独资）",
        "Foo Technology Co., Ltd.",
    ):
        assert is_organization(body), body
    for body in ("张三", "知名教育博主", "Li Si", "社会学爱好者", ""):
        assert not is_organization(body), body
    assert is_other_institution("样板师范学院")
    assert not is_other_institution("示例教育培训学院有限公司")


def found(**facts: Any) -> SearchHit:
    return SearchHit(**{"platform": Platform.WECHAT, "name": "北理工表白墙"} | facts)


def kind(row: SearchHit, register: RegisterIndex = NONE, **more: Any) -> CandidateKind:
    return classify_candidate(row, FLAG, register, ["北京理工大学"], institution_of, **more)[0]


def test_by_id_then_name_then_body() -> None:
    register = RegisterIndex.of(
        [
            Filing(id="1", school="bit", platform=Platform.WECHAT, name="北理工表白墙", account_id="gh_aaaaaaaaaaaa"),
            Filing(id="2", school="bit", platform=Platform.WEBSITE, name="图书馆", url="http://lib.bit.edu.cn/"),
        ]
    )
    assert kind(found(account_id="gh_aaaaaaaaaaaa", name="改了名"), register) is CandidateKind.REGISTERED
    assert kind(found(), register) is CandidateKind.REGISTERED
    assert kind(found(account_id="bitwall"), register) is CandidateKind.REGISTERED, "a handle and a gh_ id may be one"
    assert kind(found(account_id="gh_bbbbbbbbbbbb"), register) is CandidateKind.SUSPECT, (
        "the same name, another account"
    )
    assert kind(found(verified_body="北京理工大学")) is CandidateKind.UNFILED
    assert kind(found(verified_body="北京理工大学珠海学院")) is CandidateKind.OTHER
    assert kind(found(verified_body="大连理工大学")) is CandidateKind.OTHER
    assert kind(found(verified_body="某某科技有限公司")) is CandidateKind.SUSPECT
    site = found(platform=Platform.WEBSITE, url="http://lib.bit.edu.cn/old/x.htm")
    assert kind(site, register, domains=["bit.edu.cn"]) is CandidateKind.REGISTERED, "a folder of a registered site"
    assert kind(replace_url(site, "http://x.bit.edu.cn/"), register, domains=["bit.edu.cn"]) is CandidateKind.UNFILED
    assert kind(replace_url(site, "http://notbit.edu.cn/"), register, domains=["bit.edu.cn"]) is CandidateKind.SUSPECT


def replace_url(row: SearchHit, url: str) -> SearchHit:
    return found(platform=row.platform, url=url)
