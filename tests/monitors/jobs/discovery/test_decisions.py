"""What people decide and supply: decisions are remembered, lists are screened row by row, bad rows are named."""

from __future__ import annotations

import asyncio
import io
import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
import typer
from openpyxl import Workbook
from typer.testing import CliRunner

from crawler.discovery.lists import read_list
from crawler.discovery.plan import SearchOutcome
from monitors.app_context import AppContext
from monitors.cli import discovery, suspects
from monitors.cli.options import CliContext
from monitors.clock import starting_at
from monitors.demo.campus import DemoCampus, demo_filings
from monitors.errors import InvalidInput
from monitors.jobs.check import check
from monitors.jobs.discovery.candidates import SuspectError, SuspectTaken, hunt_of, screen
from monitors.jobs.discovery.discover import DiscoverReport
from monitors.jobs.discovery.run import UnansweredQuery
from monitors.jobs.list_import import LOOKED_AT_MOST, import_list
from monitors.jobs.suspects.decisions import decide_candidate_as
from monitors.settings import load_settings
from rules.candidates import Candidate, CandidateKind, CandidateState, SearchLogEntry
from rules.model import CaseState, Platform, SearchHit
from storage.register.sheets import NotATable
from storage.serialization import dump, load
from storage.store import Store
from tests.conftest import NOW
from tests.support.databases import place_database

WALL = SearchHit(
    platform=Platform.WEIBO, name="示范大学校园墙", account_id="9000000101", url="https://m.weibo.cn/u/9000000101"
)
KEY = "weibo:9000000101"


@pytest.fixture
def house(tmp_path: Path) -> AppContext:
    """The demo school's register without the campus: nothing is fetched here."""
    settings = load_settings(data=tmp_path / "data", demo=True)
    context = AppContext(settings, Store(place_database(settings.data)), lambda: NOW)
    context.store.filings.save(demo_filings(DemoCampus(NOW)), by="测试", now=NOW)
    return context


def met(context: AppContext, found: SearchHit = WALL) -> Candidate:
    """The candidate as a search that finds it leaves it behind."""
    _, _, candidate = screen(hunt_of(context), found, context.clock(), evidence=["e"])
    assert candidate
    context.store.candidates.meet([candidate])
    known = context.store.candidates.one("demo", candidate.key)
    assert known
    return known


def test_an_excluded_one_comes_back_only_under_another_name(house: AppContext) -> None:
    met(house)
    decide_candidate_as(house, "demo", KEY, CandidateState.EXCLUDED, by="王老师", reason="学生会的账号，正在备案")
    again = met(house)
    assert (again.state, again.decided_by) == (CandidateState.EXCLUDED, "王老师")
    assert KEY not in house.store.candidates.suspicions("demo")
    renamed = met(house, replace(WALL, name="示范大学万能墙"))
    assert renamed.state is CandidateState.WAITING
    assert renamed.first_seen_at == again.first_seen_at
    assert KEY in house.store.candidates.suspicions("demo")


def test_a_decision_needs_a_person_and_a_reason(house: AppContext) -> None:
    met(house)
    with pytest.raises(SuspectError, match="谁作的决定"):
        decide_candidate_as(house, "demo", KEY, CandidateState.CONFIRMED, by=" ")
    with pytest.raises(SuspectError, match="理由"):
        decide_candidate_as(house, "demo", KEY, CandidateState.EXCLUDED, by="王老师")
    with pytest.raises(SuspectError, match="没有这个疑似账号"):
        decide_candidate_as(house, "demo", "weibo:1", CandidateState.CONFIRMED, by="王老师")
    with pytest.raises(SuspectError, match="请选择"):
        decide_candidate_as(house, "demo", KEY, CandidateState.WAITING, by="王老师")
    confirmed = decide_candidate_as(house, "demo", KEY, CandidateState.CONFIRMED, by="王老师").candidate
    with pytest.raises(SuspectTaken, match=r"已由王老师于 .*作出决定（已确认），您的操作没有保存"):
        decide_candidate_as(
            house, "demo", KEY, CandidateState.EXCLUDED, by="李老师", reason="同名", expected=CandidateState.WAITING
        )
    assert confirmed.expires_at is None, "what a case stands on is kept"


