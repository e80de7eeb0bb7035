"""A scan accuses nobody and acquits nobody by mistake: register, names, pages that nobody saw, and the platforms' rest."""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from alerts.digest.model import ChangeKind
from crawler.fetch.errors import describe_fetch_error
from monitors import clock
from monitors.app_context import AppContext
from monitors.jobs.digest import make_digest
from monitors.jobs.discovery.candidates import SuspectError
from monitors.jobs.scan.listing import list_suspect
from monitors.jobs.scan.report import as_html, as_text
from monitors.jobs.scan.scan import FOUND, NOTHING, UNSEEN, ScanReport, scan
from monitors.jobs.scan.words import reason_of, when
from monitors.settings import load_settings
from rules.accounts.pasted_target import InvalidTarget
from rules.accounts.state import apply_observation
from rules.candidates import Candidate, CandidateKind, CandidateState
from rules.model import BEIJING, Filing, Observation, Outcome, Platform, Precision
from storage.filings import key_of
from storage.store import Store
from tests.support.databases import place_database

NOW = datetime(2026, 11, 28, 10, 30, tzinfo=BEIJING)


def filed(number: str, platform: Platform, name: str, **more: Any) -> Filing:
    """One row of the register."""
    return Filing(id=number, school="demo", platform=platform, name=name, unit="校团委", **more)


REGISTER = [
    filed("T-1", Platform.WEIBO, "示范大学团委", account_id="9100000001"),
    filed("T-2", Platform.WECHAT, "示范大学图书馆", account_id="gh_00000000ab02"),
    filed("T-3", Platform.WECHAT, "示大青年", account_id="sd_young"),
    filed("T-4", Platform.DOUYIN, "示大青年", account_id="sdqn2020"),
    filed("DEMO-005", Platform.WEBSITE, "示范大学教务处", url="http://jwc.shifan.example/"),
]


