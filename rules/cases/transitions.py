"""Every move a case may make: what may be sent next and why not yet, who signed, what the unit answers, how it ends."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
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
from rules.model import CaseState, DocumentType, LabeledEnum, Platform
from rules.policies.schema import Addressee, LadderStep

NOTHING_MORE = EventPayload()
FRESH = timedelta(hours=24)
"""A step stands only on a look that is no older: the account may have posted since."""


class HoldReason(LabeledEnum):
    """Why a step goes out now, or what it waits for."""

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
    PROVISIONAL = "provisional", "期限落在尚未公布放假安排的年份，须由人确认"
    UNCONFIRMED = "unconfirmed", "所依据的数字制度原文没有，待学校确认"
    NO_UNIT = "no_unit", "责任单位不明，请先查明并填写"
    NEEDS_APPROVER = "needs_approver", "待签批"


ABOUT_NAMES = frozenset({"unregistered_name", "unfiled_account"})
"""Rules that accuse an account nobody filed: whatever the policy says, a person signs every paper."""


@dataclass(frozen=True, slots=True)
class EscalationStatus:
    """What `escalation_status` says: ``step`` may be issued when the reason is DUE; otherwise it is the one that waits."""

    reason: HoldReason
    step: LadderStep | None = None
    due_at: datetime | None = None

    @property
    def ready(self) -> bool:
        """True where the step may be issued now."""
        return self.reason is HoldReason.DUE


def is_fresh(case: Case, now: datetime) -> bool:
    """True where the newest look that showed the breach is at most 24 hours old."""
    return timedelta() <= now - case.shown_at <= FRESH


def escalation_status(case: Case, now: datetime, frozen: Collection[Platform] = ()) -> EscalationStatus:
    """The next step of the case and whether it may go out now. ``frozen``: platforms the breaker has stopped."""
    if case.state.is_final:
        return EscalationStatus(HoldReason.SETTLED)
    if case.state is CaseState.RESOLVED:
        return EscalationStatus(HoldReason.RESOLVED)
    if any(record.revoked_at for record in case.issued_steps):
        return EscalationStatus(HoldReason.REVOKED)
    record = case.pending_step
    if record is None:
        waiting = bool(case.steps) and case.steps[-1].delivered_at is None
        return EscalationStatus(HoldReason.UNDELIVERED if waiting else HoldReason.FINISHED)
    step = case.step_by_code(record.step)
    return EscalationStatus(_waits_for(case, step, record, now, frozen), step, record.due_at)


def _waits_for(
    case: Case, step: LadderStep, record: StepRecord, now: datetime, frozen: Collection[Platform]
) -> HoldReason:
    waits = {
        HoldReason.APPEAL: case.pending_appeal is not None,
        HoldReason.EXEMPT: case.exemption is not None and now < case.exemption.until,
        HoldReason.NOT_DUE: now < record.due_at,
        HoldReason.FROZEN: case.platform in frozen,
        HoldReason.STALE: not is_fresh(case, now),
        HoldReason.PROVISIONAL: (record.provisional or case.provisional) and not record.approved_by,
        HoldReason.UNCONFIRMED: case.school_to_confirm,
        HoldReason.NO_UNIT: not case.unit and Addressee.UNIT in step.tell,
        HoldReason.NEEDS_APPROVER: (step.needs_approver or case.rule in ABOUT_NAMES) and not record.approved_by,
    }
    return next((reason for reason, holds in waits.items() if holds), HoldReason.DUE)


def first_step_record(ladder: tuple[LadderStep, ...], opened_at: datetime, calendar: Calendar) -> StepRecord:
    """The record of the first rung, due so long after the opening."""
    return _record(ladder[0], opened_at, calendar)


def approve(
    case: Case, step: str, by: str, now: datetime, reason: str = "", *, user: str = "", post: str = ""
) -> Transition:
    """A named person signs the step that waits; it goes out once it is due. ``user``, ``post``: the account's.

    Raises CaseError.
    """
    _require_step_pending(case)
    person = _require_named_person(by, "签批")
    record = case.pending_step
    if record is None or record.step != step:
        raise CaseError(f"{case.number} 当前待发的不是“{case.step_by_code(step).label}”，不能签批")
    if record.approved_by:
        raise CaseError(f"{case.number} 的“{record.title}”已由{record.approved_by}签批")
    if case.pending_appeal:
        raise CaseError(f"{case.number} 的申诉尚未决定，不能签批")
    if case.school_to_confirm:
        raise CaseError(f"{case.number} {HoldReason.UNCONFIRMED.label}；请先在制度文件中确认该条，再签批文书")
    signed = replace(record, approved_by=person, approver_user=user, approver_post=post, approved_at=now)
    return _change(case, EventKind.APPROVED, now, person, reason, EventPayload(step=step, records=(signed,)))


def issue(case: Case, now: datetime, *, notice: str = "", frozen: Collection[Platform] = ()) -> Transition:
    """Send the step that is due. ``notice``: id of the paper. Raises CaseError with the reason where it must wait."""
    next_step = escalation_status(case, now, frozen)
    record = case.pending_step
    if not next_step.ready or next_step.step is None or record is None:
        raise CaseError(f"{case.number} 现在不能发文：{next_step.reason.label}")
    step = next_step.step
    sent = replace(record, issued_at=now, notice=notice)
    data = EventPayload(step=step.code, document=step.document, tell=step.tell, records=(sent,))
    return _change(case, EventKind.ISSUED, now, record.approved_by or SYSTEM, step.label, data)


def register_delivery(case: Case, step: str, at: datetime, calendar: Calendar) -> Transition:
    """The paper of a step reached its addressee: the next step is counted from here. Raises CaseError."""
    record = next((record for record in case.issued_steps if record.step == step), None)
    if record is None or record.issued_at is None or at < record.issued_at:
        raise CaseError(f"{case.number} 的“{case.step_by_code(step).label}”尚未发出，不能登记送达")
    if record.delivered_at:
        raise CaseError(f"{case.number} 的“{record.title}”已登记送达")
    records = [replace(record, delivered_at=at)]
    following = [rung.code for rung in case.ladder].index(step) + 1
    if following < len(case.ladder) and not case.state.is_final:
        waiting = _record(case.ladder[following], at, calendar)
        pause = case.exemption.until - at if case.exemption else timedelta()
        records.append(_postpone(waiting, pause))
    return _change(case, EventKind.DELIVERED, at, SYSTEM, "", EventPayload(step=step, records=tuple(records)))


def appeal(case: Case, by: str, reason: str, now: datetime) -> Transition:
    """The unit answers: the clock stands still until `decide`. Raises CaseError."""
    _require_not_final(case)
    if case.pending_appeal:
        raise CaseError(f"{case.number} 已有一件申诉尚未决定")
    return _change(
        case, EventKind.APPEALED, now, _require_named_person(by, "申诉"), _require_reason(reason, "申诉理由")
    )


def decide(case: Case, upheld: bool, by: str, reason: str, now: datetime) -> Transition:
    """Answer the appeal. Upheld: the case ends, and whoever was told is told so. Rejected: the clock goes on.

    Raises CaseError, also where the person who appealed would decide.
    """
    _require_not_final(case)
    pending = case.pending_appeal
    if pending is None:
        raise CaseError(f"{case.number} 没有待决定的申诉")
    person = _require_named_person(by, "作出申诉决定")
    if person == pending.by:
        raise CaseError("申诉人不能决定自己的申诉")
    record = case.pending_step
    moved = () if upheld or record is None else (_postpone(record, now - _clock_resumes_at(case, pending.at)),)
    data = EventPayload(upheld=upheld, document=DocumentType.APPEAL_DECISION, tell=(Addressee.UNIT,), records=moved)
    decided, events = _change(case, EventKind.DECIDED, now, person, _require_reason(reason, "决定理由"), data)
    if not upheld:
        return decided, events
    ended, more = withdraw(decided, person, reason, now) if case.issued_steps else dismiss(decided, person, reason, now)
    return ended, events + more


def exempt(case: Case, approver: str, reason: str, until: datetime, now: datetime) -> Transition:
    """Leave the unit in peace until a day; the clock moves on by as much. Raises CaseError."""
    _require_not_final(case)
    person = _require_named_person(approver, "豁免")
    begins = max(now, case.exemption.until) if case.exemption else now
    if until <= begins:
        raise CaseError("豁免必须有晚于现在（且晚于原豁免）的截止日期")
    moved = (_postpone(case.pending_step, until - begins),) if case.pending_step else ()
    data = EventPayload(until=until, records=moved)
    return _change(case, EventKind.EXEMPTED, now, person, _require_reason(reason, "豁免理由"), data)


def withdraw(case: Case, by: str, reason: str, now: datetime, evidence: tuple[str, ...] = ()) -> Transition:
    """We were wrong: the case ends and everyone who was told hears it. ``evidence`` shows it. Raises CaseError."""
    _require_not_final(case)
    owed = DocumentType.CORRECTION if case.issued_steps else None
    data = EventPayload(document=owed, tell=case.notified, evidence=evidence)
    return _change(case, EventKind.WITHDRAWN, now, _require_actor(by), _require_reason(reason, "撤回理由"), data)


def revoke(
    case: Case, steps: Collection[str], by: str, reason: str, now: datetime, evidence: tuple[str, ...]
) -> Transition:
    """Some of a case's papers were wrong, the case itself was not: whoever those papers told hears it, and the term
    that ran from them is void. Raises CaseError."""
    _require_not_final(case)
    taken = tuple(replace(r, revoked_at=now) for r in case.issued_steps if r.step in steps and not r.revoked_at)
    if not taken:
        raise CaseError(f"{case.number} 没有可以撤销的文书")
    data = EventPayload(
        document=DocumentType.CORRECTION, tell=case.told_by(r.step for r in taken), records=taken, evidence=evidence
    )
    return _change(case, EventKind.REVOKED, now, _require_actor(by), _require_reason(reason, "撤销理由"), data)


def dismiss(case: Case, by: str, reason: str, now: datetime) -> Transition:
    """A person looked and found nothing wrong, before anything was sent. Raises CaseError."""
    if case.state is not CaseState.OPEN or case.issued_steps:
        raise CaseError(f"{case.number} 为“{case.state.label}”，只有待研判、未发文的条目可以认定不属实")
    return _change(case, EventKind.DISMISSED, now, _require_named_person(by, "研判"), _require_reason(reason, "理由"))


def close(case: Case, by: str, reason: str, now: datetime) -> Transition:
    """Strike the case off: the breach is cured, or its last step has been carried out. Raises CaseError."""
    if case.state not in (CaseState.RECTIFYING, CaseState.RESOLVED):
        raise CaseError(f"{case.number} 为“{case.state.label}”，不能销号")
    if case.pending_appeal:
        raise CaseError(f"{case.number} 的申诉尚未决定，不能销号")
    owed = DocumentType.CLOSURE if case.issued_steps else None
    data = EventPayload(document=owed, tell=(Addressee.UNIT,) if owed else ())
    return _change(case, EventKind.CLOSED, now, _require_actor(by), _require_reason(reason, "销号理由"), data)


def end_unregistered(case: Case, by: str, now: datetime) -> Transition:
    """The office took the account out of its register: nobody is left to be held to it, and no paper is owed, for
    nothing was cured. Raises CaseError."""
    _require_not_final(case)
    reason = f"该账号已由{_require_actor(by)}从备案台账中移除，本条目随之终止，不表示已整改"
    return _change(case, EventKind.CLOSED, now, by, reason)


def resume_after_pause(case: Case, since: datetime, now: datetime) -> tuple[StepRecord, ...]:
    """The waiting step moved on by a pause that ends now, unsigned again: what was signed was another situation."""
    record = case.pending_step
    if record is None:
        return ()
    return (
        replace(
            _postpone(record, now - _clock_resumes_at(case, since)),
            approved_by="",
            approver_user="",
            approver_post="",
            approved_at=None,
        ),
    )


def _change(
    case: Case, kind: EventKind, at: datetime, by: str, reason: str, data: EventPayload = NOTHING_MORE
) -> Transition:
    event = CaseEvent(number=case.number, kind=kind, at=at, by=by, reason=reason, data=data)
    return apply_event(case, event), (event,)


def _record(step: LadderStep, start: datetime, calendar: Calendar) -> StepRecord:
    due_at, provisional = calendar.deadline(start, step.after)
    return StepRecord(step=step.code, document=step.document, title=step.label, due_at=due_at, provisional=provisional)


def _postpone(record: StepRecord, pause: timedelta) -> StepRecord:
    return replace(record, due_at=record.due_at + max(pause, timedelta()))


def _clock_resumes_at(case: Case, paused_at: datetime) -> datetime:
    """Where a pause bites: a step delivered during the pause began to count only at its delivery."""
    delivered = [record.delivered_at for record in case.steps if record.delivered_at]
    return max([paused_at, *delivered])


def _require_not_final(case: Case) -> None:
    if case.state.is_final:
        raise CaseError(f"{case.number} {case.state.label}，不能再办理")


def _require_step_pending(case: Case) -> None:
    if case.state not in (CaseState.OPEN, CaseState.RECTIFYING):
        raise CaseError(f"{case.number} 为“{case.state.label}”，没有待发的文书")


def _require_actor(by: str) -> str:
    if not by.strip():
        raise CaseError("请写明经办人")
    return by.strip()


def _require_named_person(by: str, what: str) -> str:
    if _require_actor(by) == SYSTEM:
        raise CaseError(f"{what}必须由具名的人作出")
    return by.strip()


def _require_reason(reason: str, what: str) -> str:
    if not reason.strip():
        raise CaseError(f"请写明{what}")
    return reason.strip()
