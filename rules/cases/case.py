"""A case and its history: a finding followed to its end. The state is the fold of the events."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from rules.model import CaseState, DocumentType, LabeledEnum, Platform
from rules.policies.schema import Addressee, LadderStep

SYSTEM = "系统"
"""Who acts where no person did. Never an approver."""


class CaseError(Exception):
    """The case does not allow this now. Raised by `rules.cases.transitions`; its text is a sentence for the person who asked."""


class EventKind(LabeledEnum):
    """What happened to a case."""

    OPENED = "opened", "立案"
    CONFIRMED = "confirmed", "复查仍存在"
    RESOLVED = "resolved", "已见整改"
    REOPENED = "reopened", "整改后复发"
    PROPOSED = "proposed", "提请签发"
    EDITED = "edited", "修改文书"
    DEFERRED = "deferred", "暂缓签发"
    RESUMED = "resumed", "恢复待签发"
    APPROVED = "approved", "签发"
    ISSUED = "issued", "发文"
    STOPPED = "stopped", "停发"
    SENT = "sent", "发送"
    DELIVERED = "delivered", "送达"
    APPEALED = "appealed", "提出申诉"
    DECIDED = "decided", "申诉决定"
    EXEMPTED = "exempted", "准予豁免"
    WITHDRAWN = "withdrawn", "撤回"
    DISMISSED = "dismissed", "认定不属实"
    CLOSED = "closed", "销号"
    REVOKED = "revoked", "撤销文书"
    EASED = "eased", "制度已调整"
    TRANSFERRED = "transferred", "责任单位变更"
    RELEASED = "released", "摸底结束"
    UNDONE = "undone", "撤销操作"


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRecord:
    """What became of one rung. ``due_at``: it may be issued after this moment. ``notice``: id of the paper signed;
    ``revoked_at``: when that paper, and not the case, was found to have been wrong.

    ``approved_by`` is the signer's own name, ``approver_user`` the sign-in name, ``approver_post`` 职务 at the time;
    ``proposed_by`` and ``proposer_user`` likewise, of who proposed a paper that two persons answer for.
    """

    step: str
    document: DocumentType
    title: str
    due_at: datetime
    provisional: bool = False
    proposed_by: str = ""
    proposer_user: str = ""
    proposed_at: datetime | None = None
    approved_by: str = ""
    approver_user: str = ""
    approver_post: str = ""
    approved_at: datetime | None = None
    issued_at: datetime | None = None
    notice: str = ""
    sent_at: datetime | None = None
    delivered_at: datetime | None = None
    revoked_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Appeal:
    """The unit's answer. The clock stands from ``at`` until ``decided_at``."""

    at: datetime
    by: str
    reason: str
    decided_at: datetime | None = None
    decided_by: str = ""
    upheld: bool | None = None
    answer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exemption:
    """Leave not to be pressed until a day, granted by a named person."""

    at: datetime
    approver: str
    reason: str
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One finding followed to its end. The ladder, policy version, ``auto`` and ``term_runs_from`` are those of the day it
    opened. ``surveyed``: it opened during a 摸底 that is not over, so no paper of it is drafted.

    ``steps`` are the rungs issued so far and the one that waits, in order. ``shown_at`` is the newest look that
    showed the breach; ``since`` when the breach began, where the rule can say so.
    """

    number: str
    school: str
    platform: Platform
    account: str
    title: str
    unit: str
    supervisor: str
    rule: str
    clause: str
    basis: str
    policy_version: str
    ladder: tuple[LadderStep, ...]
    closing: Literal["person", "automatic"]
    auto: Literal["", "reminder"] = ""
    term_runs_from: Literal["delivery", "sending"] = "delivery"
    surveyed: bool = False
    state: CaseState
    opened_at: datetime
    reason: str
    evidence: tuple[str, ...]
    shown_at: datetime
    since: datetime | None = None
    school_to_confirm: bool = False
    provisional: bool = False
    previous: str = ""
    steps: tuple[StepRecord, ...] = ()
    appeals: tuple[Appeal, ...] = ()
    exemption: Exemption | None = None
    resolved_at: datetime | None = None
    settled_at: datetime | None = None
    closing_reason: str = ""

    @property
    def key(self) -> str:
        """The key of the finding it follows."""
        return f"{self.school}/{self.account}/{self.rule}/{self.clause}"

    @property
    def issued_steps(self) -> tuple[StepRecord, ...]:
        """The steps whose papers were signed, or left by themselves."""
        return tuple(record for record in self.steps if record.issued_at)

    @property
    def pending_step(self) -> StepRecord | None:
        """The step that waits, None after the last or while a delivery is awaited."""
        return self.steps[-1] if self.steps and not self.steps[-1].issued_at else None

    @property
    def pending_appeal(self) -> Appeal | None:
        """The appeal that waits for a decision."""
        return self.appeals[-1] if self.appeals and not self.appeals[-1].decided_at else None

    @property
    def notified(self) -> tuple[Addressee, ...]:
        """Everyone any issued step told: those who must hear it when we were wrong."""
        return self.told_by(record.step for record in self.issued_steps)

    def told_by(self, steps: Iterable[str]) -> tuple[Addressee, ...]:
        """Everyone these steps told."""
        sent = set(steps)
        return tuple(dict.fromkeys(to for step in self.ladder if step.code in sent for to in step.tell))

    def step_by_code(self, code: str) -> LadderStep:
        """A step of the ladder by its code. Raises CaseError where the ladder has none."""
        for step in self.ladder:
            if step.code == code:
                return step
        raise CaseError(f"{self.number} 的督办级次中没有“{code}”")


@dataclass(frozen=True, slots=True, kw_only=True)
class EventPayload:
    """What an event carries, beside who, when and why; each kind uses the fields it needs.

    ``document`` and ``tell``: the paper this event owes, and to whom; nothing is owed where ``document`` is None.
    ``records``: step records as they are after the event, changed or new. ``unit``, ``supervisor``: of a transfer.
    ``notice``: id of the paper that the event is about; of a withdrawal, of the one letter that corrects several cases.
    ``seen``: fingerprint of the facts that the signer had read. ``case``: of an opening, and as an undone decision left it.
    """

    case: Case | None = None
    step: str = ""
    document: DocumentType | None = None
    tell: tuple[Addressee, ...] = ()
    records: tuple[StepRecord, ...] = ()
    evidence: tuple[str, ...] = ()
    shown_at: datetime | None = None
    until: datetime | None = None
    upheld: bool | None = None
    unit: str = ""
    supervisor: str = ""
    notice: str = ""
    seen: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseEvent:
    """One line of a case's history; never changed, never removed."""

    number: str
    kind: EventKind
    at: datetime
    by: str
    reason: str = ""
    data: EventPayload = EventPayload()


