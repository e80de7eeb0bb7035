"""The last whole fetch of each address of an account: what a server is asked to compare with, and what was read then."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import delete, select, tuple_

from storage.database import Database, table, upsert
from storage.tables import WholeFetchRow

WHOLE = table(WholeFetchRow)
CHUNK = 200
LONGEST_URL = 1000
"""Characters; a longer address is fetched whole each time: an index has no room for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeFetch:
    """One address ``url`` as it was asked for the account ``key``, and what came.

    - ``etag``, ``modified``: the server's own marks of this version, as sent; empty where it gave none.
    - ``payload``: SHA-256 of the body; ``evidence``: the record that holds it, fetched at ``first_at``.
    - ``whole_at``: when the bytes last came, the same as in ``evidence``; ``trusted``: 304s since.
    - ``distrusted``: the marks stayed while the page changed: they are never sent again.
    - ``reader``: which program read it and for what; ``reading``: what it read, as the crawler writes it, "" where it
      cannot be used again.
    """

    key: str
    url: str
    final_url: str
    etag: str
    modified: str
    content_type: str
    payload: str
    evidence: str
    first_at: datetime
    whole_at: datetime
    trusted: int = 0
    distrusted: bool = False
    reader: str = ""
    reading: str = ""


class WholeFetchRepository:
    """Questions and sentences about whole fetches."""

    def __init__(self, database: Database) -> None:
        """Over an upgraded database."""
        self._db = database

    def of(self, keys: Sequence[str]) -> dict[tuple[str, str], WholeFetch]:
        """What was last fetched for these accounts, by account and address."""
        found: dict[tuple[str, str], WholeFetch] = {}
        with self._db.read() as tx:
            for start in range(0, len(keys), CHUNK):
                query = select(WHOLE).where(WHOLE.c.key.in_(list(keys[start : start + CHUNK])))
                found |= {(row.key, row.url): WholeFetch(**row._mapping) for row in tx.execute(query)}
        return found

    def save(self, fetched: Iterable[WholeFetch], forgotten: Iterable[tuple[str, str]] = ()) -> None:
        """Replace what is known of these addresses, and forget those: the next request for one asks for the whole page."""
        rows = [
            asdict(each)
            for each in sorted(fetched, key=lambda each: (each.key, each.url))
            if len(each.url) <= LONGEST_URL
        ]
        gone = sorted(forgotten)
        if not rows and not gone:
            return
        with self._db.write() as tx:
            upsert(tx, WholeFetchRow, rows)
            for start in range(0, len(gone), CHUNK):
                tx.execute(delete(WHOLE).where(tuple_(WHOLE.c.key, WHOLE.c.url).in_(gone[start : start + CHUNK])))
