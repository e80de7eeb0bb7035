"""Who lives in a simulation: accounts with their whole life written down, so that the truth is known at any moment."""

from __future__ import annotations

import random
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeVar

from monitors.demo.accounts import DemoAccount, ExpectedState
from rules.calendar import Calendar, Period, day_of, end_of
from rules.model import Filing, Outcome, Platform

BEFORE = timedelta(days=500)
"""How long before the simulation the accounts began to post."""
RHYTHMS = ((1.0, 15), (2.0, 15), (4.0, 20), (7.0, 20), (14.0, 15), (30.0, 10), (42.0, 5))
"""Days between two posts, with how many in a hundred keep that rhythm."""
LONGEST = 54.0
"""The longest gap of an account that counts as alive: every limit of two months is longer."""
PLATFORMS = (
    (Platform.WEBSITE, 30), (Platform.WECHAT, 25), (Platform.WEIBO, 20), (Platform.BILIBILI, 15), (Platform.DOUYIN, 10),
)  # fmt: skip
PlatformMix = tuple[tuple[Platform, int], ...]
"""How many in a hundred accounts live on each platform."""
FATES = (("live", 880), ("silent", 45), ("recovering", 45), ("gone", 20), ("empty", 10))
QUIRKS = {
    Platform.WEBSITE: ("pinned", "future", "today_widget"),
    Platform.WEIBO: ("pinned", "foreign", "retweets"),
    Platform.BILIBILI: ("pinned", "foreign", "live_card"),
    Platform.DOUYIN: ("pinned",),
}
RENAMED = 0.08
SILENCED = 0.04
"""Share of accounts that a wall of their own hides for weeks or months."""
REPORTED = timedelta(days=12)
"""How long a unit takes to report its new name."""
UNIT = "财务资产处"

Span = tuple[datetime, datetime]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Breach:
    """One time the account was too long silent: from the second after its deadline to the next post, or its end."""

    key: str
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedAccount:
    """One account: what it posts (oldest first), when it is gone, when it takes another name, when a wall hides it."""

    key: str
    actor: DemoAccount
    filing: Filing
    fate: str
    posts: tuple[datetime, ...]
    gone_at: datetime | None = None
    renamed_at: datetime | None = None
    new_name: str = ""
    hidden: tuple[Span, ...] = ()

    def name_at(self, now: datetime) -> str:
        """What it calls itself."""
        return self.new_name if self.renamed_at and now >= self.renamed_at else self.actor.name

    def filing_at(self, now: datetime) -> Filing:
        """What the register says of it: the unit reports a new name after a while."""
        known = self.renamed_at and now >= self.renamed_at + REPORTED
        return replace(self.filing, name=self.new_name) if known else self.filing

    def is_gone(self, now: datetime) -> bool:
        """True once it was deleted."""
        return self.gone_at is not None and now >= self.gone_at

    def published(self, now: datetime) -> int:
        """How many posts stand on its page."""
        return bisect_right(self.posts, now)

    def deadline(self, now: datetime, limit: Period, calendar: Calendar) -> datetime:
        """Until when it is in order, from all it published by ``now``: what an all-seeing judge would say."""
        posted = self.published(now)
        start = self.posts[posted - 1] if posted else end_of(self.filing.opened_at or day_of(now))
        return calendar.deadline(start, limit).at

    def breaches(self, end: datetime, limit: Period, calendar: Calendar) -> Iterator[Breach]:
        """Every time it was too long silent up to ``end``."""
        start = end_of(self.filing.opened_at) if self.filing.opened_at and not self.posts else None
        stops = [*self.posts, min(end, self.gone_at or end)]
        for last, following in zip([start, *stops], stops, strict=False):
            if last and (since := calendar.deadline(last, limit).at) < following:
                yield Breach(self.key, since, following)


def populate(
    accounts: int, begin: datetime, days: int, seed: int, school: str, mix: PlatformMix = PLATFORMS
) -> list[SimulatedAccount]:
    """So many lives. The same arguments always make the same lives."""
    dice = [random.Random(f"{seed}/{number}") for number in range(accounts)]  # noqa: S311
    return [_life(number, begin, days, own, school, mix) for number, own in enumerate(dice)]


