"""The cast of the demo campus: what an account and a post are, and the table of everybody who lives there."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import Any

import yaml

from rules.accounts.identity import account_key
from rules.model import LabeledEnum, Outcome, Platform

HERE = Path(__file__).parent


class ExpectedState(LabeledEnum):
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


IMPLIED: Mapping[ExpectedState, Outcome] = {
    ExpectedState.EMPTY: Outcome.EMPTY,
    ExpectedState.GONE: Outcome.GONE,
    ExpectedState.MOVED: Outcome.MOVED,
    ExpectedState.UNDETERMINED: Outcome.BLOCKED,
}
"""The outcome a judgement rests on; the others rest on an ordinary page (ok)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoAccount:
    """One simulated account: a row of accounts.yaml, where the columns are explained."""

    platform: Platform
    id: str
    name: str
    say: ExpectedState
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
        return blake2b(f"{self.platform}:{self.id}".encode(), digest_size=12).digest()

    @property
    def biz(self) -> str:
        """WeChat's __biz: a ten-digit number in base64."""
        return base64.b64encode(str(3_900_000_000 + int.from_bytes(self.digest[:3])).encode()).decode()


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoPost:
    """One thing an account published. ``number`` is stable while the clock runs on."""

    number: int
    title: str
    at: datetime
    pinned: bool = False

    @property
    def unix(self) -> int:
        """Seconds since 1970."""
        return int(self.at.timestamp())


@cache
def load_actors() -> tuple[DemoAccount, ...]:
    """Every row of accounts.yaml. Raises KeyError or TypeError on a row that is not one."""
    table: dict[str, list[dict[str, Any]]] = yaml.safe_load((HERE / "accounts.yaml").read_text("utf-8"))
    return tuple(_actor(Platform[platform.upper()], row) for platform, rows in table.items() for row in rows)


def _actor(platform: Platform, row: dict[str, Any]) -> DemoAccount:
    say = ExpectedState[row.pop("say").upper()]
    see = Outcome[row.pop("see", IMPLIED.get(say, Outcome.OK)).upper()]
    quirks, also = frozenset(row.pop("quirks", ())), tuple(row.pop("also", ()))
    return DemoAccount(platform=platform, id=str(row.pop("id")), say=say, see=see, quirks=quirks, also=also, **row)
