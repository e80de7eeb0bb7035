"""Findings, the cases made of them and what was done to each, the policies they opened under."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Index, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from storage.tables.columns import ID, TIME

OPEN_STATES = "state IN ('open', 'rectifying', 'resolved')"


class FindingRow(SQLModel, table=True):
    """The violated findings of the last check; a finding that is no longer violated leaves."""

    __tablename__ = "finding"
    key: str = Field(primary_key=True)
    school: str = Field(index=True)
    account: str
    rule: str
    first_found_at: datetime = Field(sa_type=TIME)
    checked_at: datetime = Field(sa_type=TIME)
    document: str = Field(sa_type=Text)


class CaseRow(SQLModel, table=True):
    """A case as a document; ``version`` is compared and set, so two hands never decide at once."""

    __tablename__ = "case_record"
    __table_args__ = (
        Index(
            "ux_case_open",
            "finding_key",
            unique=True,
            sqlite_where=text(OPEN_STATES),
            postgresql_where=text(OPEN_STATES),
        ),
        Index("ix_case_school_state", "school", "state"),
        Index("ix_case_unit", "unit", "school"),
    )
    number: str = Field(primary_key=True)
    finding_key: str
    school: str
    unit: str = ""
    title: str = ""
    account: str
    platform: str
    rule: str
    state: str
    opened_at: datetime = Field(sa_type=TIME)
    version: int
    document: str = Field(sa_type=Text)


class CaseEventRow(SQLModel, table=True):
    """Append-only: who did what to a case, when and why."""

    __tablename__ = "case_event"
    __table_args__ = (UniqueConstraint("case_number", "seq"),)
    id: int | None = Field(default=None, primary_key=True, sa_type=ID)
    case_number: str
    seq: int
    at: datetime = Field(sa_type=TIME, index=True)
    kind: str
    by: str
    document: str = Field(sa_type=Text)


class PolicyRow(SQLModel, table=True):
    """Every version of every policy file that was ever in force; cases name the version they opened under."""

    __tablename__ = "policy"
    version: str = Field(primary_key=True)
    school: str = Field(index=True)
    loaded_at: datetime = Field(sa_type=TIME)
    text: str = Field(sa_type=Text)


class SurveyRow(SQLModel, table=True):
    """One 摸底 of a school: while it lasts cases open and no paper is drafted; afterwards not before ``drafts_from``."""

    __tablename__ = "survey"
    school: str = Field(primary_key=True)
    opened_at: datetime = Field(primary_key=True, sa_type=TIME)
    reason: str
    closed_at: datetime | None = Field(default=None, sa_type=TIME)
    closed_by: str = ""
    drafts_from: date | None = None
