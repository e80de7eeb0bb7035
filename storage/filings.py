"""The register in the database: filings as they stand, and every change with who made it and why."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, exists, func, insert, select

from rules.accounts.identity import account_key
from rules.model import Filing, Platform
from storage.audit import record, record_document
from storage.database import Database, StorageError, chunked, table, upsert
from storage.filing_changes import CHANGE, FilingChange, audit_changes, change_row, changes_of
from storage.serialization import dump, load
from storage.tables import UNPLACED, AccountStateRow, FilingRow

FILING, STATE = table(FilingRow), table(AccountStateRow)


def key_of(filing: Filing) -> str:
    """The account key that observations of this filing carry."""
    return account_key(filing.platform, filing.account_id, filing.url, filing.name)


def stamp_of(filing: Filing) -> str:
    """What a form carries so that a change somebody else made meanwhile is noticed."""
    return hashlib.sha256(dump(filing).encode()).hexdigest()[:16]


class RegisterMoved(StorageError):
    """The register is no longer what a preview or a form was made of. Raised by `FilingRepository.carry_out`, `add`,
    `change` and `remove_one`; the catcher shows what is there now."""


class FilingRepository:
    """Questions and sentences about the register."""

    def __init__(self, database: Database) -> None:
        """Over an upgraded database."""
        self._db = database

    def save(self, filings: Sequence[Filing], *, by: str, now: datetime, reason: str = "") -> tuple[int, int]:
        """Add new rows and change those that differ, all or nothing. Returns (added, changed)."""
        with self._db.write() as tx:
            known = {
                (row.school, row.id): row.document
                for row in tx.execute(select(FILING.c.school, FILING.c.id, FILING.c.document))
            }
            new = {(f.school, f.id): (f, dump(f)) for f in filings}
            changed = {key: pair for key, pair in new.items() if known.get(key) != pair[1]}
            _write(tx, {key: filing for key, (filing, _) in changed.items()}, known, by, now, reason)
            added = sum(key not in known for key in changed)
            return added, len(changed) - added

    def carry_out(
        self,
        school: str,
        before: Sequence[Filing],
        after: Sequence[Filing],
        *,
        by: str,
        now: datetime,
        reason: str = "",
    ) -> None:
        """Make a school's register ``after``, if it still is ``before``, all or nothing.

        A row that only moved in the office's order is written and not logged. Raises RegisterMoved.
        """
        with self._db.write() as tx:
            mine = select(FILING.c.id, FILING.c.document).where(FILING.c.school == school).order_by(FILING.c.id)
            rows = tx.execute(mine.with_for_update())
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
            log = [change_row((school, filing.id), dump(filing), "", by, now, reason) for filing in gone]
            log += [
                change_row((school, filing.id), dump(old) if old else None, dump(filing), by, now, reason)
                for filing in written
                if not (old := known.get(filing.id)) or replace(old, position=filing.position) != filing
            ]
            if log:
                tx.execute(insert(CHANGE), log)
            changed = {(school, filing.id): dump(filing) for filing in written}
            audit_changes(tx, changed, {(school, key): dump(filing) for key, filing in known.items()}, now, reason)
            if gone:
                record(tx, "filing.remove", school, now=now, school=school, before={"ids": [each.id for each in gone]})

    def add(self, filing: Filing, *, by: str, now: datetime, reason: str) -> Filing:
        """One new row at the end of the office's order, as kept. Raises RegisterMoved where its number or account is
        there already."""
        with self._db.write() as tx:
            _check_free(tx, filing, "")
            query = select(func.max(FILING.c.position)).where(
                FILING.c.school == filing.school, FILING.c.position < UNPLACED
            )
            placed = replace(filing, position=(tx.execute(query).scalar() or 0) + 1)
            _write(tx, {(placed.school, placed.id): placed}, {}, by, now, reason)
            return placed

    def change(self, old: Filing, stamp: str, new: Filing, *, by: str, now: datetime, reason: str) -> None:
        """Put ``new`` in the place of ``old``, if the row still is what ``stamp`` was made of. The number may change.

        Raises RegisterMoved where somebody changed it meanwhile, or another row has the number or the account.
        """
        self.change_all([(old, stamp, new)], by=by, now=now, reason=reason)

    def change_all(self, changes: Sequence[tuple[Filing, str, Filing]], *, by: str, now: datetime, reason: str) -> None:
        """`change` for several rows, all or nothing."""
        with self._db.write() as tx:
            for old, stamp, new in sorted(changes, key=lambda change: (change[0].school, change[0].id)):
                there = _one(tx, old.school, old.id)
                if there is None or stamp_of(there) != stamp:
                    raise RegisterMoved(f"您打开这一页之后，别人已经改过“{old.name}”。")
                _check_free(tx, new, old.id)
                if new.id != old.id:
                    tx.execute(delete(FILING).where(FILING.c.school == old.school, FILING.c.id == old.id))
            new_rows = {(new.school, new.id): new for _, _, new in changes}
            known = {(new.school, new.id): dump(old) for old, _, new in changes}
            _write(tx, new_rows, known, by, now, reason, each=True)

    def remove(self, school: str, ids: Sequence[str], *, by: str, now: datetime, reason: str = "") -> int:
        """Take rows out of the register; their last state stays in the change log."""
        with self._db.write() as tx:
            mine = select(FILING).where(FILING.c.school == school, FILING.c.id.in_(ids)).order_by(FILING.c.id)
            rows = tx.execute(mine.with_for_update()).all()
            for row in rows:
                tx.execute(insert(CHANGE), [change_row((school, row.id), row.document, "", by, now, reason)])
                record_document(tx, "filing.remove", f"{school}/{row.id}", row.document, "", now=now, school=school)
            return int(tx.execute(delete(FILING).where(FILING.c.school == school, FILING.c.id.in_(ids))).rowcount)

    def one(self, school: str, filing: str) -> Filing | None:
        """One row, or None."""
        with self._db.read() as tx:
            return _one(tx, school, filing)

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

    def of_units(self, school: str, units: Collection[str]) -> Iterator[Filing]:
        """A school's filings that belong to one of these units, in the order of their ids."""
        with self._db.read() as tx:
            for some in chunked(sorted(units)):
                mine = (FILING.c.school == school, FILING.c.unit.in_(some))
                query = select(FILING.c.document).where(*mine).order_by(FILING.c.id)
                for (body,) in tx.execution_options(yield_per=1000).execute(query):
                    yield load(Filing, body)

    def of_ids(self, school: str, ids: Collection[str]) -> dict[str, Filing]:
        """These rows of a school, by their ids; rows that are not in the register are left out."""
        found: dict[str, Filing] = {}
        with self._db.read() as tx:
            for some in chunked(sorted(ids)):
                query = select(FILING.c.id, FILING.c.document).where(FILING.c.school == school, FILING.c.id.in_(some))
                found |= {row.id: load(Filing, row.document) for row in tx.execute(query)}
        return found

    def due(self, platform: Platform, now: datetime) -> Iterator[Filing]:
        """A platform's filings of every school whose look is due, the most overdue first; of one account never looked at,
        or of which no next look was said, as if it were due now."""
        mine = FILING.c.platform == platform.value
        planned = select(FILING.c.document).join_from(STATE, FILING, FILING.c.key == STATE.c.key)
        planned = planned.where(mine, STATE.c.platform == platform.value, STATE.c.next_visit_at <= now)
        said = exists().where(STATE.c.key == FILING.c.key, STATE.c.next_visit_at.is_not(None))
        with self._db.read() as tx:
            for query in (
                planned.order_by(STATE.c.next_visit_at, FILING.c.school, FILING.c.position, FILING.c.id),
                select(FILING.c.document).where(mine, ~said).order_by(FILING.c.school, FILING.c.position, FILING.c.id),
            ):
                with closing(tx.execution_options(yield_per=200).execute(query)) as rows:  # few are taken of many
                    for (body,) in rows:
                        yield load(Filing, body)

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

    def changes(self, school: str, filing: str) -> list[FilingChange]:
        """What happened to one filing, oldest first, also under the numbers it had before."""
        with self._db.read() as tx:
            return changes_of(tx, [(school, filing)])[school, filing]

    def changes_of(self, filings: Sequence[tuple[str, str]]) -> dict[tuple[str, str], list[FilingChange]]:
        """The same of several filings, each by school and number, in one question where no number ever changed."""
        with self._db.read() as tx:
            return changes_of(tx, filings)


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


