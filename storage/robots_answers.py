"""robots.txt of each host, asked for once a day and by one process for all of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from storage.database import Database, table
from storage.database_clock import day_now, seconds_now
from storage.tables import RobotsAnswerRow

ROBOTS = table(RobotsAnswerRow)
BODY_MAX = 512 * 1024
"""Bytes of an answer that is kept for others; RFC 9309 asks a crawler to read at least 500 KiB."""


@dataclass(frozen=True, slots=True)
class RobotsClaim:
    """The stored ``body``; without one ``mine`` says whether to ask for it, or to wait for whoever does."""

    body: bytes | None
    mine: bool


class RobotsAnswerRepository:
    """Questions and sentences about robots.txt. Every method raises StorageError."""

    def __init__(self, database: Database) -> None:
        """Over an upgraded database."""
        self._db = database

    def claim(self, netloc: str, holder: str, seconds: float) -> RobotsClaim:
        """Today's answer of this host, or the right to ask for it during so many seconds, or neither."""
        with self._db.read() as tx:
            today = (ROBOTS.c.netloc == netloc, ROBOTS.c.day == day_now(tx))
            row = tx.execute(select(ROBOTS.c.body).where(*today)).first()
        if row and row.body is not None:
            return RobotsClaim(bytes(row.body), mine=False)
        with self._db.write() as tx:
            now, day = seconds_now(tx), day_now(tx)
            values: dict[str, Any] = {"day": day, "holder": holder, "claimed_until": now + seconds, "body": None}
            build: Any = sqlite_insert if self._db.sqlite else postgresql_insert
            unanswered = ROBOTS.c.body.is_(None) & (ROBOTS.c.claimed_until <= now)
            statement = build(ROBOTS).values(netloc=netloc, **values)
            statement = statement.on_conflict_do_update(
                index_elements=["netloc"], set_=values, where=or_(ROBOTS.c.day != day, unanswered)
            )
            return RobotsClaim(None, mine=tx.execute(statement.returning(ROBOTS.c.holder)).first() is not None)

    def answer(self, netloc: str, holder: str, body: bytes) -> None:
        """Keep what the host answered to the one who asked."""
        self._set(netloc, holder, body=body)

    def give_up(self, netloc: str, holder: str) -> None:
        """There was no answer to keep: the next may ask."""
        self._set(netloc, holder, claimed_until=0.0)

    def _set(self, netloc: str, holder: str, **values: Any) -> None:
        mine = (ROBOTS.c.netloc == netloc, ROBOTS.c.holder == holder)
        with self._db.write() as tx:
            tx.execute(ROBOTS.update().where(*mine).values(**values))