def test_excluding_dismisses_the_open_case(house: AppContext) -> None:
    met(house)
    decide_candidate_as(house, "demo", KEY, CandidateState.CONFIRMED, by="王老师")
    check(house, "demo", NOW)
    (case,) = [case for case in house.store.cases.open("demo") if case.account == KEY]
    notes = decide_candidate_as(house, "demo", KEY, CandidateState.EXCLUDED, by="李老师", reason="已获批准").notes
    ended = house.store.cases.get(case.number)
    assert ended
    assert ended.state is CaseState.DISMISSED or "撤回" in notes[0]
    assert case.number in notes[0]


def test_personal_ones_are_forgotten_in_time(house: AppContext) -> None:
    candidate = met(house, replace(WALL, verified_body="张三，知名博主"))
    assert candidate.personal
    assert "张三" not in dump(candidate)
    due = house.store.retention.collect(NOW + timedelta(days=181), house.settings.retention)
    assert due.forgotten == [candidate]
    assert house.store.candidates.one("demo", KEY) is None


def test_another_university_is_nothing(house: AppContext) -> None:
    hunt = hunt_of(house)
    for name, body in (
        ("江南示范大学", "江南示范大学官方微博"),
        ("北京理工大学", "北京理工大学"),
        ("样板大学", "样板大学"),
    ):
        kind, _, candidate = screen(hunt, replace(WALL, name=name, verified_body=body), NOW)
        assert candidate is None
        assert not kind.needs_review
    registered = replace(WALL, account_id="9000000001", name="示范大学")
    assert screen(hunt, registered, NOW)[0] is CandidateKind.REGISTERED
    assert screen(hunt, replace(WALL, name=" "), NOW)[2] is None


def test_the_search_log_on_both_databases(store: Store) -> None:
    asked = {
        ("weibo", "示范大学"): SearchLogEntry(NOW, "blocked", 0),
        ("sogou", "示大"): SearchLogEntry(NOW, "found", 3),
    }
    store.candidates.note_searches("demo", asked)
    store.candidates.note_searches("demo", {("weibo", "示范大学"): SearchLogEntry(NOW + timedelta(1), "found", 9)})
    store.candidates.note_searches("demo", {})
    assert store.candidates.searched("demo") == {
        ("weibo", "示范大学"): SearchLogEntry(NOW + timedelta(1), "found", 9),
        ("sogou", "示大"): SearchLogEntry(NOW, "found", 3),
    }
    assert store.candidates.searched("bit") == {}


LIST = """序号,账号名称,平台,链接,备注
1,示范大学考研小店,微博,https://weibo.com/u/7000000001,学生举报
2,示范大学图书馆,微博,https://weibo.com/u/9000000002,
3,河北理工大学招生,微信公众号,,
4,,,,说明
5,示范大学二手群,火星,,
6,示大集市,抖音,javascript:alert(1),
7,=HYPERLINK("x"),微博,,
"""


def test_a_list_is_screened_row_by_row(house: AppContext) -> None:
    report = asyncio.run(import_list(house, LIST.encode(), "举报.csv", "demo"))
    kinds = {row["name"]: row["kind"] for row in report.rows}
    assert kinds["示范大学考研小店"] == "suspect"
    assert kinds["示范大学图书馆"] == "registered"
    assert kinds["河北理工大学招生"] in ("other", "clear")
    bad = {trouble.place: trouble for trouble in report.troubles}
    assert set(bad) == {"第 5 行", "第 6 行", "第 7 行", "第 8 行"}
    assert bad["第 6 行"].column == "平台"
    assert bad["第 7 行"].column == "链接"
    assert report.new == 1
    kept = house.store.candidates.one("demo", "weibo:7000000001")
    assert kept
    assert "举报.csv" in kept.origin
    assert "举报.csv" not in kept.why
    again = asyncio.run(import_list(house, LIST.encode(), "举报.csv", "demo"))
    assert again.new == 0


