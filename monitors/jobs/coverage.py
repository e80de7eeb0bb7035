"""掌握率 counted: every filed account asked the clauses about updates, and the figures kept for pages and metrics."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from monitors.app_context import AppContext
from monitors.jobs.check import accounts_of
from rules.calendar import china_calendar
from rules.coverage import (
    AccountKnowledge,
    CoverageFigures,
    figures_by_platform,
    knowledge_of,
    update_clauses,
)
from rules.evaluation import bind_clauses, school_context
from rules.inquiries import InquiryState
from rules.model import Account, Platform


def known_accounts(context: AppContext, school: str, now: datetime) -> Iterator[AccountKnowledge]:
    """What is known of each account that a clause about updates binds, streaming. Raises KeyError without a policy."""
    return (known for _, known in _judged(context, school, now) if known)


def _judged(context: AppContext, school: str, now: datetime) -> Iterator[tuple[Account, AccountKnowledge | None]]:
    policy = context.policies[school]
    rest, clauses = school_context(policy, (), china_calendar()), update_clauses(bind_clauses(policy))
    for account in accounts_of(context, school, now):
        yield account, knowledge_of(account, clauses, rest, now)


def coverage_of(context: AppContext, school: str, now: datetime) -> dict[Platform, CoverageFigures]:
    """A school's figures by platform as they are now. Raises KeyError without a policy."""
    asked, overdue = waiting_accounts(context, school)
    return figures_by_platform(_judged(context, school, now), asked, overdue)


def waiting_accounts(context: AppContext, school: str) -> tuple[frozenset[str], frozenset[str]]:
    """Keys of the accounts whose owners were asked and have not answered; and of them the overdue."""
    states = [state for state in InquiryState if state.waits]
    waiting = context.store.inquiries.all(school=school, states=states)
    overdue = {inquiry.account for inquiry in waiting if inquiry.state is InquiryState.OVERDUE}
    return frozenset(inquiry.account for inquiry in waiting), frozenset(overdue)


def count_coverage(context: AppContext) -> None:
    """Count every school that has a register and a policy, and keep the figures."""
    now = context.clock()
    for school in context.schools:
        if school in context.policies:
            context.store.coverage.save(school, coverage_of(context, school, now), now)
