"""What a case waits for, in one sentence, and its ladder as a person reads it. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum

from monitors.console.formatting import long_day
from rules.cases.case import Case, StepRecord
from rules.cases.transitions import EscalationStatus, HoldReason, escalation_status
from rules.model import BEIJING
from rules.policies.schema import LadderStep
from storage.read_models import HeldBack

NOTHING = HeldBack()


class ActionOwner(IntEnum):
    """Whose turn it is; the smaller, the sooner a person of this office must act."""

    OURS = 0
    SYSTEM = 1
    TIME = 2
    NOBODY = 3


@dataclass(frozen=True, slots=True)
class PendingAction:
    """What happens next and why not yet; ``at`` is the date that matters. ``put_off``: a person did with the draft.

    It is put into words when it is read: thousands are ordered, some dozens are shown."""

    case: Case
    next_step: EscalationStatus
    turn: ActionOwner
    at: datetime | None = None
    put_off: bool = False

    @property
    def sign(self) -> bool:
        """True where a signature is what is missing."""
        return self.next_step.reason is HoldReason.NEEDS_APPROVER and not self.put_off

    @property
    def text(self) -> str:
        """In one sentence."""
        if self.put_off and self.next_step.step:
            return f"{self.next_step.step.label}暂缓签发，恢复之前不发出"
        if self.case.pending_appeal and self.next_step.reason is not HoldReason.SETTLED:
            return "责任单位已提出申诉，请作出决定；期间计时停止"
        return _sentence(self.case, self.next_step)


OURS = (HoldReason.APPEAL, HoldReason.UNPROPOSED, HoldReason.NEEDS_APPROVER, HoldReason.SURVEY, HoldReason.FINISHED)
PASSING = (HoldReason.NOT_DUE, HoldReason.EXEMPT)


def waiting(case: Case, now: datetime, held: HeldBack = NOTHING) -> PendingAction:
    """What this case waits for at ``now``."""
    next_step = escalation_status(case, now, held.platforms)
    reason, at = next_step.reason, next_step.due_at
    if reason is HoldReason.SETTLED:
        return PendingAction(case, next_step, ActionOwner.NOBODY, case.settled_at)
    if appeal := case.pending_appeal:
        return PendingAction(case, next_step, ActionOwner.OURS, appeal.at)
    if reason is HoldReason.RESOLVED:
        owner = ActionOwner.OURS if case.closing == "person" else ActionOwner.SYSTEM
        return PendingAction(case, next_step, owner, case.resolved_at)
    if reason is HoldReason.EXEMPT and case.exemption:
        return PendingAction(case, next_step, ActionOwner.TIME, case.exemption.until)
    if next_step.signable and case.number in held.cases:
        return PendingAction(case, next_step, ActionOwner.TIME, at, put_off=True)
    turn = ActionOwner.OURS if reason in OURS else ActionOwner.TIME if reason in PASSING else ActionOwner.SYSTEM
    return PendingAction(case, next_step, turn, at)


def _sentence(case: Case, next_step: EscalationStatus) -> str:
    step, due = next_step.step, _on(next_step.due_at) if next_step.due_at else ""
    paper = step.label if step else ""
    signer = step.approver if step and step.approver else "负责人"
    match next_step.reason:
        case HoldReason.SETTLED:
            return case.closing_reason or case.state.label
        case HoldReason.RESOLVED:
            return "已见整改，请复核销号" if case.closing == "person" else "已见整改，下一次检查时自动销号"
        case HoldReason.FINISHED:
            return "督办级次已全部发出，请核实处理结果后销号" if case.issued_steps else "没有待发的督办文书"
        case HoldReason.UNDELIVERED:
            return _on_its_way(case.steps[-1])
        case HoldReason.EXEMPT if case.exemption:
            return f"豁免至{_on(case.exemption.until)}，到期前不督办"
        case HoldReason.NOT_DUE:
            return f"{due}前未整改的，拟{paper}"
        case HoldReason.NEEDS_APPROVER:
            return f"{paper}待签发，请{signer}阅后签发"
        case HoldReason.UNPROPOSED:
            return f"{paper}已到期，请经办提请签发；提请人与签发人不能是同一人"
        case HoldReason.SURVEY:
            return "摸底期间立案，结束摸底之前不拟文"
        case HoldReason.DUE:
            return f"{paper}不编号，将在下一次核对时自动发出"
        case reason:
            return f"{paper}暂不发出：{reason.label}"


def _on_its_way(record: StepRecord) -> str:
    if record.sent_at:
        return f"{record.title}已于{_on(record.sent_at)}发送，等待送达；下一级期限自送达起算"
    state = "已签发" if record.approved_by else "已拟好"
    return f"{record.title}{state}，等待发送或打印送达；下一级期限自送达起算"


def _on(moment: datetime) -> str:
    return long_day(moment.astimezone(BEIJING)).split(" ")[0]


def by_urgency(cases: Iterable[Case], now: datetime, held: HeldBack = NOTHING) -> list[tuple[Case, PendingAction]]:
    """Cases with what they wait for: ours first, then by the date that matters."""
    pairs = [(case, waiting(case, now, held)) for case in cases]
    return sorted(pairs, key=lambda pair: (pair[1].turn, pair[1].at or pair[0].opened_at, pair[0].number))


@dataclass(frozen=True, slots=True)
class LadderRow:
    """One rung as shown: ``stage`` is done, now, later, or never where the case ended before it."""

    step: LadderStep
    record: StepRecord | None
    stage: str


def rungs(case: Case) -> list[LadderRow]:
    """The whole ladder: what was issued, what waits, what may follow."""
    records = {record.step: record for record in case.steps}
    return [_rung(step, records.get(step.code), over=case.state.is_final) for step in case.ladder]


def _rung(step: LadderStep, record: StepRecord | None, *, over: bool) -> LadderRow:
    if record and record.issued_at:
        return LadderRow(step, record, "done")
    if over:
        return LadderRow(step, None, "never")
    return LadderRow(step, record, "now" if record else "later")
