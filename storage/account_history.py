"""What was seen of one account over time: days, sources, names. For its page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import case, func, or_, select

from rules.model import ClaimType, Observation, Outcome
from storage.database import Database
from storage.observations import OBSERVATION
from storage.serialization import load

FACTS = tuple(outcome.value for outcome in Outcome if outcome.is_fact)
MOST_GROUPS = 200
"""So many different answers of a page are looked through for names; counters make one of nearly every look."""


@dataclass(frozen=True, slots=True)
class NameSpan:
    """A name that the account showed, from the first look that showed it to the last before another, with its evidence."""

    name: str
    first: datetime
    last: datetime
    evidence: str


@dataclass(frozen=True, slots=True)
class SourceUse:
    """When a source was last asked about an account, when it last said something, and how often it did either."""

    asked_at: datetime
    fact_at: datetime | None
    asked: int
    facts: int


@dataclass(frozen=True, slots=True)
class AccountLooks:
    """Looks at an account: what those of each day (Beijing) showed, the use of each source by its code, and what the
    newest of all saw, newest first."""

    by_day: Mapping[date, frozenset[Outcome]]
    by_source: Mapping[str, SourceUse]
    newest: tuple[Observation, ...]


class AccountHistory:
    """Questions about one account."""

    def __init__(self, database: Database) -> None:
        """Over an upgraded database."""
        self._db = database

    def looks(self, key: str, since: datetime, newest: int) -> AccountLooks:
        """What the looks since then showed, by day and by source, and whole the ``newest`` of any time: in one question."""
        mine, at = OBSERVATION.c.key == key, OBSERVATION.c.observed_at
        last = OBSERVATION.c.seq.in_(select(OBSERVATION.c.seq).where(mine).order_by(at.desc()).limit(newest))
        document = case((last, OBSERVATION.c.document), else_="").label("document")
        query = select(at, OBSERVATION.c.outcome, OBSERVATION.c.source, document).where(mine, or_(at >= since, last))
        days: dict[date, set[Outcome]] = {}
        sources: dict[str, SourceUse] = {}
        whole: list[Observation] = []
        with self._db.read() as tx:
            for seen_at, code, source, body in tx.execute(query.order_by(at, OBSERVATION.c.seq)):
                whole += [load(Observation, body)] if body else []
                if seen_at < since:
                    continue
                outcome = Outcome(code)
                days.setdefault(seen_at.date(), set()).add(outcome)
                old = sources.get(source, SourceUse(seen_at, None, 0, 0))
                fact_at = seen_at if outcome.is_fact else old.fact_at
                sources[source] = SourceUse(seen_at, fact_at, old.asked + 1, old.facts + outcome.is_fact)
        shown_by_day = {day: frozenset(shown) for day, shown in days.items()}
        return AccountLooks(shown_by_day, sources, tuple(reversed(whole)))

    def names(self, key: str) -> list[NameSpan]:
        """The names that pages which prove a name showed, oldest first. Looks that showed the same are read once."""
        facts = func.substr(OBSERVATION.c.fingerprint, 9, 8)
        first, last = func.min(OBSERVATION.c.observed_at), func.max(OBSERVATION.c.observed_at)
        query = select(first.label("first"), last.label("last"), func.min(OBSERVATION.c.document).label("document"))
        query = query.where(OBSERVATION.c.key == key, OBSERVATION.c.outcome.in_(FACTS))
        query = query.group_by(OBSERVATION.c.source, facts).order_by(last.desc()).limit(MOST_GROUPS)
        spans: list[NameSpan] = []
        with self._db.read() as tx:
            rows = [(row.first, row.last, load(Observation, row.document)) for row in tx.execute(query)]
        for start, end, look in sorted(rows, key=lambda each: (each[0], each[1])):
            if not look.name or ClaimType.NAME not in look.proves:
                continue
            if spans and spans[-1].name == look.name:
                spans[-1] = NameSpan(look.name, spans[-1].first, max(spans[-1].last, end), spans[-1].evidence)
            else:
                spans.append(NameSpan(look.name, start, end, look.evidence))
        return spans
