"""The job queue of an installation on PostgreSQL: Procrastinate, with our tasks, our locks and the rescue of lost jobs."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import structlog
from procrastinate import App, BaseRetryStrategy, PsycopgConnector, RetryDecision
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException, ProcrastinateException
from procrastinate.job_context import JobContext
from procrastinate.jobs import Job, Status

from monitors.app_context import AppContext
from monitors.job_queue import BackgroundTask, JobOrder
from monitors.service.own_jobs import OwnJobs
from storage.advisory_lock import AdvisoryLock
from storage.database import SOON_NOTICED, StorageError

log = structlog.get_logger()
AT_ONCE = datetime(1970, 1, 1, tzinfo=UTC)
"""When a job that goes back on the queue is due: long ago by every clock. The library takes the worker's own, and a clock
that is ten minutes fast would have the job wait so long."""
ATTEMPTS = 5
"""A job that took so many workers with it is not handed to a sixth."""
KEPT_HOURS = 72
"""How long a finished job stays to be looked at."""


class RequeueWhenStopped(BaseRetryStrategy):
    """A job that its worker's end, or the database's, cut short goes back on the queue; one that failed by itself does
    not: the timetable comes round again."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        """Back at once when cut short."""
        cut_short = isinstance(exception, asyncio.CancelledError | StorageError)
        return RetryDecision(retry_at=AT_ONCE) if cut_short and job.attempts < ATTEMPTS else None


class PostgresQueue:
    """The queue that all processes on one database share."""

    spreads = True

    def __init__(self, context: AppContext, tasks: Iterable[BackgroundTask], connections: int) -> None:
        """``tasks`` are all that may be put or taken; nothing is opened yet."""
        self.context = context
        conninfo = context.settings.database.replace("postgresql+psycopg://", "postgresql://", 1)
        pool: dict[str, Any] = {"min_size": 1, "max_size": connections, "timeout": 10.0, "reconnect_timeout": 10.0,
                                "kwargs": SOON_NOTICED}  # fmt: skip
        self.app = App(connector=PsycopgConnector(conninfo=conninfo, **pool))
        self.app.job_manager = OwnJobs(self.app.connector)
        self.running: dict[int, asyncio.Task[Any]] = {}
        """What this process does now, by the number of the job."""
        for task in tasks:
            self._register(task)

    def _register(self, task: BackgroundTask) -> None:
        limit = self.context.settings.job_timeout_seconds

        async def run(taken: JobContext, /, **arguments: Any) -> None:
            job, me = taken.job.id, asyncio.current_task()
            assert job is not None
            assert me is not None
            self.running[job] = me
            try:
                await asyncio.wait_for(task.run(self.context, **arguments), limit)
            except TimeoutError:
                log.error("job.timeout", task=task.name, seconds=limit)
                raise
            finally:
                del self.running[job]

        self.app.task(name=task.name, queue=task.queue.value, retry=RequeueWhenStopped(), pass_context=True)(run)

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[PostgresQueue]:
        """The queue in use by this process's context. Raises StorageError where the server cannot be reached."""
        logging.getLogger("procrastinate").setLevel(logging.WARNING)
        try:
            await self.app.open_async()
        except ConnectorException as error:
            raise StorageError("连不上数据库服务器。请检查设置 database_url，以及服务器是否在运行。") from error
        self.context.job_queue = self
        try:
            yield self
        finally:
            await self.app.close_async()

    async def put(self, order: JobOrder) -> bool:
        """Put it on the queue; False where it waits or runs already. Raises StorageError."""
        alone = order.alone or order.key
        jobs = self.app.job_manager
        deferred = self.app.configure_task(order.task.name, queue=queue_of(order), queueing_lock=order.key, lock=alone)
        try:
            if await jobs.list_jobs_async(queueing_lock=order.key, status=Status.DOING.value):
                return False
            await deferred.defer_async(**order.arguments)
        except AlreadyEnqueued:
            return False
        except ConnectorException as error:
            raise StorageError("数据库暂时连不上，任务没有排入。") from error
        return True

    async def rescue(self) -> int:
        """Give the jobs of workers that fell silent back to the queue; how many. One process at a time does it: of two, the
        second would take the job from the worker that has just got it."""
        lock = AdvisoryLock(self.context.store.database, "rescue")
        if not await asyncio.to_thread(lock.acquire):
            return 0
        try:
            seconds = self.context.settings.stalled_seconds
            stalled = list(await self.app.job_manager.get_stalled_jobs(seconds_since_heartbeat=seconds))
            for job in stalled:
                await self._give_back(job)
            return len(stalled)
        finally:
            await asyncio.to_thread(lock.release)

    async def _give_back(self, job: Job) -> None:
        jobs = self.app.job_manager
        log.warning("job.rescued", task=job.task_name, job=job.id, attempts=job.attempts)
        try:
            if job.attempts < ATTEMPTS:
                await jobs.retry_job(job, retry_at=AT_ONCE)
                return
        except (
            ProcrastinateException
        ) as error:  # the same work was put again meanwhile, or its worker came back and ended it
            log.warning("job.not_given_back", job=job.id, error=str(error))
        try:
            await jobs.finish_job(job, Status.FAILED, delete_job=False)
        except ProcrastinateException as error:
            log.warning("job.ended_by_itself", job=job.id, error=str(error))

    async def rescue_for_ever(self) -> None:
        """Look for lost jobs as often as a worker may be silent; a database that is away is waited for."""
        while True:
            await asyncio.sleep(self.context.settings.stalled_seconds)
            try:
                await self.rescue()
                await self.app.job_manager.delete_old_jobs(
                    KEPT_HOURS, include_failed=True, include_cancelled=True, include_aborted=True
                )
            except (StorageError, ProcrastinateException) as error:
                log.warning("rescue.database_away", error=str(error))


def queue_of(order: JobOrder) -> str:
    """The queue's name, with the address that its work has to leave by."""
    return f"{order.task.queue}@{order.egress}" if order.egress else order.task.queue.value
