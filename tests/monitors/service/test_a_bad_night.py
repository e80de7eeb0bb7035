"""What a night may bring: dead channels, a full disk, a clock that jumps; and what stands in the logs of such a day."""

from __future__ import annotations

import asyncio
import json
import logging
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi import Request
from starlette.routing import Route

from monitors.app_context import AppContext
from monitors.console import create_app
from monitors.demo import users as demo_users
from monitors.jobs import run_sweep
from monitors.jobs.check import check
from monitors.jobs.delivery import deliver
from monitors.jobs.scheduled_job import ScheduledJob
from monitors.scheduled_jobs import SCHEDULED_JOBS
from monitors.service.scheduler import JobScheduler
from storage import database
from storage.notices import NoticeState
from tests.conftest import NOW
from tests.support import console
from tests.support.console import PEOPLE, client_of, furnished_world
from tests.support.demo import LOG, logged_to
from tests.support.vendors import DING_SECRET, DING_TOKEN, HOOK_SECRET, WECOM_KEY, vendors

PASSWORD, RUNBOOK = "smtp-Passw0rd-1", (Path(__file__).parents[3] / "docs" / "runbook.md").read_text("utf-8")


@pytest.fixture
def office(tmp_path: Path) -> Iterator[AppContext]:
    opened = furnished_world(tmp_path)
    yield opened
    opened.store.close()


def given(context: AppContext, **settings: Any) -> None:
    context.settings = type(context.settings).model_validate(context.settings.model_dump() | settings)


