"""What a visitor can see of each platform, as docs/platforms.md has it: sources, what they prove, and today's walls."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from crawler.platforms import SPECS
from crawler.platforms.spec import Target
from monitors.simulate.faults import Faults
from monitors.simulate.population import PlatformMix, SimulatedAccount, populate
from rules.model import ClaimType, Observation, Outcome, Platform, Post

MIX: PlatformMix = (
    (Platform.WECHAT, 50), (Platform.WEBSITE, 18), (Platform.WEIBO, 9), (Platform.DOUYIN, 8), (Platform.CHANNELS, 6),
    (Platform.BILIBILI, 4), (Platform.TOUTIAO, 2), (Platform.XIAOHONGSHU, 1), (Platform.KUAISHOU, 1), (Platform.ZHIHU, 1),
)  # fmt: skip
"""A real school's register."""


@dataclass(frozen=True, slots=True)
class Visibility:
    """How much of a platform a visitor gets to see.

    ``known``: share of accounts that a source shows at all; ``answered``: share of looks at them that meet no wall;
    ``lag``: days until a post is shown; ``readable``: share of links to a single post that open.
    """

    known: float
    answered: float
    lag: float
    readable: float


SEEN: dict[Platform, Visibility] = {
    Platform.WEBSITE: Visibility(0.98, 0.97, 0, 0.98),
    Platform.WEIBO: Visibility(0.95, 0.9, 0, 0.6),
    Platform.BILIBILI: Visibility(0.95, 0.85, 0, 0.9),
    Platform.WECHAT: Visibility(0.35, 0.8, 6, 0.95),  # 搜狗 is partial and late; a short link opens
    Platform.DOUYIN: Visibility(0.15, 0.5, 0, 0.5),
    Platform.TOUTIAO: Visibility(0.0, 0.0, 0, 0.9),
    Platform.ZHIHU: Visibility(0.0, 0.0, 0, 0.3),
    Platform.XIAOHONGSHU: Visibility(0.0, 0.0, 0, 0.2),
    Platform.KUAISHOU: Visibility(0.0, 0.0, 0, 0.3),
    Platform.CHANNELS: Visibility(0.0, 0.0, 0, 0.0),  # 视频号 has no page at all
}
"""Assumptions, stated here and in docs/performance.md: no platform was asked for them."""
LISTED = 8
LINKED, LINKED_POSTS = 0.2, 0.3
"""Share of WeChat accounts that the school's own sites link to, and of their posts that are linked."""


def reach_population(accounts: int, begin: datetime, days: int, seed: int, school: str) -> list[SimulatedAccount]:
    """The lives, each in the care of a unit with a mailbox; a unit has eight accounts."""
    return [_with_owner(number, life) for number, life in enumerate(populate(accounts, begin, days, seed, school, MIX))]


def _with_owner(number: int, life: SimulatedAccount) -> SimulatedAccount:
    unit = number // 8
    own = {"unit": f"单位{unit:03d}", "emails": (f"unit{unit:03d}@example.edu.cn",)}
    return replace(life, filing=replace(life.filing, **own))  # type: ignore[arg-type]


def provable(life: SimulatedAccount) -> ClaimType:
    """What the sources that a visitor may fetch together prove, read off the platform's own table."""
    spec = SPECS.get(life.actor.platform.value)
    filing = life.filing
    target = Target(platform=filing.platform, key=life.key, name=filing.name, account_id=life.actor.id, url=filing.url)
    found = ClaimType.NONE
    for source in spec.sources if spec else ():
        if source.urls(target):
            found |= source.proves
    return found & (ClaimType.ACTIVE | ClaimType.INACTIVE)


class ReachWorld:
    """Looks at lives, as far as anybody gets to see them."""

    def __init__(self, faults: Faults, seed: int) -> None:
        """``faults``: outages and walls of single accounts."""
        self.faults, self.seed, self.requests = faults, seed, 0
        self._proves: dict[str, ClaimType] = {}

    def look(self, life: SimulatedAccount, now: datetime) -> Observation:
        """One visit."""
        self.requests += 1
        platform = life.actor.platform
        visible = SEEN[platform]
        if life.key not in self._proves:
            self._proves[life.key] = provable(life)
        proves = self._proves[life.key]
        shown = self._chance(life, "known") < visible.known and proves
        walled = self._chance(life, f"{now:%Y%m%d%H}") >= visible.answered or self._hidden(life, now)
        if not shown or walled or life.is_gone(now):
            return self._seen(life, now, Outcome.BLOCKED, ())
        late = timedelta(days=visible.lag)
        posts = [at for at in life.posts[: life.published(now - late)]][-LISTED:]
        if not posts:
            return self._seen(life, now, Outcome.UNREADABLE, ())
        return replace(self._seen(life, now, Outcome.OK, tuple(posts)), proves=proves)

    def linked(self, life: SimulatedAccount, now: datetime) -> Observation | None:
        """An article that the school's own site linked to since yesterday, if there is one."""
        if life.actor.platform is not Platform.WECHAT or self._chance(life, "linked") >= LINKED:
            return None
        number = life.published(now)
        at = life.posts[number - 1] if number else None
        if at is None or now - at > timedelta(days=1) or self._chance(life, f"linked/{number}") >= LINKED_POSTS:
            return None
        return self.post(life, at, now)

    def post(self, life: SimulatedAccount, at: datetime, now: datetime) -> Observation:
        """The page of a single post, behind a link that somebody gave."""
        self.requests += 1
        if self._chance(life, f"post/{at:%Y%m%d%H%M}") >= SEEN[life.actor.platform].readable:
            return self._seen(life, now, Outcome.BLOCKED, ())
        return replace(self._seen(life, now, Outcome.OK, (at,)), proves=ClaimType.ACTIVE)

    def _hidden(self, life: SimulatedAccount, now: datetime) -> bool:
        spans = [*life.hidden, *(out.span for out in self.faults.outages if out.platform is life.actor.platform)]
        return any(start <= now < end for start, end in spans)

    def _chance(self, life: SimulatedAccount, what: str) -> float:
        return random.Random(f"{self.seed}/reach/{life.key}/{what}").random()  # noqa: S311

    def _seen(
        self, life: SimulatedAccount, now: datetime, outcome: Outcome, posts: tuple[datetime, ...]
    ) -> Observation:
        platform = life.actor.platform
        return Observation(
            platform=platform, source="home", url=f"https://{life.actor.id}/", observed_at=now, outcome=outcome,
            account_id=life.actor.id if outcome.is_fact else None, evidence=f"{now:%Y%m%d%H}/{self.requests}",
            posts=tuple(Post(id=f"{at:%Y%m%d%H%M}", published_at=at) for at in posts),
        )  # fmt: skip
