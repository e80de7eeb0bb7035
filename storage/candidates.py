"""Found accounts waiting for, or carrying, a person's decision."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from rules.candidates import Candidate, CandidateKind, CandidateState, SearchLogEntry, merge_candidate
from rules.model import Suspicion
from storage.audit import record_document
from storage.database import Database, table, upsert
from storage.serialization import dump, load
from storage.tables import CandidateRow, SearchLogRow

CANDIDATE, SEARCH_LOG = table(CandidateRow), table(SearchLogRow)
REVIEWED = [kind.value for kind in CandidateKind if kind.needs_review]
PENDING = (CANDIDATE.c.state == CandidateState.WAITING.value, CANDIDATE.c.kind.in_(REVIEWED))
"""Found accounts that wait for a person."""


class CandidateRepository:
    """Questions and sentences about found accounts."""

    def __init__(self, database: Database) -> None:
        """Over an upgraded database."""
        self._db = database

    def meet(self, found: Sequence[Candidate]) -> tuple[int, int]:
        """Join what a search found with what is known. Returns (new ones, those waiting for a person now)."""
        new = waiting = 0
        with self._db.write() as tx:
            for candidate in sorted(found, key=lambda each: (each.school, each.key)):
                mine = (CANDIDATE.c.school == candidate.school) & (CANDIDATE.c.key == candidate.key)
                row = tx.execute(select(CANDIDATE.c.document).where(mine).with_for_update()).first()
                merged = merge_candidate(load(Candidate, row.document) if row else None, candidate)
                upsert(tx, CandidateRow, [candidate_row(merged)])
                new += row is None
                waiting += merged.state == CandidateState.WAITING and merged.kind.needs_review
        return new, waiting

    def save(self, candidate: Candidate, *, known: Candidate) -> bool:
        """Keep a decision on the candidate as it was ``known`` if nobody decided, and no search found it anew, in between;
        False where either happened: the decision must be taken again on what stands there now."""
        at = candidate.decided_at or candidate.last_seen_at
        return self.change(known, candidate, f"suspect.{candidate.state.value}", at)

    def change(self, known: Candidate, changed: Candidate, action: str, now: datetime) -> bool:
        """Keep a change if the candidate is still as it was known; False where somebody changed it in between."""
        mine = (CANDIDATE.c.school == known.school) & (CANDIDATE.c.key == known.key)
        with self._db.write() as tx:
            stored = tx.execute(select(CANDIDATE.c.document).where(mine).with_for_update()).scalar()
            if stored is None or load(Candidate, stored) != known:
                return False
            row = candidate_row(changed)
            tx.execute(CANDIDATE.update().where(mine).values(**row))
            record_document(tx, action, known.key, stored, row["document"], now=now, school=known.school)
            return True

    def counts(self, schools: Collection[str]) -> dict[CandidateState, int]:
        """How many of these schools stand in each state; of the waiting ones those a person has to look at."""
        shown = (CANDIDATE.c.state != CandidateState.WAITING.value) | CANDIDATE.c.kind.in_(REVIEWED)
        query = select(CANDIDATE.c.state, func.count()).where(CANDIDATE.c.school.in_(list(schools)), shown)
        with self._db.read() as tx:
            found = {state: n for state, n in tx.execute(query.group_by(CANDIDATE.c.state))}
        return {state: found.get(state.value, 0) for state in CandidateState}

    def one(self, school: str, key: str) -> Candidate | None:
        """One candidate."""
        query = select(CANDIDATE.c.document).where(CANDIDATE.c.school == school, CANDIDATE.c.key == key)
        with self._db.read() as tx:
            row = tx.execute(query).first()
        return load(Candidate, row.document) if row else None

    def all(self, school: str | None = None, state: CandidateState | None = None) -> list[Candidate]:
        """Candidates, newest first."""
        query = select(CANDIDATE.c.document).order_by(CANDIDATE.c.last_seen_at.desc(), CANDIDATE.c.key)
        if school:
            query = query.where(CANDIDATE.c.school == school)
        if state:
            query = query.where(CANDIDATE.c.state == state.value)
        with self._db.read() as tx:
            return [load(Candidate, body) for (body,) in tx.execute(query)]

    def count_pending(self) -> dict[str, int]:
        """Found accounts that wait for a person, by school; for the metrics."""
        query = select(CANDIDATE.c.school, func.count()).where(*PENDING).group_by(CANDIDATE.c.school)
        with self._db.read() as tx:
            return {school: n for school, n in tx.execute(query)}

    def suspicions(self, school: str) -> dict[str, Suspicion]:
        """What the rules hear: candidates that wait for a person or were confirmed, by account key."""
        states = (CandidateState.WAITING, CandidateState.CONFIRMED)
        heard = [
            c
            for c in self.all(school)
            if c.state in states and (c.kind.needs_review or c.state != CandidateState.WAITING)
        ]
        return {candidate.key: candidate.suspicion() for candidate in heard}

    def searched(self, school: str) -> dict[tuple[str, str], SearchLogEntry]:
        """The school's search log by (source, query): when each was last asked and what came of it."""
        with self._db.read() as tx:
            rows = tx.execute(select(SEARCH_LOG).where(SEARCH_LOG.c.school == school))
            return {(row.source, row.query): SearchLogEntry(row.at, row.outcome, row.results) for row in rows}

    def note_searches(self, school: str, asked: Mapping[tuple[str, str], SearchLogEntry]) -> None:
        """Write down what was asked, by (source, query); the newest asking stands."""
        rows = [{"school": school, "source": s, "query": q, **told._asdict()} for (s, q), told in asked.items()]
        with self._db.write() as tx:
            upsert(tx, SearchLogRow, rows)


def candidate_row(candidate: Candidate) -> dict[str, Any]:
    """A candidate as its row."""
    return {
        "school": candidate.school,
        "key": candidate.key,
        "platform": candidate.platform.value,
        "name": candidate.name,
        "url": candidate.url,
        "kind": candidate.kind.value,
        "state": candidate.state.value,
        "first_seen_at": candidate.first_seen_at,
        "last_seen_at": candidate.last_seen_at,
        "expires_at": candidate.expires_at,
        "decided_name": candidate.decided_name,
        "document": dump(candidate),
    }
