"""What the database keeps about the evidence files."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field, SQLModel

from storage.tables.columns import TIME


class ChainHeadRow(SQLModel, table=True):
    """The newest link of each evidence file's chain, kept apart from the files: who rewrites them all is found here."""

    __tablename__ = "chain_head"
    file: str = Field(primary_key=True)
    head: str
    at: datetime = Field(sa_type=TIME)
