"""Cases and their history: every change of a school's cases happens in one transaction that nobody else shares."""

from __future__ import annotations

import zlib
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, text

from rules.cases.case import Case, CaseEvent, EventKind
from rules.model import CaseState, Finding
from storage.audit import record_document
from storage.database import Database, StorageError, table, upsert
from storage.letters import LetterDesk
from storage.notices import LINK
from storage.open_cases import CASE, OPEN, OpenCases
from storage.serialization import dump, load
from storage.tables import CaseEventRow, FindingRow, NumberSequenceRow, PolicyRow

EVENT = table(CaseEventRow)
SEQUENCE, FINDING = table(NumberSequenceRow), table(FindingRow)


class CaseTransaction:
    """A school's cases inside one transaction: all of it is kept, or nothing."""

    def __init__(self, tx: Connection, school: str, now: datetime) -> None:
        """Made by `CaseRepository.transaction`."""
        self.tx, self.school, self.now = tx, school, now
        self._versions: dict[str, int] = {}
        self.written: list[tuple[str, EventKind]] = []
        """Case numbers and what happened to them, in order; true once the transaction is kept."""
        self.letters = LetterDesk(tx, school, now)

    def open_cases(self) -> list[Case]:
        """Every case that is not settled."""
        query = select(CASE.c.number, CASE.c.version, CASE.c.document)
        return self._load(query.where(CASE.c.school == self.school, CASE.c.state.in_(OPEN)).order_by(CASE.c.number))

    def newest_cases(self) -> dict[str, Case]:
        """The newest case of every finding key, settled ones included; the open one, where the clock was put back since."""
        query = select(CASE.c.number, CASE.c.version, CASE.c.document).where(CASE.c.school == self.school)
        newest: dict[str, Case] = {}
        for case in self._load(query.order_by(CASE.c.opened_at, CASE.c.number)):
            if case.key not in newest or newest[case.key].state.is_final or not case.state.is_final:
                newest[case.key] = case
        return newest

    def case(self, number: str) -> Case | None:
        """One case, settled or not."""
        query = select(CASE.c.number, CASE.c.version, CASE.c.document)
        found = self._load(query.where(CASE.c.school == self.school, CASE.c.number == number))
        return found[0] if found else None

    def events(self, number: str) -> list[CaseEvent]:
        """A case's history so far."""
        return _events(self.tx, number)

    def next_number(self, kind: str, year: int | None = None) -> int:
        """The next of a series (cases, each kind of document) of this school and year: no gaps, no doubles."""
        year = year or self.now.year
        mine = (SEQUENCE.c.school == self.school) & (SEQUENCE.c.year == year) & (SEQUENCE.c.kind == kind)
        last = int(self.tx.execute(select(SEQUENCE.c.last).where(mine)).scalar() or 0) + 1
        upsert(self.tx, NumberSequenceRow, [{"school": self.school, "year": year, "kind": kind, "last": last}])
        return last

    def write(self, case: Case, events: Sequence[CaseEvent]) -> None:
        """Keep a case as its new events left it."""
        version = self._versions.get(case.number, 0)
        if version and events and events[0].kind is EventKind.OPENED:
            raise StorageError(f"编号 {case.number} 已有条目，不能重复立案。")
        row = _case_row(case, version + 1)
        known = self.tx.execute(select(CASE.c.document).where(CASE.c.number == case.number)).scalar()
        if version:
            change = CASE.update().where(CASE.c.number == case.number, CASE.c.version == version).values(**row)
            if self.tx.execute(change).rowcount != 1:
                raise StorageError(f"{case.number} 刚刚被别人改动，请刷新后重试。")
        else:
            self.tx.execute(insert(CASE), [row])
        self._versions[case.number] = version + 1
        count = select(func.count()).select_from(EVENT).where(EVENT.c.case_number == case.number)
        first = int(self.tx.execute(count).scalar() or 0)
        self.written += [(case.number, event.kind) for event in events]
        if events:
            self.tx.execute(insert(EVENT), [_event_row(event, first + n) for n, event in enumerate(events)])
            why, what, body = events[0].reason, f"case.{events[0].kind.value}", row["document"]
            record_document(self.tx, what, case.number, known, body, now=self.now, school=self.school, reason=why)

    def notice_ids(self, number: str) -> set[str]:
        """Ids of the notices that a case has in the outbox."""
        return set(self.tx.execute(select(LINK.c.notice).where(LINK.c.case_number == number)).scalars())

    def save_findings(self, violated: Sequence[Finding], accounts: Collection[str] | None = None) -> None:
        """Replace the school's findings, or those of ``accounts``, by these; one that stays keeps the time it was first
        found."""
        mine = FINDING.c.school == self.school
        if accounts is not None:
            mine &= FINDING.c.account.in_(list(accounts))
        since = dict(tuple(row) for row in self.tx.execute(select(FINDING.c.key, FINDING.c.first_found_at).where(mine)))
        self.tx.execute(delete(FINDING).where(mine))
        rows = [_finding_row(finding, since.get(finding.key, self.now), self.now) for finding in violated]
        if rows:
            self.tx.execute(insert(FINDING), rows)

    def _load(self, query: Any) -> list[Case]:
        cases = []
        for number, version, body in self.tx.execute(query):
            self._versions[number] = version
            cases.append(load(Case, body))
        return cases


