"""Accounts that may use a school's name without being filed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Text
from sqlmodel import Field, SQLModel

from storage.tables.columns import TIME


class CandidateRow(SQLModel, table=True):
    """An account, site or app that may use a school's name, waiting for or carrying a person's decision.

    Personal accounts: name, link, reason, evidence and an expiry date; nothing else.
    """

    __tablename__ = "candidate"
    school: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    platform: str
    name: str
    url: str
    kind: str
    state: str
    first_seen_at: datetime = Field(sa_type=TIME)
    last_seen_at: datetime = Field(sa_type=TIME)
    expires_at: datetime | None = Field(default=None, sa_type=TIME)
    decided_name: str = ""
    document: str = Field(sa_type=Text)