@pytest.fixture
def office(tmp_path: Path) -> Iterator[AppContext]:
    """A small register, and a network in which every connection is refused."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    settings = load_settings(data=tmp_path / "data", demo=True, delay_seconds=0.0)
    place_database(tmp_path / "data")
    store = Store(settings.database)
    store.filings.save(REGISTER, by="测试", now=NOW)
    yield AppContext(settings, store, lambda: NOW, connect_to=("127.0.0.1", port, port))
    store.close()


def scan_now(context: AppContext, text: str, platform: str = "") -> ScanReport:
    """One scan without pictures."""
    return asyncio.run(scan(context, text, platform=platform, shots=False))


def waiting(name: str, *, key: str, platform: Platform = Platform.WECHAT) -> Candidate:
    """A suspect that was found earlier."""
    return Candidate(school="demo", key=key, platform=platform, name=name, url="", kind=CandidateKind.SUSPECT, why="名称使用了全称",
                     term="示范大学", first_seen_at=NOW, last_seen_at=NOW)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("示范大学团委", ["T-1"]),
        ("@示范大学团委", ["T-1"]),
        ("微博 示范大学团委", ["T-1"]),
        ("示范大学团委官方微博", ["T-1"]),
        ("《示范大学图书馆》公众号", ["T-2"]),
        ("示大青年", ["T-3", "T-4"]),
        ("抖音：示大青年", ["T-4"]),
        ("@示范大学团委的微博_微博", ["T-1"]),
        ("示大青年的最新作品 - 抖音", ["T-4"]),
        ("微信搜索“示大青年”", ["T-3"]),
        ("帮我查一下示范大学团委", ["T-1"]),
    ],
)
def test_the_schools_own_account_is_known_by_its_name(office: AppContext, text: str, numbers: list[str]) -> None:
    report = scan_now(office, text)
    assert report.kind is CandidateKind.REGISTERED
    assert [f.id for f in report.registered] == numbers
    assert "只凭名称不能确认" in report.why  # a name alone is no proof that it is the account itself


def test_the_same_name_on_another_platform_is_neither_accused_nor_judged(office: AppContext) -> None:
    report = scan_now(office, "公众号 示范大学团委")
    assert (report.kind, report.exit, report.accounts) == (CandidateKind.REGISTERED, NOTHING, ())
    assert "没有同名的微信公众号" in report.why
    assert report.last_post_at is None  # what was seen of the account elsewhere says nothing here
    assert report.headline == "台账中有同名账号，但不是微信公众号"


@pytest.mark.parametrize(
    "text",
    [
        "示范大学校团委",
        "示大图书馆",
        "示范大学青年",
        "团委 示范大学",
        "图书馆-示大",
        "示範大學團委",
        "示范大学团委和示范大学图书馆",
    ],
)
def test_a_near_name_is_shown_before_any_verdict(office: AppContext, text: str) -> None:
    report = scan_now(office, text)
    assert (report.kind, report.exit) == (CandidateKind.REVIEW, NOTHING)
    assert report.near
    assert report.near[0].name in report.why


def test_a_disguised_name_is_no_slip(office: AppContext) -> None:
    report = scan_now(office, "示笵大学团委")
    assert (report.kind, report.exit) == (CandidateKind.SUSPECT, FOUND)
    assert [f.id for f in report.near] == ["T-1"]


@pytest.mark.parametrize(
    ("text", "platform", "number"),
    [
        ("gh_00000000ab02", "", "T-2"),
        ("微信号：sd_young", "", "T-3"),
        ("SD_young", "", "T-3"),
        ("抖音号：sdqn2020", "", "T-4"),
        ("9100000001", "", "T-1"),
        ("gh_00000000ab02", "微信公众号", "T-2"),
        ("sd_young", "公众号", "T-3"),
        ("https://weibo.com/u/9100000001", "", "T-1"),
        ("http://jwc.shifan.example/info/1001/2.htm", "", "DEMO-005"),
        ("DEMO-005", "", "DEMO-005"),
    ],
)
def test_a_filed_id_is_filed_whether_or_not_its_page_was_seen(
    office: AppContext, text: str, platform: str, number: str
) -> None:
    report = scan_now(office, text, platform)
    assert report.kind is CandidateKind.REGISTERED
    assert [f.id for f in report.registered] == [number]
    assert report.exit in (UNSEEN, FOUND)  # the page was not seen: never "nothing"
    assert "正常" not in as_text(report)


@pytest.mark.parametrize(
    "text",
    [
        "gh_0123456789ab",
        "微信号：bit1940",
        "bit1940",
        "http://www.baidu.example/",
        "https://mp.weixin.qq.com/s/abcdefg",
        "https://unfiled.shifan.example/",
        "【示范大学图书馆】 https://mp.weixin.qq.com/s/abcdefg",
        "【示范大学2026年招生简章】 https://mp.weixin.qq.com/s/abcdefg",
    ],
)
def test_what_nobody_saw_is_not_judged(office: AppContext, text: str) -> None:
    """Neither acquitted nor accused; and the report says what to do."""
    report = scan_now(office, text)
    assert (report.kind, report.exit) == (CandidateKind.UNSEEN, UNSEEN)
    assert report.headline.startswith("无法判断")
    assert report.next_steps
    assert "与学校无关" not in as_text(report) + as_html(report, None)


def test_the_text_around_an_unseen_link_raises_a_question(office: AppContext) -> None:
    report = scan_now(office, "【示范大学表白墙】 https://mp.weixin.qq.com/s/abcdefg 点击查看")
    assert (report.name, report.name_seen) == ("示范大学表白墙", False)
    assert (report.kind, report.exit) == (CandidateKind.SUSPECT, FOUND)
    assert report.headline == "没有看到页面；涉嫌擅用校名（仅据名称），待核实"
    assert office.store.candidates.all() == []  # a person lists it, or nobody does


def test_a_name_knows_the_suspect_of_the_same_name(office: AppContext) -> None:
    office.store.candidates.meet([waiting("示范大学考研资料库", key="wechat:gh_00000000cc01")])
    report = scan_now(office, "公众号 示范大学考研资料库")
    assert [c.key for c in report.suspects] == ["wechat:gh_00000000cc01"]
    assert any("在疑似账号中：待核实" in step for step in report.next_steps)
    assert report.listing is None


def test_a_name_is_listed_once(office: AppContext) -> None:
    report = scan_now(office, "示范大学考研资料库")
    assert report.listing
    made = list_suspect(office, report.listing.name, "xiaohongshu", "", by="王老师")
    assert (made.platform, made.state) == (Platform.XIAOHONGSHU, CandidateState.WAITING)
    assert "王老师" in made.origin
    assert made.suspicion().review  # nothing follows before a person looked
    with pytest.raises(SuspectError, match="已在疑似账号中"):
        list_suspect(office, "示范大学考研资料库", "xiaohongshu", "", by="李老师")
    with pytest.raises(SuspectError, match="不需要列入"):
        list_suspect(office, "养花日记", "weibo", "", by="王老师")
    with pytest.raises(InvalidTarget):
        list_suspect(office, "示范大学考研资料库", "weibo", "javascript:alert(1)", by="王老师")


def test_a_name_alone_is_related_only_as_far_as_names_go(office: AppContext) -> None:
    report = scan_now(office, "河北理工大学")
    assert (report.kind, report.exit) == (CandidateKind.CLEAR, NOTHING)
    assert report.kind_label == "与学校无关（仅据名称）"


def test_clauses_stand_under_their_own_account(office: AppContext) -> None:
    """Each with what was seen of it, not with what was seen of its namesake."""
    seen = Observation(platform=Platform.WECHAT, source="profile", url="https://mp.weixin.qq.com/", observed_at=NOW - timedelta(hours=2),
                       outcome=Outcome.GONE, reason="已注销")  # fmt: skip
    office.store.observations.record("sweep-1", [(key_of(REGISTER[2]), seen)], apply_observation)
    report = scan_now(office, "示大青年")
    assert [(each.filing, each.platform) for each in report.accounts] == [
        ("T-3", Platform.WECHAT),
        ("T-4", Platform.DOUYIN),
    ]
    assert {row.account for row in report.accounts[0].rows} == {"wechat:sd_young"}
    text = as_text(report)
    assert text.index("T-3") < text.index("抖音 示大青年")
    published = report.as_dict()["findings"]
    assert {row["account"] for row in published} == {"wechat:sd_young", "douyin:sdqn2020"}


def test_a_report_speaks_to_an_office(office: AppContext) -> None:
    """The verdict first, times in words, no foreign words, no codes."""
    report = scan_now(office, "https://weibo.com/u/9100000001")
    text = as_text(report)
    assert text.startswith("结论:")
    page = re.sub(r"<style>.*?</style>|<[^>]+>", "", as_html(report, None), flags=re.S)
    for shown in (text, page):
        assert "2026-11-28T" not in shown
        assert not re.search(r"Error|Timeout|undetermined|unseen", shown)
    assert "2026年11月28日 10:30" in page
    assert "不适用" in page
    keys = {"target", "at", "platform", "name", "account_id", "verified_body", "outcome", "outcome_label", "last_post_at",
            "name_match", "registered", "kind", "kind_label", "why", "findings", "could_not_see", "exit", "run", "evidence"}  # fmt: skip
    assert keys <= set(report.as_dict())
    assert report.as_dict()["at"] == "2026-11-28T10:30:00+08:00"


def test_a_scan_moves_nothing_that_a_sweep_goes_by(office: AppContext) -> None:
    """Not the rest of a platform, nor its count of walls, nor the failures of an account."""
    rest = NOW + timedelta(hours=2)
    office.store.platform_state.set("weibo", consecutive_blocks=3, paused_until=rest)
    before = office.store.platform_state.all()
    report = scan_now(office, "https://weibo.com/u/9100000001")
    assert report.could_not_see
    assert office.store.platform_state.all() == before
    seen = office.store.observations.states(["weibo:9100000001"], NOW).get("weibo:9100000001")
    assert seen is None or (seen.failures, seen.obstacle, seen.attempted_at) == (0, None, None)


def test_a_link_of_the_client_alone_rests_nobody(demo_world: AppContext) -> None:
    before = demo_world.store.platform_state.all()
    report = scan_now(demo_world, "https://mp.weixin.qq.com/mp/profile_ext?action=home&__biz=MzA4")
    assert (report.kind, report.exit) == (CandidateKind.UNSEEN, UNSEEN)
    assert any("手机微信" in step for step in report.next_steps)
    assert demo_world.store.platform_state.all() == before


@pytest.mark.parametrize(
    ("kind", "label"),
    [
        (CandidateKind.UNFILED, ChangeKind.UNFILED),
        (CandidateKind.SUSPECT, ChangeKind.SUSPECT),
        (CandidateKind.REVIEW, ChangeKind.DOUBTFUL),
    ],
)
def test_a_suspect_bears_its_own_verdict_in_the_digest(
    office: AppContext, kind: CandidateKind, label: ChangeKind
) -> None:
    """The school's own laboratory on its own domain is no impostor."""
    found = replace(
        waiting("示范大学智能实验室", key="website:lab42.shifan.example", platform=Platform.WEBSITE), kind=kind
    )
    office.store.candidates.meet([found])
    make_digest(office, "demo", NOW.date(), NOW)
    kept = office.store.digests.get("demo", NOW.date())
    assert kept
    assert f"{label.label}　" in kept.text
    assert kind.label.partition("，")[0] in label.label
    assert "冒用" not in kept.text


