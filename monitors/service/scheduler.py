"""Which job runs when: APScheduler in the service's loop, the timetable in our own table, missed runs caught up once."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.cron import CronTrigger

from monitors.app_context import AppContext
from rules.model import BEIJING
from storage.database import StorageError

ZONE = "Asia/Shanghai"
log = structlog.get_logger()

Job = Callable[[AppContext], Awaitable[None]]


class JobScheduler:
    """The service's jobs. Each runs alone (never beside itself), whoever started it."""

    def __init__(self, context: AppContext, jobs: Mapping[str, tuple[str, Job]]) -> None:
        """``jobs`` maps a name to (default cron, coroutine function); an operator's cron in the table wins."""
        self._context, self._jobs = context, jobs
        self._alone = {name: asyncio.Lock() for name in jobs}
        self._scheduler = AsyncIOScheduler(
            timezone=ZONE, job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": 3600}
        )
        self._running: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Schedule everything and catch up, once, on what was missed while the service was down."""
        now = self._context.clock()
        jobs = self._context.store.scheduled_jobs
        defaults = {name: cron for name, (cron, _) in self._jobs.items()}
        await asyncio.to_thread(jobs.add_missing, defaults)
        for job in await asyncio.to_thread(jobs.all):
            name = job.name
            if name not in self._jobs or not job.enabled:
                continue
            trigger = cron_trigger(job.cron)
            self._scheduler.add_job(self.run, trigger, args=[name], id=name)
            if missed(trigger, job.last_started_at, now):
                log.info("job.catch_up", job=name)
                self.run_soon(name)
        self._scheduler.resume()

    def begin(self) -> None:
        """Be alive from now on; nothing runs before `start`."""
        self._scheduler.start(paused=True)

    def run_soon(self, name: str) -> None:
        """Run a job now, in the background."""
        task = asyncio.get_running_loop().create_task(self.run(name))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def run(self, name: str) -> None:
        """Run a job unless it is running; its start, end and error are kept. An error never ends the service."""
        lock = self._alone[name]
        if lock.locked():
            log.info("job.still_running", job=name)
            return
        async with lock:
            with structlog.contextvars.bound_contextvars(job=name):
                await self._run_alone(name)

    async def _run_alone(self, name: str) -> None:
        begun, error = time.monotonic(), ""
        try:
            await asyncio.to_thread(self._context.store.scheduled_jobs.started, name, self._context.clock())
            await self._jobs[name][1](self._context)
        except asyncio.CancelledError:
            raise
        except Exception as problem:  # whatever a job does, the next one must still run
            error = f"{type(problem).__name__}: {problem}"
            log.error("job.failed", error=error)
        lasted, jobs = time.monotonic() - begun, self._context.store.scheduled_jobs
        try:
            await asyncio.to_thread(jobs.ended, name, self._context.clock(), lasted, error)
        except StorageError as problem:  # what the database could not take; the next run says how the job stands
            log.error("job.unrecorded", error=str(problem))

    @property
    def alive(self) -> bool:
        """True while the scheduler runs."""
        return bool(self._scheduler.running)

    async def stop(self) -> None:
        """Stop scheduling, end children, wait for jobs to notice."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
        self._context.crawl_processes.stop()
        for task in list(self._running):
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)


def cron_trigger(cron: str) -> Any:
    """A crontab line in Beijing time. Raises ValueError: weekdays go by name, for APScheduler counts them from Monday."""
    fields = cron.split()
    if len(fields) != 5 or any(letter.isdigit() for letter in fields[4]):
        raise ValueError(f"时间表写法不对: {cron!r}。应为五段，星期用 mon-sun 表示。")
    return CronTrigger.from_crontab(cron, timezone=ZONE)


def missed(trigger: Any, last: datetime | None, now: datetime) -> bool:
    """True where a run was due after the last start and before now; a job that never ran is due."""
    if last is None:
        return True
    due = trigger.get_next_fire_time(None, last.astimezone(BEIJING) + timedelta(seconds=1))
    return due is not None and due <= now