def _one(tx: Connection, school: str, filing: str) -> Filing | None:
    query = select(FILING.c.document).where(FILING.c.school == school, FILING.c.id == filing)
    body = tx.execute(query).scalar()
    return load(Filing, body) if body else None


def _check_free(tx: Connection, filing: Filing, own: str) -> None:
    """Raises RegisterMoved where another row of the school has this number or this account."""
    here = (FILING.c.school == filing.school, FILING.c.id != own)
    query = select(FILING.c.name).where(*here, FILING.c.key == key_of(filing))
    if other := tx.execute(query).first():
        raise RegisterMoved(f"台账中已有这个账号：“{other.name}”。")
    if filing.id != own and tx.execute(select(FILING.c.id).where(*here, FILING.c.id == filing.id)).first():
        raise RegisterMoved(f"备案号“{filing.number or '（自动编号）'}”已经用在另一个账号上。")


def _write(
    tx: Connection,
    changed: Mapping[tuple[str, str], Filing],
    known: Mapping[tuple[str, str], str],
    by: str,
    now: datetime,
    reason: str,
    *,
    each: bool = False,
) -> None:
    """The rows, their change log and their audit entries."""
    bodies = {key: dump(filing) for key, filing in changed.items()}
    upsert(tx, FilingRow, [_row(filing, bodies[key], now) for key, filing in changed.items()])
    if changed:
        tx.execute(
            insert(CHANGE), [change_row(key, known.get(key), body, by, now, reason) for key, body in bodies.items()]
        )
    audit_changes(tx, bodies, known, now, reason, each=each)


def _row(filing: Filing, body: str, now: datetime) -> dict[str, Any]:
    return {
        "school": filing.school,
        "id": filing.id,
        "key": key_of(filing),
        "platform": filing.platform.value,
        "name": filing.name,
        "unit": filing.unit,
        "level": filing.level.value if filing.level else "",
        "category": filing.category,
        "status": filing.status.value,
        "position": filing.position or UNPLACED,
        "document": body,
        "updated_at": now,
    }
