"""The register in the database: filings as they stand, and every change with who made it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select

from rules.accounts.identity import account_key
from rules.model import Filing
from storage.audit import record, record_document
from storage.database import Database, StorageError, table, upsert
from storage.serialization import dump, load, load_json
from storage.tables import FilingChangeRow, FilingRow

FILING, CHANGE = table(FilingRow), table(FilingChangeRow)


def key_of(filing: Filing) -> str:
    """The account key that observations of this filing carry."""
    return account_key(filing.platform, filing.account_id, filing.url, filing.name)


class RegisterMoved(StorageError):
    """The register is no longer what a preview was made of. Raised by `FilingRepository.carry_out`; the catcher previews anew."""


class FilingRepository:
    """Questions and sentences about the register."""

    def __init__(self, database: Database) -> None:
        """Over an upgraded database."""
        self._db = database

    def save(self, filings: Sequence[Filing], *, by: str, now: datetime) -> tuple[int, int]:
        """Add new rows and change those that differ, all or nothing. Returns (added, changed)."""
        with self._db.write() as tx:
            known = {
                (row.school, row.id): row.document
                for row in tx.execute(select(FILING.c.school, FILING.c.id, FILING.c.document))
            }
            new = {(f.school, f.id): (f, dump(f)) for f in filings}
            changed = {key: pair for key, pair in new.items() if known.get(key) != pair[1]}
            upsert(tx, FilingRow, [_row(filing, body, now) for filing, body in changed.values()])
            if changed:
                tx.execute(
                    insert(CHANGE), [_change(key, known.get(key), body, by, now) for key, (_, body) in changed.items()]
                )
            added = sum(key not in known for key in changed)
            _audit(tx, changed, known, now)
            return added, len(changed) - added

    def carry_out(
        self, school: str, before: Sequence[Filing], after: Sequence[Filing], *, by: str, now: datetime
    ) -> None:
        """Make a school's register ``after``, if it still is ``before``, all or nothing.

        A row that only moved in the office's order is written and not logged. Raises RegisterMoved.
        """
        with self._db.write() as tx:
            rows = tx.execute(select(FILING.c.id, FILING.c.document).where(FILING.c.school == school))
            known = {row.id: load(Filing, row.document) for row in rows}
            if known != {filing.id: filing for filing in before}:
                raise RegisterMoved("台账在预览之后已有变动，没有保存。请重新导入。")
            wanted = {filing.id: filing for filing in after}
            written = [filing for filing in after if known.get(filing.id) != filing]
            upsert(tx, FilingRow, [_row(filing, dump(filing), now) for filing in written])
            gone = [filing for filing in known.values() if filing.id not in wanted]
            for start in range(0, len(gone), 500):
                ids = [filing.id for filing in gone[start : start + 500]]
                tx.execute(delete(FILING).where(FILING.c.school == school, FILING.c.id.in_(ids)))
            log = [_change((school, filing.id), dump(filing), "", by, now) for filing in gone]
            log += [
                _change(
                    (school, filing.id), dump(old) if (old := known.get(filing.id)) else None, dump(filing), by, now
                )
                for filing in written
                if not (old := known.get(filing.id)) or replace(old, position=filing.position) != filing
            ]
            if log:
                tx.execute(insert(CHANGE), log)
            changed = {(school, filing.id): (filing, dump(filing)) for filing in written}
            _audit(tx, changed, {(school, key): dump(filing) for key, filing in known.items()}, now)
            if gone:
                record(tx, "filing.remove", school, now=now, school=school, before={"ids": [each.id for each in gone]})

    def remove(self, school: str, ids: Sequence[str], *, by: str, now: datetime) -> int:
        """Take rows out of the register; their last state stays in the change log."""
        with self._db.write() as tx:
            rows = tx.execute(select(FILING).where(FILING.c.school == school, FILING.c.id.in_(ids))).all()
            for row in rows:
                tx.execute(insert(CHANGE), [_change((school, row.id), row.document, "", by, now)])
                record_document(tx, "filing.remove", f"{school}/{row.id}", row.document, "", now=now, school=school)
            return int(tx.execute(delete(FILING).where(FILING.c.school == school, FILING.c.id.in_(ids))).rowcount)

    def all(self, school: str | None = None) -> list[Filing]:
        """Every filing, of one school where named, in the office's order."""
        query = select(FILING.c.document).order_by(FILING.c.school, FILING.c.id)
        if school:
            query = query.where(FILING.c.school == school)
        with self._db.read() as tx:
            found = [load(Filing, body) for (body,) in tx.execute(query)]
        return sorted(found, key=lambda filing: (filing.school, filing.order))

    def iterate(self, school: str) -> Iterator[Filing]:
        """A school's filings one by one."""
        with self._db.read() as tx:
            for filings in filing_pages(tx, school):
                yield from filings

    def by_key(self, keys: Sequence[str]) -> dict[str, list[Filing]]:
        """Filings of every school under these account keys."""
        found: dict[str, list[Filing]] = {}
        with self._db.read() as tx:
            for start in range(0, len(keys), 500):
                query = select(FILING.c.key, FILING.c.document).where(FILING.c.key.in_(keys[start : start + 500]))
                for key, body in tx.execute(query):
                    found.setdefault(key, []).append(load(Filing, body))
        return found

    def schools(self) -> dict[str, int]:
        """How many filings each school has."""
        with self._db.read() as tx:
            query = select(FILING.c.school, func.count()).group_by(FILING.c.school)
            return {school: n for school, n in tx.execute(query)}

    def changes(self, filing: str) -> list[dict[str, Any]]:
        """What happened to one filing, oldest first: at, by, before, after."""
        query = select(CHANGE).where(CHANGE.c.filing == filing).order_by(CHANGE.c.seq)
        with self._db.read() as tx:
            return [{"at": row.at, "by": row.by, **load_json("台账变更", row.document)} for row in tx.execute(query)]


