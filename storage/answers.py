"""What every clause said of each filed account when it was last asked, and which filings are to be asked again."""

from __future__ import annotations

import hashlib
import zlib
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, bindparam, delete, exists, func, insert, or_, select, text

from rules.coverage import COUNTED, Knowledge
from rules.kept_answers import KeptAnswers
from rules.model import AccountState, Filing, Platform, Verdict
from storage.account_states import account_states
from storage.database import Database, chunked, table, upsert
from storage.filings import FILING
from storage.open_cases import CASE, OPEN
from storage.serialization import dump, load
from storage.tables import AccountAnswersRow, ChangedAccountRow, EvaluationRow

ANSWERS, EVALUATION, CHANGED = table(AccountAnswersRow), table(EvaluationRow), table(ChangedAccountRow)
STALE = datetime(1970, 1, 1, tzinfo=UTC)
SOME, TAKEN = 1000, 10_000


class DueFiling(NamedTuple):
    """A filing that is to be asked, as its kept answers stand. ``revision``: what has to be there still when new ones are
    kept, or something changed meanwhile and it stays due."""

    filing: str
    key: str
    revision: int
    unit: str
    standing: str


@dataclass(frozen=True, slots=True)
class KeptRow:
    """The kept answers about one filing."""

    filing: str
    key: str
    platform: Platform
    kept: KeptAnswers


class AnswerTotals(NamedTuple):
    """How many filings a school has, and how many answers say what."""

    filings: int = 0
    violated: int = 0
    undetermined: int = 0


