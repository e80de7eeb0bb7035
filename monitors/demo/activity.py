"""The life of the demo campus: what each account has published at a given moment, and what happens to it."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from difflib import SequenceMatcher
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import yaml

from monitors.demo.accounts import HERE, DemoAccount, DemoPost, ExpectedState, load_actors
from rules.model import Platform

__all__ = ["DemoAccount", "DemoCampus", "DemoPost", "ExpectedState"]

ITEMS = 24
"""Posts an account shows at most."""
LIVELY = 50.0
"""Days since the last post up to which an account will post again."""
PINNED_AGE = timedelta(days=420)
FIRST_NUMBER = 5000
"""Number of the post that is newest on the opening day; what follows counts on, what came before counts back."""


@cache
def _titles() -> dict[str, list[str]]:
    titles: dict[str, list[str]] = yaml.safe_load((HERE / "titles.yaml").read_text("utf-8"))
    return titles


@lru_cache(maxsize=50_000)
def _title(whose: str, theme: str, position: int) -> str:
    """A headline: always the same for the same post."""
    dice = random.Random(f"{whose}/{theme}/{position}")  # noqa: S311 (headlines, not secrets)
    return dice.choice(_titles()[theme]).replace("NN", str(dice.randint(1, 40)))


class DemoCampus:
    """The simulated context. ``now`` may be moved on: live accounts then go on publishing, the others stay silent."""

    def __init__(
        self,
        now: datetime,
        seed: int = 2026,
        *,
        clock: Callable[[], datetime] | None = None,
        slow_seconds: float = 8.0,
        patience: int = 60,
        replay: Path | None = None,
    ) -> None:
        """``now`` is aware; ``patience``: searches Sogou answers before its wall; ``replay``: the shared folder."""
        self.opened = now
        self._clock = clock or (lambda: now)
        self.seed, self.slow_seconds, self.patience = seed, slow_seconds, patience
        self.replay = replay
        self.asked: dict[str, int] = {}
        self._actors = {actor.key: actor for actor in load_actors()}
        self._by_id = {(actor.platform, actor.id): actor.key for actor in load_actors()}
        self._by_digest = {actor.digest: actor.key for actor in load_actors()}

    @property
    def now(self) -> datetime:
        """The campus's time: the opening moment, unless it was given a clock or set."""
        return self._clock()

    @now.setter
    def now(self, moment: datetime) -> None:
        self._clock = lambda: moment

    @property
    def actors(self) -> tuple[DemoAccount, ...]:
        """Everybody, in table order."""
        return tuple(self._actors.values())

    def actor(self, key: str) -> DemoAccount:
        """By account key. Raises KeyError."""
        return self._actors[key]

    def who(self, platform: Platform, account: str) -> DemoAccount | None:
        """By the id the platform uses."""
        key = self._by_id.get((platform, account))
        return self._actors[key] if key else None

    def by_digest(self, digest: bytes) -> DemoAccount | None:
        """By opaque id."""
        key = self._by_digest.get(digest)
        return self._actors[key] if key else None

    def change(self, key: str, **fields: Any) -> None:
        """Something happens to an account, for example ``newest`` (it posts), ``trait="missing"`` (it is deleted)."""
        if "newest" in fields and fields["newest"] is not None:
            fields["newest"] -= (self.now - self.opened) / timedelta(days=1)
        self._actors[key] = replace(self._actors[key], **fields)

    def ask(self, what: str) -> int:
        """Count one request for ``what`` and return how many there have been: the memory of a rate limit."""
        self.asked[what] = self.asked.get(what, 0) + 1
        return self.asked[what]

    def items(self, actor: DemoAccount, theme: str = "social", later: float = 0.0) -> tuple[DemoPost, ...]:
        """What the account shows, a pinned item first, then newest first; ``later``: days this column lags behind."""
        if actor.newest is None:
            return ()
        latest = self.opened - timedelta(days=actor.newest + later, hours=actor.digest[0] % 3)
        step = timedelta(days=actor.every)
        skipped = math.floor((self.opened - latest) / step)
        new = math.floor((self.now - latest) / step) - skipped if actor.newest <= LIVELY else 0
        own = [
            self._item(actor, theme, at, latest + (at + (skipped if at > 0 else 0)) * step)
            for at in range(new, new - ITEMS, -1)
        ]
        if "pinned" not in actor.quirks:
            return tuple(own)
        return (replace(self._item(actor, theme, -400, latest - PINNED_AGE), pinned=True), *own)

    def _item(self, actor: DemoAccount, theme: str, position: int, at: datetime) -> DemoPost:
        return DemoPost(
            number=FIRST_NUMBER + position, title=_title(f"{self.seed}/{actor.key}", theme, position), at=at
        )

    def search(self, platform: Platform, query: str) -> Iterator[DemoAccount]:
        """Whom a search page shows, the likest name first: those that share two characters with the query."""
        wanted = set(query.casefold()) - {" "}
        there = [actor for actor in self.actors if actor.platform is platform and self._indexed(actor)]
        there.sort(key=lambda actor: -SequenceMatcher(None, query, actor.name).ratio())
        for actor in there:
            if query in actor.also or len(wanted & set(actor.name.casefold())) >= min(2, len(wanted)):
                yield actor

    @staticmethod
    def _indexed(actor: DemoAccount) -> bool:
        """Sogou knows few of the WeChat accounts; elsewhere only what is gone cannot be found."""
        return not actor.trait if actor.platform is Platform.WECHAT else actor.trait != "missing"
