"""Real workers on a real PostgreSQL and a campus on loopback: killed, hung, cut off; nothing is lost and nothing is doubled."""

from __future__ import annotations

import asyncio
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psycopg
import pytest

from monitors import clock
from monitors.app_context import AppContext
from monitors.demo.register import opening
from monitors.demo.server import CampusServer
from monitors.jobs.run_sweep import sweep_due
from monitors.scheduled_jobs import background_tasks
from monitors.service.postgres_queue import PostgresQueue
from rules.model import Platform
from storage.filings import key_of
from storage.queue_schema import prepare_queue
from tests.support.queue_worker import open_context, worker

PLATFORM = Platform.WEIBO
STALLED = 1.0


@pytest.fixture
def order(fresh_postgres: str, tmp_path: Path) -> Iterator[dict[str, Any]]:
    """Settings for workers whose silence counts after a second, and a campus whose Weibo answers one request at a time."""
    campus, filings = opening(clock.wall())
    with CampusServer(campus) as server:
        settings = {
            "data": str(tmp_path / "office"),
            "database_url": fresh_postgres.replace("+psycopg", ""),
            "demo": True,
            "delay_seconds": 0.25,
            "stalled_seconds": STALLED,
        }
        given = {"settings": settings, "campus": ("127.0.0.1", server.plain_port, server.tls_port)}
        context = open_context(given)
        own = [filing for filing in filings if filing.platform is PLATFORM and filing.school == "demo"]
        context.store.filings.save(own, by="测试", now=clock.wall())
        prepare_queue(context.store.database)
        context.store.close()
        yield given


def put_sweep(context: AppContext) -> None:
    async def put() -> None:
        async with PostgresQueue(context, background_tasks(), 2).opened():
            await sweep_due(context)
            await sweep_due(context)

    asyncio.run(put())


def jobs(url: str) -> Counter[str]:
    with psycopg.connect(url) as database:
        return Counter(status for (status,) in database.execute("SELECT status::text FROM procrastinate_jobs"))


def until(what: Callable[[], object], seconds: float, why: str) -> None:
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, why
        time.sleep(0.1)


def looked_at(context: AppContext) -> Counter[str]:
    """How many runs say of each account that they looked at it."""
    found: Counter[str] = Counter()
    for run in context.store.crawl_runs.recent(50):
        found.update(key for key, _, _ in context.store.crawl_runs.outcomes(run.id))
    return found


def test_a_killed_workers_shard_is_taken_up_where_it_stopped(order: dict[str, Any], tmp_path: Path) -> None:
    context, url = open_context(order), order["settings"]["database_url"]
    keys = {key_of(filing) for filing in context.store.filings.all()}
    assert len(keys) > 5
    put_sweep(context)
    assert jobs(url) == {"todo": 1}, "the same shard is not queued twice"
    with ExitStack() as stack:
        first = stack.enter_context(worker(order, tmp_path / "one"))
        until(lambda: len(looked_at(context)) >= 2, 40, "the first worker looks")
        first.send_signal(signal.SIGKILL)
        first.wait(10)
        before = set(looked_at(context))
        assert before < keys, "killed in the middle"
        begun = time.monotonic()
        stack.enter_context(worker(order, tmp_path / "two"))
        until(lambda: jobs(url) == {"succeeded": 1}, 60, "the second worker ends the shard")
    assert time.monotonic() - begun < 60
    found = looked_at(context)
    assert set(found) == keys, "nothing is lost"
    assert set(found.values()) == {1}, "and nothing is looked at twice"
    assert all(at > clock.wall() for at in context.store.observations.next_visits().values())
    context.store.close()
