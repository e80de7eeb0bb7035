"""Every job of the service: the service runs them, the operations page lists them."""

from __future__ import annotations

from monitors import jobs
from monitors.jobs.scheduled_job import find_jobs

SCHEDULED_JOBS = tuple(find_jobs(jobs.__name__, jobs.__path__))
LABELS = {job.name: job.label for job in SCHEDULED_JOBS}
