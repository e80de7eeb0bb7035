"""Questions to the owners of accounts, how much is known, and the keys that links are signed with."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, Text
from sqlmodel import Field, SQLModel

from storage.tables.columns import TIME


class InquiryRow(SQLModel, table=True):
    """One question to the owner of an account (`rules.inquiries.Inquiry` in ``document``)."""

    __tablename__ = "inquiry"
    __table_args__ = (Index("ix_inquiry_school_state", "school", "state"),)
    number: str = Field(primary_key=True)
    school: str
    account: str = Field(index=True)
    unit: str
    owner: str
    state: str
    asked_at: datetime = Field(sa_type=TIME)
    document: str = Field(sa_type=Text)


class CoverageRow(SQLModel, table=True):
    """How much was known of a school's accounts of one platform when that was last counted."""

    __tablename__ = "coverage"
    school: str = Field(primary_key=True)
    platform: str = Field(primary_key=True)
    at: datetime = Field(sa_type=TIME)
    document: str = Field(sa_type=Text)


class SigningKeyRow(SQLModel, table=True):
    """A key that links are signed with, made at random on first use; whoever deletes the row ends all links."""

    __tablename__ = "signing_key"
    purpose: str = Field(primary_key=True)
    key: str
    created_at: datetime = Field(sa_type=TIME)
