"""What is kept for a time only: found accounts that nobody confirmed, looks at strangers, and the evidence of both."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, or_, select

from rules.accounts.identity import QUERY_KEY_PREFIX, account_key
from rules.candidates import Candidate, CandidateState
from rules.model import Observation, Platform, SearchHit
from rules.retention import RetentionPeriods, RetentionRule
from storage.candidates import CANDIDATE, candidate_row
from storage.database import Database, chunked, table, upsert
from storage.evidence_citations import EXPIRED_KEY, CandidateId, cited, known_keys
from storage.observations import OBSERVATION, observation_columns
from storage.serialization import load
from storage.tables import AccountStateRow, CrawlRunAccountRow, EvidenceExpiryRow, PostRow, WholeFetchRow

EXPIRY, WHOLE_FETCH = table(EvidenceExpiryRow), table(WholeFetchRow)
SCANS = "scan-"
"""The runs of scans are called so."""
EXPIRED_REASON = "expired: 页面存证已按规定到期销毁"
"""What an observation says whose page has expired."""


@dataclass
class DueRetention:
    """What is over: found accounts that are forgotten whole or lose their evidence, and evidence with its rule."""

    forgotten: list[Candidate] = field(default_factory=list)
    stripped: list[Candidate] = field(default_factory=list)
    evidence: dict[str, RetentionRule] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class EvidenceExpiry:
    """One row: whose rule, since when it is over, when its bytes were destroyed."""

    rule: RetentionRule
    due_at: datetime
    expired_at: datetime | None


class RetentionRepository:
    """Questions and sentences about what expires."""

    def __init__(self, database: Database) -> None:
        """Over an upgraded database."""
        self._db = database

    def due(self, now: datetime, periods: RetentionPeriods) -> DueRetention:
        """What is over now. Nothing changes."""
        with self._db.read() as tx:
            return _due(tx, now, periods)

    def collect(self, now: datetime, periods: RetentionPeriods) -> DueRetention:
        """Forget the accounts that are over, and note their evidence, in one transaction: what is forgotten has its
        evidence on the list."""
        with self._db.write() as tx:
            due = _due(tx, now, periods)
            for candidate in due.forgotten:
                tx.execute(CANDIDATE.delete().where(_is(candidate)))
            for candidate in due.stripped:
                bare = replace(candidate, evidence=(), evidence_expired_at=now)
                tx.execute(CANDIDATE.update().where(_is(candidate)).values(**candidate_row(bare)))
            rows = [{"evidence": id, "rule": rule.value, "due_at": now} for id, rule in due.evidence.items()]
            upsert(tx, EvidenceExpiryRow, rows, keep=["*"])
            return due

    def pending(self, *, cleared: bool = False) -> dict[str, RetentionRule]:
        """Evidence whose time is over and whose bytes are there still; ``cleared``: that nothing cites any more."""
        query = select(EXPIRY.c.evidence, EXPIRY.c.rule).where(EXPIRY.c.expired_at.is_(None))
        if cleared:
            query = query.where(EXPIRY.c.cleared_at.is_not(None))
        with self._db.read() as tx:
            return {id: RetentionRule(rule) for id, rule in tx.execute(query.order_by(EXPIRY.c.evidence))}

    def cited(self, wanted: Collection[str], due: DueRetention | None = None) -> set[str]:
        """See `storage.evidence_citations.cited`; ``due``: as if that were collected."""
        with self._db.read() as tx:
            return cited(tx, wanted, _ids(due.forgotten), _ids(due.stripped)) if due else cited(tx, wanted)

    def clear(self, now: datetime) -> dict[str, RetentionRule]:
        """Say of what is pending whether anything cites it, and give back what nothing does."""
        waiting = self.pending()
        kept = self.cited(waiting)
        with self._db.write() as tx:
            for at, ids in ((None, kept), (now, waiting.keys() - kept)):
                for some in chunked(sorted(ids)):
                    mine = (EXPIRY.c.evidence.in_(some), EXPIRY.c.expired_at.is_(None))
                    tx.execute(EXPIRY.update().where(*mine).values(cleared_at=at))
        return {id: rule for id, rule in waiting.items() if id not in kept}

    def expired(self, evidence: Collection[str], now: datetime) -> None:
        """The bytes of these are gone: so is what was read of them; what stays of a look is when it was, and why no more."""
        with self._db.write() as tx:
            for some in chunked(sorted(evidence)):
                mine = OBSERVATION.c.evidence.in_(some)
                columns = (OBSERVATION.c.seq, OBSERVATION.c.key, OBSERVATION.c.document)
                rows = tx.execute(select(*columns).where(mine)).all()
                for row in rows:
                    changed = _bare(row.key, load(Observation, row.document))
                    tx.execute(OBSERVATION.update().where(OBSERVATION.c.seq == row.seq).values(**changed))
                tx.execute(WHOLE_FETCH.delete().where(WHOLE_FETCH.c.evidence.in_(some)))
                _forget_keys(tx, {row.key for row in rows})
                tx.execute(EXPIRY.update().where(EXPIRY.c.evidence.in_(some)).values(expired_at=now))

    def all(self) -> dict[str, EvidenceExpiry]:
        """Every row by evidence id."""
        with self._db.read() as tx:
            rows = tx.execute(select(EXPIRY).order_by(EXPIRY.c.evidence))
            return {row.evidence: EvidenceExpiry(RetentionRule(row.rule), row.due_at, row.expired_at) for row in rows}


def _ids(candidates: Collection[Candidate]) -> set[CandidateId]:
    return {(each.school, each.key) for each in candidates}


def _is(candidate: Candidate) -> ColumnElement[bool]:
    return and_(CANDIDATE.c.school == candidate.school, CANDIDATE.c.key == candidate.key)


def _due(tx: Connection, now: datetime, periods: RetentionPeriods) -> DueRetention:
    due = DueRetention()
    over = or_(CANDIDATE.c.expires_at < now, CANDIDATE.c.state == CandidateState.EXCLUDED.value)
    for (document,) in tx.execute(
        select(CANDIDATE.c.document).where(over).order_by(CANDIDATE.c.school, CANDIDATE.c.key)
    ):
        candidate = load(Candidate, document)
        if candidate.expires_at is not None:
            if candidate.expires_at < now:
                due.forgotten.append(candidate)
        elif candidate.evidence and candidate.decided_at and candidate.decided_at + periods.dismissed < now:
            due.stripped.append(candidate)
    for candidate in due.stripped:
        due.evidence |= dict.fromkeys(candidate.evidence, RetentionRule.DISMISSED)
    for candidate in due.forgotten:
        due.evidence |= dict.fromkeys(candidate.evidence, RetentionRule.PERSONAL)
    _add_looks(tx, due, now - periods.personal)
    return due


def _add_looks(tx: Connection, due: DueRetention, scanned_before: datetime) -> None:
    """Looks at the forgotten ones themselves, searches that listed them, and old scans of accounts that are nobody's."""
    gone = {each.key for each in due.forgotten}
    gone -= known_keys(tx, gone, _ids(due.forgotten))
    for some in chunked(sorted(gone)):
        own = select(OBSERVATION.c.evidence).where(OBSERVATION.c.key.in_(some), OBSERVATION.c.evidence != "")
        due.evidence |= dict.fromkeys(tx.execute(own).scalars(), RetentionRule.PERSONAL)
    if gone:
        listed = (id for id, look in _searches(tx) if any(_key(hit) in gone for hit in look.results))
        due.evidence |= {id: RetentionRule.PERSONAL for id in listed if id not in due.evidence}
    old = (
        OBSERVATION.c.observed_at < scanned_before,
        OBSERVATION.c.run.startswith(SCANS),
        OBSERVATION.c.evidence != "",
    )
    others = (OBSERVATION.c.platform != Platform.WEBSITE.value, ~OBSERVATION.c.key.startswith(EXPIRED_KEY))
    scans = tx.execute(select(OBSERVATION.c.key, OBSERVATION.c.evidence).where(*old, *others)).all()
    known = known_keys(tx, {key for key, _ in scans}, _ids(due.forgotten))
    due.evidence |= {id: RetentionRule.SCANNED for key, id in scans if key not in known and id not in due.evidence}


