"""Every move a case may make: what may be sent next and why not yet, who signed, what the unit answers, how it ends."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from rules.calendar import Calendar
from rules.cases.case import SYSTEM, Case, CaseError, CaseEvent, Change, EventData, EventKind, StepRecord, apply
from rules.model import CaseState, Document, Labelled, Platform
from rules.policies.schema import Addressee, Step

FRESH = timedelta(hours=24)
"""A step stands only on a look that is no older: the account may have posted since."""


class Reason(Labelled):
    """Why a step goes out now, or what it waits for."""

    DUE = "due", "可以发文"
    SETTLED = "settled", "已办结"
    RESOLVED = "resolved", "已见整改，待复核"
    FINISHED = "finished", "已到最后一级"
    UNDELIVERED = "undelivered", "上一级文书尚未送达"
    APPEAL = "appeal", "申诉未决，计时停止"
    EXEMPT = "exempt", "豁免期内"
    NOT_DUE = "not_due", "期限未到"
    FROZEN = "frozen", "该平台巡检异常，暂停升级"
    STALE = "stale", "最近一次有效观察已超过24小时，须先复查"
    PROVISIONAL = "provisional", "期限落在尚未公布放假安排的年份，须由人确认"
    NEEDS_APPROVER = "needs_approver", "待签批"


@dataclass(frozen=True, slots=True)
class Escalation:
    """What `escalate` says: ``step`` may be issued when the reason is DUE; otherwise it is the one that waits."""

    reason: Reason
    step: Step | None = None
    due_at: datetime | None = None

    @property
    def ready(self) -> bool:
        """True where the step may be issued now."""
        return self.reason is Reason.DUE


def fresh(case: Case, now: datetime) -> bool:
    """True where the newest look that showed the breach is at most 24 hours old."""
    return timedelta() <= now - case.shown_at <= FRESH


def escalate(case: Case, now: datetime, frozen: Collection[Platform] = ()) -> Escalation:
    """The next step of the case and whether it may go out now. ``frozen``: platforms the breaker has stopped."""
    if case.state.is_final:
        return Escalation(Reason.SETTLED)
    if case.state is CaseState.RESOLVED:
        return Escalation(Reason.RESOLVED)
    record = case.pending
    if record is None:
        waiting = bool(case.steps) and case.steps[-1].delivered_at is None
        return Escalation(Reason.UNDELIVERED if waiting else Reason.FINISHED)
    step = case.rung(record.step)
    return Escalation(_waits_for(case, step, record, now, frozen), step, record.due_at)


def _waits_for(case: Case, step: Step, record: StepRecord, now: datetime, frozen: Collection[Platform]) -> Reason:
    waits = {
        Reason.APPEAL: case.appeal is not None,
        Reason.EXEMPT: case.exemption is not None and now < case.exemption.until,
        Reason.NOT_DUE: now < record.due_at,
        Reason.FROZEN: case.platform in frozen,
        Reason.STALE: not fresh(case, now),
        Reason.PROVISIONAL: (record.provisional or case.provisional) and not record.approved_by,
        Reason.NEEDS_APPROVER: step.needs_approver and not record.approved_by,
    }
    return next((reason for reason, holds in waits.items() if holds), Reason.DUE)


def first_record(ladder: tuple[Step, ...], opened_at: datetime, calendar: Calendar) -> StepRecord:
    """The record of the first rung, due so long after the opening."""
    return _record(ladder[0], opened_at, calendar)


def approve(case: Case, step: str, by: str, now: datetime, reason: str = "") -> Change:
    """A named person signs the step that waits; it goes out once it is due. Raises CaseError."""
    _running(case)
    person = _person(by, "签批")
    record = case.pending
    if record is None or record.step != step:
        raise CaseError(f"{case.number} 当前待发的不是“{case.rung(step).label}”，不能签批")
    if record.approved_by:
        raise CaseError(f"{case.number} 的“{record.title}”已由{record.approved_by}签批")
    if case.appeal:
        raise CaseError(f"{case.number} 的申诉尚未决定，不能签批")
    signed = replace(record, approved_by=person, approved_at=now)
    return _change(case, EventKind.APPROVED, now, person, reason, EventData(step=step, records=(signed,)))


def issue(case: Case, now: datetime, *, notice: str = "", frozen: Collection[Platform] = ()) -> Change:
    """Send the step that is due. ``notice``: id of the paper. Raises CaseError with the reason where it must wait."""
    next_step = escalate(case, now, frozen)
    record = case.pending
    if not next_step.ready or next_step.step is None or record is None:
        raise CaseError(f"{case.number} 现在不能发文：{next_step.reason.label}")
    step = next_step.step
    sent = replace(record, issued_at=now, notice=notice)
    data = EventData(step=step.code, document=step.document, tell=step.tell, records=(sent,))
    return _change(case, EventKind.ISSUED, now, record.approved_by or SYSTEM, step.label, data)


def deliver(case: Case, step: str, at: datetime, calendar: Calendar) -> Change:
    """The paper of a step reached its addressee: the next step is counted from here. Raises CaseError."""
    record = next((record for record in case.issued if record.step == step), None)
    if record is None or record.issued_at is None or at < record.issued_at:
        raise CaseError(f"{case.number} 的“{case.rung(step).label}”尚未发出，不能登记送达")
    if record.delivered_at:
        raise CaseError(f"{case.number} 的“{record.title}”已登记送达")
    records = [replace(record, delivered_at=at)]
    following = [rung.code for rung in case.ladder].index(step) + 1
    if following < len(case.ladder) and not case.state.is_final:
        waiting = _record(case.ladder[following], at, calendar)
        pause = case.exemption.until - at if case.exemption else timedelta()
        records.append(_later(waiting, pause))
    return _change(case, EventKind.DELIVERED, at, SYSTEM, "", EventData(step=step, records=tuple(records)))


def appeal(case: Case, by: str, reason: str, now: datetime) -> Change:
    """The unit answers: the clock stands still until `decide`. Raises CaseError."""
    _alive(case)
    if case.appeal:
        raise CaseError(f"{case.number} 已有一件申诉尚未决定")
    return _change(case, EventKind.APPEALED, now, _person(by, "申诉"), _said(reason, "申诉理由"))


def decide(case: Case, upheld: bool, by: str, reason: str, now: datetime) -> Change:
    """Answer the appeal. Upheld: the case ends, and whoever was told is told so. Rejected: the clock goes on.

    Raises CaseError, also where the person who appealed would decide.
    """
    _alive(case)
    pending = case.appeal
    if pending is None:
        raise CaseError(f"{case.number} 没有待决定的申诉")
    person = _person(by, "作出申诉决定")
    if person == pending.by:
        raise CaseError("申诉人不能决定自己的申诉")
    record = case.pending
    moved = () if upheld or record is None else (_later(record, now - _running_from(case, pending.at)),)
    data = EventData(upheld=upheld, document=Document.APPEAL_DECISION, tell=(Addressee.UNIT,), records=moved)
    decided, events = _change(case, EventKind.DECIDED, now, person, _said(reason, "决定理由"), data)
    if not upheld:
        return decided, events
    ended, more = withdraw(decided, person, reason, now) if case.issued else dismiss(decided, person, reason, now)
    return ended, events + more


def exempt(case: Case, approver: str, reason: str, until: datetime, now: datetime) -> Change:
    """Leave the unit in peace until a day; the clock moves on by as much. Raises CaseError."""
    _alive(case)
    person = _person(approver, "豁免")
    begins = max(now, case.exemption.until) if case.exemption else now
    if until <= begins:
        raise CaseError("豁免必须有晚于现在（且晚于原豁免）的截止日期")
    moved = (_later(case.pending, until - begins),) if case.pending else ()
    data = EventData(until=until, records=moved)
    return _change(case, EventKind.EXEMPTED, now, person, _said(reason, "豁免理由"), data)


def withdraw(case: Case, by: str, reason: str, now: datetime) -> Change:
    """We were wrong: the case ends and everyone who was told hears it. Raises CaseError."""
    _alive(case)
    owed = Document.CORRECTION if case.issued else None
    data = EventData(document=owed, tell=case.told)
    return _change(case, EventKind.WITHDRAWN, now, _someone(by), _said(reason, "撤回理由"), data)


def dismiss(case: Case, by: str, reason: str, now: datetime) -> Change:
    """A person looked and found nothing wrong, before anything was sent. Raises CaseError."""
    if case.state is not CaseState.OPEN or case.issued:
        raise CaseError(f"{case.number} 为“{case.state.label}”，只有待研判、未发文的条目可以认定不属实")
    return _change(case, EventKind.DISMISSED, now, _person(by, "研判"), _said(reason, "理由"))


def close(case: Case, by: str, reason: str, now: datetime) -> Change:
    """Strike the case off: the breach is cured, or its last step has been carried out. Raises CaseError."""
    if case.state not in (CaseState.RECTIFYING, CaseState.RESOLVED):
        raise CaseError(f"{case.number} 为“{case.state.label}”，不能销号")
    if case.appeal:
        raise CaseError(f"{case.number} 的申诉尚未决定，不能销号")
    owed = Document.CLOSURE if case.issued else None
    data = EventData(document=owed, tell=(Addressee.UNIT,) if owed else ())
    return _change(case, EventKind.CLOSED, now, _someone(by), _said(reason, "销号理由"), data)


def pause_ended(case: Case, since: datetime, now: datetime) -> tuple[StepRecord, ...]:
    """The waiting step moved on by a pause that ends now, unsigned again: what was signed was another situation."""
    record = case.pending
    if record is None:
        return ()
    return (replace(_later(record, now - _running_from(case, since)), approved_by="", approved_at=None),)


def _change(case: Case, kind: EventKind, at: datetime, by: str, reason: str, data: EventData = EventData()) -> Change:  # noqa: B008
    event = CaseEvent(number=case.number, kind=kind, at=at, by=by, reason=reason, data=data)
    return apply(case, event), (event,)


def _record(step: Step, start: datetime, calendar: Calendar) -> StepRecord:
    due_at, provisional = calendar.deadline(start, step.after)
    return StepRecord(step=step.code, document=step.document, title=step.label, due_at=due_at, provisional=provisional)


def _later(record: StepRecord, pause: timedelta) -> StepRecord:
    return replace(record, due_at=record.due_at + max(pause, timedelta()))


def _running_from(case: Case, paused_at: datetime) -> datetime:
    """Where a pause bites: a step delivered during the pause began to count only at its delivery."""
    delivered = [record.delivered_at for record in case.steps if record.delivered_at]
    return max([paused_at, *delivered])


def _alive(case: Case) -> None:
    if case.state.is_final:
        raise CaseError(f"{case.number} {case.state.label}，不能再办理")


def _running(case: Case) -> None:
    if case.state not in (CaseState.OPEN, CaseState.RECTIFYING):
        raise CaseError(f"{case.number} 为“{case.state.label}”，没有待发的文书")


def _someone(by: str) -> str:
    if not by.strip():
        raise CaseError("请写明经办人")
    return by.strip()


def _person(by: str, what: str) -> str:
    if _someone(by) == SYSTEM:
        raise CaseError(f"{what}必须由具名的人作出")
    return by.strip()


def _said(reason: str, what: str) -> str:
    if not reason.strip():
        raise CaseError(f"请写明{what}")
    return reason.strip()
