"""The schedule."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field, SQLModel

from storage.tables.columns import TIME


class ScheduledJobRow(SQLModel, table=True):
    """One scheduled job: when it should run and when it last did."""

    __tablename__ = "scheduled_job"
    name: str = Field(primary_key=True)
    cron: str
    enabled: bool = True
    last_started_at: datetime | None = Field(default=None, sa_type=TIME)
    last_success_at: datetime | None = Field(default=None, sa_type=TIME)
    last_seconds: float | None = None
    last_error: str = ""
