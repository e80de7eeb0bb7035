"""On-demand looks 即时核查."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Text
from sqlmodel import Field, SQLModel

from storage.tables.columns import TIME


class ScanRow(SQLModel, table=True):
    """One on-demand look: what was pasted, by whom, how far it is; ``document`` is its report, "" until it has one.
    ``heartbeat_at``: when whoever carries it out last said so, by the database's clock; none while it waits its turn."""

    __tablename__ = "scan"
    id: str = Field(primary_key=True)
    target: str = Field(sa_type=Text)
    user: str
    display: str
    school: str
    started_at: datetime = Field(sa_type=TIME, index=True)
    finished_at: datetime | None = Field(default=None, sa_type=TIME)
    state: str
    heartbeat_at: float | None = None
    said: str = Field(default="", sa_type=Text)
    tone: str = ""
    document: str = Field(default="", sa_type=Text)
