"""What may be used by one at a time, or only so often: hosts, platforms, and each host's robots.txt.

Times are seconds since 1970 by the database's own clock (`storage.database_clock`), but for ``paused_until``, which people read.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import LargeBinary
from sqlmodel import Field, SQLModel

from storage.tables.columns import TIME


class HostLeaseRow(SQLModel, table=True):
    """One host as it is asked from one egress ("" where all egresses share it): how often today, and when again.

    ``day`` counts from 1970-01-01 in Beijing; ``busy_until`` is until when ``holder`` may wait for its answer.
    """

    __tablename__ = "host_lease"
    host: str = Field(primary_key=True)
    egress: str = Field(primary_key=True)
    day: int
    requests: int
    next_at: float = 0.0
    busy_until: float = 0.0
    holder: str = ""
    walled_at: float = 0.0


class PlatformLeaseRow(SQLModel, table=True):
    """One platform as it is asked from one egress: whose turn it is, and its rest after blocked pages."""

    __tablename__ = "platform_lease"
    platform: str = Field(primary_key=True)
    egress: str = Field(primary_key=True)
    holder: str = ""
    expires_at: float = 0.0
    consecutive_blocks: int = 0
    paused_until: datetime | None = Field(default=None, sa_type=TIME)


class RobotsAnswerRow(SQLModel, table=True):
    """What one host (with its port) answered for robots.txt on one day; ``body`` is empty while ``holder`` asks for it."""

    __tablename__ = "robots_answer"
    netloc: str = Field(primary_key=True)
    day: int
    holder: str
    claimed_until: float
    body: bytes | None = Field(default=None, sa_type=LargeBinary)
