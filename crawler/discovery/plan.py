"""Which questions of the discovery plan are due: pure, so that a run goes on where the last one stopped."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import zip_longest

from crawler.discovery.sources import SearchEngine
from rules.candidates import SearchLogEntry
from rules.model import LabeledEnum
from rules.names import ProtectedSchool, search_terms

Log = Mapping[tuple[str, str], SearchLogEntry]
"""By (source, query): the school's search log."""


class SearchOutcome(LabeledEnum):
    """What came of one question. Only FOUND is a fact; nothing found proves nothing."""

    FOUND = "found", "有结果"
    NOTHING = "no_result", "没有结果（不能证明没有）"
    BLOCKED = "blocked", "被拦截"
    UNREADABLE = "unreadable", "无法识别"


AGAIN: Mapping[SearchOutcome, timedelta] = {
    SearchOutcome.FOUND: timedelta(days=14),
    SearchOutcome.NOTHING: timedelta(days=14),
    SearchOutcome.BLOCKED: timedelta(days=1),
    SearchOutcome.UNREADABLE: timedelta(days=3),
}
"""When the same question is asked again."""
REST = timedelta(hours=20)
"""A wall sends the search to rest until the next day."""


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """One query to one search on behalf of one school."""

    school: str
    source: str
    query: str


def questions(search: SearchEngine, school: ProtectedSchool) -> list[SearchQuery]:
    """The school's plan for one search: protected names × disguises × suffix families, the worthiest first."""
    return [SearchQuery(school.code, search.code, term.query) for term in search_terms(school, search.most)]


def due(asked: Iterable[SearchQuery], log: Log, now: datetime) -> list[SearchQuery]:
    """Never asked ones first, in the plan's order; then those whose time has come again, the longest waiting first."""
    never, again = [], list[tuple[datetime, SearchQuery]]()
    for question in asked:
        last = log.get((question.source, question.query))
        if last is None:
            never.append(question)
        elif (at := last.at + AGAIN[SearchOutcome(last.outcome)]) <= now:
            again.append((at, question))
    return never + [question for _, question in sorted(again, key=lambda pair: pair[0])]


def resting(search: SearchEngine, log: Log, now: datetime) -> datetime | None:
    """Until when the search is left alone after its newest answer was a wall; None where it may be asked."""
    asked = [told for (source, _), told in log.items() if source == search.code]
    newest = max((told.at for told in asked), default=None)
    walled = newest and any(told.at == newest and told.outcome == SearchOutcome.BLOCKED for told in asked)
    return newest + REST if newest and walled and newest + REST > now else None


def round_robin(plans: Sequence[Sequence[SearchQuery]], budget: int) -> list[SearchQuery]:
    """The budget dealt out to the schools in turn; one query that two schools share is asked once and counts once."""
    dealt: list[SearchQuery] = []
    queries: set[str] = set()
    for row in zip_longest(*plans):
        for question in row:
            if question is None:
                continue
            if question.query not in queries and len(queries) >= budget:
                return dealt
            queries.add(question.query)
            dealt.append(question)
    return dealt
