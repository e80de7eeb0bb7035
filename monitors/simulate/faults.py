"""What goes wrong and when: outages, a new layout, walls that hide one account for weeks, and failures at random."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitors.simulate.failures import Failure, failures
from monitors.simulate.population import PLATFORMS, SimulatedAccount, Span
from rules.model import Platform

EVERY = 90
"""Days in which each platform is once out of reach."""
LAYOUT = timedelta(days=2)
"""How long nobody can read a platform's new layout."""


@dataclass(frozen=True, slots=True)
class Outage:
    """A platform out of reach for everybody. ``kind`` is one failure, or empty: each request meets any of them."""

    platform: Platform
    span: Span
    kind: str = ""


class Faults:
    """Decides of every single fetch, always in the same way for the same seed, account, URL and moment."""

    def __init__(self, begin: datetime, days: int, seed: int, rate: float) -> None:
        """``rate``: share of fetches that fail at random."""
        self.rate, self.seed = rate, seed
        self.outages = tuple(_outages(begin, days, random.Random(f"{seed}/outages")))  # noqa: S311

    def meets(self, life: SimulatedAccount, url: str, now: datetime) -> Failure | None:
        """What the fetch of ``url`` meets now; None where it brings the page."""
        platform = life.actor.platform
        dice = random.Random(f"{self.seed}/{url}/{now:%Y%m%d%H%M}/{life.key}")  # noqa: S311
        known = failures(platform)
        if outage := self.outage(platform, now):
            return next((each for each in known if each.kind == outage.kind), None) or dice.choice(known)
        if within(life.hidden, now):
            return random.Random(f"{self.seed}/{life.key}").choice(_walls(known))  # noqa: S311
        return dice.choice(known) if dice.random() < self.rate else None

    def outage(self, platform: Platform, now: datetime) -> Outage | None:
        """The outage a platform is in."""
        return next((out for out in self.outages if out.platform is platform and within((out.span,), now)), None)

    def disturbed(self, life: SimulatedAccount, start: datetime, end: datetime) -> bool:
        """True where a scripted fault (not mere chance) hid the account at some time between the two moments."""
        spans = [*life.hidden, *(out.span for out in self.outages if out.platform is life.actor.platform)]
        return any(begin <= end and start <= until for begin, until in spans)


def within(spans: Iterable[Span], now: datetime) -> bool:
    """True inside one of the spans."""
    return any(start <= now < end for start, end in spans)


def _walls(known: tuple[Failure, ...]) -> tuple[Failure, ...]:
    """What stays for weeks: not a connection that broke, nor a page cut in the middle."""
    return tuple(each for each in known if not each.kind.startswith(("body/cut", "network/")))


def _outages(begin: datetime, days: int, dice: random.Random) -> Iterator[Outage]:
    new_layout = dice.choice([platform for platform, _ in PLATFORMS])
    start = begin + timedelta(days=round(days * dice.uniform(0.3, 0.9)), hours=9)
    yield Outage(new_layout, (start, start + LAYOUT), "body/layout")
    for platform, _ in PLATFORMS:
        for _ in range(max(1, round(days / EVERY))):
            start = begin + timedelta(days=dice.uniform(1, days))
            yield Outage(platform, (start, start + timedelta(days=dice.uniform(0.2, 3))))
