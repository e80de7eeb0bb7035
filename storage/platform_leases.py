"""Whose turn it is to ask a platform from an egress: one at a time, over all processes, until it says so or falls silent."""

from __future__ import annotations

from typing import Any

from sqlalchemy import or_
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from storage.database import Database, table
from storage.database_clock import seconds_now
from storage.tables import PlatformLeaseRow

LEASE = table(PlatformLeaseRow)
LEASE_SECONDS = 60.0
"""How long a holder may be silent before another takes its turn; it renews four times as often."""


class PlatformLeaseRepository:
    """Questions and sentences about turns. Every method raises StorageError."""

    def __init__(self, database: Database) -> None:
        """Over an upgraded database."""
        self._db = database

    def take(self, platform: str, egress: str, holder: str, seconds: float = LEASE_SECONDS) -> bool:
        """Take the turn where nobody has it, or renew one's own; False where another holds it."""
        with self._db.write() as tx:
            now = seconds_now(tx)
            values: dict[str, Any] = {"holder": holder, "expires_at": now + seconds}
            build: Any = sqlite_insert if self._db.sqlite else postgresql_insert
            statement = build(LEASE).values(platform=platform, egress=egress, consecutive_blocks=0, **values)
            statement = statement.on_conflict_do_update(
                index_elements=["platform", "egress"],
                set_=values,
                where=or_(LEASE.c.holder == holder, LEASE.c.expires_at <= now),
            )
            return tx.execute(statement.returning(LEASE.c.holder)).first() is not None

    def release(self, platform: str, egress: str, holder: str) -> None:
        """The turn is over; nothing changes where another has it by now."""
        same = (LEASE.c.platform == platform, LEASE.c.egress == egress, LEASE.c.holder == holder)
        with self._db.write() as tx:
            tx.execute(LEASE.update().where(*same).values(holder="", expires_at=0.0))