@pytest.mark.parametrize(
    "reason",
    [
        "error: TimeoutError Page.goto: Timeout 30000ms exceeded. Call log: - navigating to http://a.example/",
        "error: ResponseDataLossError ",
        "error: CannotResolveHostError DNS lookup failed: no results for hostname lookup: weixin.sogou.com.",
    ],
)
def test_older_foreign_reasons_are_not_shown(reason: str) -> None:
    seen = Observation(
        platform=Platform.DOUYIN, source="none", url="", observed_at=NOW, outcome=Outcome.UNREADABLE, reason=reason
    )
    assert reason_of(seen) == "访问时出错，没有取得页面"


def test_an_exception_becomes_a_chinese_reason() -> None:
    from playwright.async_api import Error as BrowserError
    from scrapy.exceptions import CannotResolveHostError, ResponseDataLossError

    said = {describe_fetch_error(error, "http://a.example/")[1] for error in (
        CannotResolveHostError("DNS lookup failed"), ResponseDataLossError("x"), BrowserError("Page.goto: Timeout 30000ms exceeded"),
        BrowserError("Page.goto: net::ERR_NAME_NOT_RESOLVED at http://a.example/"), Exception("something never met"))}  # fmt: skip
    assert said == {"dns: 域名无法解析", "cut: 传输中断", "timeout: 连接超时", "error: 访问没有成功，原因未能识别"}


def test_times_are_as_exact_as_they_are_known() -> None:
    assert when(NOW) == "2026年11月28日 10:30"
    assert when(NOW, Precision.DAY) == "2026年11月28日"
    assert when(NOW, Precision.MONTH) == "2026年11月"
    assert when(None) == ""


def test_an_unknown_platform_is_told(office: AppContext) -> None:
    with pytest.raises(InvalidTarget, match="没有平台"):
        scan_now(office, "示范大学", "sogou")


def test_the_wall_clock_is_not_needed(office: AppContext) -> None:
    assert clock.wall() != NOW
    assert scan_now(office, "示范大学团委").at == NOW
