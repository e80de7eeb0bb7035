"""Every move a case may make: what may be sent next and why not yet, who signed, what the unit answers, how it ends."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from rules.calendar import Calendar
from rules.cases.case import SYSTEM, Case, CaseError, EventKind, EventPayload, StepRecord, Transition
from rules.cases.moves import (
    change,
    clock_resumes_at,
    postpone,
    require_actor,
    require_named_person,
    require_not_final,
    require_reason,
    step_record,
    unproposed,
)
from rules.model import CaseState, DocumentType, LabeledEnum, Platform
from rules.people import TWO_PERSONS
from rules.policies.schema import Addressee, LadderStep

FRESH = timedelta(hours=24)
"""A step stands only on a look that is no older: the account may have posted since."""
LONGEST_EXEMPTION, LONG_EXEMPTION = timedelta(days=367), timedelta(days=90)
"""Leave ends within a year (to the end of its last day); beyond a quarter the person is warned."""


class HoldReason(LabeledEnum):
    """What a step waits for; DUE: it leaves by itself, as an informal reminder may."""

    DUE = "due", "可以发文"
    SETTLED = "settled", "已办结"
    RESOLVED = "resolved", "已见整改，待复核"
    FINISHED = "finished", "已到最后一级"
    REVOKED = "revoked", "已有文书撤销，不再升级"
    UNDELIVERED = "undelivered", "上一级文书尚未送达"
    APPEAL = "appeal", "申诉未决，计时停止"
    EXEMPT = "exempt", "豁免期内"
    NOT_DUE = "not_due", "期限未到"
    FROZEN = "frozen", "该平台巡检异常，暂停升级"
    STALE = "stale", "最近一次有效观察已超过24小时，须先复查"
    SURVEY = "survey", "摸底尚未结束，暂不拟文"
    UNCONFIRMED = "unconfirmed", "所依据的数字制度原文没有，待学校确认"
    NO_UNIT = "no_unit", "责任单位不明，请先查明并填写"
    UNPROPOSED = "unproposed", "待经办提请签发"
    NEEDS_APPROVER = "needs_approver", "待签发"


SIGNABLE = frozenset({HoldReason.UNPROPOSED, HoldReason.NEEDS_APPROVER})
"""A paper is drafted and lies before a person."""
RESTING = frozenset({HoldReason.STALE, HoldReason.FROZEN, HoldReason.APPEAL, HoldReason.NOT_DUE})
"""A draft that exists stays, and is not signed until this has passed."""


ABOUT_NAMES = frozenset({"unregistered_name", "unfiled_account"})
"""Rules that accuse an account nobody filed: whatever the policy says, a person signs every paper."""


@dataclass(frozen=True, slots=True)
class EscalationStatus:
    """What `escalation_status` says: ``step`` leaves by itself when the reason is DUE; otherwise it is the one that waits."""

    reason: HoldReason
    step: LadderStep | None = None
    due_at: datetime | None = None

    @property
    def ready(self) -> bool:
        """True where the step leaves now, without a signature."""
        return self.reason is HoldReason.DUE

    @property
    def signable(self) -> bool:
        """True where the step is due and only a person's word is missing."""
        return self.reason in SIGNABLE


def is_fresh(case: Case, now: datetime) -> bool:
    """True where the newest look that showed the breach is at most 24 hours old."""
    return timedelta() <= now - case.shown_at <= FRESH


def escalation_status(case: Case, now: datetime, frozen: Collection[Platform] = ()) -> EscalationStatus:
    """The next step of the case and whether it may go out now. ``frozen``: platforms the breaker has stopped."""
    if case.state.is_final:
        return EscalationStatus(HoldReason.SETTLED)
    if case.state is CaseState.RESOLVED:
        return EscalationStatus(HoldReason.RESOLVED)
    if any(record.revoked_at and record.issued_at for record in case.steps):
        return EscalationStatus(HoldReason.REVOKED)
    record = case.pending_step
    if record is None:
        waiting = bool(case.steps) and case.steps[-1].delivered_at is None
        return EscalationStatus(HoldReason.UNDELIVERED if waiting else HoldReason.FINISHED)
    step = case.step_by_code(record.step)
    reason = next(_hindrances(case, step, record, now, frozen), HoldReason.DUE)
    return EscalationStatus(reason, step, record.due_at)


