"""Who lives on the demo campus: accounts as a table, and what each of them has published at a given moment."""

from __future__ import annotations

import base64
import math
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from difflib import SequenceMatcher
from functools import cache, lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import Any

import yaml

from rules.identity import account_key
from rules.model import Labelled, Outcome, Platform

HERE = Path(__file__).parent
ITEMS = 24
"""Posts an account shows at most."""
LIVELY = 50.0
"""Days since the last post up to which an account will post again."""
PINNED_AGE = timedelta(days=420)
FIRST_NUMBER = 5000
"""Number of the post that is newest on the opening day; what follows counts on, what came before counts back."""


class Judgement(Labelled):
    """What an honest product must conclude about an account."""

    LIVE = "live", "正常更新"
    SILENT = "silent", "超期未更新"
    EMPTY = "empty", "开通后从未更新"
    GONE = "gone", "已注销或封禁"
    MOVED = "moved", "已迁移"
    RENAMED = "renamed", "更名未备案"
    UNDETERMINED = "undetermined", "无法判定"
    UNFILED = "unfiled", "未备案而使用校名"
    CLEAR = "clear", "与学校无关"


IMPLIED: Mapping[Judgement, Outcome] = {
    Judgement.EMPTY: Outcome.EMPTY,
    Judgement.GONE: Outcome.GONE,
    Judgement.MOVED: Outcome.MOVED,
    Judgement.UNDETERMINED: Outcome.BLOCKED,
}
"""The outcome a judgement rests on; the others rest on an ordinary page (ok)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """One simulated account: a row of accounts.yaml, where the columns are explained."""

    platform: Platform
    id: str
    name: str
    say: Judgement
    see: Outcome
    shape: str = ""
    trait: str = ""
    quirks: frozenset[str] = frozenset()
    newest: float | None = None
    every: float = 3.0
    body: str = ""
    unit: str = ""
    file: Mapping[str, Any] = field(default_factory=dict)
    unfiled: bool = False
    also: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """What the product calls the account: ``platform:stable-id``."""
        return account_key(self.platform, self.id, self.id if self.platform is Platform.WEBSITE else "", self.name)

    @property
    def digest(self) -> bytes:
        """Twelve bytes that stand for the account wherever a platform needs an opaque id."""
        return digest_of(self.platform, self.id)

    @property
    def biz(self) -> str:
        """WeChat's __biz: a ten-digit number in base64."""
        return base64.b64encode(str(3_900_000_000 + int.from_bytes(self.digest[:3])).encode()).decode()


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One thing an account published. ``number`` is stable while the clock runs on."""

    number: int
    title: str
    at: datetime
    pinned: bool = False

    @property
    def unix(self) -> int:
        """Seconds since 1970."""
        return int(self.at.timestamp())


def digest_of(platform: Platform, account: str) -> bytes:
    """The opaque id of an account, also before it is built."""
    return blake2b(f"{platform}:{account}".encode(), digest_size=12).digest()


@cache
def load_actors() -> tuple[Actor, ...]:
    """Every row of accounts.yaml. Raises KeyError or TypeError on a row that is not one."""
    table: dict[str, list[dict[str, Any]]] = yaml.safe_load((HERE / "accounts.yaml").read_text("utf-8"))
    return tuple(_actor(Platform[platform.upper()], row) for platform, rows in table.items() for row in rows)


def _actor(platform: Platform, row: dict[str, Any]) -> Actor:
    say = Judgement[row.pop("say").upper()]
    see = Outcome[row.pop("see", IMPLIED.get(say, Outcome.OK)).upper()]
    quirks, also = frozenset(row.pop("quirks", ())), tuple(row.pop("also", ()))
    return Actor(platform=platform, id=str(row.pop("id")), say=say, see=see, quirks=quirks, also=also, **row)


@cache
def _titles() -> dict[str, list[str]]:
    titles: dict[str, list[str]] = yaml.safe_load((HERE / "titles.yaml").read_text("utf-8"))
    return titles


@lru_cache(maxsize=50_000)
def _title(whose: str, theme: str, position: int) -> str:
    """A headline: always the same for the same post."""
    dice = random.Random(f"{whose}/{theme}/{position}")  # noqa: S311 (headlines, not secrets)
    return dice.choice(_titles()[theme]).replace("NN", str(dice.randint(1, 40)))


class Campus:
    """The simulated world. ``now`` may be moved on: live accounts then go on publishing, the others stay silent."""

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
    def actors(self) -> tuple[Actor, ...]:
        """Everybody, in table order."""
        return tuple(self._actors.values())

    def actor(self, key: str) -> Actor:
        """By account key. Raises KeyError."""
        return self._actors[key]

    def who(self, platform: Platform, account: str) -> Actor | None:
        """By the id the platform uses."""
        key = self._by_id.get((platform, account))
        return self._actors[key] if key else None

    def by_digest(self, digest: bytes) -> Actor | None:
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

    def items(self, actor: Actor, theme: str = "social", later: float = 0.0) -> tuple[Item, ...]:
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

    def _item(self, actor: Actor, theme: str, position: int, at: datetime) -> Item:
        return Item(number=FIRST_NUMBER + position, title=_title(f"{self.seed}/{actor.key}", theme, position), at=at)

    def search(self, platform: Platform, query: str) -> Iterator[Actor]:
        """Whom a search page shows, the likest name first: those that share two characters with the query."""
        wanted = set(query.casefold()) - {" "}
        there = [actor for actor in self.actors if actor.platform is platform and self._indexed(actor)]
        there.sort(key=lambda actor: -SequenceMatcher(None, query, actor.name).ratio())
        for actor in there:
            if query in actor.also or len(wanted & set(actor.name.casefold())) >= min(2, len(wanted)):
                yield actor

    @staticmethod
    def _indexed(actor: Actor) -> bool:
        """Sogou knows few of the WeChat accounts; elsewhere only what is gone cannot be found."""
        return not actor.trait if actor.platform is Platform.WECHAT else actor.trait != "missing"
