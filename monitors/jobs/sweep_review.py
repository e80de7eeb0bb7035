"""After a sweep: is the crawler to be trusted, and when is each account to be looked at next."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial

from monitors.app_context import AppContext
from monitors.jobs.check import beside
from rules.calendar import china_calendar
from rules.circuit_breaker import CanaryAccount, canary_ok, evaluate_breaker
from rules.evaluation import bind_clauses, evaluate, evaluate_account, school_context
from rules.model import Account, Finding, Platform, RuleResult, Verdict
from rules.policies.schema import Polling
from rules.visit_schedule import VisitReason, next_visit
from storage.filings import key_of
from storage.platform_state import PlatformState


def accounts_under(context: AppContext, keys: Sequence[str], now: datetime) -> dict[str, list[Account]]:
    """The filed accounts behind these keys, by school."""
    seen = context.store.observations.states(keys, now)
    found: dict[str, list[Account]] = defaultdict(list)
    for key, filings in context.store.filings.by_key(keys).items():
        for filing in filings:
            account = Account(
                school=filing.school, platform=filing.platform, key=key_of(filing), filing=filing, seen=seen.get(key)
            )
            found[filing.school].append(account)
    return found


def verdicts(context: AppContext, keys: Sequence[str], now: datetime) -> dict[Platform, list[Finding]]:
    """Today's findings of those of these accounts that were ever seen, by platform: a first look changes no mind."""
    found: dict[Platform, list[Finding]] = defaultdict(list)
    for school, accounts in accounts_under(context, keys, now).items():
        if school in context.policies:
            policy = context.policies[school]
            rest = school_context(policy, beside(context, accounts), china_calendar())
            known = [account for account in accounts if account.seen and account.seen.fact]
            for finding in evaluate(known, policy, rest, now):
                found[finding.platform].append(finding)
    return found


def update_breakers(
    context: AppContext,
    before: Mapping[Platform, list[Finding]],
    keys: Mapping[Platform, Sequence[str]],
    canaries: Sequence[CanaryAccount],
) -> list[str]:
    """Freeze or thaw each platform that was swept; returns what IT has to hear."""
    now, told = context.clock(), []
    after = verdicts(context, [key for some in keys.values() for key in some], now)
    seen = context.store.observations.states([canary.key for canary in canaries], now)
    for platform in keys:
        failed = [c.name for c in canaries if c.platform is platform and not canary_ok(c, seen.get(c.key), now)]
        known: dict[str, Verdict] = {finding.key: finding.verdict for finding in before.get(platform, ())}
        freeze = evaluate_breaker(platform, known, after.get(platform, []), len(keys[platform]), failed, now)
        told += [freeze.reason] if freeze else []
        context.store.platform_state.change(platform, partial(_with_breaker, now, freeze.reason if freeze else ""))
    return told


def _with_breaker(now: datetime, reason: str, state: PlatformState) -> PlatformState:
    """Open with a reason, closed without one; an open breaker keeps the time it opened."""
    opened_at = state.breaker_opened_at or now if reason else None
    return replace(state, breaker_opened_at=opened_at, breaker_reason=reason)


def schedule_visits(context: AppContext, keys: Sequence[str]) -> None:
    """Say of every swept account when to look again and why: the soonest that any of its schools needs."""
    now = context.clock()
    due = steps_due(context)
    planned: dict[str, tuple[datetime, VisitReason]] = {}
    for school, accounts in accounts_under(context, keys, now).items():
        policy = context.policies.get(school)
        rest = school_context(policy, beside(context, accounts), china_calendar()) if policy else None
        bound = bind_clauses(policy) if policy else ()
        for account in accounts:
            said: Iterable[RuleResult] = (a for _, a in evaluate_account(account, bound, rest, now)) if rest else ()
            polling = policy.polling if policy else Polling()
            at, why = next_visit(account, said, polling, now, due.get(account.key))
            if account.key not in planned or at < planned[account.key][0]:
                planned[account.key] = (at, why)
    context.store.observations.schedule_visits([(key, at, why) for key, (at, why) in planned.items()])


def steps_due(context: AppContext) -> dict[str, datetime]:
    """When the earliest waiting step of each account's open cases may go out."""
    due: dict[str, datetime] = {}
    for school in context.schools:
        for case in context.store.cases.open(school):
            if case.pending_step:
                at = case.pending_step.due_at
                due[case.account] = min(at, due.get(case.account, at))
    return due
