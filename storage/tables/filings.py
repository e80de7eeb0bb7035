"""The register and its history."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, LargeBinary, Text
from sqlmodel import Field, SQLModel

from storage.tables.columns import ID, TIME

UNPLACED = 2**31 - 1
"""The position of a filing that never had a place in the office's order: behind all that have one."""


class FilingRow(SQLModel, table=True):
    """One row of the register as it stands now. ``level``, ``category`` and ``status`` are codes or "", ``position`` the
    row's place in the office's order."""

    __tablename__ = "filing"
    __table_args__ = (
        Index("ix_filing_order", "school", "position", "id"),
        Index("ix_filing_unit", "unit", "school"),
        Index("ix_filing_category", "category", "school"),
        Index("ix_filing_platform", "platform", "key"),
        Index("ix_filing_shown", "school", "platform", "key"),
    )
    school: str = Field(primary_key=True)
    id: str = Field(primary_key=True)
    key: str = Field(index=True)
    platform: str
    name: str
    unit: str
    level: str = ""
    category: str = ""
    status: str = ""
    position: int = UNPLACED
    document: str = Field(sa_type=Text)
    updated_at: datetime = Field(sa_type=TIME)


class FilingChangeRow(SQLModel, table=True):
    """Append-only: what an import or a person changed in the register."""

    __tablename__ = "filing_change"
    seq: int | None = Field(default=None, primary_key=True, sa_type=ID)
    school: str
    filing: str = Field(index=True)
    at: datetime = Field(sa_type=TIME)
    by: str
    reason: str = ""
    document: str = Field(sa_type=Text)


class RegisterHeadingRow(SQLModel, table=True):
    """What a heading of a school's own table means, as a person chose: a field, or "" for a column of the office's own."""

    __tablename__ = "register_heading"
    school: str = Field(primary_key=True)
    heading: str = Field(primary_key=True)
    field: str


class RegisterUploadRow(SQLModel, table=True):
    """A register on its way in: the file as uploaded, and what a person corrected of it. Deleted when done or expired."""

    __tablename__ = "register_upload"
    id: str = Field(primary_key=True)
    school: str
    user: str
    at: datetime = Field(sa_type=TIME)
    expires_at: datetime = Field(sa_type=TIME)
    filename: str
    content: bytes = Field(sa_type=LargeBinary)
    document: str = Field(sa_type=Text)
