"""Three children at once ask one host as often as one would, and what a killed one asked is booked: the server counts."""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from crawler.fetch.job import CrawlJob, FetchTask
from crawler.platforms.spec import Target
from monitors import clock
from monitors.app_context import AppContext
from monitors.crawl_processes import CrawlProcessPool, ProcessResult, kill_group
from monitors.jobs.sweep import new_crawl_job, run_crawl_job
from monitors.settings import load_settings
from rules.model import Platform
from storage.crawl_runs import RunKind
from storage.host_leases import HostPace
from storage.store import Store

HOST, DELAY, BUDGET, CHILDREN, ACCOUNTS = "127.0.0.1", 0.3, 8, 3, 5
PAGE = "<html><head><title>示例学院</title></head><body><a href='/info/1.htm'>学院新闻标题</a></body></html>".encode()


class Host(ThreadingHTTPServer):
    """Remembers when it was asked for what, and how many waited for it at once at most."""

    def __init__(self) -> None:
        super().__init__((HOST, 0), Answers)
        self.asked: list[tuple[float, str]] = []
        self.waiting = self.most = 0
        self.lock, self.hangs = threading.Lock(), threading.Event()
        self.hangs.set()


class Answers(BaseHTTPRequestHandler):
    """A small page, after a while."""

    server: Host

    def do_GET(self) -> None:
        """Answer anything but robots.txt alike."""
        with self.server.lock:
            self.server.asked.append((time.monotonic(), self.path))
            self.server.waiting += 1
            self.server.most = max(self.server.most, self.server.waiting)
        self.server.hangs.wait(30)
        body = b"User-agent: *\nAllow: /\n" if self.path == "/robots.txt" else PAGE
        with self.server.lock:
            self.server.waiting -= 1
        with contextlib.suppress(OSError):
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


@pytest.fixture
def host() -> Iterator[Host]:
    server = Host()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.hangs.set()
    server.shutdown()
    thread.join(10)
    server.server_close()


@pytest.fixture
def context(store: Store, tmp_path: Path) -> AppContext:
    url = store.database.engine.url.render_as_string(hide_password=False)
    settings = load_settings(data=tmp_path, database_url=url, allowed_ranges=("127.0.0.1/32",), delay_seconds=DELAY)
    opened = AppContext(settings, store, clock.wall)
    opened.crawl_processes = CrawlProcessPool(CHILDREN, 120)
    return opened


def order_of(context: AppContext, host: Host, child: int) -> CrawlJob:
    looks = []
    for n in range(ACCOUNTS):
        name = f"{HOST}:{host.server_address[1]}/{child}-{n}"
        target = Target(platform=Platform.WEBSITE, key=f"website:{name}", account_id=name, url=f"http://{name}/")
        looks.append(FetchTask(target=target, url=target.url))
    return replace(new_crawl_job(context, RunKind.SWEEP, Platform.WEBSITE, looks, follow=False), daily_budget=BUDGET)


def test_three_children_ask_a_host_like_one(context: AppContext, host: Host) -> None:
    async def crawl() -> list[ProcessResult]:
        orders = [order_of(context, host, child) for child in range(CHILDREN)]
        return list(await asyncio.gather(*(run_crawl_job(context, order) for order in orders)))

    endings = asyncio.run(crawl())
    assert [ending.error for ending in endings] == [""] * CHILDREN
    paths = [path for _, path in host.asked]
    assert len(paths) == BUDGET, "all of the day's requests, and not one more"
    assert paths.count("/robots.txt") == 1
    assert len(set(paths)) == BUDGET
    assert host.most == 1
    assert host.asked[-1][0] - host.asked[0][0] > (BUDGET - 2) * DELAY, "the pace of one"
    assert context.store.host_leases.requests_today() == {HOST: BUDGET}
    assert sum(ending.summary["requests"] for ending in endings) == BUDGET
    assert sum(ending.summary["skipped"] for ending in endings) > 0, "those stay due"


def test_a_killed_child_has_booked_what_it_asked(context: AppContext, host: Host) -> None:
    host.hangs.clear()

    async def crawl() -> ProcessResult:
        running = asyncio.create_task(run_crawl_job(context, order_of(context, host, 0)))
        while not host.asked:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
        (child,) = context.crawl_processes._alive
        kill_group(child.pid)
        return await running

    assert asyncio.run(crawl()).status == "failed"
    leases = context.store.host_leases
    assert leases.requests_today() == {HOST: len(host.asked)}
    pace = HostPace(delay=DELAY, hold=30, budget=BUDGET, since=leases.clock())
    time.sleep(DELAY)
    assert leases.reserve(HOST, "", "the next", pace).wait > 0, "its answer might still come: not at once"
