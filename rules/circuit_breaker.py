"""When a whole platform changes its mind at once, the crawler is the likelier culprit: escalation stops there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from rules.model import AccountState, Finding, Outcome, Platform, Verdict

AT_LEAST = 3
SHARE = 0.10


@dataclass(frozen=True)
class CanaryAccount:
    """An account whose state is known: when its answer changes, the crawler is the likelier culprit."""

    platform: Platform
    key: str
    name: str
    account_id: str
    url: str
    alive: bool


def canary_ok(canary: CanaryAccount, seen: AccountState | None, now: datetime) -> bool:
    """True unless this sweep's look contradicts what is known of the canary. A wall is no contradiction: it is seen as one
    and freezes nothing, for what is blocked accuses nobody."""
    if seen is None or seen.attempted_at is None or seen.obstacle is Outcome.BLOCKED:
        return True
    if seen.obstacle:
        return False
    return (seen.outcome is Outcome.GONE) != canary.alive


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakerTrip:
    """Escalation on a platform stands still since ``at``, until a person or a clean sweep lifts it."""

    platform: Platform
    at: datetime
    reason: str


def evaluate_breaker(
    platform: Platform,
    before: Mapping[str, Verdict],
    after: Sequence[Finding],
    accounts: int,
    canaries_failed: Sequence[str],
    now: datetime,
) -> BreakerTrip | None:
    """The freeze a sweep calls for, if any.

    ``before``: each finding key's last verdict; ``after``: this sweep's findings of the platform; ``accounts``: how
    many the platform has; ``canaries_failed``: accounts known to be alive that did not read as such.
    """
    if canaries_failed:
        reason = f"{platform.label}的对照账号未能正常读取：{'、'.join(canaries_failed)}"
        return BreakerTrip(platform=platform, at=now, reason=reason)
    changed = {finding.account for finding in after if _changed(before.get(finding.key), finding)}
    if len(changed) > max(AT_LEAST, accounts * SHARE):
        reason = f"{platform.label}本次巡检有 {len(changed)} 个账号（共 {accounts} 个）判定改变，疑为页面改版或误读"
        return BreakerTrip(platform=platform, at=now, reason=reason)
    return None


def _changed(before: Verdict | None, finding: Finding) -> bool:
    """Only what looks showed counts: a review month that ends changes everybody at once and blames no crawler. Nor does
    what could not be judged and now is in order."""
    if before is None or before is finding.verdict or finding.shown_at is None:
        return False
    return not (before is Verdict.UNDETERMINED and finding.verdict is Verdict.COMPLIANT)
