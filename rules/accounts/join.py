"""Declared beside seen: the register's filings joined with what was seen and what is suspected."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from rules.accounts.identity import account_key
from rules.accounts.state import same_account
from rules.model import Account, AccountState, Filing, Outcome, Platform, Suspicion


def join(
    filings: Iterable[Filing], seen: Mapping[str, AccountState], suspicions: Mapping[str, Suspicion], school: str
) -> Iterator[Account]:
    """Declared beside seen: every filing, and every suspected account that no filing declares.

    ``seen`` and ``suspicions`` are looked up by account key and may read from a database as they are asked.
    """
    declared: set[str] = set()
    for filing in filings:
        key = account_key(filing.platform, filing.account_id, filing.url, filing.name)
        declared.add(key)
        yield Account(
            school=school,
            platform=filing.platform,
            key=key,
            filing=filing,
            seen=_seen_as_filed(filing.platform, key, seen.get(key)),
        )
    for key, suspicion in suspicions.items():
        if key not in declared:
            platform = Platform[key.partition(":")[0].upper()]
            yield Account(school=school, platform=platform, key=key, seen=seen.get(key), suspicion=suspicion)


def _seen_as_filed(platform: Platform, key: str, seen: AccountState | None) -> AccountState | None:
    """What was seen, unless it turns out to be somebody else's page: then it was never seen."""
    declared = key.partition(":")[2]
    if seen is None or not seen.account_id or declared.startswith("name="):
        return seen
    if same_account(platform, declared, seen.account_id):
        return seen
    reason = f"identity_mismatch: 页面账号 {seen.account_id} 与台账 {declared} 不符"
    return AccountState(attempted_at=seen.attempted_at, obstacle=Outcome.UNREADABLE, obstacle_reason=reason)
