"""即时核查 as a job: it is followed, kept, listed, and a candidate or a case is made of it."""

from __future__ import annotations

import asyncio
import os
import re
import time
from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI

from monitors.app_context import AppContext
from monitors.console.routes import scan as scan_page
from monitors.jobs.scan.job import FAILED, begin_scan
from monitors.jobs.scan.report import ScanReport
from monitors.jobs.scan.retention import forget_scans
from rules.model import Platform
from rules.people import User, grants_of
from storage.scans import ScanState
from storage.serialization import load
from tests.conftest import NOW
from tests.support.console import DEMO, HASHED, PEOPLE, SIAS, Browser, client_of


def looked(staff: Browser, target: str) -> str:
    """The page of a scan that has ended."""
    begun = staff.submit("/scan", target=target)
    assert begun.status_code == 303, begun.text
    for _ in range(600):
        page = staff.get(begun.headers["location"]).text
        if "data-follow" not in page:
            return page
        time.sleep(0.05)
    raise AssertionError("the scan does not end")


def test_a_scan_runs_and_leaves_its_report(staff: Browser, context: AppContext) -> None:
    """A name needs no network: the real use-case runs, its report is shown, printed and listed."""
    page = looked(staff, "示范大学招生<b>咨询</b>处")
    assert "&lt;b&gt;" in page
    assert "核查结果" in page
    assert "再查一次" in page
    assert str(context.settings.data) not in page
    kept = context.store.scans.recent(PEOPLE["wang"].view, "wang")[0]
    assert (kept.state, kept.display, kept.document) == (ScanState.DONE, "王老师", "")
    listed = staff.get("/scan").text
    assert f'href="/scan/{kept.id}"' in listed
    assert kept.said in listed
    found = context.store.scans.one(kept.id)
    assert found
    assert load(ScanReport, found.document).headline == kept.said


def test_how_far_it_is_is_told_as_it_happens(staff: Browser, context: AppContext) -> None:
    """The page without a script reloads itself; with one it follows the events; both end with the scan."""
    id, new = begin_scan(context, "示范大学", PEOPLE["wang"])
    assert new
    assert begin_scan(context, "示范大学", PEOPLE["wang"]) == (id, False), "asked twice, looked at once"
    page = staff.get(f"/scan/{id}")
    assert '<noscript><meta http-equiv="refresh" content="3"></noscript>' in page.text
    assert re.search(r'<script src="/static/follow\.js\?v=[0-9a-f]{10}" defer></script>', page.text)
    assert "script-src 'self'; connect-src 'self'" in page.headers["content-security-policy"]
    assert "unsafe" not in page.headers["content-security-policy"]
    context.store.scans.advance(id, ScanState.JUDGING)
    assert re.search(r'<li data-stage="judging" class="now" aria-current="step">', staff.get(f"/scan/{id}").text)
    scan_page_ticks = asyncio.run(_events(staff, context, id))
    assert scan_page_ticks == ["event: stage\ndata: judging\n\n", "event: done\ndata: \n\n"]
    answer = staff.get(f"/scan/{id}/events")
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.text == "event: done\ndata: \n\n"


async def _events(staff: Browser, context: AppContext, id: str) -> list[str]:
    """What a browser hears while the scan ends."""
    request: Any = type("Asked", (), {"app": staff.app})
    heard = []
    async for event in scan_page._told(request, id):
        heard.append(event)
        context.store.scans.finish(id, ScanState.LOST, now=NOW, said="")
    return heard


def test_what_went_wrong_is_said_and_the_text_is_kept(
    staff: Browser, context: AppContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object, **__: object) -> ScanReport:
        raise RuntimeError("TimeoutError Page.goto: Timeout 30000ms exceeded")

    monkeypatch.setattr("monitors.jobs.scan.job.scan", broken)
    page = looked(staff, "示范大学图书馆")
    assert FAILED in page
    assert "Timeout" not in page
    assert ">示范大学图书馆</textarea>" in page
    id, _ = begin_scan(context, "示范大学", PEOPLE["wang"])
    assert context.store.scans.mark_lost(NOW, waiting=True) == 1
    assert "服务中断，没有查完" in staff.get("/scan").text
    assert ">示范大学</textarea>" in staff.get(f"/scan/{id}").text