def _dead_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def test_a_days_logs_hold_no_secret_and_no_persons_data(
    office: AppContext, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    filing = office.store.filings.all("demo")[0]
    personal = replace(filing, phones=("13800138000",), emails=("zhangsan@shifan.example",), operators=("张三丰",))
    office.store.filings.save([personal], by="测试", now=NOW)
    monkeypatch.setenv("XUNJIAN_SMTP_PASSWORD", PASSWORD)
    with vendors(["error"] * 40 + ["rate"] * 40) as server:
        channels = [server.url(scheme) for scheme in ("wecom", "dingtalk", "http+webhook")]
        channels.append(f"smtp://xunjian@localhost:{_dead_port()}?from=xcb@a.cn&timeout=1")
        given(office, channels=channels, digest_recipients=["lisi@shifan.example"], unit_digest=True)
        jobs = [job for job in SCHEDULED_JOBS if job.name not in ("sweep", "discover")]  # those ask the network
        jobs.append(ScheduledJob("bad", "坏", "0 1 * * *", _bad))
        scheduler = JobScheduler(office, jobs, lambda: True)
        office.store.scheduled_jobs.add_missing({job.name: job.cron for job in jobs})

        async def day() -> None:
            for job in jobs:
                await scheduler.run(job.name)

        with logged_to(tmp_path / LOG):
            asyncio.run(day())
    own = lines_of(tmp_path / LOG)
    assert all({"event", "timestamp", "level", "job"} <= set(entry) for entry in own)
    assert [entry["job"] for entry in own if entry["event"] == "job.failed"] == ["bad"]
    assert {"deliver.done", "check.done", "case.opened", "tidy.done"} <= {entry["event"] for entry in own}
    letters = [entry for entry in own if entry["event"].startswith("notice.")]
    assert {entry["channel"] for entry in letters if "channel" in entry} >= {"file0", "wecom1", "dingtalk2"}
    assert [entry for entry in letters if entry.get("cases")], "a paper names its cases"
    secrets = (WECOM_KEY, DING_TOKEN, DING_SECRET, HOOK_SECRET, PASSWORD)
    text = (tmp_path / LOG).read_text("utf-8")
    for word in (*secrets, "13800138000", "zhangsan@", "lisi@", "张三丰", *(user.display for user in PEOPLE.values())):
        assert word not in text, word


def lines_of(log: Path) -> list[dict[str, Any]]:
    """Our own lines of a log; what stands between them, libraries said for their developers."""
    return [json.loads(line) for line in log.read_text("utf-8").splitlines() if line.startswith("{")]


def test_the_demos_day_names_its_runs_and_cases_and_no_person(demo_world: AppContext) -> None:
    log = demo_world.settings.data / LOG
    own, text = lines_of(log), log.read_text("utf-8")
    runs = [entry["run"] for entry in own if entry["event"].startswith("run.")]
    assert set(runs) == {run.id for run in demo_world.store.crawl_runs.recent(200)}
    cases = {entry["case"] for entry in own if entry["event"].startswith("case.")}
    assert cases == {case.number for case in demo_world.store.cases.all("demo")}
    people: set[str] = set()
    for filing in demo_world.store.filings.all():
        people |= {filing.first_owner, filing.direct_owner, *filing.operators, *filing.phones, *filing.emails}
    people |= {display for display, _ in demo_users.PEOPLE.values()} | {"demo-secret", "demo-token-"}
    assert len(people - {""}) > 20
    assert [word for word in people - {""} if word in text] == []


def test_what_a_library_says_is_a_masked_line_of_ours(tmp_path: Path) -> None:
    with logged_to(tmp_path / LOG):
        try:
            raise ValueError("写给 zhangsan@shifan.example 时出错")
        except ValueError:
            logging.getLogger("apscheduler.executors").exception("GET 13800138000")
    (entry,) = lines_of(tmp_path / LOG)
    assert (entry["event"], entry["library"], entry["level"]) == ("library.said", "apscheduler.executors", "error")
    assert "ValueError" in entry["exception"]
    assert not [word for word in ("zhangsan@", "13800138000") if word in str(entry)]


def test_a_page_that_breaks_is_named_by_its_route_for_some_addresses_are_secrets(
    office: AppContext, tmp_path: Path
) -> None:
    app = create_app(office)
    scope: dict[str, Any] = {
        "type": "http",
        "method": "GET",
        "headers": [],
        "query_string": b"",
        "server": ("127.0.0.1", 80),
    }
    scope |= {"path": "/i/SECRET", "path_params": {"token": "SECRET"}, "route": Route("/i/{token}", _bad)}
    case = scope | {"path": "/cases/DEMO-2026-0001", "path_params": {"number": "DEMO-2026-0001"}}
    answer: Any = app.exception_handlers[Exception]
    with logged_to(tmp_path / LOG):
        assert [answer(Request(each), KeyError("x")).status_code for each in (scope, case)] == [500, 500]
    link, page = lines_of(tmp_path / LOG)
    assert link["route"] == "/i/{token}"
    assert "SECRET" not in str(link)
    assert page["number"] == "DEMO-2026-0001"


async def _bad(context: AppContext) -> None:
    raise RuntimeError("写给 zhangsan@shifan.example（13800138000）时出错")


def test_a_dead_mail_server_blames_nobody_and_holds_no_other_channel(office: AppContext) -> None:
    with vendors() as server:
        given(
            office,
            channels=[f"smtp://localhost:{_dead_port()}?from=xcb@a.cn&timeout=1", server.url("wecom")],
            digest_recipients=["a@a.cn"],
        )
        asyncio.run(run_sweep.digest_all(office))
        deliver(office, NOW)
        row = office.store.outbox.one(f"demo/digest/{NOW.date()}")
        assert row
        assert row.state is NoticeState.DUE
        assert row.delivery_results["smtp1:a@a.cn"].result == "retry"
        assert row.delivery_results["wecom2:"].result == "sent"
        assert "连接被拒绝" in row.error
        deliver(office, NOW + timedelta(hours=1))
        assert len(server.taken) == 1 or {
            each["body"]["markdown"]["content"].count(row.id) for each in server.taken
        } == {0, 1}


def test_a_clock_that_jumps_a_year_and_back_writes_no_paper(office: AppContext) -> None:
    def papers() -> dict[str, int]:
        cases = office.store.cases.all("demo")
        return {case.number: len(case.issued_steps) for case in cases}

    check(office, "demo", NOW)

    def left() -> set[str]:
        unsigned = (NoticeState.DRAFT, NoticeState.STOPPED)
        return {row.id for row in office.store.outbox.all() if row.number or row.state not in unsigned}

    before, letters = papers(), left()
    for moment in (NOW + timedelta(days=400), NOW, NOW - timedelta(days=400), NOW):
        check(office, "demo", moment)
        after = papers()
        assert all(after[number] == steps for number, steps in before.items())
    assert left() == letters, "what a wrong clock drafted or stopped, no person has signed"


def test_a_locked_database_costs_the_moment_and_nothing_else(
    office: AppContext, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pages are still read; what would write says so; a job fails, the service goes on, and it runs when the lock is gone."""
    monkeypatch.setattr(database, "PRAGMAS", ("busy_timeout=100", *database.PRAGMAS[1:]))
    office.store.database.close()  # what is opened from now on waits so long
    before = office.store.cases.all("demo")
    scheduler = JobScheduler(
        office, [ScheduledJob("check", "核对制度", "0 * * * *", run_sweep.check_all)], lambda: True
    )
    office.store.scheduled_jobs.add_missing({"check": "0 * * * *"})
    with client_of(create_app(office)) as browser, closing(sqlite3.connect(tmp_path / "xunjian.db")) as other:
        browser.submit("/login", username="wang", password=console.PASSWORD)
        other.execute("BEGIN IMMEDIATE")
        with logged_to(tmp_path / LOG):
            asyncio.run(scheduler.run("check"))
        assert [line["event"] for line in lines_of(tmp_path / LOG)] == ["job.failed", "job.unrecorded"]
        assert browser.get("/cases").status_code == 200
        refused = browser.submit("/login", username="wang", password=PASSWORD)
        assert (refused.status_code, "占用" in refused.text) == (503, True)
        assert office.store.cases.all("demo") == before
        other.rollback()
    asyncio.run(scheduler.run("check"))
    (job,) = [job for job in office.store.scheduled_jobs.all() if job.name == "check"]
    assert (job.last_error, job.last_success_at) == ("", NOW)


FULL = """
import resource, sys
from pathlib import Path
from storage.evidence import EvidenceArchive, EvidenceError
from tests.support.evidence import page
root = Path(sys.argv[1])
archive = EvidenceArchive(root)
archive.append(page(1, b"a" * 5000))
_, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (next(root.glob("*/*.warc.gz")).stat().st_size + 100, hard))
try:
    archive.append(page(2, bytes(range(256)) * 40))
except EvidenceError as error:
    print(error)
resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
archive.append(page(3, b"c" * 5000))
archive.close()
print(archive.verify().status)
"""


def test_a_full_disk_keeps_no_page_says_so_and_harms_nothing(tmp_path: Path) -> None:
    """The system refuses to make the file longer, as it does on a full disk, and later there is room again."""
    done = subprocess.run(
        [sys.executable, "-c", FULL, str(tmp_path)], capture_output=True, text=True, check=True, timeout=60
    )
    said, status = done.stdout.splitlines()
    assert said.startswith("磁盘空间不足")
    assert status == "verified"


@pytest.mark.parametrize(
    "heading", ["磁盘满了", "数据库被占用", "时钟跳变", "邮件服务器停了", "两个服务用了同一个数据目录", "平台改版"]
)
def test_the_runbook_says_what_to_do(heading: str) -> None:
    section = RUNBOOK.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    assert len(section) > 60
