"""What was seen of one account over time: days with posts and looks, names, sources. For its page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select

from rules.model import ClaimType, Observation, Outcome
from storage.database import Database
from storage.observations import OBSERVATION, POST
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


class AccountHistory:
    """Questions about one account."""

    def __init__(self, database: Database) -> None:
        """Over an upgraded database."""
        self._db = database

    def looks(self, key: str, since: datetime) -> Mapping[date, frozenset[Outcome]]:
        """What the looks of each day (Beijing) showed."""
        query = select(OBSERVATION.c.observed_at, OBSERVATION.c.outcome)
        query = query.where(OBSERVATION.c.key == key, OBSERVATION.c.observed_at >= since).distinct()
        days: dict[date, set[Outcome]] = {}
        with self._db.read() as tx:
            for at, outcome in tx.execute(query):
                days.setdefault(at.date(), set()).add(Outcome(outcome))
        return {day: frozenset(shown) for day, shown in days.items()}

    def post_days(self, key: str, since: datetime) -> Mapping[date, int]:
        """How many own posts bear each day's date (Beijing)."""
        query = select(POST.c.published_at).where(POST.c.key == key, POST.c.published_at >= since)
        days: dict[date, int] = {}
        with self._db.read() as tx:
            for (at,) in tx.execute(query):
                days[at.date()] = days.get(at.date(), 0) + 1
        return days

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

    def sources(self, key: str) -> Mapping[str, SourceUse]:
        """By the source's code."""
        query = select(
            OBSERVATION.c.source, OBSERVATION.c.outcome, func.max(OBSERVATION.c.observed_at).label("at"), func.count()
        )
        query = query.where(OBSERVATION.c.key == key).group_by(OBSERVATION.c.source, OBSERVATION.c.outcome)
        found: dict[str, SourceUse] = {}
        with self._db.read() as tx:
            for source, outcome, at, number in tx.execute(query):
                old = found.get(source, SourceUse(at, None, 0, 0))
                is_fact = outcome in FACTS
                fact_at = max((old.fact_at or at), at) if is_fact else old.fact_at
                facts = old.facts + number if is_fact else old.facts
                found[source] = SourceUse(max(old.asked_at, at), fact_at, old.asked + number, facts)
        return found
