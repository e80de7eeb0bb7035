"""A feed bridge that the school runs: trusted as far as accounts known to post daily are fresh on it. Pure.

Bridges miss what was published without mass-sending, stop for one account, or fall silent as a whole; so what one does not
show is a reason to ask first, and never a finding.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

CONTROLS = 3
"""The fewest accounts known to post daily that a bridge is measured by."""
DAILY = timedelta(days=4)
"""What posts daily rests over a long weekend."""
LOOKED = timedelta(days=2)
"""A feed that was not read for longer says nothing about today."""


@dataclass(frozen=True, slots=True)
class BridgeFeed:
    """What a bridge last showed of one account: when it was read, and the newest post in it; None where it was not."""

    account: str
    read_at: datetime | None = None
    newest: datetime | None = None


def bridge_fault(controls: Sequence[BridgeFeed], now: datetime) -> str:
    """Why a bridge is not to be believed now, in Chinese; empty where its controls are fresh. One of several may fail."""
    if len(controls) < CONTROLS:
        return f"对照账号只有 {len(controls)} 个，至少要 {CONTROLS} 个每日更新的账号"
    stale = [feed.account for feed in controls if not _fresh(feed, now)]
    allowed = 1 if len(controls) > CONTROLS else 0
    if len(stale) > allowed:
        return (
            f"{len(controls)} 个对照账号中有 {len(stale)} 个没有新内容（{'、'.join(stale[:3])}），订阅源可能已停止更新"
        )
    return ""


def _fresh(feed: BridgeFeed, now: datetime) -> bool:
    read = feed.read_at is not None and now - feed.read_at <= LOOKED
    return read and feed.newest is not None and now - feed.newest <= DAILY


def shows_nothing_new(feed: BridgeFeed, deadline: datetime | None, now: datetime) -> bool:
    """Whether a healthy bridge makes an account probably silent: read lately, and its newest post is past the limit.

    ``deadline``: when the account's own period from that post is over.
    """
    read = feed.read_at is not None and now - feed.read_at <= LOOKED
    return read and feed.newest is not None and deadline is not None and now > deadline
