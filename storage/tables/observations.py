"""What was seen: observations, the posts they showed, and the present folded from them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, Text
from sqlmodel import Field, SQLModel

from storage.tables.columns import ID, TIME


class ObservationRow(SQLModel, table=True):
    """Append-only: what one page showed at one moment."""

    __tablename__ = "observation"
    __table_args__ = (Index("ix_observation_key_at", "key", "observed_at"), Index("ix_observation_run", "run"))
    seq: int | None = Field(default=None, primary_key=True, sa_type=ID)
    key: str
    platform: str
    source: str
    outcome: str
    observed_at: datetime = Field(sa_type=TIME)
    last_post_at: datetime | None = Field(default=None, sa_type=TIME)
    run: str
    evidence: str
    fingerprint: str
    document: str = Field(sa_type=Text)


class PostRow(SQLModel, table=True):
    """An own post, kept once with the evidence of the page that first showed it; counted by low_volume."""

    __tablename__ = "post"
    __table_args__ = (Index("ix_post_key_published", "key", "published_at"),)
    key: str = Field(primary_key=True)
    post: str = Field(primary_key=True)
    published_at: datetime | None = Field(default=None, sa_type=TIME)
    first_seen_at: datetime = Field(sa_type=TIME)
    title: str
    url: str
    evidence: str


class AccountStateRow(SQLModel, table=True):
    """The present of one account (`rules.model.AccountState`), so that nothing scans history to know it.

    ``observed_days`` is a bitmap in hexadecimal: bit n is set when the day with ordinal ``observed_days_start + n`` had a
    fact. ``next_visit_reason`` is a code of `rules.visit_schedule.VisitReason`.
    """

    __tablename__ = "account_state"
    __table_args__ = (
        Index("ix_state_platform_next", "platform", "next_visit_at"),
        Index("ix_state_platform_fact", "platform", "last_fact_at"),
        Index("ix_state_shown", "key", "obstacle", "outcome", "last_fact_at"),
    )
    key: str = Field(primary_key=True)
    platform: str
    outcome: str | None = None
    obstacle: str | None = None
    attempted_at: datetime | None = Field(default=None, sa_type=TIME)
    last_fact_at: datetime | None = Field(default=None, sa_type=TIME)
    last_post_at: datetime | None = Field(default=None, sa_type=TIME)
    next_visit_at: datetime | None = Field(default=None, sa_type=TIME)
    next_visit_reason: str = ""
    observed_days: str = "0"
    observed_days_start: int = 0
    document: str = Field(sa_type=Text)
