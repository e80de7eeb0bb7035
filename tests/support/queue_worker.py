"""A worker to be killed: `python -m tests.support.queue_worker ORDER.json` works for a campus on loopback until it is ended."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import time_machine

from monitors import clock
from monitors.app_context import AppContext
from monitors.demo.register import opening
from monitors.demo.server import CampusServer
from monitors.job_queue import JobOrder, Queue
from monitors.jobs.run_sweep import sweep_order
from monitors.scheduled_jobs import background_tasks
from monitors.service.postgres_queue import PostgresQueue
from monitors.service.worker import work
from monitors.settings import load_settings
from rules.model import Platform
from storage.queue_schema import prepare_queue
from storage.store import Store

ROOT = Path(__file__).parents[2]
PLATFORM = Platform.WEIBO
STALLED = 1.0
"""Seconds after which the silence of a worker counts."""


@contextmanager
def campus_order(database_url: str, folder: Path, accounts: Collection[str]) -> Iterator[dict[str, Any]]:
    """Settings for workers on a new database with these accounts of the demo's register, and a campus whose Weibo answers
    one request at a time."""
    campus, filings = opening(clock.wall())
    with CampusServer(campus) as server:
        settings = {
            "data": str(folder / "office"),
            "database_url": database_url.replace("+psycopg", ""),
            "demo": True,
            "delay_seconds": 0.3,
            "accounts_per_process": 2,
            "stalled_seconds": STALLED,
            "evidence_store": str(folder / "store"),
        }
        given = {"settings": settings, "campus": ("127.0.0.1", server.plain_port, server.tls_port)}
        context = open_context(given)
        own = [f for f in filings if f.platform is PLATFORM and f.school == "demo" and f.account_id in accounts]
        context.store.filings.save(own, by="测试", now=clock.wall())
        prepare_queue(context.store.database)
        context.store.close()
        yield given


def open_context(order: dict[str, Any]) -> AppContext:
    """A context on PostgreSQL whose network is the campus."""
    settings = load_settings(**order["settings"])
    return AppContext(
        settings, Store(settings.database), clock.wall, connect_to=order["campus"] and tuple(order["campus"])
    )


def put(context: AppContext, *orders: JobOrder) -> list[bool]:
    """Put orders on the queue; whether each was taken."""

    async def all_of_them() -> list[bool]:
        async with PostgresQueue(context, background_tasks(), 2).opened() as queue:
            return [await queue.put(order) for order in orders]

    return asyncio.run(all_of_them())


def put_sweep(context: AppContext) -> None:
    """Have all accounts looked at; the same work is not queued twice."""
    assert put(context, *[sweep_order(context, platforms=[PLATFORM.value]) for _ in range(2)]) == [True, False]


def jobs(url: str) -> Counter[str]:
    """How many jobs of the queue are in which state."""
    with psycopg.connect(url) as database:
        return Counter(status for (status,) in database.execute("SELECT status::text FROM procrastinate_jobs"))


def until(what: Callable[[], object], seconds: float, why: str) -> float:
    """Wait for something to become true; returns how many seconds that took."""
    begun = time.monotonic()
    while not what():
        assert time.monotonic() < begun + seconds, why
        time.sleep(0.1)
    return time.monotonic() - begun


def looked_at(context: AppContext) -> Counter[str]:
    """How many runs say of each account that they looked at it."""
    found: Counter[str] = Counter()
    for run in context.store.crawl_runs.recent(50):
        found.update(key for key, _, _ in context.store.crawl_runs.outcomes(run.id))
    return found


@contextmanager
def worker(order: dict[str, Any], data: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A worker process with a data directory and a way out of its own; killed at the end where it still lives.

    ``clock_ahead`` in the order: so many seconds its clock is fast. Its crawl children read no clock: it tells them the time.
    """
    data.mkdir(parents=True, exist_ok=True)
    file = data / "order.json"
    own = {"data": str(data), "egress": data.name}
    file.write_text(json.dumps(order | {"settings": order["settings"] | own}), "utf-8")
    with (data / "worker.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.queue_worker", str(file)], cwd=ROOT, stdout=log, stderr=log
        )
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        process.wait(20)


def main() -> None:
    """Entry of the process."""
    order = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    ahead = timedelta(seconds=order.get("clock_ahead", 0))
    if ahead:
        time_machine.travel(datetime.now(UTC) + ahead, tick=True).start()
    context = open_context(order)
    asyncio.run(work(context, list(Queue), order.get("concurrency", 1)))
    context.store.close()


if __name__ == "__main__":
    main()