def _life(
    number: int, begin: datetime, days: int, dice: random.Random, school: str, mix: PlatformMix
) -> SimulatedAccount:
    platform, fate = _drawn(dice, mix), _drawn(dice, FATES)
    if fate == "empty" and platform is not Platform.WEIBO:
        fate = "live"  # elsewhere nothing on a page proves that an account never posted
    end = begin + timedelta(days=days)
    actor = _actor(number, platform, fate, dice)
    opened = begin - BEFORE if fate != "empty" else begin - timedelta(days=dice.uniform(-days / 2, 90))
    posts = () if fate == "empty" else tuple(sorted(_posts(fate, opened, begin, end, dice)))
    renamed = begin + timedelta(days=dice.uniform(1, days)) if dice.random() < RENAMED else None
    return SimulatedAccount(
        key=actor.key,
        actor=actor,
        filing=_filing(number, actor, opened, school),
        fate=fate,
        posts=posts,
        gone_at=begin + timedelta(days=dice.uniform(0, days)) if fate == "gone" else None,
        renamed_at=renamed,
        new_name=f"{actor.name}发布" if renamed else "",
        hidden=_hidden(begin, days, dice) if dice.random() < SILENCED else (),
    )


def _drawn(dice: random.Random, table: tuple[tuple[T, int], ...]) -> T:
    return dice.choices([item for item, _ in table], [weight for _, weight in table])[0]


def _actor(number: int, platform: Platform, fate: str, dice: random.Random) -> DemoAccount:
    shape = dice.choice(("webplus", "vsb", "plain")) if platform is Platform.WEBSITE else ""
    quirks = frozenset(quirk for quirk in QUIRKS.get(platform, ()) if dice.random() < 0.3)
    return DemoAccount(
        platform=platform, id=_id(number, platform), name=f"模拟{number:05d}号", say=ExpectedState.LIVE, see=Outcome.OK,
        shape=shape, trait="empty" if fate == "empty" else "", quirks=quirks, body="示范大学", unit=UNIT,
    )  # fmt: skip


def _id(number: int, platform: Platform) -> str:
    match platform:
        case Platform.WEBSITE:
            return f"s{number:06d}.shifan.example"
        case Platform.WECHAT:
            return f"gh_{number:012x}"
        case Platform.DOUYIN:
            return f"MS4wLjABAAAA{number:032d}"
        case _:
            return str(1_000_000_000 + number)


def _filing(number: int, actor: DemoAccount, opened: datetime, school: str) -> Filing:
    day, site = day_of(opened), actor.platform is Platform.WEBSITE
    url = f"http://{actor.id}/" if site else ""
    return Filing(
        id=f"{number:06d}", school=school, platform=actor.platform, name=actor.name, unit=UNIT, url=url,
        account_id="" if site else actor.id, opened_at=day, filed_at=day, first_owner="张示例",
        direct_owner="李示例", direct_owner_is_staff=True, verified=True, verified_body=actor.body,
    )  # fmt: skip


def _posts(fate: str, opened: datetime, begin: datetime, end: datetime, dice: random.Random) -> Iterator[datetime]:
    """When it posts: its rhythm, and the silence its fate brings."""
    every, at = _drawn(dice, RHYTHMS), opened
    silent = begin + (end - begin) * dice.uniform(-0.3, 1.0)
    while (at := at + timedelta(days=min(every * dice.uniform(0.6, 1.4), LONGEST))) < end:
        if fate in ("silent", "recovering") and at >= silent:
            if fate == "silent":
                return
            at, silent = silent + timedelta(days=dice.uniform(30, 160)), end
            if at >= end:
                return
        yield at.replace(hour=dice.randint(7, 23), minute=dice.randint(0, 59), second=0, microsecond=0)


def _hidden(begin: datetime, days: int, dice: random.Random) -> tuple[Span, ...]:
    start = begin + timedelta(days=dice.uniform(0, days))
    return ((start, start + timedelta(days=dice.uniform(7, 120))),)
