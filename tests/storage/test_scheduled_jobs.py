"""The timetable: what an operator set stays, and a job that failed keeps the time of its last success."""

from __future__ import annotations

from datetime import timedelta

from storage.store import Store
from tests.conftest import NOW


def test_a_failed_run_keeps_the_last_success(store: Store) -> None:
    jobs = store.scheduled_jobs
    jobs.add_missing({"sweep": "0 6 * * *", "backup": "0 3 * * *"})
    jobs.add_missing({"sweep": "0 9 * * *"})
    assert [(job.name, job.cron, job.enabled) for job in jobs.all()] == [
        ("backup", "0 3 * * *", True),
        ("sweep", "0 6 * * *", True),
    ]
    jobs.started("sweep", NOW)
    jobs.ended("sweep", NOW + timedelta(minutes=1), 60.0)
    later = NOW + timedelta(days=1)
    jobs.started("sweep", later)
    jobs.ended("sweep", later, 0.5, "x" * 2001)
    backup, sweep = jobs.all()
    assert (sweep.last_started_at, sweep.last_success_at) == (later, NOW + timedelta(minutes=1))
    assert (sweep.last_seconds, sweep.last_error) == (0.5, "x" * 2000)
    assert (backup.last_started_at, backup.last_success_at, backup.last_error) == (None, None, "")
