"""The service as a process: it starts, answers, stops cleanly, survives its children, and loses nothing to kill -9."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from http.client import HTTPConnection
from pathlib import Path
from urllib.request import urlopen

import pytest

from monitors.app_context import AppContext
from monitors.crawl_processes import CrawlProcessPool
from monitors.jobs.scheduled_job import ScheduledJob
from monitors.jobs.sweep import new_crawl_job
from monitors.service.scheduler import JobScheduler, cron_trigger, missed
from rules.model import Platform
from storage.crawl_runs import RunKind
from tests.conftest import NOW
from tests.support.ports import free_port

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.timeout(240)


@contextlib.contextmanager
def served(data: Path, port: int, *more: str) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "monitors", "--data", str(data), "serve", "--port", str(port), *more]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=data.parent)
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        assert process.stdout
        process.stdout.close()


def wait_for(port: int, path: str, seconds: float = 60) -> bytes:
    until = time.monotonic() + seconds
    while True:
        try:
            with urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
                return bytes(answer.read())
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.2)


def recorded(data: Path) -> int:
    """Observations in the demo's database; none before it is there."""
    if not (data / "demo" / "xunjian.db").exists():
        return 0
    with (
        contextlib.suppress(sqlite3.OperationalError),
        contextlib.closing(sqlite3.connect(data / "demo" / "xunjian.db")) as database,
    ):
        return int(database.execute("SELECT count(*) FROM observation").fetchone()[0])
    return 0


def children_of(data: Path) -> list[str]:
    """Crawl children that hold a file open in this data directory."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if b"crawler.fetch.worker" in (process / "cmdline").read_bytes():
                held = [str(fd.readlink()) for fd in (process / "fd").iterdir() if fd.is_symlink()]
                found += [process.name] if any(name.startswith(str(data)) for name in held) else []
    return found


@pytest.mark.xdist_group("demo")
def test_the_demo_fills_survives_kill_and_stops_on_sigterm(tmp_path: Path) -> None:
    port, data = free_port(), tmp_path / "var"
    with served(data, port, "--demo") as process:
        wait_for(port, "/healthz")
        until = time.monotonic() + 90
        while time.monotonic() < until and not (recorded(data) >= 20 and children_of(data)):
            time.sleep(0.1)
        before = recorded(data)
        assert before >= 20, "the demo filled while its children went on"
        process.send_signal(signal.SIGKILL)
        process.wait()
    time.sleep(2.5)  # PDEATHSIG has ended the children
    assert not children_of(data), "no orphan goes on crawling"
    assert recorded(data) >= before
    with served(data, port, "--demo") as process:
        wait_for(port, "/healthz")
        assert b"xunjian_accounts" in wait_for(port, "/metrics")
        assert "演示" in wait_for(port, "/").decode()
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=20) == 0


def test_a_taken_port_is_told(tmp_path: Path) -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as taken,
        served(tmp_path / "var", taken.getsockname()[1], "--demo") as process,
    ):
        assert process.wait(timeout=60) == 2
        assert process.stdout
        assert "不能使用" in process.stdout.read().decode()


def test_a_second_service_on_the_same_data_is_refused_and_odd_requests_are_answered(tmp_path: Path) -> None:
    data, port = tmp_path / "var", free_port()
    with served(data, port) as first:
        wait_for(port, "/healthz")
        with served(data, free_port()) as second:
            assert second.wait(timeout=60) == 2
            assert second.stdout
            said = second.stdout.read().decode()
            assert f"进程 {first.pid}" in said
            assert f"端口 {port}" in said
            assert "控制台" not in said, "no address is shown of a service that does not run"
        for host, method, status in (("[evil]", "GET", 400), ("[::1", "GET", 400), ("127.0.0.1", "HEAD", 200)):
            connection = HTTPConnection("127.0.0.1", port, timeout=10)
            connection.putrequest(method, "/healthz", skip_host=True)
            connection.putheader("Host", host)
            connection.endheaders()
            answer = connection.getresponse()
            assert answer.status == status
            assert bool(answer.read()) is (method != "HEAD")
            connection.close()
        first.send_signal(signal.SIGTERM)
        assert first.wait(timeout=20) == 0
        assert first.stdout
        log = first.stdout.read().decode()
    assert "service.started" in log
    assert "service.stopped" in log
    assert "+0800" in log
    with served(data, port) as again:
        wait_for(port, "/healthz")
        again.send_signal(signal.SIGTERM)
        assert again.wait(timeout=20) == 0


def test_a_child_that_runs_away_is_killed(context: AppContext) -> None:
    async def run() -> str:
        nursery = CrawlProcessPool(1, 0.3)
        order = new_crawl_job(context, RunKind.SWEEP, Platform.WEBSITE, [])
        return (await nursery.run(order)).status

    assert asyncio.run(run()) == "timeout"


def test_a_child_that_breaks_harms_nobody(context: AppContext) -> None:
    order = replace(
        new_crawl_job(context, RunKind.SWEEP, Platform.WEBSITE, []), database="sqlite:////nowhere/at/all.db"
    )
    ending = asyncio.run(CrawlProcessPool(1, 60).run(order))
    assert ending.status == "failed"
    assert "数据库" in ending.error


def test_cron_lines_name_their_weekdays() -> None:
    assert cron_trigger("15 3 * * mon").get_next_fire_time(None, NOW).strftime("%a %H:%M") == "Mon 03:15"
    for wrong in ("15 3 * * 1", "* * *", "61 * * * *"):
        with pytest.raises(ValueError, match=r"."):
            cron_trigger(wrong)


def test_a_missed_run_is_due_once() -> None:
    daily = cron_trigger("30 7 * * *")
    assert missed(daily, None, NOW)
    assert missed(daily, NOW - timedelta(days=3), NOW)
    assert not missed(daily, NOW - timedelta(hours=1), NOW)


def test_jobs_run_alone_and_their_errors_end_nothing(context: AppContext) -> None:
    running, most, ran = 0, 0, 0

    async def slow(_: AppContext) -> None:
        nonlocal running, most, ran
        running, ran = running + 1, ran + 1
        most = max(most, running)
        await asyncio.sleep(0.05)
        running -= 1

    async def broken(_: AppContext) -> None:
        raise RuntimeError("坏了")

    async def live() -> None:
        context.store.scheduled_jobs.add_missing({"slow": "0 0 1 1 *", "broken": "0 0 1 1 *"})
        jobs = [ScheduledJob("slow", "慢", "0 0 1 1 *", slow), ScheduledJob("broken", "坏", "0 0 1 1 *", broken)]
        timetable = JobScheduler(context, jobs, lambda: True)
        await asyncio.gather(timetable.run("slow"), timetable.run("slow"), timetable.run("broken"))
        await timetable.run("slow")

    asyncio.run(live())
    jobs = {row.name: row for row in context.store.scheduled_jobs.all()}
    assert (most, ran) == (1, 2)
    assert jobs["slow"].last_success_at
    assert jobs["broken"].last_error == "RuntimeError: 坏了"
    assert jobs["broken"].last_success_at is None