def _hindrances(
    case: Case, step: LadderStep, record: StepRecord, now: datetime, frozen: Collection[Platform]
) -> Iterator[HoldReason]:
    """All that keeps a step back, what weighs most first."""
    if case.surveyed:
        yield HoldReason.SURVEY
    if case.pending_appeal is not None:
        yield HoldReason.APPEAL
    if case.exemption is not None and now < case.exemption.until:
        yield HoldReason.EXEMPT
    if now < record.due_at:
        yield HoldReason.NOT_DUE
    if case.platform in frozen:
        yield HoldReason.FROZEN
    if not is_fresh(case, now):
        yield HoldReason.STALE
    if case.school_to_confirm:
        yield HoldReason.UNCONFIRMED
    if not case.unit and Addressee.UNIT in step.tell:
        yield HoldReason.NO_UNIT
    if step.document in TWO_PERSONS and not record.proposed_by:
        yield HoldReason.UNPROPOSED
    if not leaves_by_itself(case, step, record):
        yield HoldReason.NEEDS_APPROVER


def leaves_by_itself(case: Case, step: LadderStep, record: StepRecord) -> bool:
    """True for an informal reminder under a policy that lets it go; a doubtful date or an accused stranger is for a person."""
    informal = case.auto == step.document.value and not step.approver
    return informal and case.rule not in ABOUT_NAMES and not (record.provisional or case.provisional)


def first_step_record(ladder: tuple[LadderStep, ...], opened_at: datetime, calendar: Calendar) -> StepRecord:
    """The record of the first rung, due so long after the opening."""
    return step_record(ladder[0], opened_at, calendar)


def register_sending(case: Case, step: str, at: datetime, calendar: Calendar, way: str) -> Transition:
    """A channel took the paper of a step (``way``: which). Where the policy counts from the sending, the next step does.

    Raises CaseError.
    """
    record = _issued(case, step, at)
    if record.sent_at:
        raise CaseError(f"{case.number} 的“{record.title}”已发送")
    records = (replace(record, sent_at=at), *_next_rung(case, step, at, calendar, "sending"))
    return change(case, EventKind.SENT, at, SYSTEM, way, EventPayload(step=step, records=records))


def register_delivery(
    case: Case,
    step: str,
    at: datetime,
    calendar: Calendar,
    *,
    by: str = SYSTEM,
    how: str = "",
    now: datetime | None = None,
) -> Transition:
    """The paper of a step reached its addressee at ``at``: the next step is counted from here. ``how``: who received it
    and by which way; ``now``: when it was entered. Raises CaseError."""
    record = _issued(case, step, at)
    if record.delivered_at:
        raise CaseError(f"{case.number} 的“{record.title}”已登记送达")
    records = (replace(record, delivered_at=at), *_next_rung(case, step, at, calendar, "delivery"))
    return change(case, EventKind.DELIVERED, now or at, by, how, EventPayload(step=step, records=records))


def _issued(case: Case, step: str, at: datetime) -> StepRecord:
    record = next((record for record in case.issued_steps if record.step == step), None)
    if record is None or record.issued_at is None or at < record.issued_at:
        raise CaseError(f"{case.number} 的“{case.step_by_code(step).label}”尚未签发，不能登记")
    return record


def _next_rung(case: Case, step: str, at: datetime, calendar: Calendar, counted_from: str) -> tuple[StepRecord, ...]:
    """The record of the following rung, where its term begins with this event."""
    following = [rung.code for rung in case.ladder].index(step) + 1
    if following >= len(case.ladder) or case.state.is_final or case.term_runs_from != counted_from:
        return ()
    pause = case.exemption.until - at if case.exemption else timedelta()
    return (postpone(step_record(case.ladder[following], at, calendar), pause),)


def appeal(case: Case, by: str, reason: str, now: datetime) -> Transition:
    """The unit answers: the clock stands still until `decide`. Raises CaseError."""
    require_not_final(case)
    if case.pending_appeal:
        raise CaseError(f"{case.number} 已有一件申诉尚未决定")
    return change(case, EventKind.APPEALED, now, require_named_person(by, "申诉"), require_reason(reason, "申诉理由"))


def decide(case: Case, upheld: bool, by: str, reason: str, now: datetime) -> Transition:
    """Answer the appeal. Upheld: the case ends, and whoever was told is told so. Rejected: the clock goes on.

    Raises CaseError, also where the person who appealed would decide.
    """
    require_not_final(case)
    pending = case.pending_appeal
    if pending is None:
        raise CaseError(f"{case.number} 没有待决定的申诉")
    person = require_named_person(by, "作出申诉决定")
    if person == pending.by:
        raise CaseError("申诉人不能决定自己的申诉")
    if person in {record.approved_by for record in case.issued_steps}:
        raise CaseError("签发被申诉文书的人不能决定这件申诉，请由另一人决定")
    record = case.pending_step
    moved = () if upheld or record is None else (postpone(record, now - clock_resumes_at(case, pending.at)),)
    data = EventPayload(upheld=upheld, document=DocumentType.APPEAL_DECISION, tell=(Addressee.UNIT,), records=moved)
    decided, events = change(case, EventKind.DECIDED, now, person, require_reason(reason, "决定理由"), data)
    if not upheld:
        return decided, events
    ended, more = withdraw(decided, person, reason, now) if case.issued_steps else dismiss(decided, person, reason, now)
    return ended, events + more


