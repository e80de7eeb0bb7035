"""What is sent: the outbox, the numbers given out, the digests."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Index, Text, text
from sqlmodel import Field, SQLModel

from storage.tables.columns import TIME

NUMBERED = "number <> ''"


class NoticeRow(SQLModel, table=True):
    """The outbox: one document to one addressee, from its draft on. ``id`` is case number + step: never two. ``number`` is
    "" until it is signed; ``since``: when its state began; ``receipt``: who received it, as JSON."""

    __tablename__ = "notice"
    __table_args__ = (
        Index(
            "ux_notice_number",
            "school",
            "number",
            unique=True,
            sqlite_where=text(NUMBERED),
            postgresql_where=text(NUMBERED),
        ),
        Index("ix_notice_state_next", "state", "next_attempt_at"),
    )
    id: str = Field(primary_key=True)
    number: str
    school: str
    case_number: str = Field(index=True)
    document_type: str
    state: str
    created_at: datetime = Field(sa_type=TIME)
    claimed_until: float = 0.0
    sent_at: datetime | None = Field(default=None, sa_type=TIME)
    next_attempt_at: datetime | None = Field(default=None, sa_type=TIME)
    attempts: int = 0
    error: str = ""
    delivery_results: str = Field(default="{}", sa_type=Text)
    unit: str = ""
    title: str = ""
    since: datetime | None = Field(default=None, sa_type=TIME)
    receipt: str = Field(default="", sa_type=Text)
    document: str = Field(sa_type=Text)


class NoticeCaseRow(SQLModel, table=True):
    """Which cases a letter is about: one 提示函 or 更正通知 may speak of several."""

    __tablename__ = "notice_case"
    notice: str = Field(primary_key=True)
    case_number: str = Field(primary_key=True, index=True)


class AlertRow(SQLModel, table=True):
    """Something that was to be told at once: since when it holds, when it was told, when it ended."""

    __tablename__ = "alert"

    key: str = Field(primary_key=True)
    audience: str = Field(primary_key=True)
    school: str
    kind: str
    text: str = Field(sa_type=Text)
    path: str
    raised_at: datetime = Field(sa_type=TIME)
    told_at: datetime | None = Field(default=None, sa_type=TIME)
    ended_at: datetime | None = Field(default=None, sa_type=TIME)


class MuteRow(SQLModel, table=True):
    """An address that does not want pages of a kind until a moment."""

    __tablename__ = "mute"

    address: str = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    until: datetime = Field(sa_type=TIME)
    by: str
    made_at: datetime = Field(sa_type=TIME)


class NumberSequenceRow(SQLModel, table=True):
    """The last number given out per school, year and kind, taken in the transaction that uses it."""

    __tablename__ = "number_sequence"
    school: str = Field(primary_key=True)
    year: int = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    last: int


class DigestRow(SQLModel, table=True):
    """A day's digest as it was made."""

    __tablename__ = "digest"
    school: str = Field(primary_key=True)
    day: date = Field(primary_key=True)
    made_at: datetime = Field(sa_type=TIME)
    text: str = Field(sa_type=Text)
    html: str = Field(sa_type=Text)
