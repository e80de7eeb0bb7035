"""What every move of a case is made of: the event that changes it, a rung's record, and what a person must have given."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from rules.calendar import Calendar
from rules.cases.case import (
    SYSTEM,
    Case,
    CaseError,
    CaseEvent,
    EventKind,
    EventPayload,
    StepRecord,
    Transition,
    apply_event,
)
from rules.policies.schema import LadderStep

NOTHING_MORE = EventPayload()


def change(
    case: Case, kind: EventKind, at: datetime, by: str, reason: str, data: EventPayload = NOTHING_MORE
) -> Transition:
    event = CaseEvent(number=case.number, kind=kind, at=at, by=by, reason=reason, data=data)
    return apply_event(case, event), (event,)


def step_record(step: LadderStep, start: datetime, calendar: Calendar) -> StepRecord:
    due_at, provisional = calendar.deadline(start, step.after)
    return StepRecord(step=step.code, document=step.document, title=step.label, due_at=due_at, provisional=provisional)


def postpone(record: StepRecord, pause: timedelta) -> StepRecord:
    return replace(record, due_at=record.due_at + max(pause, timedelta()))


def clock_resumes_at(case: Case, paused_at: datetime) -> datetime:
    """Where a pause bites: a term that began during the pause began to count only then."""
    sent = case.term_runs_from == "sending"
    begun = [at for record in case.steps if (at := record.sent_at if sent else record.delivered_at)]
    return max([paused_at, *begun])


def unproposed(record: StepRecord) -> StepRecord:
    """A rung as it was before anybody proposed or signed it."""
    return replace(
        record,
        proposed_by="",
        proposer_user="",
        proposed_at=None,
        approved_by="",
        approver_user="",
        approver_post="",
        approved_at=None,
        issued_at=None,
        notice="",
    )


def require_not_final(case: Case) -> None:
    if case.state.is_final:
        raise CaseError(f"{case.number} {case.state.label}，不能再办理")


def require_actor(by: str) -> str:
    if not by.strip():
        raise CaseError("请写明经办人")
    return by.strip()


def require_named_person(by: str, what: str) -> str:
    if require_actor(by) == SYSTEM:
        raise CaseError(f"{what}必须由具名的人作出")
    return by.strip()


def require_reason(reason: str, what: str) -> str:
    if not reason.strip():
        raise CaseError(f"请写明{what}")
    return reason.strip()
