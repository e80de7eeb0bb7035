"""Which job runs when: APScheduler in the service's loop, the timetable in our own table, missed runs caught up once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.cron import CronTrigger

from monitors.app_context import AppContext
from monitors.job_queue import JobOrder
from monitors.jobs.scheduled_job import ScheduledJob
from rules.model import BEIJING
from storage.database import StorageError

ZONE = "Asia/Shanghai"
log = structlog.get_logger()


class JobScheduler:
    """The service's jobs, put on the queue when they are due. Each runs alone (never beside itself), whoever started it."""

    def __init__(self, context: AppContext, jobs: Iterable[ScheduledJob], may_run: Callable[[], bool]) -> None:
        """An operator's cron in the table wins over a job's own. ``may_run`` is asked before each: whether this is (still)
        the one scheduler of the installation."""
        self._context, self._jobs, self._may_run = context, {job.name: job for job in jobs}, may_run
        self._scheduler = AsyncIOScheduler(
            timezone=ZONE, job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": 3600}
        )
        self._running: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Schedule everything and catch up, once, on what was missed while the service was down."""
        now = self._context.clock()
        jobs = self._context.store.scheduled_jobs
        defaults = {name: job.cron for name, job in self._jobs.items()}
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
        """Put a job on the queue unless it is there or running. An error never ends the service."""
        try:
            if not await asyncio.to_thread(self._may_run):
                log.warning("job.not_the_scheduler", job=name)
            elif not await self._context.job_queue.put(JobOrder(task=self._jobs[name].as_task(), key=f"job.{name}")):
                log.info("job.still_running", job=name)
        except StorageError as error:  # the database is away: the next due time, or the next start, catches up
            log.error("job.not_queued", job=name, error=str(error))

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
