"""A worker's hold on its jobs: who was silent for too long has lost them, and neither goes on with them nor ends them.

A worker that hung, or was cut off from the database, wakes up in the middle of work that another does by now. The runs'
attempts refuse what it would save under a run that was begun again; but it would go on to the next piece, and would end or
put back a job that is the other's.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from typing import Any

import structlog
from procrastinate.exceptions import ProcrastinateException
from procrastinate.jobs import Job
from procrastinate.manager import JobManager
from procrastinate.worker import Worker

log = structlog.get_logger()
MINE: Any = (
    "SELECT count(*) AS held FROM procrastinate_jobs WHERE id = %(job)s AND status = 'doing'"
    " AND worker_id IS NOT DISTINCT FROM %(worker)s"
)
HELD: Any = (
    "SELECT id FROM procrastinate_workers WHERE id = %(worker)s"
    " UNION ALL SELECT -id FROM procrastinate_jobs WHERE worker_id = %(worker)s AND status = 'doing'"
)
"""The worker's own number, and those of its jobs with a minus before them."""


class OwnJobs(JobManager):
    """Ends and puts back a job only while it is with the worker that it was with when it was read."""

    async def finish_job(self, job: Job, *arguments: Any, **named: Any) -> None:
        """The job came to its end. Raises ConnectorException."""
        if await self._is_held(job):
            await super().finish_job(job, *arguments, **named)

    async def retry_job(self, job: Job, *arguments: Any, **named: Any) -> None:
        """The job goes back on the queue. Raises ConnectorException."""
        if await self._is_held(job):
            await super().retry_job(job, *arguments, **named)

    async def _is_held(self, job: Job) -> bool:
        found = await self.connector.execute_query_one_async(MINE, job=job.id, worker=job.worker_id)
        if not found["held"]:
            log.warning("job.with_another", task=job.task_name, job=job.id)
        return bool(found["held"])


async def until_lost(worker: Worker, running: dict[int, asyncio.Task[Any]], seconds: float) -> None:
    """Return once the worker has lost its place: the database knows it no more, or said nothing for so many seconds.
    Jobs that are no longer its own, then all of them, are cancelled. ``running``: by their numbers."""
    heard, asked = time.monotonic(), None
    try:
        while time.monotonic() - heard <= seconds:
            await asyncio.sleep(seconds / 3)
            if worker.worker_id is None:  # it is not registered yet
                heard = time.monotonic()
                continue
            known = dict(running)
            asked = asked or asyncio.create_task(
                worker.app.connector.execute_query_all_async(HELD, worker=worker.worker_id)
            )
            await asyncio.wait([asked], timeout=seconds / 3)
            if not asked.done():
                continue
            with suppress(ProcrastinateException):
                held, heard = {row["id"] for row in asked.result()}, time.monotonic()
                if worker.worker_id not in held:
                    break
                _cancel({job: task for job, task in known.items() if -job not in held and running.get(job) is task})
            asked = None
        log.warning("worker.lost_its_place", silent_seconds=round(time.monotonic() - heard, 1))
        _cancel(running)
    finally:
        if asked:
            asked.cancel()


def _cancel(lost: dict[int, asyncio.Task[Any]]) -> None:
    for job, task in lost.items():
        log.warning("job.lost", job=job)
        task.cancel()
