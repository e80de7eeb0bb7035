"""The heads of the evidence chains, kept in the database where the evidence files are not."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select

from storage.database import Database, table, upsert
from storage.tables import ChainHeadRow

HEAD = table(ChainHeadRow)


class ChainHeadRepository:
    """Questions and sentences about chain heads."""

    def __init__(self, database: Database) -> None:
        """Over an upgraded database."""
        self._db = database

    def save(self, heads: Mapping[str, str], now: datetime) -> None:
        """Keep the newest link of each file's chain."""
        rows = [{"file": file, "head": head, "at": now} for file, head in heads.items()]
        with self._db.write() as tx:
            upsert(tx, ChainHeadRow, rows)

    def all(self) -> dict[str, str]:
        """The newest link of each file's chain, as it was last kept."""
        with self._db.read() as tx:
            return {row.file: row.head for row in tx.execute(select(HEAD))}
