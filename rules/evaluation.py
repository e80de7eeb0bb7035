"""Observations fold into what is seen, meet what is declared, and are measured clause by clause."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Literal

from rules.accounts.identity import account_key
from rules.accounts.state import apply_observation, same_account
from rules.calendar import Calendar
from rules.catalogue import RULES, SchoolContext
from rules.catalogue.registry import BoundRule
from rules.model import Account, AccountState, Filing, FilingStatus, Finding, Outcome, Platform, RuleResult, Suspicion
from rules.policies.schema import OWN_UNIT, Clause, Policy

__all__ = [
    "account_key",
    "apply_observation",
    "bind_clauses",
    "evaluate",
    "evaluate_account",
    "join",
    "route",
    "school_context",
    "supervisor",
]


REGISTER_WIDE_RULES = frozenset({"duplicate_account"})
"""Rules that hold one filing against the unit's others (`SchoolContext.shared`)."""


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
            seen=_own(filing.platform, key, seen.get(key)),
        )
    for key, suspicion in suspicions.items():
        if key not in declared:
            platform = Platform[key.partition(":")[0].upper()]
            yield Account(school=school, platform=platform, key=key, seen=seen.get(key), suspicion=suspicion)


def _own(platform: Platform, key: str, seen: AccountState | None) -> AccountState | None:
    """What was seen, unless it turns out to be somebody else's page: then it was never seen."""
    declared = key.partition(":")[2]
    if seen is None or not seen.account_id or declared.startswith("name="):
        return seen
    if same_account(platform, declared, seen.account_id):
        return seen
    reason = f"identity_mismatch: 页面账号 {seen.account_id} 与台账 {declared} 不符"
    return AccountState(attempted_at=seen.attempted_at, obstacle=Outcome.UNREADABLE, obstacle_reason=reason)


def school_context(policy: Policy, filings: Iterable[Filing], calendar: Calendar) -> SchoolContext:
    """What rules may know of the school; ``filings`` are read once, for what only the whole register shows, and only
    where a clause asks for it: a register of 100,000 accounts takes 150 MB."""
    compares = any(clause.rule in REGISTER_WIDE_RULES for clause in policy.clauses)
    return SchoolContext(
        code=policy.code,
        name=policy.school,
        calendar=calendar,
        effective=policy.regulation.effective,
        units=frozenset(unit.name for unit in policy.units),
        units_complete=policy.units_complete,
        unit_short_names={unit.name: unit.short for unit in policy.units},
        ranges=policy.ranges,
        domains=policy.domains,
        shared=_shared(filings) if compares else {},
    )


def _shared(filings: Iterable[Filing]) -> dict[str, tuple[Filing, ...]]:
    """Active filings that share unit, platform and (for apps) type, eldest first; only where there are several."""
    groups: defaultdict[tuple[str, ...], list[Filing]] = defaultdict(list)
    for filing in filings:
        if filing.unit and filing.status is FilingStatus.ACTIVE:
            kind = filing.account_type if filing.platform is Platform.APP else ""
            groups[filing.unit, filing.platform, kind].append(filing)
    shared: dict[str, tuple[Filing, ...]] = {}
    for group in groups.values():
        if len(group) > 1:
            eldest_first = tuple(sorted(group, key=_age))
            shared.update((filing.id, eldest_first) for filing in group)
    return shared


def _age(filing: Filing) -> tuple[date, str]:
    return filing.opened_at or filing.filed_at or date.max, filing.id


def route(filing: Filing, policy: Policy, matter: Literal["content", "technology"] = "content") -> str:
    """The office that supervises an account: the first route that covers it, else the account's own unit."""
    for way in policy.routes:
        if way.matter == matter and way.only.covers(filing.platform, filing):
            return filing.unit if way.to == OWN_UNIT else way.to
    return filing.unit


def supervisor(account: Account, policy: Policy) -> str:
    """As `route`; an account nobody filed goes to whoever supervises without condition."""
    if account.filing:
        return route(account.filing, policy)
    everybody = (way for way in policy.routes if way.matter == "content" and way.only.covers(account.platform, None))
    return next((way.to for way in everybody if way.to != OWN_UNIT), "")


BoundClauses = tuple[tuple[Clause, BoundRule], ...]
"""A policy's clauses, each with its rule and settings bound together; see `bind_clauses`."""


def bind_clauses(policy: Policy) -> BoundClauses:
    """Bind every clause once, for many accounts."""
    return tuple((clause, RULES[clause.rule].bind(clause.settings)) for clause in policy.clauses)


def evaluate_account(
    account: Account, bound: BoundClauses, school: SchoolContext, now: datetime
) -> Iterator[tuple[Clause, RuleResult]]:
    """Every clause that applies to one account, with its answer."""
    for clause, check in bound:
        if clause.only.covers(account.platform, account.filing) and (answer := check(account, school, now)):
            yield clause, answer


def evaluate(accounts: Iterable[Account], policy: Policy, school: SchoolContext, now: datetime) -> Iterator[Finding]:
    """One finding per account and clause, as the accounts stream by: nothing is kept between them."""
    bound = bind_clauses(policy)
    for account in accounts:
        office = supervisor(account, policy)
        for clause, answer in evaluate_account(account, bound, school, now):
            yield Finding(
                school=account.school,
                platform=account.platform,
                account=account.key,
                title=account.title,
                unit=account.filing.unit if account.filing else "",
                supervisor=office,
                rule=clause.rule,
                clause=clause.clause,
                basis=policy.basis(clause.clause),
                verdict=answer.verdict,
                reason=answer.reason,
                evidence=answer.evidence,
                shown_at=answer.shown_at,
                since=answer.since,
                until=answer.until,
                in_order=answer.in_order,
                school_to_confirm=clause.school_to_confirm,
                provisional=answer.provisional,
            )
