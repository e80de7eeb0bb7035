"""What a person does with a case: one transaction each; the second of two hands is told what the first did."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

from monitors.app_context import World
from monitors.jobs.check import Desk, frozen_platforms
from rules.calendar import end_of, standard
from rules.cases import transitions
from rules.cases.case import Case, CaseError, Change


def _change(world: World, number: str, move: Callable[[Case, datetime], Change]) -> Case:
    school, now = world.store.cases.school_of(number), world.clock()
    if school is None:
        raise CaseError(f"没有编号为 {number} 的条目。可以用 xunjian case list 查看编号。")
    with world.store.cases.ledger(school, now) as book:
        case = book.case(number)
        assert case is not None
        desk = Desk(world, book, world.policies[school], standard(), now)
        changed, events = move(case, now)
        desk.keep(changed, events)
        if not changed.state.is_final:
            desk.climb(changed, frozen_platforms(world))
    return world.store.cases.one(number) or changed


def approve(world: World, number: str, *, by: str, step: str = "", reason: str = "") -> Case:
    """Sign the step that waits; it goes out at once where it is due. Raises CaseError."""

    def move(case: Case, now: datetime) -> Change:
        waiting = step or (case.pending.step if case.pending else "")
        if not waiting:
            raise CaseError(f"{number} 没有等待签批的文书。")
        return transitions.approve(case, waiting, by, now, reason)

    return _change(world, number, move)


def deliver(world: World, number: str, *, step: str = "", at: datetime | None = None) -> Case:
    """Register that a step's paper was received: the next term is counted from then. Raises CaseError."""

    def move(case: Case, now: datetime) -> Change:
        waiting = [record.step for record in case.issued if not record.delivered_at]
        if not step and not waiting:
            raise CaseError(f"{number} 没有等待登记送达的文书。")
        return transitions.deliver(case, step or waiting[0], at or now, standard())

    return _change(world, number, move)


def appeal(world: World, number: str, *, by: str, reason: str) -> Case:
    """The unit appeals: the clock stands still. Raises CaseError."""
    return _change(world, number, lambda case, now: transitions.appeal(case, by, reason, now))


def decide(world: World, number: str, *, by: str, upheld: bool, reason: str) -> Case:
    """Answer the appeal. Raises CaseError."""
    return _change(world, number, lambda case, now: transitions.decide(case, upheld, by, reason, now))


def exempt(world: World, number: str, *, by: str, reason: str, until: date) -> Case:
    """Leave the unit in peace up to and including a day. Raises CaseError."""
    return _change(world, number, lambda case, now: transitions.exempt(case, by, reason, end_of(until), now))


def withdraw(world: World, number: str, *, by: str, reason: str) -> Case:
    """We were wrong: everyone who was told is told so. Raises CaseError."""
    return _change(world, number, lambda case, now: transitions.withdraw(case, by, reason, now))


def dismiss(world: World, number: str, *, by: str, reason: str) -> Case:
    """Looked at, nothing wrong. Raises CaseError."""
    return _change(world, number, lambda case, now: transitions.dismiss(case, by, reason, now))


def close(world: World, number: str, *, by: str, reason: str) -> Case:
    """Strike the case off. Raises CaseError."""
    return _change(world, number, lambda case, now: transitions.close(case, by, reason, now))
