"""What the database keeps about the evidence files."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, Index, LargeBinary
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


class EvidenceExpiryRow(SQLModel, table=True):
    """Evidence whose time is over, by the code of a retention rule (`rules.retention.RetentionRule`): since when, when
    nothing cited it any more, when its bytes were destroyed. No name or id of a person stands here."""

    __tablename__ = "evidence_expiry"
    evidence: str = Field(primary_key=True)
    rule: str
    due_at: datetime = Field(sa_type=TIME)
    cleared_at: datetime | None = Field(default=None, sa_type=TIME)
    expired_at: datetime | None = Field(default=None, sa_type=TIME)
    __table_args__ = (Index("ix_evidence_expiry_expired", "expired_at"),)


class TimestampRow(SQLModel, table=True):
    """What a time-stamp authority signed about the manifest's head, one a day: whoever rewrites the database too cannot forge it."""

    __tablename__ = "timestamp"
    day: date = Field(primary_key=True)
    head: str
    stamped_at: datetime = Field(sa_type=TIME)
    token: bytes = Field(sa_type=LargeBinary)
