"""The crawler's work: runs, the accounts each visited, what was asked of search engines, and how each platform and host is treated."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Text
from sqlmodel import Field, SQLModel

from storage.tables.columns import ID, TIME


class CrawlRunRow(SQLModel, table=True):
    """One sweep, scan or discovery: one spider over one shard of accounts.

    ``attempt`` counts the starts of the run, ``heartbeat_at`` is when its holder last said that it lives, in seconds since
    1970 by the database's own clock.
    """

    __tablename__ = "crawl_run"
    id: str = Field(primary_key=True)
    kind: str
    platform: str
    started_at: datetime = Field(sa_type=TIME, index=True)
    finished_at: datetime | None = Field(default=None, sa_type=TIME)
    status: str
    summary: str = Field(default="{}", sa_type=Text)
    holder: str = ""
    attempt: int = 1
    heartbeat_at: float = 0.0


class CrawlRunAccountRow(SQLModel, table=True):
    """What one run said about one account: an upsert, so a shard that is run again never counts twice."""

    __tablename__ = "crawl_run_account"
    run: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    outcome: str
    before: str | None = None


class SearchLogRow(SQLModel, table=True):
    """When a question of the discovery plan was last asked and what came of it, so that a plan goes on where it stopped."""

    __tablename__ = "search_log"
    school: str = Field(primary_key=True)
    source: str = Field(primary_key=True)
    query: str = Field(primary_key=True)
    at: datetime = Field(sa_type=TIME)
    outcome: str
    results: int


class PlatformStateRow(SQLModel, table=True):
    """One platform's breaker, and the operator's switches with who and why."""

    __tablename__ = "platform_state"
    platform: str = Field(primary_key=True)
    breaker_opened_at: datetime | None = Field(default=None, sa_type=TIME)
    breaker_reason: str = ""
    enabled: bool = True
    robots_waived: bool = False


class OperatorEventRow(SQLModel, table=True):
    """Append-only: switches thrown by the operator, with who and why."""

    __tablename__ = "operator_event"
    seq: int | None = Field(default=None, primary_key=True, sa_type=ID)
    at: datetime = Field(sa_type=TIME)
    by: str
    action: str
    reason: str


class WholeFetchRow(SQLModel, table=True):
    """The last whole fetch of one address for one account: what the next request may ask to be told the change of, and
    what was read then. ``trusted``: answers "not modified" since, taken on the server's word."""

    __tablename__ = "whole_fetch"
    key: str = Field(primary_key=True)
    url: str = Field(primary_key=True)
    final_url: str
    etag: str
    modified: str
    content_type: str
    payload: str
    evidence: str
    first_at: datetime = Field(sa_type=TIME)
    whole_at: datetime = Field(sa_type=TIME)
    trusted: int
    distrusted: bool
    reader: str
    reading: str = Field(sa_type=Text)
