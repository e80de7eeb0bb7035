"""What a person does with a case: one transaction each; the second of two hands is told what the first did."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime

from monitors.app_context import AppContext
from monitors.jobs.check import CaseWriter, frozen_platforms
from rules.calendar import china_calendar, end_of
from rules.cases import transitions
from rules.cases.case import Case, CaseError, Transition
from rules.model import Filing
from storage.filings import key_of


def _change(context: AppContext, number: str, move: Callable[[Case, datetime], Transition]) -> Case:
    school, now = context.store.cases.school_of(number), context.clock()
    if school is None:
        raise CaseError(f"没有编号为 {number} 的条目。可以用 xunjian case list 查看编号。")
    with context.store.cases.transaction(school, now) as book:
        case = book.case(number)
        assert case is not None
        desk = CaseWriter(context, book, context.policies[school], china_calendar(), now)
        changed, events = move(case, now)
        desk.save(changed, events)
        if not changed.state.is_final:
            desk.issue_due_step(changed, frozen_platforms(context))
    return context.store.cases.get(number) or changed


def approve(
    context: AppContext, number: str, *, by: str, step: str = "", reason: str = "", user: str = "", post: str = ""
) -> Case:
    """Sign the step that waits; it goes out at once where it is due. ``user``, ``post``: the account's. Raises CaseError."""

    def move(case: Case, now: datetime) -> Transition:
        waiting = step or (case.pending_step.step if case.pending_step else "")
        if not waiting:
            raise CaseError(f"{number} 没有等待签批的文书。")
        return transitions.approve(case, waiting, by, now, reason, user=user, post=post)

    return _change(context, number, move)


def deliver(context: AppContext, number: str, *, step: str = "", at: datetime | None = None) -> Case:
    """Register that a step's paper was received: the next term is counted from then. Raises CaseError."""

    def move(case: Case, now: datetime) -> Transition:
        waiting = [record.step for record in case.issued_steps if not record.delivered_at]
        if not step and not waiting:
            raise CaseError(f"{number} 没有等待登记送达的文书。")
        return transitions.register_delivery(case, step or waiting[0], at or now, china_calendar())

    return _change(context, number, move)


def appeal(context: AppContext, number: str, *, by: str, reason: str) -> Case:
    """The unit appeals: the clock stands still. Raises CaseError."""
    return _change(context, number, lambda case, now: transitions.appeal(case, by, reason, now))


def decide(context: AppContext, number: str, *, by: str, upheld: bool, reason: str) -> Case:
    """Answer the appeal. Raises CaseError."""
    return _change(context, number, lambda case, now: transitions.decide(case, upheld, by, reason, now))


def exempt(context: AppContext, number: str, *, by: str, reason: str, until: date) -> Case:
    """Leave the unit in peace up to and including a day. Raises CaseError."""
    return _change(context, number, lambda case, now: transitions.exempt(case, by, reason, end_of(until), now))


def withdraw(context: AppContext, number: str, *, by: str, reason: str) -> Case:
    """We were wrong: everyone who was told is told so. Raises CaseError."""
    return _change(context, number, lambda case, now: transitions.withdraw(case, by, reason, now))


def dismiss(context: AppContext, number: str, *, by: str, reason: str) -> Case:
    """Looked at, nothing wrong. Raises CaseError."""
    return _change(context, number, lambda case, now: transitions.dismiss(case, by, reason, now))


def close(context: AppContext, number: str, *, by: str, reason: str) -> Case:
    """Strike the case off. Raises CaseError."""
    return _change(context, number, lambda case, now: transitions.close(case, by, reason, now))


def end_cases_of(context: AppContext, school: str, removed: Iterable[Filing], *, by: str) -> list[str]:
    """End the open cases of accounts that were taken out of the school's register; the numbers of those ended.

    Where another row still files the account, its cases go on. Cases that stand on a suspect alone need no filing.
    """
    kept = {key_of(filing) for filing in context.store.filings.all(school)}
    gone = {key_of(filing) for filing in removed} - kept
    policy, now = context.policies.get(school), context.clock()
    if policy is None or not gone:
        return []
    ended = []
    with context.store.cases.transaction(school, now) as book:
        desk = CaseWriter(context, book, policy, china_calendar(), now)
        for case in book.open_cases():
            if case.account in gone and case.rule not in transitions.ABOUT_NAMES:
                desk.save(*transitions.end_unregistered(case, by, now))
                ended.append(case.number)
    return ended
