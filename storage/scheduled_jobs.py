"""The service's timetable: each scheduled job's cron line and how its newest run went."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from storage.database import Database, table, upsert
from storage.tables import ScheduledJobRow

JOB = table(ScheduledJobRow)


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRecord:
    """One job. ``last_error`` is "" where the newest run ended well; ``last_seconds`` is how long it took."""

    name: str
    cron: str
    enabled: bool = True
    last_started_at: datetime | None = None
    last_success_at: datetime | None = None
    last_seconds: float | None = None
    last_error: str = ""


class ScheduledJobRepository:
    """Questions and sentences about scheduled jobs."""

    def __init__(self, database: Database) -> None:
        """Over an upgraded database."""
        self._db = database

    def all(self) -> list[JobRecord]:
        """The timetable, by name."""
        with self._db.read() as tx:
            return [JobRecord(**row._mapping) for row in tx.execute(select(JOB).order_by(JOB.c.name))]

    def add_missing(self, defaults: Mapping[str, str]) -> None:
        """Add jobs (name → cron) that the timetable does not have yet; an operator's cron line stays."""
        rows = [{"name": name, "cron": cron, "enabled": True, "last_error": ""} for name, cron in defaults.items()]
        with self._db.write() as tx:
            upsert(tx, ScheduledJobRow, rows, keep=["*"])

    def started(self, name: str, now: datetime) -> None:
        """A job begins."""
        with self._db.write() as tx:
            tx.execute(JOB.update().where(JOB.c.name == name).values(last_started_at=now))

    def ended(self, name: str, now: datetime, seconds: float, error: str = "") -> None:
        """A job ended; without an error that is its last success."""
        values: dict[str, Any] = {"last_seconds": seconds, "last_error": error[:2000]}
        if not error:
            values["last_success_at"] = now
        with self._db.write() as tx:
            tx.execute(JOB.update().where(JOB.c.name == name).values(**values))
