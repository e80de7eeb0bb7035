"""A year of looks, account by account: what they say together, and which pages stand for them in the annual review."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import groupby

from rules.model import BEIJING, ClaimType, Observation
from rules.year_record import YearOfLooks
from storage.observations import FACTS, ObservationSummary


@dataclass
class _Fold:
    """One account's year while it is read. A document is opened only where it says something its page did not say before,
    and for the newest look of a month."""

    known: dict[str, Observation] = field(default_factory=dict)
    days: set[date] = field(default_factory=set)
    first: datetime | None = None
    last: datetime | None = None
    names: list[tuple[date, str]] = field(default_factory=list)
    cited: dict[str, None] = field(default_factory=dict)
    month: dict[int, ObservationSummary] = field(default_factory=dict)

    def take(self, summary: ObservationSummary) -> None:
        """One look more, in the order of their times."""
        sign = summary.fingerprint[:FACTS]
        look = self.known.get(sign)
        if look is None:
            look = self.known[sign] = summary.look
            if look.outcome.is_fact:
                self.cited[look.evidence] = None
        if not look.outcome.is_fact:
            return
        at = summary.at.astimezone(BEIJING)
        self.days.add(at.date())
        self.first, self.last = self.first or at, at
        self.month[at.month] = summary
        if look.name and ClaimType.NAME in look.proves and (not self.names or self.names[-1][1] != look.name):
            self.names.append((at.date(), look.name))

    def evidence(self) -> list[str]:
        """Ids of the pages that stand for the year: what changed, and the newest look of each month."""
        newest = (summary.look.evidence for summary in self.month.values())
        return [each for each in dict.fromkeys([*self.cited, *newest]) if each]


def read_year(summaries: Iterator[ObservationSummary]) -> Iterator[tuple[str, YearOfLooks, list[str]]]:
    """Each account's key, its year, and the evidence that stands for it. ``summaries``: by account and time."""
    for key, own in groupby(summaries, key=lambda summary: summary.key):
        fold = _Fold()
        for summary in own:
            fold.take(summary)
        looks = YearOfLooks(frozenset(fold.days), fold.first, fold.last, tuple(fold.names))
        yield key, looks, fold.evidence()
