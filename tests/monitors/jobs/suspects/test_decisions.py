"""A decision opens its case at once, is taken back with it, and leads on to what is done."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from monitors.app_context import AppContext
from monitors.jobs.check import check
from monitors.jobs.discovery.candidates import SuspectError, SuspectTaken, hunt_of, screen
from monitors.jobs.suspects.decisions import decide_candidate_as, follow_up, in_register, undo
from monitors.jobs.suspects.package import complaint_package
from monitors.settings import load_settings
from rules.candidates import Candidate, CandidateState, ConfirmedKind, FollowUp
from rules.model import CaseState, Filing, Platform, SearchHit
from storage.evidence import EvidenceArchive, StoredPage
from storage.store import Store
from tests.conftest import NOW
from tests.support.databases import place_database

WALL = SearchHit(
    platform=Platform.WEIBO, name="示范大学表白墙", account_id="9000000999", url="https://weibo.com/u/9000000999"
)
KEY = "weibo:9000000999"


class Office:
    """The demo school with one account on file, and a clock that a test moves."""

    def __init__(self, folder: Path) -> None:
        self.now: datetime = NOW
        settings = load_settings(data=folder, demo=True)
        self.context = AppContext(settings, Store(place_database(settings.data)), lambda: self.now)
        self.file(
            Filing(
                id="1",
                school="demo",
                platform=Platform.WEBSITE,
                name="示范大学图书馆",
                unit="图书馆",
                url="http://lib.shifan.example/",
            )
        )

    def file(self, filing: Filing) -> None:
        self.context.store.filings.save([filing], by="测试", now=self.now)

    def meet(self) -> Candidate:
        """Found by a search whose page was kept."""
        page = StoredPage(WALL.url, "<p>示范大学表白墙</p>".encode(), NOW, headers={"content-type": "text/html"})
        archive = EvidenceArchive(self.context.evidence)
        evidence = archive.append(page)
        archive.close()
        _, _, candidate = screen(hunt_of(self.context), WALL, NOW, evidence=[evidence])
        assert candidate
        self.context.store.candidates.meet([candidate])
        return candidate

    def confirm(self, kind: ConfirmedKind | None = None) -> list[str]:
        told = decide_candidate_as(
            self.context, "demo", KEY, CandidateState.CONFIRMED, by="王老师", reason="已电话核实", kind=kind
        )
        return list(told.cases)

    def state(self, number: str) -> CaseState:
        case = self.context.store.cases.get(number)
        assert case
        return case.state


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """An office with one suspect waiting."""
    made = Office(tmp_path / "data")
    made.meet()
    yield made
    made.context.store.close()


def test_confirming_opens_the_case_at_once_and_a_check_adds_none(office: Office) -> None:
    (number,) = office.confirm()
    case = office.context.store.cases.get(number)
    assert case
    assert case.state is CaseState.OPEN
    assert case.reason == "账号名称“示范大学表白墙”使用学校名称“示范大学”，台账中未见备案"
    check(office.context, "demo", NOW)
    assert [c.number for c in office.context.store.cases.open("demo") if c.account == KEY] == [number]
    assert office.context.store.read_models.open_cases_about([KEY]) == {("demo", KEY): number}


def test_what_the_person_says_it_is_decides_the_clause(office: Office) -> None:
    (number,) = office.confirm(ConfirmedKind.UNFILED)
    case = office.context.store.cases.get(number)
    assert case
    assert "由本校单位开设" in case.reason


def test_taken_back_within_ten_minutes_the_case_ends_and_may_be_opened_again(office: Office) -> None:
    (first,) = office.confirm()
    office.now = NOW + timedelta(minutes=9)
    told = undo(office.context, "demo", KEY, by="李老师")
    assert told.candidate.state is CandidateState.WAITING
    assert first in told.notes[0]
    assert office.state(first) is CaseState.DISMISSED
    (second,) = office.confirm()
    assert second != first
    assert office.state(second) is CaseState.OPEN


def test_later_or_after_more_was_done_it_stands(office: Office) -> None:
    office.confirm()
    office.now = NOW + timedelta(minutes=11)
    with pytest.raises(SuspectError, match="王老师作出，已超过十分钟"):
        undo(office.context, "demo", KEY, by="李老师")
    office.now = NOW
    follow_up(office.context, "demo", KEY, FollowUp.COMPLAINT, by="王老师", note="已提交平台")
    with pytest.raises(SuspectError, match="后续办理"):
        undo(office.context, "demo", KEY, by="李老师")


def test_an_undone_exclusion_waits_again(office: Office) -> None:
    decide_candidate_as(office.context, "demo", KEY, CandidateState.EXCLUDED, by="王老师", reason="误点")
    assert undo(office.context, "demo", KEY, by="王老师").candidate.state is CandidateState.WAITING
    with pytest.raises(SuspectError, match="没有可以撤销"):
        undo(office.context, "demo", KEY, by="王老师")


def test_only_what_the_register_holds_is_filed(office: Office) -> None:
    with pytest.raises(SuspectError, match="台账中没有“示范大学表白墙”"):
        decide_candidate_as(office.context, "demo", KEY, CandidateState.FILED, by="王老师")
    office.file(
        Filing(id="2", school="demo", platform=Platform.WEIBO, name="表白墙", account_id="9000000999", unit="校团委")
    )
    candidate = office.context.store.candidates.one("demo", KEY)
    assert candidate
    assert in_register(office.context, candidate)
    told = decide_candidate_as(office.context, "demo", KEY, CandidateState.FILED, by="王老师")
    assert told.candidate.state is CandidateState.FILED


def test_what_is_done_is_kept_with_person_and_time(office: Office) -> None:
    with pytest.raises(SuspectError, match="先确认属实"):
        follow_up(office.context, "demo", KEY, FollowUp.TALK, by="王老师")
    office.confirm()
    office.now = NOW + timedelta(hours=1)
    follow_up(office.context, "demo", KEY, FollowUp.TALK, by="李老师", note="约定周五")
    office.meet()  # found again by a search
    kept = office.context.store.candidates.one("demo", KEY)
    assert kept
    assert [(d.kind, d.by, d.at, d.note) for d in kept.follow_ups] == [
        (FollowUp.TALK, "李老师", NOW + timedelta(hours=1), "约定周五")
    ]


def test_two_hands_at_once(office: Office) -> None:
    candidate = office.context.store.candidates.one("demo", KEY)
    assert candidate
    office.confirm()
    assert not office.context.store.candidates.change(candidate, candidate, "suspect.undone", NOW)
    with pytest.raises(SuspectTaken):
        decide_candidate_as(
            office.context,
            "demo",
            KEY,
            CandidateState.EXCLUDED,
            by="李老师",
            reason="同名",
            expected=CandidateState.WAITING,
        )


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (
            FollowUp.COMPLAINT,
            ("微博平台运营方：", "擅自使用学校名称", "不是示范大学及其所属单位开设", "请依照法律法规和平台规则"),
        ),
        (FollowUp.TALK, ("的运营者：", "约谈安排")),
        (FollowUp.CYBERSPACE, ("网信部门：", "请依照职责核查处理")),
    ],
)
def test_a_package_holds_the_paper_and_the_pages(office: Office, kind: FollowUp, words: tuple[str, ...]) -> None:
    with pytest.raises(SuspectError, match="还没有确认"):
        complaint_package(office.context, "demo", KEY, kind)
    office.confirm(ConfirmedKind.MISUSE)
    made = complaint_package(office.context, "demo", KEY, kind)
    assert made == complaint_package(office.context, "demo", KEY, kind)
    with zipfile.ZipFile(io.BytesIO(made.data)) as package:
        names = package.namelist()
        letter = package.read("函件.html").decode()
        assert package.read("存证/1.html").decode() == "<p>示范大学表白墙</p>"
    assert names[0] == "说明.txt"
    assert names[1].endswith("示范大学表白墙.docx")
    assert all(each in letter for each in words)
    assert "已电话核实" in letter
    assert "2026年11月21日10时00分" in letter
    assert KEY.partition(":")[2] in letter or kind is FollowUp.TALK


def test_filing_needs_no_letter(office: Office) -> None:
    office.confirm()
    with pytest.raises(SuspectError, match="登记到台账"):
        complaint_package(office.context, "demo", KEY, FollowUp.REGISTER)