def test_links_alone_are_looked_at_within_bounds(house: AppContext, monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[str] = []

    async def scan(context: AppContext, text: str, *, shots: bool) -> SimpleNamespace:
        looked.append(text)
        seen = len(looked) % 2
        kind = CandidateKind.SUSPECT if seen else CandidateKind.UNSEEN
        return SimpleNamespace(name="示大墙" if seen else "", kind=kind, kind_label=kind.label, why="因为")

    monkeypatch.setattr("monitors.jobs.scan.scan.scan", scan)
    links = "\n".join(f"https://weibo.com/u/70000000{n:02}" for n in range(LOOKED_AT_MOST + 3))
    report = asyncio.run(import_list(house, links.encode(), "a.csv", "demo"))
    assert len(looked) == LOOKED_AT_MOST == len(report.rows)
    assert len(report.troubles) == 3
    assert {row["kind"] for row in report.rows} == {"suspect", "unseen"}


def test_a_workbook_with_links_behind_names() -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["名称", "平台"])
    sheet.append(["示大墙", None])
    sheet["A2"].hyperlink = "https://weibo.com/u/7000000001"
    sheet.append([None, None])
    file = io.BytesIO()
    book.save(file)
    (entry,), troubles = read_list(file.getvalue(), "名单.xlsx")
    assert (entry.found.platform, entry.found.account_id) == (Platform.WEIBO, "7000000001")
    assert troubles == []


@pytest.mark.parametrize("data", [b"", b"\x89PNG....", b"<html>", b"PK\x03\x04broken"])
def test_what_is_no_list_is_refused(data: bytes) -> None:
    with pytest.raises(NotATable):
        read_list(data, "x.xlsx")


def call(context: AppContext, *words: str) -> tuple[int, str]:
    """The command as the shell runs it; refusals as exit 2."""
    app = typer.Typer()

    @app.callback()
    def options(ctx: typer.Context) -> None:
        ctx.obj = CliContext(context.settings.data, starting_at(NOW))

    app.add_typer(suspects.commands, name="suspect")
    app.command("discover")(discovery.discover_now)
    result = CliRunner().invoke(app, list(words), env={"XUNJIAN_DEMO": "true"})
    if isinstance(result.exception, InvalidInput):
        return 2, str(result.exception)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.output


def test_commands(house: AppContext, tmp_path: Path) -> None:
    met(house)
    code, text = call(house, "suspect", "list", "--format", "jsonl")
    assert (code, json.loads(text)["account"]) == (0, KEY)
    assert call(house, "suspect", "list", "--state", "odd")[0] == 2
    assert call(house, "suspect", "exclude", KEY, "--by", "王老师", "--reason", " ")[0] == 2
    assert call(house, "suspect", "filed", "weibo:1", "--by", "王老师")[0] == 2
    code, text = call(house, "suspect", "exclude", KEY, "--by", "王老师", "--reason", "已批准")
    assert code == 0
    assert "已排除" in text
    file = tmp_path / "名单.csv"
    file.write_text("示范大学考研小店\n", encoding="gb18030")
    code, text = call(house, "suspect", "import", str(file), "--format", "jsonl")
    assert (code, json.loads(text)["kind"]) == (0, "suspect")
    file.write_bytes(b"\x89PNG")
    assert call(house, "suspect", "import", str(file))[0] == 2
    assert call(house, "suspect", "import", str(tmp_path / "none.csv"))[0] == 2
    assert call(house, "suspect", "import", str(file), "--school", "none")[0] == 2
    assert call(house, "discover", "--platform", "myspace")[0] == 2
    assert call(house, "discover", "--replay", "/none.warc")[0] == 2
    assert call(house, "discover", "--school", "none")[0] == 2


def test_the_text_says_blocked() -> None:
    report = DiscoverReport(resting={"搜狗微信搜索": NOW}, left=3)
    report.asked["blocked"] = 1
    report.hidden.append(UnansweredQuery("微博用户搜索", "示大", SearchOutcome.BLOCKED, "微博要求登录或验证"))
    text = discovery.as_text(report)
    assert "被拦截：微博用户搜索“示大”（微博要求登录或验证），不能说明没有" in text
    assert "休息" in text
    assert json.dumps(report.as_dict(), ensure_ascii=False)
    assert load(Candidate, dump(candidate())) == candidate()


def candidate() -> Candidate:
    return Candidate(
        school="demo", key=KEY, platform=Platform.WEIBO, name="示大墙", url="", kind=CandidateKind.SUSPECT, why="",
        first_seen_at=NOW, last_seen_at=NOW,
    )  # fmt: skip
