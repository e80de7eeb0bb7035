"""How each platform is doing, for the pages that show it. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from rules.model import Outcome, Platform
from storage.account_filter import NOT_POLLED, UNSEEN
from storage.platform_state import PlatformState


@dataclass(frozen=True, slots=True)
class PlatformRow:
    """How many accounts of a platform are in sight, when it was last seen, and what holds it up ("" for nothing)."""

    platform: Platform
    good: int
    gone: int
    other: int
    unseen: int
    seen_at: datetime | None
    held: str


def platform_rows(
    counts: Mapping[tuple[str, str], int],
    facts: Mapping[str, datetime],
    states: Iterable[PlatformState],
    now: datetime,
) -> list[PlatformRow]:
    """One row per platform that has accounts, the largest first. ``counts``: accounts by platform and newest look."""
    by_platform: dict[str, Counter[str]] = {}
    for (platform, shown), n in counts.items():
        by_platform.setdefault(platform, Counter())[shown] += n
    held = {row.platform.value: row for row in states}
    return [
        PlatformRow(
            platform=Platform(code),
            good=shown[Outcome.OK],
            gone=shown[Outcome.GONE],
            other=shown[Outcome.EMPTY] + shown[Outcome.MOVED],
            unseen=sum(shown[code] for code in UNSEEN),
            seen_at=facts.get(code),
            held=held_up(held.get(code), now),
        )
        for code, shown in sorted(by_platform.items(), key=lambda pair: -pair[1].total())
        if shown.total() > shown[NOT_POLLED]
    ]


def held_up(state: PlatformState | None, now: datetime) -> str:
    """Why a platform is not looked at, or its cases do not move, in one sentence; empty where nothing is wrong."""
    if state is None:
        return ""
    if not state.enabled:
        return "已由管理员停用"
    if state.breaker_opened_at:
        return f"督办已冻结：{state.breaker_reason or '观察结果异常'}"
    if state.paused_until and state.paused_until > now:
        until = state.paused_until
        return f"遇到拦截，暂停访问至 {until.month}月{until.day}日 {until:%H:%M}"
    return ""
