"""The register and its history."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Text
from sqlmodel import Field, SQLModel

from storage.tables.columns import ID, TIME


class FilingRow(SQLModel, table=True):
    """One row of the register as it stands now."""

    __tablename__ = "filing"
    school: str = Field(primary_key=True)
    id: str = Field(primary_key=True)
    key: str = Field(index=True)
    platform: str
    name: str
    unit: str
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
    document: str = Field(sa_type=Text)
