"""What the database keeps about the evidence files."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, LargeBinary
from sqlmodel import Field, SQLModel

from storage.tables.columns import TIME


class ChainHeadRow(SQLModel, table=True):
    """The newest link of each evidence file's chain, kept apart from the files: who rewrites them all is found here."""

    __tablename__ = "chain_head"
    file: str = Field(primary_key=True)
    head: str
    at: datetime = Field(sa_type=TIME)


class EvidenceUploadRow(SQLModel, table=True):
    """A sealed file that the shared store holds, by the evidence folder it was written in."""

    __tablename__ = "evidence_upload"
    folder: str = Field(primary_key=True)
    file: str = Field(primary_key=True, index=True)
    bytes: int = Field(sa_type=BigInteger)
    at: datetime = Field(sa_type=TIME)


class TimestampRow(SQLModel, table=True):
    """What a time-stamp authority signed about the manifest's head, one a day: whoever rewrites the database too cannot forge it."""

    __tablename__ = "timestamp"
    day: date = Field(primary_key=True)
    head: str
    stamped_at: datetime = Field(sa_type=TIME)
    token: bytes = Field(sa_type=LargeBinary)