def test_old_scans_are_forgotten_with_their_pictures(context: AppContext) -> None:
    """What was pasted may be a person's own account: it is kept for half a year."""
    begin_scan(context, "示范大学", PEOPLE["wang"])
    folder = context.settings.data / "scans" / "scan-20260101-100000-0123abcd"
    folder.mkdir(parents=True)
    (folder / "page.png").write_bytes(b"x")
    old = (NOW - timedelta(days=200)).timestamp()
    os.utime(folder, (old, old))
    young = folder.with_name("scan-20261120-100000-0123abcd")
    young.mkdir()
    os.utime(young, (NOW.timestamp(), NOW.timestamp()))
    assert forget_scans(context, NOW - timedelta(days=180)) == 0
    assert (folder.exists(), young.exists()) == (False, True)
    assert forget_scans(context, NOW + timedelta(days=1)) == 1


def test_a_scan_of_one_school_is_not_the_other_s(app: FastAPI, context: AppContext) -> None:
    id, _ = begin_scan(context, "示范大学表白墙", PEOPLE["wang"])
    own = User(name="demo1", display="示范经办", grants=grants_of(["editor"], school=DEMO))
    context.store.users.add(own, password=HASHED, now=NOW)
    theirs, _ = begin_scan(context, "示范大学贴吧", own)
    with client_of(app) as client:
        client.sign_in("sias")
        assert "示范大学" not in client.get("/scan").text
        for each in (id, theirs):
            assert client.get(f"/scan/{each}").status_code == 404
            assert client.get(f"/scan/{each}/events").status_code == 404
    with client_of(app) as client:
        client.sign_in("reader")
        assert client.get(f"/scan/{theirs}").status_code == 200


def test_a_case_is_made_of_it(staff: Browser, context: AppContext) -> None:
    """A filed account that breaks a clause: its school's clauses are asked now, and the case opens."""
    account = "wechat:gh_10000005"
    assert not context.store.cases.all(DEMO, account=account)
    page = looked(staff, "demo-0005")
    assert f'name="account" value="{account}"' in page
    scanned = context.store.scans.recent(PEOPLE["wang"].view, "wang")[0]
    wrong = staff.submit(f"/scan/{scanned.id}/case", school=DEMO, account="weibo:1")
    assert wrong.status_code == 404
    answer = staff.submit(f"/scan/{scanned.id}/case", school=DEMO, account=account)
    opened = context.store.cases.all(DEMO, account=account)[0]
    assert answer.headers["location"] == f"/cases/{opened.number}?done=filed_case"


def test_a_scan_tells_what_to_do_and_keeps_what_was_typed(staff: Browser) -> None:
    """Nothing typed is lost, and an error says the next step."""
    for typed, says in (
        ("http://169.254.169.254/latest/meta-data/", "allowed_ranges"),
        ("asdf!!! 12345", "请填写完整的账号名称"),
        ("file:///etc/passwd", "请粘贴网页"),
        ("字" * 500, "请只粘贴网址"),
    ):
        page = staff.submit("/scan", target=typed)
        assert page.status_code == 422
        assert f">{typed}</textarea>" in page.text
        assert says in page.text


def test_a_name_is_put_into_the_queue(staff: Browser, context: AppContext) -> None:
    """列入疑似账号: offered for a name nobody filed, kept with who did it, once."""
    name = "郑州西亚斯学院考研资料库"
    assert "列入疑似账号" in looked(staff, f"小红书 {name}")
    listed = {"name": name, "platform": "xiaohongshu", "link": "", "target": name}
    assert staff.submit("/scan/suspects", **listed).headers["location"] == "/suspects?done=listed"
    kept = [candidate for candidate in context.store.candidates.all(SIAS) if candidate.name == name]
    assert [(each.platform, each.state.value) for each in kept] == [(Platform.XIAOHONGSHU, "waiting")]
    assert "王老师" in kept[0].origin
    again = staff.submit("/scan/suspects", **listed)
    assert (again.status_code, "已在疑似账号中" in again.text) == (422, True)
    assert "在疑似账号中：待核实" in looked(staff, name)
    assert staff.submit("/scan/suspects", name="养花日记", platform="weibo").status_code == 422


def test_only_reports_are_served(staff: Browser, context: AppContext) -> None:
    """The pattern of the run's name and two file names; nothing else of the data folder."""
    folder = context.settings.data / "scans" / "scan-20261121-100000-0123abcd"
    folder.mkdir(parents=True)
    (folder / "report.pdf").write_bytes(b"%PDF-1.7")
    (folder / "secret.txt").write_bytes(b"x")
    answer = staff.get(f"/scan/{folder.name}/report.pdf")
    assert answer.content == b"%PDF-1.7"
    assert answer.headers["content-disposition"].startswith("attachment")
    for wrong in (f"{folder.name}/secret.txt", f"{folder.name}/page.png", "../report.pdf", "%2e%2e/console-token"):
        assert staff.get(f"/scan/{wrong}").status_code == 404
