"""After a sweep: is the crawler to be trusted, and when is each account to be looked at next."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from monitors.app_context import Canary, World
from rules.calendar import standard
from rules.circuit_breaker import breaker
from rules.evaluation import answers, checks, context, evaluate
from rules.model import Account, Answer, Finding, Outcome, Platform, Seen, Verdict
from rules.policies.schema import Polling
from rules.visit_schedule import next_look
from storage.filings import key_of


def accounts_under(world: World, keys: Sequence[str], now: datetime) -> dict[str, list[Account]]:
    """The filed accounts behind these keys, by school."""
    seen = world.store.looks.seen(keys, now)
    found: dict[str, list[Account]] = defaultdict(list)
    for key, filings in world.store.filings.by_key(keys).items():
        for filing in filings:
            account = Account(
                school=filing.school, platform=filing.platform, key=key_of(filing), filing=filing, seen=seen.get(key)
            )
            found[filing.school].append(account)
    return found


def verdicts(world: World, keys: Sequence[str], now: datetime) -> dict[Platform, list[Finding]]:
    """Today's findings of those of these accounts that were ever seen, by platform: a first look changes no mind."""
    found: dict[Platform, list[Finding]] = defaultdict(list)
    for school, accounts in accounts_under(world, keys, now).items():
        if school in world.policies:
            policy = world.policies[school]
            rest = context(policy, world.store.filings.iterate(school), standard())
            known = [account for account in accounts if account.seen and account.seen.fact]
            for finding in evaluate(known, policy, rest, now):
                found[finding.platform].append(finding)
    return found


def guard(
    world: World,
    before: Mapping[Platform, list[Finding]],
    keys: Mapping[Platform, Sequence[str]],
    canaries: Sequence[Canary],
) -> list[str]:
    """Freeze or thaw each platform that was swept; returns what IT has to hear."""
    now, told = world.clock(), []
    after = verdicts(world, [key for some in keys.values() for key in some], now)
    seen = world.store.looks.seen([canary.key for canary in canaries], now)
    for platform in keys:
        failed = [c.name for c in canaries if c.platform is platform and not as_known(c, seen.get(c.key), now)]
        known: dict[str, Verdict] = {finding.key: finding.verdict for finding in before.get(platform, ())}
        freeze = breaker(platform, known, after.get(platform, []), len(keys[platform]), failed, now)
        state = world.store.runs.platform(platform.value)
        if freeze:
            told.append(freeze.reason)
            world.store.runs.set_platform(platform.value, frozen_at=state["frozen_at"] or now, frozen_why=freeze.reason)
        elif state["frozen_at"]:
            world.store.runs.set_platform(platform.value, frozen_at=None, frozen_why="")
    return told


def as_known(canary: Canary, seen: Seen | None, now: datetime) -> bool:
    """True unless this sweep's look contradicts what is known of the canary. A wall is no contradiction: it is seen as one
    and freezes nothing, for what is blocked accuses nobody."""
    if seen is None or seen.attempted_at is None or seen.obstacle is Outcome.BLOCKED:
        return True
    if seen.obstacle:
        return False
    return (seen.outcome is Outcome.GONE) != canary.alive


def plan_looks(world: World, keys: Sequence[str]) -> None:
    """Say of every swept account when to look again and why: the soonest that any of its schools needs."""
    now = world.clock()
    due = steps_due(world)
    planned: dict[str, tuple[datetime, str]] = {}
    for school, accounts in accounts_under(world, keys, now).items():
        policy = world.policies.get(school)
        rest = context(policy, world.store.filings.iterate(school), standard()) if policy else None
        bound = checks(policy) if policy else ()
        for account in accounts:
            said: Iterable[Answer] = (a for _, a in answers(account, bound, rest, now)) if rest else ()
            polling = policy.polling if policy else Polling()
            at, why = next_look(account, said, polling, now, due.get(account.key))
            if account.key not in planned or at < planned[account.key][0]:
                planned[account.key] = (at, why.label)
    world.store.looks.plan([(key, at, why) for key, (at, why) in planned.items()])


def steps_due(world: World) -> dict[str, datetime]:
    """When the earliest waiting step of each account's open cases may go out."""
    due: dict[str, datetime] = {}
    for school in world.schools:
        for case in world.store.cases.open(school):
            if case.pending:
                at = case.pending.due_at
                due[case.account] = min(at, due.get(case.account, at))
    return due