class CaseRepository:
    """Questions about cases, and the ledger in which they change."""

    def __init__(self, database: Database) -> None:
        """Over an upgraded database."""
        self._db = database
        self._open = OpenCases(database)

    @contextmanager
    def transaction(self, school: str, now: datetime) -> Iterator[CaseTransaction]:
        """One transaction over a school's cases. SQLite has one writer anyway; PostgreSQL takes an advisory lock."""
        with self._db.write() as tx:
            if tx.dialect.name == "postgresql":
                tx.execute(text("SELECT pg_advisory_xact_lock(:k)"), {"k": zlib.crc32(f"cases/{school}".encode())})
            yield CaseTransaction(tx, school, now)

    def any(self, school: str) -> bool:
        """True once the school has had a case."""
        with self._db.read() as tx:
            return tx.execute(select(CASE.c.number).where(CASE.c.school == school).limit(1)).first() is not None

    def open(self, school: str | None = None) -> list[Case]:
        """The cases that are not settled, of one school or of all, newest first."""
        return self._open.all(school)

    def findings(self, school: str | None = None, account: str | None = None) -> list[tuple[Finding, datetime]]:
        """The violations of the last check, each with the time it was first found."""
        query = select(FINDING.c.document, FINDING.c.first_found_at).order_by(
            FINDING.c.first_found_at.desc(), FINDING.c.key
        )
        for column, value in ((FINDING.c.school, school), (FINDING.c.account, account)):
            if value:
                query = query.where(column == value)
        with self._db.read() as tx:
            return [(load(Finding, body), since) for body, since in tx.execute(query)]

    def save_policy_version(self, version: str, school: str, document: str, now: datetime) -> None:
        """Keep a policy that is in force; cases name the version they opened under."""
        with self._db.write() as tx:
            row = {"version": version, "school": school, "loaded_at": now, "text": document}
            upsert(tx, PolicyRow, [row], keep=["*"])

    def remembered_policy(self, version: str) -> str | None:
        """A policy as it was kept under its version."""
        with self._db.read() as tx:
            kept = tx.execute(select(table(PolicyRow).c.text).where(table(PolicyRow).c.version == version)).scalar()
        return None if kept is None else str(kept)

    def school_of(self, number: str) -> str | None:
        """The school a case number belongs to."""
        with self._db.read() as tx:
            return tx.execute(select(CASE.c.school).where(CASE.c.number == number)).scalar()

    def get(self, number: str) -> Case | None:
        """One case by number."""
        with self._db.read() as tx:
            body = tx.execute(select(CASE.c.document).where(CASE.c.number == number)).scalar()
        return load(Case, body) if body is not None else None

    def all(
        self, school: str | None = None, states: Iterable[CaseState] | None = None, account: str | None = None
    ) -> list[Case]:
        """Cases, newest first, settled ones among them."""
        query = select(CASE.c.document).order_by(CASE.c.opened_at.desc(), CASE.c.number.desc())
        if school:
            query = query.where(CASE.c.school == school)
        if states:
            query = query.where(CASE.c.state.in_([state.value for state in states]))
        if account:
            query = query.where(CASE.c.account == account)
        with self._db.read() as tx:
            return [load(Case, body) for (body,) in tx.execute(query)]

    def events(self, number: str) -> list[CaseEvent]:
        """A case's history, oldest first."""
        with self._db.read() as tx:
            return _events(tx, number)

    def events_between(self, school: str, start: datetime, end: datetime) -> list[CaseEvent]:
        """What happened to a school's cases from ``start`` up to ``end``; for the digest."""
        query = select(EVENT.c.document).join(CASE, CASE.c.number == EVENT.c.case_number)
        query = query.where(CASE.c.school == school, EVENT.c.at >= start, EVENT.c.at < end).order_by(EVENT.c.id)
        with self._db.read() as tx:
            return [load(CaseEvent, body) for (body,) in tx.execute(query)]

    def counts(self) -> dict[tuple[str, str, str], int]:
        """Cases that are not settled by school, rule and state; for the metrics."""
        columns = (CASE.c.school, CASE.c.rule, CASE.c.state)
        query = select(*columns, func.count()).where(CASE.c.state.in_(OPEN)).group_by(*columns)
        with self._db.read() as tx:
            return {(school, rule, state): n for school, rule, state, n in tx.execute(query)}


def _events(tx: Connection, number: str) -> list[CaseEvent]:
    query = select(EVENT.c.document).where(EVENT.c.case_number == number).order_by(EVENT.c.seq)
    return [load(CaseEvent, body) for (body,) in tx.execute(query)]


def _case_row(case: Case, version: int) -> dict[str, Any]:
    return {
        "number": case.number,
        "finding_key": case.key,
        "school": case.school,
        "unit": case.unit.strip(),
        "title": case.title.strip(),
        "account": case.account,
        "platform": case.platform.value,
        "rule": case.rule,
        "state": case.state.value,
        "opened_at": case.opened_at,
        "version": version,
        "document": dump(case),
    }


def _event_row(event: CaseEvent, seq: int) -> dict[str, Any]:
    return {
        "case_number": event.number,
        "seq": seq,
        "at": event.at,
        "kind": event.kind.value,
        "by": event.by,
        "document": dump(event),
    }


def _finding_row(finding: Finding, since: datetime, now: datetime) -> dict[str, Any]:
    return {
        "key": finding.key,
        "school": finding.school,
        "account": finding.account,
        "rule": finding.rule,
        "first_found_at": since,
        "checked_at": now,
        "document": dump(finding),
    }