Transition = tuple[Case, tuple[CaseEvent, ...]]
"""What every transition returns: the case as it is now, and the events that made it so."""


def rebuild_case(events: Iterable[CaseEvent]) -> Case:
    """The case its history makes. Raises CaseError where the history does not begin with its opening."""
    case: Case | None = None
    for event in events:
        case = apply_event(case, event)
    if case is None:
        raise CaseError("没有任何记录，无法还原条目")
    return case


def apply_event(case: Case | None, event: CaseEvent) -> Case:
    """The case after one more event: the only place where a case changes."""
    if event.kind in (EventKind.OPENED, EventKind.UNDONE) and event.data.case:
        return event.data.case
    if case is None:
        raise CaseError(f"{event.number} 的记录缺少立案一条")
    case = replace(case, steps=_recorded(case.steps, event.data.records))
    match event.kind:
        case EventKind.CONFIRMED | EventKind.REOPENED:
            return _shown_again(case, event)
        case EventKind.TRANSFERRED:
            return replace(case, unit=event.data.unit, supervisor=event.data.supervisor)
        case EventKind.RESOLVED | EventKind.EASED:
            return replace(case, state=CaseState.RESOLVED, resolved_at=event.at, closing_reason=event.reason)
        case EventKind.ISSUED | EventKind.STOPPED:
            return case if case.state is CaseState.RESOLVED else replace(case, state=_state_by_papers(case))
        case EventKind.RELEASED:
            return replace(case, surveyed=False)
        case EventKind.APPEALED:
            return replace(case, appeals=(*case.appeals, Appeal(at=event.at, by=event.by, reason=event.reason)))
        case EventKind.DECIDED:
            return replace(case, appeals=(*case.appeals[:-1], _decided(case.appeals[-1], event)))
        case EventKind.EXEMPTED:
            return replace(case, exemption=_leave(event) or case.exemption)
        case EventKind.WITHDRAWN | EventKind.DISMISSED | EventKind.CLOSED:
            return replace(case, state=CaseState[event.kind.name], settled_at=event.at, closing_reason=event.reason)
        case _:
            return case


def _state_by_papers(case: Case) -> CaseState:
    return CaseState.RECTIFYING if case.issued_steps else CaseState.OPEN


def _shown_again(case: Case, event: CaseEvent) -> Case:
    return replace(
        case,
        state=_state_by_papers(case),
        resolved_at=None,
        shown_at=event.data.shown_at or case.shown_at,
        evidence=event.data.evidence or case.evidence,
        reason=event.reason,
    )


def _leave(event: CaseEvent) -> Exemption | None:
    until = event.data.until
    return Exemption(at=event.at, approver=event.by, reason=event.reason, until=until) if until else None


def _recorded(steps: tuple[StepRecord, ...], changed: tuple[StepRecord, ...]) -> tuple[StepRecord, ...]:
    new = {record.step: record for record in changed}
    kept = tuple(new.pop(record.step, record) for record in steps)
    return (*kept, *new.values())


def _decided(appeal: Appeal, event: CaseEvent) -> Appeal:
    return replace(appeal, decided_at=event.at, decided_by=event.by, upheld=event.data.upheld, answer=event.reason)
