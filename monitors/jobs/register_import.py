"""What an import of the register leads to: clauses that cannot be judged, problems the next check would open."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any

from monitors.app_context import AppContext
from rules.accounts.join import join
from rules.calendar import china_calendar
from rules.cases.case import EventKind
from rules.cases.reconcile import reconcile
from rules.catalogue import RULES
from rules.evaluation import evaluate, school_context
from rules.model import Filing, FilingStatus, Platform, Verdict
from rules.platforms import UNPOLLED
from rules.policies.schema import Clause, Policy
from storage.filings import key_of

ENDED = (FilingStatus.CLOSED, FilingStatus.CANCELLED)
NEEDS: Mapping[str, tuple[str, ...]] = {
    "annual_review": ("reviewed_at", "review_result"),
    "duplicate_account": ("unit",),
    "expired_project": ("project_ends_at",),
    "late_filing": ("opened_at", "filed_at"),
    "name_format": ("unit",),
    "self_check": ("self_checked_at",),
    "unknown_unit": ("unit",),
}
"""Fields of the register without which a rule says nothing. `missing_owner` depends on its settings."""
OWNERS = {"first": ("first_owner",), "direct": ("direct_owner",), "staff": ("direct_owner", "direct_owner_is_staff")}


@dataclass(frozen=True, slots=True)
class Unjudged:
    """A clause that cannot be judged: the rule's title, fields that are unknown, and of how many accounts."""

    clause: str
    title: str
    fields: tuple[str, ...]
    accounts: int


@dataclass(frozen=True, slots=True)
class Consequences:
    """What follows from a register. ``tasks``: problems the next check would open, by the rule's title.

    ``policy`` is None where the school has none: then nothing is judged. ``unpolled``: accounts on platforms that are
    filed and reviewed, not polled. ``without_mail``: accounts in use whose notices must go on paper.
    """

    policy: Policy | None
    unjudged: tuple[Unjudged, ...] = ()
    tasks: Mapping[str, int] = field(default_factory=dict)
    unpolled: Mapping[Platform, int] = field(default_factory=dict)
    without_mail: int = 0


class UnknownSchool(Exception):
    """No policy and no register has this school code. Raised by `known_school`; the caller asks for the right one."""


def known_school(context: AppContext, code: str) -> str:
    """The code, where a policy or a register has it: a slip would make a school that nobody judges. Raises UnknownSchool."""
    codes = sorted({code for code, policy in context.policies.items() if not policy.pack} | set(context.schools))
    if code in codes:
        return code
    near = difflib.get_close_matches(code.lower(), codes, 1, 0.5)
    hint = f"是不是 {near[0]}？" if near else ""
    raise UnknownSchool(
        f"没有学校代码“{code}”的制度文件，也没有它的台账。{hint}已有：{'、'.join(codes)}。"
        "请改正 --school；确实是新学校的，先写好制度文件，或加 --new-school 只建台账。"
    )


def consequences(context: AppContext, school: str, filings: Sequence[Filing], now: datetime) -> Consequences:
    """What follows if the school's register were these filings. Nothing is saved."""
    policy = context.policies.get(school)
    running = [filing for filing in filings if filing.status not in ENDED]
    return Consequences(
        policy=policy,
        unjudged=tuple(_unjudged(policy, running)) if policy else (),
        tasks=_tasks(context, policy, filings, now) if policy else {},
        unpolled=Counter(filing.platform for filing in running if filing.platform in UNPOLLED),
        without_mail=sum(not filing.emails for filing in running),
    )


def _unjudged(policy: Policy, filings: Sequence[Filing]) -> Iterator[Unjudged]:
    for clause in policy.clauses:
        needs = _needs(clause)
        gaps = [[name for name in needs if not filing.knows(name)] for filing in filings if _may_cover(clause, filing)]
        missing = {name for gap in gaps for name in gap}
        if missing:
            fields = tuple(name for name in needs if name in missing)
            yield Unjudged(clause.clause, RULES[clause.rule].title, fields, sum(bool(gap) for gap in gaps))


def _needs(clause: Clause) -> tuple[str, ...]:
    found = list(NEEDS.get(clause.rule, ()))
    if clause.rule == "missing_owner":
        settings: Any = RULES[clause.rule].settings.model_validate(clause.settings)
        found += [name for setting, names in OWNERS.items() if getattr(settings, setting) for name in names]
    found += ["level"] if clause.only.levels else []
    found += ["category"] if clause.only.categories else []
    return tuple(dict.fromkeys(found))


def _may_cover(clause: Clause, filing: Filing) -> bool:
    """False where the clause certainly is not about the account; an unknown level or category may be any."""
    only = clause.only
    return (
        (not only.platforms or filing.platform in only.platforms)
        and (not only.levels or not filing.knows("level") or filing.level in only.levels)
        and (not only.categories or not filing.knows("category") or any(c in filing.category for c in only.categories))
    )


def _tasks(context: AppContext, policy: Policy, filings: Sequence[Filing], now: datetime) -> Mapping[str, int]:
    """New problems by the rule's title: the findings followed as `check` does, with nothing written."""
    calendar = china_calendar()
    keys = [key_of(filing) for filing in filings]
    accounts = join(filings, context.store.observations.states(keys, now), {}, policy.code)
    findings = evaluate(accounts, policy, school_context(policy, filings, calendar), now)
    broken = {finding.key: finding for finding in findings if finding.verdict is Verdict.VIOLATED}
    with context.store.cases.transaction(policy.code, now) as book:
        cases = book.newest_cases()
    numbers = count(1)
    changes = reconcile(cases, broken.values(), policy, now, lambda: f"{next(numbers)}", calendar)
    opened = [case for case, events in changes if any(event.kind is EventKind.OPENED for event in events)]
    return Counter(RULES[case.rule].title for case in opened)
