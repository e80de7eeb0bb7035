"""Real workers on a real PostgreSQL and a campus on loopback: killed, hung, cut off; nothing is lost and nothing is doubled."""

from __future__ import annotations

import asyncio
import os
import pwd
import signal
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psycopg
import pytest

from monitors import clock
from monitors.app_context import AppContext
from monitors.job_queue import BackgroundTask, JobOrder, Queue
from monitors.jobs.evidence_store import upload_sealed, verify_all
from monitors.jobs.run_sweep import sweep_due
from monitors.scheduled_jobs import background_tasks
from monitors.service.postgres_queue import PostgresQueue
from storage.evidence import VerifyStatus
from storage.filings import key_of
from storage.queue_schema import live_workers
from tests.support.queue_worker import (
    STALLED,
    campus_order,
    jobs,
    looked_at,
    open_context,
    put_sweep,
    until,
    worker,
)

READ = {f"90000000{n:02d}" for n in (1, 2, 6, 10)}
"""Accounts of the campus that show no wall: behind one, the rest of a shard is not asked."""


@pytest.fixture
def order(fresh_postgres: str, tmp_path: Path) -> Iterator[dict[str, Any]]:
    """Settings for workers whose silence counts after a second, and a campus whose Weibo answers one request at a time."""
    with campus_order(fresh_postgres, tmp_path, READ) as given:
        yield given


def restart(url: str) -> None:
    """The database server ends all connections and comes back on its port, as after an update of the host."""
    with psycopg.connect(url) as database:
        (data,) = database.execute("SHOW data_directory").fetchone() or ("",)
    home = sorted(Path("/usr/lib/postgresql").glob("*/bin"))[-1]
    user = pwd.getpwnam("postgres") if os.geteuid() == 0 else None
    given: dict[str, Any] = {"user": user.pw_uid, "group": user.pw_gid, "cwd": "/"} if user else {}
    run = [str(home / "pg_ctl"), "-D", str(data), "-w", "-m", "fast", "restart"]
    with open(os.devnull, "wb") as nowhere:  # the server keeps what it is given: a pipe would never end
        subprocess.run(run, check=True, stdout=nowhere, stderr=nowhere, timeout=60, **given)


def test_a_shard_that_is_due_is_queued_once(order: dict[str, Any]) -> None:
    context, url = open_context(order), order["settings"]["database_url"]

    async def put() -> None:
        async with PostgresQueue(context, background_tasks(), 2).opened():
            await sweep_due(context)
            await sweep_due(context)

    asyncio.run(put())
    assert jobs(url) == {"todo": 1}
    context.store.close()


def test_a_job_that_hangs_is_ended(order: dict[str, Any]) -> None:
    async def hang(context: AppContext) -> None:
        await asyncio.sleep(60)

    context, task = open_context(order), BackgroundTask("hang", Queue.CHECK, hang)
    context.settings.job_timeout_seconds = 0.2

    async def live() -> None:
        async with PostgresQueue(context, [task], 3).opened() as queue:
            assert await queue.put(JobOrder(task=task, key="hang"))
            await queue.app.run_worker_async(wait=False, install_signal_handlers=False)
            assert await queue.put(JobOrder(task=task, key="hang")), "it may be put again"

    asyncio.run(live())
    assert jobs(order["settings"]["database_url"]) == {"failed": 1, "todo": 1}
    context.store.close()


def test_nothing_is_lost_or_doubled_whatever_becomes_of_workers(order: dict[str, Any], tmp_path: Path) -> None:
    context, url = open_context(order), order["settings"]["database_url"]
    keys = {key_of(filing) for filing in context.store.filings.all()}
    put_sweep(context)
    assert jobs(url) == {"todo": 1}, "the same work is not queued twice"
    with ExitStack() as stack:
        # A worker is killed in the middle of a shard: another goes on where it stopped.
        first = stack.enter_context(worker(order, tmp_path / "one"))
        until(lambda: len(looked_at(context)) >= 2, 180, "the first worker looks")
        first.kill()
        first.wait(10)
        assert set(looked_at(context)) < keys, "killed in the middle"
        second = stack.enter_context(worker(order, tmp_path / "two"))
        until(lambda: live_workers(context.store.database, STALLED), 180, "the doctor sees it")
        until(lambda: jobs(url) == {"succeeded": 1}, 180, "the second worker ends the shard")
        assert looked_at(context) == dict.fromkeys(keys, 1), "nothing is lost and nothing is looked at twice"

        # The database restarts under a worker: it comes back and does what is put then.
        restart(url)
        put_sweep(context)
        until(lambda: looked_at(context).total() > len(keys), 180, "the worker has come back")

        # A worker hangs as a whole: its shard is another's, and when it wakes up it ends nothing a second time.
        second.send_signal(signal.SIGSTOP)
        stack.enter_context(worker(order, tmp_path / "three"))
        until(lambda: jobs(url) == {"succeeded": 2}, 180, "the third worker has it done")
        second.send_signal(signal.SIGCONT)
        assert looked_at(context) == dict.fromkeys(keys, 2)
        planned = [context.store.observations.next_visit(key) for key in keys]
        assert all(at and at > clock.wall() for at in planned)

        # A newer version has changed the tables: who is of the old one ends by itself.
        with psycopg.connect(url) as database:
            (version,) = database.execute("SELECT version_num FROM alembic_version").fetchone() or ("",)
            database.execute("UPDATE alembic_version SET version_num = '9999'")
        assert second.wait(180) == 0
        assert jobs(url) == {"succeeded": 2}
    with psycopg.connect(url) as database:
        database.execute("UPDATE alembic_version SET version_num = %s", (version,))
    check_evidence(context, [tmp_path / name for name in ("one", "two", "three")], keys)
    context.store.close()


def check_evidence(context: AppContext, folders: list[Path], keys: set[str]) -> None:
    """Each worker wrote into a folder of its own; the shared store has them all, whole, and the office reads every page."""
    for folder in folders:
        context.settings.data = folder
        upload_sealed(context)
    context.settings.data = folders[0] / "office"
    report = verify_all(context.settings, context.store.chain_heads.all(), {})
    assert report.status is VerifyStatus.VERIFIED, str(report)
    looks = [(key, look) for key, look, _ in context.store.observations.checked(clock.wall())]
    assert {key for key, _ in looks} == keys
    assert all(context.archive().get(look.evidence).body for _, look in looks if look.evidence)
