"""Crawl children that are killed, orphaned or cannot write: each is one failed run with its reason, and nothing else."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from crawler.fetch.job import CrawlJob, FetchTask
from crawler.platforms.spec import Target
from monitors.app_context import AppContext
from monitors.crawl_processes import CHILD_ENVIRONMENT, CrawlProcessPool, ProcessResult
from monitors.jobs.sweep import new_crawl_job, run_crawl_job
from rules.model import Platform
from storage.crawl_runs import RunKind, RunStatus
from storage.serialization import dump
from tests.conftest import NOW

PAGE = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 40\r\nConnection: close\r\n\r\n" + b"x" * 40


class Site:
    """A server on loopback that counts who asks; ``answer`` is all it says."""

    def __init__(self, answer: bytes) -> None:
        self.asked = 0
        self._answer = answer
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}/"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._socket.accept()
                self.asked += 1
                with connection:
                    connection.recv(65536)
                    connection.sendall(self._answer)

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def site() -> Iterator[Site]:
    server = Site(PAGE)
    yield server
    server.close()


def order_at(context: AppContext, url: str) -> CrawlJob:
    look = FetchTask(target=Target(platform=Platform.WEBSITE, key="website:a", account_id="a", url=url), url=url)
    given = replace(new_crawl_job(context, RunKind.SWEEP, Platform.WEBSITE, [look]), allowed_ranges=("127.0.0.1/32",))
    return replace(given, delay_seconds=0.0)


def test_a_child_over_its_memory_ceiling_is_one_failed_run(context: AppContext, site: Site) -> None:
    context.crawl_processes = CrawlProcessPool(1, 60, memory_mb=40)
    order = order_at(context, site.url)
    ending = asyncio.run(run_crawl_job(context, order))
    (run,) = context.store.crawl_runs.recent()
    assert (ending.status, run.status) == ("failed", "failed")
    assert "内存上限 40 MB" in run.summary["error"]
    assert "Traceback" not in ending.error


def test_a_child_that_the_system_kills_is_one_failed_run(context: AppContext) -> None:
    silent = socket.create_server(("127.0.0.1", 0))
    order = order_at(context, f"http://127.0.0.1:{silent.getsockname()[1]}/")

    async def killed() -> ProcessResult:
        running = asyncio.create_task(run_crawl_job(context, order))
        while not context.crawl_processes._alive:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        (child,) = context.crawl_processes._alive
        os.kill(child.pid, signal.SIGKILL)
        return await running

    ending = asyncio.run(killed())
    silent.close()
    assert ending.status == "failed"
    assert "被系统终止" in ending.error


def test_evidence_that_cannot_be_written_is_told_and_nothing_counts_as_seen(context: AppContext, site: Site) -> None:
    folder = context.evidence / f"{context.clock():%Y-%m-%d}"
    folder.parent.mkdir(parents=True)
    folder.write_text("in the way")
    ending = asyncio.run(run_crawl_job(context, order_at(context, site.url)))
    (run,) = context.store.crawl_runs.recent()
    assert run.status == "failed"
    assert "存证" in ending.error
    assert ending.summary["outcomes"] == {}
    assert context.store.observations.of_run(run.id) == []


def test_a_child_whose_parent_died_while_it_loaded_asks_nobody(context: AppContext, site: Site, tmp_path: Path) -> None:
    file = tmp_path / "order.json"
    file.write_text(dump(order_at(context, site.url)), "utf-8")
    parent = (
        "import os, subprocess, sys; stdin = open(sys.argv[1]);"
        "child = subprocess.Popen([sys.executable, '-m', 'crawler.fetch.worker', '--parent', str(os.getpid())], stdin=stdin,"
        " stderr=subprocess.DEVNULL, start_new_session=True);"
        "print(child.pid, flush=True); os.kill(os.getpid(), 9)"
    )
    env = {**os.environ, **CHILD_ENVIRONMENT}
    started = subprocess.run([sys.executable, "-c", parent, str(file)], env=env, stdout=subprocess.PIPE, check=False)
    child = Path(f"/proc/{int(started.stdout.splitlines()[0])}")
    until = time.monotonic() + 60
    while time.monotonic() < until and child.exists():
        time.sleep(0.1)
    assert not child.exists()
    assert site.asked == 0


def test_the_pool_itself_takes_the_place(context: AppContext, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever runs an order, and whatever for: no more than the limit at once, and the clock starts with the place."""
    at_once, most, begun = 0, 0, []

    async def work(order: CrawlJob) -> ProcessResult:
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        await asyncio.sleep(0.01)
        at_once -= 1
        return ProcessResult(RunStatus.OK)

    async def many() -> None:
        nursery = CrawlProcessPool(2, 60)
        monkeypatch.setattr(nursery, "_run", work)

        def begin(order: CrawlJob) -> CrawlJob:
            begun.append(at_once)
            return order

        order = new_crawl_job(context, RunKind.DISCOVERY, Platform.WEIBO, [])
        await asyncio.gather(*(nursery.run(order, begin) for _ in range(6)))

    asyncio.run(many())
    assert most == 2
    assert max(begun) < 2


def test_a_sweep_does_not_undo_a_switch_thrown_meanwhile(context: AppContext, monkeypatch: pytest.MonkeyPatch) -> None:
    platforms = context.store.platform_state
    stale = platforms.get("weibo")
    platforms.switch("weibo", by="王", reason="测试", now=NOW, enabled=False)
    platforms.set("weibo", breaker_opened_at=NOW, breaker_reason="6 个账号同时变化")
    monkeypatch.setattr(platforms, "get", lambda platform: stale)  # what a sweep read before
    platforms.set("weibo", consecutive_blocks=1, paused_until=NOW)
    platforms.switch("weibo", by="王", reason="测试", now=NOW, robots_waived=False)
    monkeypatch.undo()
    state = platforms.get("weibo")
    assert (state.enabled, state.consecutive_blocks, state.breaker_reason) == (False, 1, "6 个账号同时变化")
