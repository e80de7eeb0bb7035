"""The time-stamps of the evidence archive's head: one a day, never replaced."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from storage.database import Database, table, upsert
from storage.tables import TimestampRow

TIMESTAMP = table(TimestampRow)


@dataclass(frozen=True, slots=True, kw_only=True)
class Timestamp:
    """What an authority signed: the head of the manifest on a day (Beijing), and the authority's own time."""

    day: date
    head: str
    stamped_at: datetime
    token: bytes
    """The authority's whole answer (RFC 3161 TimeStampResp, DER), as ``openssl ts -verify -in`` reads it."""


class TimestampRepository:
    """Questions and sentences about time-stamps."""

    def __init__(self, database: Database) -> None:
        """Over an upgraded database."""
        self._db = database

    def add(self, stamp: Timestamp) -> None:
        """Keep a day's time-stamp; the one that a day has already stays."""
        row = {"day": stamp.day, "head": stamp.head, "stamped_at": stamp.stamped_at, "token": stamp.token}
        with self._db.write() as tx:
            upsert(tx, TimestampRow, [row], keep=["*"])

    def all(self) -> list[Timestamp]:
        """Every time-stamp, the oldest first."""
        with self._db.read() as tx:
            return [Timestamp(**row._mapping) for row in tx.execute(select(TIMESTAMP).order_by(TIMESTAMP.c.day))]

    def heads(self) -> dict[str, str]:
        """The head by day, the oldest first, as `EvidenceArchive.verify` takes it."""
        return {stamp.day.isoformat(): stamp.head for stamp in self.all()}

    def newest(self) -> Timestamp | None:
        """The last day's time-stamp, or None where there is none."""
        with self._db.read() as tx:
            row = tx.execute(select(TIMESTAMP).order_by(TIMESTAMP.c.day.desc()).limit(1)).first()
            return Timestamp(**row._mapping) if row else None