def filing_pages(tx: Connection, school: str, size: int = 2000) -> Iterator[list[Filing]]:
    """A school's filings in keyset pages, so that 100,000 of them are never in memory at once."""
    after = ""
    while True:
        query = select(FILING.c.id, FILING.c.document).where(FILING.c.school == school, FILING.c.id > after)
        rows = tx.execute(query.order_by(FILING.c.id).limit(size)).all()
        if not rows:
            return
        after = rows[-1].id
        yield [load(Filing, row.document) for row in rows]


def _audit(
    tx: Connection,
    changed: Mapping[tuple[str, str], tuple[Filing, str]],
    known: Mapping[tuple[str, str], str],
    now: datetime,
) -> None:
    """One row: field by field. A whole import: one entry a school, for its change log has every row's history."""
    for school in sorted({school for school, _ in changed}):
        keys = [key for key in changed if key[0] == school]
        if len(keys) == 1:
            before, (_, body) = known.get(keys[0]), changed[keys[0]]
            action = "filing.change" if before else "filing.add"
            record_document(tx, action, f"{school}/{keys[0][1]}", before, body, now=now, school=school)
        else:
            new = sum(key not in known for key in keys)
            record(
                tx, "filing.import", school, now=now, school=school, after={"added": new, "changed": len(keys) - new}
            )


def _row(filing: Filing, body: str, now: datetime) -> dict[str, Any]:
    return {
        "school": filing.school,
        "id": filing.id,
        "key": key_of(filing),
        "platform": filing.platform.value,
        "name": filing.name,
        "unit": filing.unit,
        "document": body,
        "updated_at": now,
    }


def _change(key: tuple[str, str], before: str | None, after: str, by: str, now: datetime) -> dict[str, Any]:
    body = json.dumps(
        {"before": json.loads(before or "null"), "after": json.loads(after or "null")}, ensure_ascii=False
    )
    return {"school": key[0], "filing": key[1], "at": now, "by": by, "document": body}
