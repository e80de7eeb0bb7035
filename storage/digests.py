"""Daily digests as they were made."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from storage.database import Database, table, upsert
from storage.tables import DigestRow

DIGEST = table(DigestRow)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredDigest:
    """A school's digest of one day, as text and as a page."""

    school: str
    day: date
    made_at: datetime
    text: str
    html: str


class DigestRepository:
    """Questions and sentences about digests."""

    def __init__(self, database: Database) -> None:
        """Over an upgraded database."""
        self._db = database

    def save(self, school: str, day: date, text: str, html: str, now: datetime) -> None:
        """Keep a day's digest as it was made."""
        row = {"school": school, "day": day, "made_at": now, "text": text, "html": html}
        with self._db.write() as tx:
            upsert(tx, DigestRow, [row])

    def get(self, school: str, day: date) -> StoredDigest | None:
        """A day's digest, or None where none was made."""
        with self._db.read() as tx:
            row = tx.execute(select(DIGEST).where(DIGEST.c.school == school, DIGEST.c.day == day)).first()
            return StoredDigest(**row._mapping) if row else None
