"""Every job of the service: the service runs them, the operations page lists them."""

from __future__ import annotations

from monitors import jobs
from monitors.job_queue import BackgroundTask
from monitors.jobs.scheduled_job import find_jobs, find_tasks

SCHEDULED_JOBS = tuple(find_jobs(jobs.__name__, jobs.__path__))
LABELS = {job.name: job.label for job in SCHEDULED_JOBS}


def background_tasks() -> list[BackgroundTask]:
    """All that a worker may be given: the scheduled jobs and what they and the console put on the queue."""
    return [*(job.as_task() for job in SCHEDULED_JOBS), *find_tasks(jobs.__name__, jobs.__path__)]