class AnswerRepository:
    """Questions and sentences about kept answers."""

    def __init__(self, database: Database) -> None:
        """Over an upgraded database."""
        self._db = database

    def take_up(self) -> None:
        """Every filing of an account that the database noted as changed is due; whoever notes one meanwhile waits for nobody."""
        while self._take_up_some():
            pass

    def _take_up_some(self) -> int:
        with self._writing() as tx:
            noted = tx.execute(select(CHANGED.c.seq, CHANGED.c.key).order_by(CHANGED.c.seq).limit(TAKEN)).all()
            for keys in chunked(sorted({row.key for row in noted})):
                columns = (FILING.c.school, FILING.c.id, FILING.c.key, FILING.c.platform, FILING.c.unit)
                filed = tx.execute(select(*columns).where(FILING.c.key.in_(keys))).all()
                upsert(tx, AccountAnswersRow, [_unasked(*row) for row in filed], only=["key", "platform"])
                _mark(tx, ANSWERS.c.key.in_(keys))
            for rows in chunked(noted):  # by name: one with a lower number may come into sight later
                tx.execute(delete(CHANGED).where(CHANGED.c.seq.in_([row.seq for row in rows])))
        return len(noted)

    def begin(self, school: str, stamp: str, now: datetime) -> None:
        """Before a school is asked at ``now``: every filing is due where policy or rules are not those of ``stamp``, and
        what was answered later than that, for the clock may have been put back."""
        with self._writing() as tx:
            row = tx.execute(select(EVALUATION).where(EVALUATION.c.school == school)).first()
            mine = ANSWERS.c.school == school
            if row is None or row.stamp != stamp:
                _mark(tx, mine)
            elif now < row.evaluated_at:
                _mark(tx, mine, ANSWERS.c.asked_at > now)
            if row is None or (row.stamp, row.evaluated_at) != (stamp, now):
                upsert(tx, EvaluationRow, [{"school": school, "stamp": stamp, "evaluated_at": now}])

    def due(self, school: str, now: datetime) -> Iterator[DueFiling]:
        """Filings that are to be asked at ``now``, as of one moment, unit by unit."""
        columns = (ANSWERS.c.filing, ANSWERS.c.key, ANSWERS.c.revision, ANSWERS.c.unit, ANSWERS.c.standing)
        query = select(*columns).where(ANSWERS.c.school == school, ANSWERS.c.due_at <= now)
        with self._db.read() as tx:
            for row in tx.execution_options(yield_per=SOME).execute(query.order_by(ANSWERS.c.unit, ANSWERS.c.filing)):
                yield DueFiling(*row)

    def note(self, keys: Collection[str]) -> None:
        """These accounts count as changed."""
        with self._db.write() as tx:
            for some in chunked(sorted(keys)):
                tx.execute(insert(CHANGED), [{"key": key} for key in some])

    def settle(self, school: str, due: Sequence[DueFiling], *, whole_units: bool) -> None:
        """Before these are asked: what is no longer filed is dropped. ``whole_units``: some clause holds a filing against
        the others of its unit, so where a row of the register changed, came or went, its whole unit is due."""
        with self._writing() as tx:
            filed = _filed(tx, school, due)
            gone = [each for each in due if each.filing not in filed]
            moved = [(each, *filed[each.filing]) for each in due if filed.get(each.filing) not in (None, each[3:])]
            for some in chunked(gone):
                mine = (ANSWERS.c.school == school, ANSWERS.c.filing.in_([each.filing for each in some]))
                tx.execute(delete(ANSWERS).where(*mine))
            if moved:
                here = (ANSWERS.c.school == school, ANSWERS.c.filing == bindparam("of_filing"))
                change = (
                    ANSWERS.update().where(*here).values(unit=bindparam("to_unit"), standing=bindparam("now_standing"))
                )
                tx.execute(
                    change,
                    [{"of_filing": each.filing, "to_unit": unit, "now_standing": new} for each, unit, new in moved],
                )
            units = {each.unit for each in gone} | {unit for each, new, _ in moved for unit in (each.unit, new)}
            for names in chunked(sorted(units - {""})) if whole_units else ():
                settled = or_(ANSWERS.c.due_at.is_(None), ANSWERS.c.due_at > STALE)
                _mark(tx, ANSWERS.c.school == school, ANSWERS.c.unit.in_(names), settled)

    def inputs(
        self, school: str, due: Sequence[DueFiling], now: datetime
    ) -> tuple[dict[str, Filing], Mapping[str, AccountState]]:
        """The filings by their ids, and what was seen of their accounts by key, as of one moment."""
        with self._db.read() as tx:
            return _filings(tx, school, due), account_states(tx, [each.key for each in due], now)

    def keep(
        self, school: str, asked: Sequence[tuple[DueFiling, KeptAnswers, Knowledge | None]], now: datetime
    ) -> None:
        """Keep what was answered at ``now``, where nothing changed since the filing was found to be due."""
        rows = [_kept_values(school, now, *each) for each in asked]
        change = ANSWERS.update().where(
            ANSWERS.c.school == bindparam("in_school"),
            ANSWERS.c.filing == bindparam("of_filing"),
            ANSWERS.c.revision == bindparam("as_read"),
        )
        names = ("asked_at", "due_at", "violated", "undetermined", "knowledge", "document")
        if rows:
            with self._writing() as tx:
                tx.execute(change.values({name: bindparam(f"new_{name}") for name in names}), rows)

    def all(self, school: str, now: datetime) -> Iterator[KeptRow]:
        """What is said of a school's filings at ``now``, in the order of their ids."""
        return self._rows(now, ANSWERS.c.school == school)

    def concerned(self, school: str, now: datetime) -> Iterator[KeptRow]:
        """The same of filings that break a clause, or whose account has an open case."""
        troubled = select(CASE.c.account).where(CASE.c.school == school, CASE.c.state.in_(OPEN))
        broken = select(ANSWERS.c.filing).where(ANSWERS.c.school == school, ANSWERS.c.violated > 0)
        followed = select(ANSWERS.c.filing).where(ANSWERS.c.key.in_(troubled), ANSWERS.c.school == school)
        return self._rows(now, ANSWERS.c.school == school, ANSWERS.c.filing.in_(broken.union(followed)))

    def of(self, school: str, filings: Sequence[str], now: datetime) -> list[KeptRow]:
        """The same of some filings, by their ids."""
        return [
            row
            for some in chunked(filings)
            for row in self._rows(now, ANSWERS.c.school == school, ANSWERS.c.filing.in_(some))
        ]

    def unfiled(self, school: str, now: datetime) -> Iterator[KeptRow]:
        """What is still kept of filings that the school no longer has."""
        filed = exists().where(FILING.c.school == ANSWERS.c.school, FILING.c.id == ANSWERS.c.filing)
        return self._rows(now, ANSWERS.c.school == school, ~filed)

    def totals(self, school: str) -> AnswerTotals:
        """How a school's answers add up."""
        columns = (func.count(), func.sum(ANSWERS.c.violated), func.sum(ANSWERS.c.undetermined))
        with self._db.read() as tx:
            row = tx.execute(select(*columns).where(ANSWERS.c.school == school)).one()
        return AnswerTotals(*(int(value or 0) for value in row))

    def knowledge(self, school: str) -> Counter[tuple[Platform, Knowledge]]:
        """How many filings in use are known to be what."""
        group = (ANSWERS.c.platform, ANSWERS.c.knowledge)
        query = select(*group, func.count()).where(ANSWERS.c.school == school, ANSWERS.c.knowledge != "")
        with self._db.read() as tx:
            rows = tx.execute(query.group_by(*group)).all()
        return Counter({(Platform(platform), Knowledge(known)): int(n) for platform, known, n in rows})

    def bound(self, school: str, keys: Collection[str]) -> Counter[Platform]:
        """How many filings of these accounts a clause about updates binds, by platform."""
        found: Counter[Platform] = Counter()
        mine = (ANSWERS.c.school == school, ANSWERS.c.knowledge.in_([each.value for each in COUNTED]))
        with self._db.read() as tx:
            for some in chunked(sorted(keys)):
                query = select(ANSWERS.c.platform, func.count()).where(*mine, ANSWERS.c.key.in_(some))
                for platform, number in tx.execute(query.group_by(ANSWERS.c.platform)):
                    found[Platform(platform)] += number
        return found

    def _rows(self, now: datetime, *which: ColumnElement[bool]) -> Iterator[KeptRow]:
        """Without those that something changed while they were asked: nothing is said by what was so before."""
        columns = (ANSWERS.c.filing, ANSWERS.c.key, ANSWERS.c.platform, ANSWERS.c.document)
        current = or_(ANSWERS.c.due_at.is_(None), ANSWERS.c.due_at > now)
        query = select(*columns).where(*which, current).order_by(ANSWERS.c.filing)
        with self._db.read() as tx:
            for filing, key, platform, body in tx.execution_options(yield_per=SOME).execute(query):
                yield KeptRow(filing, key, Platform(platform), load(KeptAnswers, body))

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        """Kept answers are written by one at a time: SQLite has one writer anyway, PostgreSQL takes an advisory lock."""
        with self._db.write() as tx:
            if tx.dialect.name == "postgresql":
                tx.execute(text("SELECT pg_advisory_xact_lock(:k)"), {"k": zlib.crc32(b"answers")})
            yield tx


