"""Take back a decision just made: the case is as its history without that decision makes it, and the history says so."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from rules.calendar import start_of
from rules.cases.case import SYSTEM, Case, CaseError, CaseEvent, EventKind, EventPayload, Transition, rebuild_case
from rules.cases.moves import change, require_named_person
from rules.model import BEIJING

WITHIN = timedelta(minutes=10)
"""How long a decision can be taken back."""
DECISIONS = frozenset(
    {
        EventKind.PROPOSED,
        EventKind.APPROVED,
        EventKind.ISSUED,
        EventKind.DELIVERED,
        EventKind.APPEALED,
        EventKind.DECIDED,
        EventKind.EXEMPTED,
        EventKind.WITHDRAWN,
        EventKind.DISMISSED,
        EventKind.CLOSED,
    }
)
"""What a person does; the rest is the program's."""
PASSING = frozenset({EventKind.CONFIRMED, EventKind.EDITED, EventKind.DEFERRED, EventKind.RESUMED})
"""What may stand after a decision that is taken back: it changes no case."""


def last_decision(history: Sequence[CaseEvent], now: datetime) -> tuple[CaseEvent, ...]:
    """The newest thing a person did, while it can be taken back: within ten minutes, a delivery within its day, and with
    nothing after it but looks that confirm, and words or the putting off of a draft. Empty where there is none."""
    end = len(history)
    while end and history[end - 1].kind in PASSING:
        end -= 1
    if not end:
        return ()
    last = history[end - 1]
    begin = end
    while (
        begin
        and history[begin - 1].kind in DECISIONS
        and (history[begin - 1].at, history[begin - 1].by) == (last.at, last.by)
    ):
        begin -= 1
    decided = tuple(history[begin:end])
    if not decided or last.by == SYSTEM or (last.kind is EventKind.APPROVED and not last.data.step):
        return ()  # the signature under an answer is taken back by a letter, not by a click
    same_day = last.kind is EventKind.DELIVERED and last.at >= start_of(now.astimezone(BEIJING).date())
    return decided if same_day or timedelta() <= now - last.at <= WITHIN else ()


def undo(case: Case, history: Sequence[CaseEvent], by: str, now: datetime) -> Transition:
    """The case without its newest decision. Raises CaseError where that is too late."""
    decided = last_decision(history, now)
    if not decided:
        raise CaseError(f"{case.number} 没有可以撤销的操作：决定在十分钟内、送达登记在当天可以撤销，且其后没有新的办理")
    at = history.index(decided[0])
    before = rebuild_case([*history[:at], *history[at + len(decided) :]])
    what = "、".join(event.kind.label for event in decided if event.kind is not EventKind.ISSUED)
    person = require_named_person(by, "撤销操作")
    reason = f"撤销{decided[-1].by}于{decided[-1].at.astimezone(BEIJING):%H:%M}所作的“{what}”"
    return change(
        case, EventKind.UNDONE, now, person, reason, EventPayload(case=before, notice=decided[-1].data.notice)
    )
