"""What a night may bring: dead channels, a full disk, a clock that jumps; and what stands in the logs of such a day."""

from __future__ import annotations

import asyncio
import json
import logging
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import structlog

from monitors import logs
from monitors.app_context import AppContext
from monitors.jobs import run_sweep
from monitors.jobs.check import check
from monitors.jobs.delivery import deliver
from monitors.jobs.scheduled_job import ScheduledJob
from monitors.log_masking import mask_logs
from monitors.scheduled_jobs import SCHEDULED_JOBS
from monitors.service.scheduler import JobScheduler
from storage.notices import NoticeState
from tests.conftest import NOW
from tests.support.console import furnish, open_world
from tests.support.vendors import DING_SECRET, DING_TOKEN, HOOK_SECRET, WECOM_KEY, vendors

PASSWORD, RUNBOOK = "smtp-Passw0rd-1", (Path(__file__).parents[3] / "docs" / "runbook.md").read_text("utf-8")


@pytest.fixture
def office(tmp_path: Path) -> Iterator[AppContext]:
    opened = open_world(tmp_path)
    furnish(opened)
    yield opened
    opened.store.close()


def given(context: AppContext, **settings: Any) -> None:
    context.settings = type(context.settings).model_validate(context.settings.model_dump() | settings)


def _dead_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@pytest.fixture
def logged(capsys: pytest.CaptureFixture[str]) -> Iterator[None]:
    """Everything any library says, as the service would write it."""
    kept, level = structlog.get_config(), logging.getLogger().level
    logging.basicConfig(level=logging.DEBUG, force=True)
    logs.configure("json")
    mask_logs()
    yield
    structlog.configure(**kept)
    logging.basicConfig(level=level, force=True)


def test_a_days_logs_hold_no_secret_and_no_persons_data(
    office: AppContext, logged: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    filing = office.store.filings.all("demo")[0]
    personal = replace(filing, phones=("13800138000",), emails=("zhangsan@shifan.example",))
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

        asyncio.run(day())
    written = capsys.readouterr()
    text = written.out + written.err
    assert "deliver.done" in text
    assert "job.failed" in text
    own = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
    assert all({"event", "timestamp", "level"} <= set(entry) for entry in own)
    secrets = (WECOM_KEY, DING_TOKEN, DING_SECRET, HOOK_SECRET, PASSWORD)
    for word in (*secrets, "13800138000", "zhangsan@", "lisi@"):
        assert word not in text, word


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