def exempt(case: Case, approver: str, reason: str, until: datetime, now: datetime) -> Transition:
    """Leave the unit in peace until a day within a year; the clock moves on by as much. Raises CaseError."""
    require_not_final(case)
    if until > now + LONGEST_EXEMPTION:
        raise CaseError("豁免最长一年，到期后可以再次准予")
    person = require_named_person(approver, "豁免")
    begins = max(now, case.exemption.until) if case.exemption else now
    if until <= begins:
        raise CaseError("豁免必须有晚于现在（且晚于原豁免）的截止日期")
    moved = (postpone(case.pending_step, until - begins),) if case.pending_step else ()
    data = EventPayload(until=until, records=moved)
    return change(case, EventKind.EXEMPTED, now, person, require_reason(reason, "豁免理由"), data)


def withdraw(
    case: Case, by: str, reason: str, now: datetime, evidence: tuple[str, ...] = (), *, letter: str = ""
) -> Transition:
    """We were wrong: the case ends and everyone who was told hears it. ``evidence`` shows it; ``letter``: id of the one
    更正通知 that corrects the papers of several cases. Raises CaseError."""
    require_not_final(case)
    owed = DocumentType.CORRECTION if case.issued_steps else None
    data = EventPayload(document=owed, tell=case.notified, evidence=evidence, notice=letter if owed else "")
    return change(case, EventKind.WITHDRAWN, now, require_actor(by), require_reason(reason, "撤回理由"), data)


def revoke(
    case: Case, steps: Collection[str], by: str, reason: str, now: datetime, evidence: tuple[str, ...]
) -> Transition:
    """Some of a case's papers were wrong, the case itself was not: whoever those papers told hears it, and the term
    that ran from them is void. Raises CaseError."""
    require_not_final(case)
    taken = tuple(replace(r, revoked_at=now) for r in case.issued_steps if r.step in steps and not r.revoked_at)
    if not taken:
        raise CaseError(f"{case.number} 没有可以撤销的文书")
    data = EventPayload(
        document=DocumentType.CORRECTION, tell=case.told_by(r.step for r in taken), records=taken, evidence=evidence
    )
    return change(case, EventKind.REVOKED, now, require_actor(by), require_reason(reason, "撤销理由"), data)


def dismiss(case: Case, by: str, reason: str, now: datetime) -> Transition:
    """A person looked and found nothing wrong, before anything was sent. Raises CaseError."""
    if case.state is not CaseState.OPEN or case.issued_steps:
        raise CaseError(f"{case.number} 为“{case.state.label}”，只有待研判、未发文的条目可以认定不属实")
    return change(case, EventKind.DISMISSED, now, require_named_person(by, "研判"), require_reason(reason, "理由"))


def close(case: Case, by: str, reason: str, now: datetime) -> Transition:
    """Strike the case off: the breach is cured, or its last step has been carried out. Whoever read of it in public reads
    that it is settled. Raises CaseError."""
    if case.state not in (CaseState.RECTIFYING, CaseState.RESOLVED):
        raise CaseError(f"{case.number} 为“{case.state.label}”，不能销号")
    if case.pending_appeal:
        raise CaseError(f"{case.number} 的申诉尚未决定，不能销号")
    owed = DocumentType.CLOSURE if case.issued_steps else None
    criticised = Addressee.SCHOOL in case.told_by(r.step for r in case.issued_steps if not r.revoked_at)
    tell = (Addressee.UNIT, Addressee.SCHOOL) if criticised else (Addressee.UNIT,)
    data = EventPayload(document=owed, tell=tell if owed else ())
    return change(case, EventKind.CLOSED, now, require_actor(by), require_reason(reason, "销号理由"), data)


def end_unregistered(case: Case, by: str, now: datetime) -> Transition:
    """The office took the account out of its register: nobody is left to be held to it, and no paper is owed, for
    nothing was cured. Raises CaseError."""
    require_not_final(case)
    reason = f"该账号已由{require_actor(by)}从备案台账中移除，本条目随之终止，不表示已整改"
    return change(case, EventKind.CLOSED, now, by, reason)


def resume_after_pause(case: Case, since: datetime, now: datetime) -> tuple[StepRecord, ...]:
    """The waiting step moved on by a pause that ends now, proposed by nobody: what was proposed was another situation."""
    record = case.pending_step
    if record is None:
        return ()
    return (postpone(unproposed(record), now - clock_resumes_at(case, since)),)
