"""How a paper of the ladder comes to leave: proposed where two persons answer for it, signed by a person who read it, or,
for an informal reminder, by itself; and how one that has not left yet is stopped."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime

from rules.cases.case import SYSTEM, Case, CaseError, CaseEvent, EventKind, EventPayload, StepRecord, Transition
from rules.cases.moves import change, require_actor, require_named_person, require_reason, unproposed
from rules.cases.transitions import SIGNABLE, HoldReason, escalation_status
from rules.model import Platform
from rules.people import TWO_PERSONS, check_signature


@dataclass(frozen=True, slots=True, kw_only=True)
class Signatory:
    """Who proposes or signs: the name that papers bear, the sign-in name ("" where nobody signs in yet), and 职务."""

    display: str
    user: str = ""
    post: str = ""


def propose(
    case: Case, step: str, by: Signatory, now: datetime, reason: str = "", frozen: Collection[Platform] = ()
) -> Transition:
    """Put a 公开通报 or 关停 that is due before the signer, who must be another person. Raises CaseError."""
    record = _due(case, step, now, frozen)
    if record.document not in TWO_PERSONS:
        raise CaseError(f"“{record.title}”不需要提请，可以直接签发")
    if record.proposed_by:
        raise CaseError(f"{case.number} 的“{record.title}”已由{record.proposed_by}提请签发")
    person = require_named_person(by.display, "提请签发")
    put = replace(record, proposed_by=person, proposer_user=by.user, proposed_at=now)
    return change(case, EventKind.PROPOSED, now, person, reason, EventPayload(step=step, records=(put,)))


def sign(
    case: Case,
    step: str,
    by: Signatory,
    now: datetime,
    reason: str = "",
    *,
    notice: str = "",
    seen: str = "",
    frozen: Collection[Platform] = (),
) -> Transition:
    """A named person signs the paper that is due, and it leaves: there is no signature in advance. ``notice``: id of the
    paper; ``seen``: fingerprint of the facts the person had read.

    Raises CaseError with the reason why it must wait, PeopleError where the proposer would sign.
    """
    record = _due(case, step, now, frozen)
    person = require_named_person(by.display, "签发")
    if record.document in TWO_PERSONS:
        if not record.proposed_by:
            raise CaseError(f"{case.number} 的“{record.title}”须先由经办提请，再由另一人签发")
        proposer, signer = (record.proposer_user, by.user) if by.user else (record.proposed_by, person)
        check_signature(record.document, proposed_by=proposer, signed_by=signer)
    signed = replace(record, approved_by=person, approver_user=by.user, approver_post=by.post, approved_at=now)
    data = EventPayload(step=step, records=(signed,), notice=notice, seen=seen)
    approved, events = change(case, EventKind.APPROVED, now, person, reason, data)
    sent, more = _issued(approved, signed, now, person, notice)
    return sent, events + more


def issue(case: Case, now: datetime, *, notice: str = "", frozen: Collection[Platform] = ()) -> Transition:
    """Let an informal reminder leave by itself. Raises CaseError with the reason where it must wait."""
    status = escalation_status(case, now, frozen)
    record = case.pending_step
    if not status.ready or record is None:
        raise CaseError(f"{case.number} 现在不能发文：{status.reason.label}")
    return _issued(case, record, now, SYSTEM, notice)


def _issued(case: Case, record: StepRecord, now: datetime, by: str, notice: str) -> Transition:
    step = case.step_by_code(record.step)
    sent = replace(record, issued_at=now, notice=notice)
    data = EventPayload(step=step.code, document=step.document, tell=step.tell, records=(sent,), notice=notice)
    return change(case, EventKind.ISSUED, now, by, step.label, data)


def _due(case: Case, step: str, now: datetime, frozen: Collection[Platform]) -> StepRecord:
    """The step that waits for a person now. Raises CaseError."""
    status, record = escalation_status(case, now, frozen), case.pending_step
    if record is None or record.step != step:
        case.step_by_code(step)
        raise CaseError(f"{case.number} 当前没有待签发的“{case.step_by_code(step).label}”")
    if status.reason not in SIGNABLE | {HoldReason.DUE}:
        raise CaseError(f"{case.number} 的“{record.title}”现在不能签发：{status.reason.label}")
    return record


def stop(case: Case, notice: str, by: str, reason: str, now: datetime) -> Transition:
    """A signed paper that nobody was sent yet is held back: its step waits again, unsigned. Raises CaseError."""
    record = next((record for record in case.issued_steps if record.notice == notice), None)
    if record is None:
        raise CaseError(f"{case.number} 没有已签发而未发送的这份文书")
    data = EventPayload(step=record.step, records=(unproposed(record),), notice=notice)
    return change(case, EventKind.STOPPED, now, require_actor(by), require_reason(reason, "停发理由"), data)


def times_issued(events: Collection[CaseEvent], step: str) -> int:
    """How often a step's paper was signed, stopped ones included: each bears an id and a number of its own."""
    return sum(event.kind is EventKind.ISSUED and event.data.step == step for event in events)


def notice_id(case: Case, events: Collection[CaseEvent], step: str) -> str:
    """The id of the next paper of a step: case number and step, with a count from the second on."""
    before = times_issued(events, step)
    return f"{case.number}/{step}" + (f"-{before + 1}" if before else "")
