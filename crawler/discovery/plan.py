"""Which questions of the discovery plan are due: pure, so that a run goes on where the last one stopped."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import zip_longest

from crawler.discovery.sources import Search
from rules.candidates import Searched
from rules.model import Labelled
from rules.names import ProtectedSchool, search_terms

Log = Mapping[tuple[str, str], Searched]
"""By (source, query): the school's search log."""


class Reply(Labelled):
    """What came of one question. Only FOUND is a fact; nothing found proves nothing."""

    FOUND = "found", "有结果"
    NOTHING = "no_result", "没有结果（不能证明没有）"
    BLOCKED = "blocked", "被拦截"
    UNREADABLE = "unreadable", "无法识别"


AGAIN: Mapping[Reply, timedelta] = {
    Reply.FOUND: timedelta(days=14),
    Reply.NOTHING: timedelta(days=14),
    Reply.BLOCKED: timedelta(days=1),
    Reply.UNREADABLE: timedelta(days=3),
}
"""When the same question is asked again."""
REST = timedelta(hours=20)
"""A wall sends the search to rest until the next day."""


@dataclass(frozen=True, slots=True)
class Question:
    """One query to one search on behalf of one school."""

    school: str
    source: str
    query: str


def questions(search: Search, school: ProtectedSchool) -> list[Question]:
    """The school's plan for one search: protected names × disguises × suffix families, the worthiest first."""
    return [Question(school.code, search.code, term.query) for term in search_terms(school, search.most)]


def due(asked: Iterable[Question], log: Log, now: datetime) -> list[Question]:
    """Never asked ones first, in the plan's order; then those whose time has come again, the longest waiting first."""
    never, again = [], list[tuple[datetime, Question]]()
    for question in asked:
        last = log.get((question.source, question.query))
        if last is None:
            never.append(question)
        elif (at := last.at + AGAIN[Reply(last.outcome)]) <= now:
            again.append((at, question))
    return never + [question for _, question in sorted(again, key=lambda pair: pair[0])]


def resting(search: Search, log: Log, now: datetime) -> datetime | None:
    """Until when the search is left alone after its newest answer was a wall; None where it may be asked."""
    asked = [told for (source, _), told in log.items() if source == search.code]
    newest = max((told.at for told in asked), default=None)
    walled = newest and any(told.at == newest and told.outcome == Reply.BLOCKED for told in asked)
    return newest + REST if newest and walled and newest + REST > now else None


def spread(plans: Sequence[Sequence[Question]], budget: int) -> list[Question]:
    """The budget dealt out to the schools in turn; one query that two schools share is asked once and counts once."""
    dealt: list[Question] = []
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