def _filings(tx: Connection, school: str, due: Sequence[DueFiling]) -> dict[str, Filing]:
    found: dict[str, Filing] = {}
    for ids in chunked([each.filing for each in due]):
        query = select(FILING.c.id, FILING.c.document).where(FILING.c.school == school, FILING.c.id.in_(ids))
        found |= {row.id: load(Filing, row.document) for row in tx.execute(query)}
    return found


def _filed(tx: Connection, school: str, due: Sequence[DueFiling]) -> dict[str, tuple[str, str]]:
    """Unit and digest of the filings that are still there, by their ids."""
    found: dict[str, tuple[str, str]] = {}
    for some in chunked(due):
        mine = (FILING.c.school == school, FILING.c.id.in_([each.filing for each in some]))
        for row in tx.execute(select(FILING.c.id, FILING.c.unit, FILING.c.document).where(*mine)):
            found[row.id] = row.unit, hashlib.blake2b(row.document.encode(), digest_size=12).hexdigest()
    return found


def _unasked(school: str, filing: str, key: str, platform: str, unit: str) -> dict[str, Any]:
    return {
        "school": school,
        "filing": filing,
        "key": key,
        "platform": platform,
        "unit": unit,
        "standing": "",
        "revision": 0,
        "asked_at": None,
        "due_at": STALE,
        "violated": 0,
        "undetermined": 0,
        "knowledge": "",
        "document": "",
    }


def _mark(tx: Connection, *which: ColumnElement[bool]) -> None:
    tx.execute(ANSWERS.update().where(*which).values(revision=ANSWERS.c.revision + 1, due_at=STALE))


def _kept_values(
    school: str, now: datetime, due: DueFiling, kept: KeptAnswers, known: Knowledge | None
) -> dict[str, Any]:
    return {
        "in_school": school,
        "of_filing": due.filing,
        "as_read": due.revision,
        "new_asked_at": now,
        "new_due_at": kept.until,
        "new_violated": kept.count(Verdict.VIOLATED),
        "new_undetermined": kept.count(Verdict.UNDETERMINED),
        "new_knowledge": known.value if known else "",
        "new_document": dump(kept),
    }
