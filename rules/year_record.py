"""What one year of observations says about one account: the row of the annual review 年审. Pure arithmetic.

A month nobody could see is not a month without posts: a count is complete only where every own post was listed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise

from rules.calendar import end_of, start_of
from rules.model import BEIJING, AccountState, Filing

DAY = timedelta(days=1)
MONTHS = 12


@dataclass(frozen=True, slots=True)
class MonthlyPosts:
    """Own posts of one month. ``complete``: all of it was listed, so that 0 means none; else ``count`` is at least so
    many, and 0 says nothing."""

    count: int
    complete: bool

    @property
    def is_unseen(self) -> bool:
        """True where nothing is known of the month."""
        return not self.count and not self.complete


@dataclass(frozen=True, slots=True)
class Silence:
    """The longest span in which it is shown that nothing was posted, in whole days. ``running``: it lasts to the end."""

    days: int
    start: datetime
    end: datetime
    running: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class YearRecord:
    """One account in one calendar year, as far as it was observed up to ``until``.

    ``months``: January to the month of ``until``. ``days_observed`` of ``days`` days brought a fact. ``names``: each
    name shown, with the day it was first seen. ``first_fact``, ``last_fact``: the year's first and newest look that
    said something, None where none did.
    """

    filing: Filing
    key: str
    year: int
    until: datetime
    months: tuple[MonthlyPosts, ...]
    days: int
    days_observed: int
    first_fact: datetime | None
    last_fact: datetime | None
    last_post: datetime | None
    silence: Silence | None
    names: tuple[tuple[date, str], ...]

    @property
    def posts(self) -> int:
        """Own posts of the year that were seen."""
        return sum(month.count for month in self.months)

    @property
    def is_complete(self) -> bool:
        """True where every month was listed whole."""
        return all(month.complete for month in self.months)

    @property
    def is_unobserved(self) -> bool:
        """True where no look said anything in the year."""
        return self.last_fact is None


@dataclass(frozen=True, slots=True)
class YearOfLooks:
    """What the looks of one year say together; see `YearRecord`."""

    days: frozenset[date] = frozenset()
    first: datetime | None = None
    last: datetime | None = None
    names: tuple[tuple[date, str], ...] = ()


def year_record(
    filing: Filing,
    key: str,
    year: int,
    until: datetime,
    looks: YearOfLooks,
    posts: Sequence[datetime],
    state: AccountState | None,
) -> YearRecord:
    """Put one account's year together. ``posts``: when its own posts came out, in any order; ``until`` lies in the year or
    is its end."""
    until = min(until.astimezone(BEIJING), end_of(date(year, MONTHS, 31)))
    begin = start_of(date(year, 1, 1))
    own = sorted({post for post in posts if begin <= post <= until})
    listed = _listed(state, begin, until)
    return YearRecord(
        filing=filing,
        key=key,
        year=year,
        until=until,
        months=tuple(_month(year, month, own, listed, until) for month in range(1, until.month + 1)),
        days=(until.date() - begin.date()).days + 1,
        days_observed=len(looks.days),
        first_fact=looks.first,
        last_fact=looks.last,
        last_post=own[-1] if own else None,
        silence=_silence(own, listed) if listed else None,
        names=looks.names,
    )


Span = tuple[datetime, datetime]


def _listed(state: AccountState | None, begin: datetime, until: datetime) -> Span | None:
    """The part of the year in which every own post was listed."""
    if state is None or state.listed_from is None or state.listed_to is None:
        return None
    start, end = max(state.listed_from, begin), min(state.listed_to, until)
    return (start, end) if start < end else None


def _month(year: int, month: int, posts: Sequence[datetime], listed: Span | None, until: datetime) -> MonthlyPosts:
    start = start_of(date(year, month, 1))
    following = date(year + month // MONTHS, month % MONTHS + 1, 1)
    end = min(end_of(following - DAY), until)
    count = sum(start <= post <= end for post in posts)
    whole = listed is not None and listed[0] <= start and listed[1] >= end - DAY
    return MonthlyPosts(count, whole)


def _silence(posts: Sequence[datetime], listed: Span) -> Silence | None:
    """The longest gap between what was listed, the span's own ends included: before its first post nobody posted either."""
    start, end = listed
    marks = [start, *(post for post in posts if start < post < end), end]
    gaps = [Silence((later - earlier).days, earlier, later, later == end) for earlier, later in pairwise(marks)]
    longest = max(gaps, key=lambda gap: gap.days)
    return longest if longest.days else None
