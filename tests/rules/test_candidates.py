"""Whose a found account is, what a person's decision on it must say, and what stands when it is found again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

import pytest

from monitors.clock import parse_now
from rules.candidate_decisions import decide_candidate
from rules.candidates import (
    Candidate,
    CandidateKind,
    CandidateState,
    ConfirmedKind,
    RegisterIndex,
    classify_candidate,
    clones_first,
    merge_candidate,
)
from rules.model import Platform, SearchHit
from rules.names import NameMatch, NameVerdict
from tests.support.factories import filing

NOW = parse_now("2026-11-21T08:00+08:00")
FOUND = Candidate(
    school="demo",
    key="weibo:1",
    platform=Platform.WEIBO,
    name="示范大学表白墙",
    url="https://weibo.com/u/1",
    kind=CandidateKind.SUSPECT,
    why="使用了校名。",
    first_seen_at=NOW - timedelta(days=3),
    last_seen_at=NOW,
)


@pytest.mark.parametrize("reason", ["", " ", "\u3000\n"])
def test_no_suspect_is_dismissed_without_a_reason(reason: str) -> None:
    with pytest.raises(ValueError, match="理由"):
        decide_candidate(FOUND, CandidateState.EXCLUDED, by="王老师", reason=reason, now=NOW)
    kept = decide_candidate(FOUND, CandidateState.EXCLUDED, by="王老师", reason=" 同名的另一所学校 ", now=NOW)
    assert (kept.state, kept.decision_reason) == (CandidateState.EXCLUDED, "同名的另一所学校")


def test_a_decision_has_a_person_and_is_one() -> None:
    with pytest.raises(ValueError, match="谁作的决定"):
        decide_candidate(FOUND, CandidateState.CONFIRMED, by="\u3000", reason="", now=NOW)
    with pytest.raises(ValueError, match="请选择"):
        decide_candidate(FOUND, CandidateState.WAITING, by="王老师", reason="再看看", now=NOW)


@pytest.mark.parametrize(
    ("decided", "kind", "ours"),
    [
        (None, CandidateKind.UNFILED, True),
        (None, CandidateKind.SUSPECT, False),
        (ConfirmedKind.UNFILED, CandidateKind.SUSPECT, True),
        (ConfirmedKind.MISUSE, CandidateKind.UNFILED, False),
        (ConfirmedKind.IMPERSONATION, CandidateKind.UNFILED, False),
        (ConfirmedKind.DORMANT, CandidateKind.UNFILED, True),
    ],
)
def test_whose_it_is(decided: ConfirmedKind | None, kind: CandidateKind, ours: bool) -> None:
    assert replace(FOUND, decided_kind=decided, kind=kind).ours is ours


def test_a_copy_of_the_schools_site_comes_first() -> None:
    clone = replace(FOUND, key="website:a.cn", kind=CandidateKind.CLONE)
    assert clones_first([FOUND, clone]) == [clone, FOUND]


REGISTER = RegisterIndex.of(
    [
        filing(name="示范大学图书馆", account_id="1000001"),
        filing(platform=Platform.WEBSITE, name="图书馆", account_id="", url="https://lib.demo.example/a/"),
    ]
)


@pytest.mark.parametrize(
    ("platform", "name", "account_id", "url", "registered"),
    [
        (Platform.WEIBO, "改了名", "1000001", "https://weibo.com/u/1000001", True),
        (Platform.WEIBO, "示范大学 图书馆", "", "", True),
        (Platform.WEIBO, "示范大学图书馆", "1000002", "https://weibo.com/u/1000002", False),
        (Platform.WECHAT, "示范大学图书馆", "", "", False),
        (Platform.WEBSITE, "x", "", "https://lib.demo.example/a/b/c.htm", True),
        (Platform.WEBSITE, "图书馆", "", "https://else.example/", False),
    ],
)
def test_what_the_register_has(platform: Platform, name: str, account_id: str, url: str, registered: bool) -> None:
    hit = SearchHit(platform=platform, name=name, account_id=account_id, url=url)
    assert bool(REGISTER.has(hit)) is registered


def owner(body: str) -> str | None:
    return {"江南大学": "江南大学", "示范大学": "示范大学"}.get(body)


def classified(
    body: str = "",
    match: NameMatch | None = None,
    url: str = "https://weibo.com/u/9",
    platform: Platform = Platform.WEIBO,
    domains: Iterable[str] = ("demo.example",),
    copies: str = "",
) -> CandidateKind:
    hit = SearchHit(platform=platform, name="某账号", account_id="9", url=url, verified_body=body)
    kind, why = classify_candidate(
        hit, match or NameMatch("某账号"), REGISTER, ("示范大学",), owner, domains=domains, copies=copies
    )
    assert why
    return kind


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("示范大学", CandidateKind.UNFILED),
        ("示范大学后勤处", CandidateKind.UNFILED),
        ("江南大学", CandidateKind.OTHER),
        ("某某职业技术学院", CandidateKind.OTHER),
        ("某某文化传媒有限公司", CandidateKind.SUSPECT),
        ("", CandidateKind.SUSPECT),
    ],
)
def test_a_verified_body_decides_before_the_name(body: str, kind: CandidateKind) -> None:
    assert classified(body, NameMatch("某账号", NameVerdict.FLAG)) is kind


def test_the_name_decides_where_no_body_does() -> None:
    assert classified(match=NameMatch("某账号", NameVerdict.REVIEW)) is CandidateKind.REVIEW
    assert classified(match=NameMatch("某账号", other_entity="江南大学")) is CandidateKind.OTHER
    assert classified() is CandidateKind.CLEAR


@pytest.mark.parametrize(
    ("host", "kind"),
    [
        ("https://demo.example/", CandidateKind.UNFILED),
        ("https://new.demo.example:8080/x", CandidateKind.UNFILED),
        ("https://notdemo.example/", CandidateKind.CLONE),
    ],
)
def test_of_a_website_the_host_decides(host: str, kind: CandidateKind) -> None:
    assert classified("江南大学", url=host, platform=Platform.WEBSITE, copies="与学校网站首页相同。") is kind


def test_a_decision_stands_as_long_as_the_name() -> None:
    decided = decide_candidate(FOUND, CandidateState.EXCLUDED, by="王老师", reason="同名", now=NOW)
    again = replace(FOUND, last_seen_at=NOW + timedelta(days=9), first_seen_at=NOW, evidence=("b",))
    kept = merge_candidate(replace(decided, evidence=("a",), origin="名单"), again)
    assert (kept.state, kept.decided_by, kept.decision_reason) == (CandidateState.EXCLUDED, "王老师", "同名")
    assert (kept.first_seen_at, kept.last_seen_at) == (FOUND.first_seen_at, NOW + timedelta(days=9))
    assert (kept.evidence, kept.origin) == (("a", "b"), "名单")
    assert merge_candidate(decided, replace(again, name="示范大学 表白墙")).state is CandidateState.EXCLUDED
    renamed = merge_candidate(decided, replace(again, name="别的名字"))
    assert (renamed.state, renamed.first_seen_at) == (CandidateState.WAITING, FOUND.first_seen_at)
    assert merge_candidate(None, again) is again
