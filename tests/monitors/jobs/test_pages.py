"""Who gets which page, when it is held, who is spared, and that a day reads the same for ever."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from alerts.digest.build import Audience, Digest, digest
from monitors.app_context import AppContext
from monitors.console import create_app
from monitors.jobs.delivery import compose, deliver_due
from monitors.jobs.digest import gather, make_digest, queue_digest
from monitors.jobs.pages import is_quiet, periods, queue_pages, readers
from rules.model import BEIJING
from storage.alerts import Mute
from storage.notices import ClaimedNotice, NoticeState
from storage.serialization import dump, load
from tests.conftest import NOW
from tests.support.cli import run
from tests.support.console import furnished_world

MONDAY = datetime(2026, 11, 23, 7, 30, tzinfo=BEIJING)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[AppContext]:
    opened = furnished_world(tmp_path)
    yield opened
    opened.store.close()


def given(context: AppContext, **settings: Any) -> AppContext:
    """The same with other settings."""
    context.settings = type(context.settings).model_validate(context.settings.model_dump() | settings)
    return context


def queued(context: AppContext) -> dict[str, Digest]:
    return {row.id: load(Digest, row.document) for row in context.store.outbox.all() if row.document_type == "digest"}


def test_each_page_once_to_whom_it_concerns(office: AppContext) -> None:
    boxes = {"digest_recipients": ["xcb@a.cn"], "leader_recipients": ["leader@a.cn"], "it_recipients": ["it@a.cn"]}
    given(office, unit_digest=True, **boxes)
    before = set(queued(office))
    assert queue_pages(office, "demo", MONDAY) > 2
    assert queue_pages(office, "demo", MONDAY + timedelta(hours=1)) == 0
    pages = {id: page for id, page in queued(office).items() if id not in before}
    assert {page.audience for page in pages.values()} >= {Audience.OFFICE, Audience.WEEK, Audience.IT}
    assert pages["demo/week/2026-11-16"].until == date(2026, 11, 22)
    assert readers(office, pages["demo/week/2026-11-16"]) == ("leader@a.cn",)
    assert readers(office, pages["demo/it/2026-11-23"]) == ("it@a.cn",)
    units = [page for page in pages.values() if page.audience is Audience.UNIT]
    boxes_of = {filing.unit: set(filing.emails) for filing in office.store.filings.all("demo") if filing.emails}
    assert all(set(readers(office, page)) <= boxes_of[page.unit] for page in units)


def test_without_recipients_only_the_offices_page_is_made(office: AppContext) -> None:
    before = set(queued(office))
    queue_pages(office, "demo", MONDAY)
    assert set(queued(office)) - before == {"demo/digest/2026-11-23"}


def test_a_school_of_its_own_has_its_own_readers(office: AppContext) -> None:
    given(
        office,
        digest_recipients=["all@a.cn"],
        recipients={"demo": {"digest": ["demo@a.cn"], "it": []}},
        it_recipients=["it@a.cn"],
    )
    page = digest(gather(office, "demo", NOW.date(), NOW))
    assert readers(office, page) == ("demo@a.cn",)
    assert "demo/it/2026-11-23" not in queued(office)


@pytest.mark.parametrize(
    ("day", "ended"),
    [
        (date(2026, 11, 23), [("week", "2026-11-16", "2026-11-22")]),
        (date(2026, 11, 25), [("week", "2026-11-16", "2026-11-22")]),
        (date(2026, 11, 26), []),
        (date(2026, 12, 1), [("week", "2026-11-23", "2026-11-29"), ("month", "2026-11-01", "2026-11-30")]),
        (date(2027, 1, 1), [("month", "2026-12-01", "2026-12-31")]),
    ],
)
def test_a_week_and_a_month_are_sent_when_they_end_or_soon_after(day: date, ended: list[tuple[str, str, str]]) -> None:
    assert [(audience.value, str(first), str(last)) for audience, first, last in periods(day)] == ended


@pytest.mark.parametrize(
    ("hours", "holidays", "at", "quiet"),
    [
        ("21:00-07:00", False, "2026-11-20 22:00", True),
        ("21:00-07:00", False, "2026-11-20 06:59", True),
        ("21:00-07:00", False, "2026-11-20 07:00", False),
        ("12:00-14:00", False, "2026-11-20 13:00", True),
        ("", False, "2026-11-21 03:00", False),
        ("", True, "2026-11-21 10:00", True),
        ("", True, "2026-10-01 10:00", True),
        ("", True, "2026-11-20 10:00", False),
    ],
)
def test_quiet_hours_and_days(hours: str, holidays: bool, at: str, quiet: bool) -> None:
    assert is_quiet(hours, holidays, datetime.fromisoformat(at).replace(tzinfo=BEIJING)) is quiet


def test_in_quiet_hours_only_what_cannot_wait_leaves(office: AppContext) -> None:
    given(office, quiet_hours="21:00-07:00")
    night = NOW.replace(hour=23)
    page = make_digest(office, "demo", night.date(), night)
    assert queue_digest(office, "demo", night.date() + timedelta(days=1), night)
    office.store.outbox.queue_page("demo/alert/1", "提醒", "demo", _stored(page), night)
    deliver_due(office, night)
    state = {row.id: row.state for row in office.store.outbox.all()}
    assert state["demo/alert/1"] is NoticeState.SENT
    assert state["demo/digest/2026-11-22"] is NoticeState.DUE
    deliver_due(office, night + timedelta(hours=9))
    assert office.store.outbox.one("demo/digest/2026-11-22").state is NoticeState.SENT  # type: ignore[union-attr]


def _stored(page: Digest) -> str:
    return dump(page)


def test_who_muted_a_page_is_spared_until_the_end(office: AppContext) -> None:
    given(office, digest_recipients=["a@a.cn", "b@a.cn"])
    page = digest(gather(office, "demo", NOW.date(), NOW))
    office.store.alerts.mute(Mute("a@a.cn", "", NOW + timedelta(days=1), "张三"), NOW)
    office.store.alerts.mute(Mute("b@a.cn", "week", NOW + timedelta(days=1), "张三"), NOW)
    claim = ClaimedNotice(id="x", document="digest", body=_stored(page), attempts=1, delivered={}, unknown={})
    office.clock = lambda: NOW
    assert compose(office, claim).recipients == ("b@a.cn",)
    office.clock = lambda: NOW + timedelta(days=2)
    assert compose(office, claim).recipients == ("a@a.cn", "b@a.cn")


def test_mute_and_its_end_by_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = ["--data", str(tmp_path), "--now", "2026-11-21T08:00+08:00", "notices"]
    code, out, _ = run(capsys, *data, "mute", "a@a.cn", "--until", "2026-11-28", "--kind", "week", "--by", "张三")
    assert (code, out.strip()) == (0, "a@a.cn 暂停接收校媒巡检周报，到 2026-11-28 为止。")
    assert run(capsys, *data, "mutes")[1].strip() == "a@a.cn  校媒巡检周报  到 2026-11-28  张三"
    assert run(capsys, *data, "mute", "a@a.cn", "--until", "2026-11-20")[0] == 2
    assert run(capsys, *data, "mutes", "--end", "a@a.cn", "--kind", "week")[:2] == (0, "")
    assert run(capsys, *data, "mutes", "--end", "a@a.cn")[0] == 2


def test_a_day_that_was_sent_reads_the_same_for_ever(office: AppContext) -> None:
    day = MONDAY.date()
    queue_digest(office, "demo", day, MONDAY)
    kept = office.store.digests.get("demo", day)
    office.store.filings.save(office.store.filings.all("demo")[:1], by="测试", now=MONDAY)
    make_digest(office, "demo", day, MONDAY + timedelta(hours=5))
    assert office.store.digests.get("demo", day) == kept
    claim = ClaimedNotice(id="x", document="digest", body=_body(office, day), attempts=1, delivered={}, unknown={})
    sent = compose(office, claim)
    assert kept
    assert (sent.text, sent.html) == (kept.text, kept.html)


def test_a_past_day_is_printed_again_to_the_byte(
    office: AppContext, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given(office, digest_recipients=["a@a.cn"], base_url="https://old.example.edu.cn")
    queue_digest(office, "demo", MONDAY.date(), MONDAY)
    body = _body(office, MONDAY.date())
    sent = compose(
        office, ClaimedNotice(id="x", document="digest", body=body, attempts=1, delivered={}, unknown={})
    ).text
    office.store.filings.save(office.store.filings.all("demo")[:1], by="测试", now=MONDAY)  # and another console by now
    for now in ("2026-11-23T20:00+08:00", "2027-06-01T08:00+08:00"):
        data = ["--data", str(tmp_path), "--now", now, "digest", "--school", "demo"]
        assert run(capsys, *data, "--date", "2026-11-23")[:2] == (0, sent)
    code, first, told = run(capsys, *data, "--date", "2026-11-19")
    assert (code, told) == (0, "2026-11-19 没有保存过日报，以下按现在的数据补做。\n")
    assert run(capsys, *data, "--date", "2026-11-19") == (0, first, "")


def _body(context: AppContext, day: date) -> str:
    row = context.store.outbox.one(f"demo/digest/{day}")
    assert row
    return row.document


def test_every_link_of_the_page_leads_somewhere(office: AppContext) -> None:
    page = digest(gather(office, "demo", NOW.date(), NOW))
    paths = {line.path for section in page.sections for line in section.lines if line.path}
    assert len(paths) > 2
    with TestClient(create_app(office), follow_redirects=False) as browser:
        answers = {path: browser.get(path).status_code for path in paths}
    # Nobody is signed in: a page that exists leads to the sign-in, one that does not is not found.
    assert {code for code in answers.values()} <= {200, 303}, answers
    assert not re.search(
        r"[A-Za-z]{4,}_[a-z]+", " ".join(line.text for section in page.sections for line in section.lines)
    )
