"""What the service does by itself, as a row: a module of this folder declares its own as ``JOBS``, and other background
work as ``TASKS``."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass
from importlib import import_module
from pkgutil import iter_modules, walk_packages

import structlog

from monitors.app_context import AppContext
from monitors.job_queue import BackgroundTask, Queue
from storage.database import StorageError

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class ScheduledJob:
    """One job. ``cron`` is the default, in Beijing time; the jobs' own table keeps what an operator changed. ``queue`` says
    which workers take it."""

    name: str
    label: str
    cron: str
    run: Callable[[AppContext], Awaitable[None]]
    queue: Queue = Queue.CHECK

    def as_task(self) -> BackgroundTask:
        """The job as background work that keeps its start, end and error."""

        async def run(context: AppContext) -> None:
            await run_recorded(context, self)

        return BackgroundTask(f"job.{self.name}", self.queue, run)


async def run_recorded(context: AppContext, job: ScheduledJob) -> None:
    """Run a job and keep its start, end and error in the timetable. An error never ends the process: the next job must
    still run."""
    with structlog.contextvars.bound_contextvars(job=job.name):
        await _run_recorded(context, job)


async def _run_recorded(context: AppContext, job: ScheduledJob) -> None:
    jobs, begun, error = context.store.scheduled_jobs, time.monotonic(), ""
    try:
        await asyncio.to_thread(jobs.started, job.name, context.clock())
        await job.run(context)
    except asyncio.CancelledError:
        raise
    except Exception as problem:
        error = f"{type(problem).__name__}: {problem}"
        log.error("job.failed", error=error)
    lasted = time.monotonic() - begun
    try:
        await asyncio.to_thread(jobs.ended, job.name, context.clock(), lasted, error)
    except StorageError as problem:  # what the database could not take; the next run says how the job stands
        log.error("job.unrecorded", error=str(problem))


def find_jobs(package: str, path: Iterable[str]) -> Iterator[ScheduledJob]:
    """What the modules of a package declare as ``JOBS``, in the order of their names."""
    for module in iter_modules(path):
        yield from getattr(import_module(f"{package}.{module.name}"), "JOBS", ())


def find_tasks(package: str, path: Iterable[str]) -> Iterator[BackgroundTask]:
    """What the modules of a package and of those inside it declare as ``TASKS``."""
    for module in walk_packages(path, f"{package}."):
        yield from getattr(import_module(module.name), "TASKS", ())
