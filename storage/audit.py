"""The audit log: who did what, when, from where, before and after. Append-only; each entry hashes the one before it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, insert, or_, select, text

from storage.database import Database, table
from storage.evidence.chain import GENESIS, line
from storage.serialization import load_json
from storage.tables import AuditRow

AUDIT = table(AuditRow)
LOCK = 0x61756469
"""PostgreSQL's advisory lock of the log: SQLite writers are alone anyway, and two heads would fork the chain."""
PAGE = 500


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts in this request or command, and from where. ``user`` is a sign-in name, or a command line's own words."""

    user: str
    address: str = ""


_ACTING: ContextVar[Actor | None] = ContextVar("acting", default=None)


@contextmanager
def acting(actor: Actor) -> Iterator[None]:
    """Whatever is changed inside is entered into the log as done by this person; without it nothing is entered."""
    before = _ACTING.set(actor)
    try:
        yield
    finally:
        _ACTING.reset(before)


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """One line of the log as read. ``before`` and ``after`` hold only what differs."""

    seq: int
    at: datetime
    user: str
    action: str
    subject: str
    school: str
    address: str
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)
    hash: str = ""


def record(
    tx: Connection,
    action: str,
    subject: str,
    *,
    now: datetime,
    school: str = "",
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    """Enter a change in the transaction that makes it. Nothing where no person acts: the program's own work has its own
    records (case events, runs)."""
    actor = _ACTING.get()
    if actor is None:
        return
    if tx.dialect.name == "postgresql":
        tx.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
    last = tx.execute(select(AUDIT.c.seq, AUDIT.c.hash).order_by(AUDIT.c.seq.desc()).limit(1)).first()
    old, new = _difference(before or {}, after or {})
    row = {
        "seq": last.seq + 1 if last else 1,
        "at": now,
        "user": actor.user,
        "action": action,
        "subject": subject[:500],
        "school": school,
        "address": actor.address,
        "document": json.dumps({"before": old, "after": new}, ensure_ascii=False, sort_keys=True, default=str),
    }
    tx.execute(insert(AUDIT), [row | {"hash": _hash(last.hash if last else GENESIS, row)}])


def record_document(
    tx: Connection,
    action: str,
    subject: str,
    before: str | None,
    after: str,
    *,
    now: datetime,
    school: str,
    **more: str,
) -> None:
    """`record` for something kept as a JSON document: the fields that differ, and ``more`` about the change."""
    if _ACTING.get() is not None:
        old, new = load_json("改动前的内容", before or "{}"), load_json("改动后的内容", after or "{}")
        record(tx, action, subject, now=now, school=school, before=old, after=new | more)


def _hash(previous: str, row: Mapping[str, Any]) -> str:
    """The document is hashed under ``body``, its column's first name: entries made then must still be whole."""
    stamped = {"body" if name == "document" else name: value for name, value in row.items()}
    stamped |= {"at": row["at"].astimezone(UTC).isoformat(timespec="microseconds")}
    return line(previous, stamped)[1]


def _difference(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    missing = object()
    differ = [name for name in {**before, **after} if before.get(name, missing) != after.get(name, missing)]
    return {n: before[n] for n in differ if n in before}, {n: after[n] for n in differ if n in after}


class AuditLog:
    """Questions about the log. Entries are only ever added, by `record` or `add`."""

    def __init__(self, database: Database) -> None:
        """Over an upgraded database."""
        self._db = database

    def add(self, action: str, subject: str, *, now: datetime, school: str = "", **details: Any) -> None:
        """Enter something that changes no row of its own (a sign-in, a sweep started), under the one who acts."""
        with self._db.write() as tx:
            record(tx, action, subject, now=now, school=school, after=details)

    def search(
        self,
        *,
        words: str = "",
        action: str = "",
        schools: frozenset[str] | None = None,
        before: int = 0,
        limit: int = 50,
    ) -> list[AuditEntry]:
        """Entries, newest first; ``before`` is the number that the page above ended with. ``schools`` None: all."""
        query = select(AUDIT).where(*_conditions(words, action, schools)).order_by(AUDIT.c.seq.desc()).limit(limit)
        if before:
            query = query.where(AUDIT.c.seq < before)
        with self._db.read() as tx:
            return [_entry(row) for row in tx.execute(query)]

    def count(self, *, words: str = "", action: str = "", schools: frozenset[str] | None = None) -> int:
        """How many entries a search has."""
        with self._db.read() as tx:
            return int(
                tx.execute(
                    select(func.count()).select_from(AUDIT).where(*_conditions(words, action, schools))
                ).scalar_one()
            )

    def entries(self) -> Iterator[AuditEntry]:
        """Every entry, oldest first, in keyset pages."""
        after = 0
        while True:
            query = select(AUDIT).where(AUDIT.c.seq > after).order_by(AUDIT.c.seq).limit(PAGE)
            with self._db.read() as tx:
                rows = tx.execute(query).all()
            if not rows:
                return
            yield from map(_entry, rows)
            after = rows[-1].seq

    def verify(self) -> tuple[int, str]:
        """How many entries are whole, and the first fault in one Chinese sentence; "" where there is none."""
        previous, whole = GENESIS, 0
        for entry in self.entries():
            if entry.seq != whole + 1:
                return whole, f"第 {whole + 1} 条操作记录缺失。"
            if _hash(previous, _row(entry)) != entry.hash:
                return whole, f"第 {entry.seq} 条操作记录与前文不衔接，内容可能被改动过。"
            previous, whole = entry.hash, whole + 1
        return whole, ""


def _conditions(words: str, action: str, schools: frozenset[str] | None) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = [AUDIT.c.action == action] if action else []
    if schools is not None:
        wanted.append(AUDIT.c.school.in_(schools))
    for word in words.split()[:6]:
        columns = (AUDIT.c.user, AUDIT.c.subject, AUDIT.c.address, AUDIT.c.document)
        wanted.append(or_(*(column.contains(word, autoescape=True) for column in columns)))
    return wanted


def _row(entry: AuditEntry) -> dict[str, Any]:
    document = json.dumps(
        {"before": entry.before, "after": entry.after}, ensure_ascii=False, sort_keys=True, default=str
    )
    names = ("seq", "at", "user", "action", "subject", "school", "address")
    return {name: getattr(entry, name) for name in names} | {"document": document}


def _entry(row: Any) -> AuditEntry:
    values = {name: value for name, value in row._mapping.items() if name != "document"}
    return AuditEntry(**values, **load_json("操作日志", row.document))
