"""Workers whose clocks are ten minutes wrong, on a real PostgreSQL: what is leased goes by the database's clock alone."""

from __future__ import annotations

import asyncio
import signal
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from procrastinate.jobs import Job

from monitors import clock
from monitors.app_context import AppContext
from monitors.job_queue import JobOrder
from monitors.jobs.digest import make_digest
from monitors.jobs.surveys import close_survey
from monitors.scheduled_jobs import background_tasks
from monitors.service.postgres_queue import AT_ONCE, ATTEMPTS, RequeueWhenStopped
from rules.cases.case import EventKind
from storage.database import StorageError
from storage.filings import key_of
from storage.notices import NoticeState
from storage.queue_schema import live_workers
from storage.serialization import dump
from tests.support.queue_worker import (
    STALLED,
    campus_order,
    jobs,
    looked_at,
    open_context,
    put,
    put_sweep,
    until,
    worker,
)

WRONG = 600
LETTERS = {f"demo/test/{number}" for number in range(20)}
SEEN = {"9000000001", "9000000002", "9000000003", "9000000004"}
"""Two that are active and two that fell silent: the second kind has cases."""


@pytest.fixture
def order(fresh_postgres: str, tmp_path: Path) -> Iterator[dict[str, Any]]:
    with campus_order(fresh_postgres, tmp_path, SEEN) as given:
        yield given


def twice(context: AppContext, *names: str) -> None:
    """Put these scheduled jobs on the queue in two orders each, so that both workers have one at the same time."""
    tasks = {task.name: task for task in background_tasks()}
    orders = [JobOrder(task=tasks[f"job.{name}"], key=f"{name}.{turn}") for name in names for turn in range(2)]
    assert all(put(context, *orders))


def test_a_wrong_clock_holds_no_lease_and_issues_no_step_twice(order: dict[str, Any], tmp_path: Path) -> None:
    context, url = open_context(order), order["settings"]["database_url"]
    keys = {key_of(filing) for filing in context.store.filings.all()}
    with ExitStack() as stack:
        # One that is slow hangs in the middle of a shard; the one that is fast takes it up at once.
        put_sweep(context)
        slow = stack.enter_context(worker(order | {"clock_ahead": -WRONG}, tmp_path / "slow"))
        until(lambda: looked_at(context), 60, "the slow worker looks")
        slow.send_signal(signal.SIGSTOP)
        stack.enter_context(worker(order | {"clock_ahead": WRONG}, tmp_path / "fast"))
        until(lambda: jobs(url) == {"succeeded": 1}, 60, "the fast worker ends the shard")
        slow.send_signal(signal.SIGCONT)
        assert looked_at(context) == dict.fromkeys(keys, 1), "nothing is lost and nothing is looked at twice"

        # Both judge, and both empty the outbox, at the same time.
        until(lambda: live_workers(context.store.database, STALLED) == 2, 60, "the slow worker is back")
        assert looked_at(context) == dict.fromkeys(keys, 1), "who wakes up goes on with nothing that is another's"
        twice(context, "check")
        until(lambda: jobs(url) == {"succeeded": 3}, 60, "the cases stand")
        close_survey(context, "demo", by="测试", drafts_from=clock.wall().date())
        due = clock.wall() - timedelta(seconds=2 * WRONG)  # by the clock of either
        page = dump(make_digest(context, "demo", clock.wall().date(), clock.wall()))
        assert all(context.store.outbox.queue_page(id, id, "demo", page, due) for id in LETTERS)
        twice(context, "check", "deliver")
        until(lambda: jobs(url) == {"succeeded": 7}, 60, "the letters left")
    check_papers(context, tmp_path)
    context.store.close()


def check_papers(context: AppContext, folder: Path) -> None:
    """Each case was opened once and each of its steps drafted and issued once; each letter left once, by one worker."""
    cases = context.store.cases.all("demo")
    assert len(cases) >= 2
    for case in cases:
        done = Counter((event.kind, event.data.step) for event in context.store.cases.events(case.number))
        once = (EventKind.OPENED, EventKind.ISSUED, EventKind.SENT, EventKind.RELEASED)
        assert all(n == 1 for (kind, _), n in done.items() if kind in once), done
    rows = {row.id: row for row in context.store.outbox.all()}
    assert {rows[id].state for id in LETTERS} == {NoticeState.SENT}
    left = Counter(path.name for path in folder.glob("*/outbox/*"))
    assert set(left.values()) == {1}


@pytest.mark.parametrize(
    ("error", "attempts", "comes_back"),
    [
        (asyncio.CancelledError(), 0, True),
        (StorageError(""), ATTEMPTS - 1, True),
        (StorageError(""), ATTEMPTS, False),
        (ValueError(), 0, False),
    ],
)
def test_a_job_that_was_cut_short_is_due_by_every_clock(error: BaseException, attempts: int, comes_back: bool) -> None:
    job = Job(id=1, queue="check", lock=None, queueing_lock=None, task_name="x", attempts=attempts)
    decision = RequeueWhenStopped().get_retry_decision(exception=error, job=job)
    assert (decision.retry_at if decision else None) == (AT_ONCE if comes_back else None)