def _searches(tx: Connection) -> Iterator[tuple[str, Observation]]:
    """Every search that listed something, with its evidence id."""
    asked = OBSERVATION.c.key.startswith(QUERY_KEY_PREFIX)
    query = select(OBSERVATION.c.evidence, OBSERVATION.c.document).where(asked, OBSERVATION.c.evidence != "")
    for evidence, document in tx.execute(query.execution_options(yield_per=500)):
        look = load(Observation, document)
        if look.results:
            yield evidence, look


def _key(hit: SearchHit) -> str:
    return account_key(hit.platform, hit.account_id, hit.url, hit.name)


def _bare(key: str, look: Observation) -> dict[str, Any]:
    """The columns of a look whose page has expired: nothing of what the page said, and no account of a stranger's."""
    asked = key.startswith(QUERY_KEY_PREFIX)
    bare = Observation(
        platform=look.platform,
        source=look.source,
        url=look.url if asked else "",
        observed_at=look.observed_at,
        outcome=look.outcome,
        reason=EXPIRED_REASON,
        evidence=look.evidence,
    )
    return {"key": key if asked else f"{EXPIRED_KEY}{look.platform.value}", **observation_columns(bare)}


def _forget_keys(tx: Connection, keys: Collection[str]) -> None:
    """Of strangers of whom no look is left, what was folded from their looks goes as well."""
    mine = sorted(key for key in keys if not key.startswith((QUERY_KEY_PREFIX, EXPIRED_KEY)))
    left = set(tx.execute(select(OBSERVATION.c.key).where(OBSERVATION.c.key.in_(mine))).scalars())
    for target in (table(PostRow), table(AccountStateRow), WHOLE_FETCH, table(CrawlRunAccountRow)):
        tx.execute(target.delete().where(target.c.key.in_([key for key in mine if key not in left])))
