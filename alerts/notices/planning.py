"""Which notices a case owes, to whom and why: pure, and the same answer however often it is asked."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from rules.cases.case import SYSTEM, Case, CaseEvent, EventKind, EventPayload
from rules.model import DocumentType, LabeledEnum
from rules.policies.schema import OWN_UNIT, Addressee, LadderStep, Policy

EVERYONE = "校属各单位"
"""How a document to the whole school addresses it."""
PRECEDENCE = tuple(Addressee)
"""Who is 主送 where several are told is the first of these; the others are 抄送. SCHOOL, where told, is always 主送."""


class NoticeReason(LabeledEnum):
    """Why a notice is due."""

    FIRST = "first", "首次"
    ESCALATION = "escalation", "升级"
    REPEATED = "repeated", "复发"
    CORRECTION = "correction", "更正"
    APPEAL = "appeal", "申诉"
    CLOSURE = "closure", "销号"
    OTHER = "other", "告知"


ANSWERS = {
    EventKind.WITHDRAWN: NoticeReason.CORRECTION,
    EventKind.DISMISSED: NoticeReason.CORRECTION,
    EventKind.REVOKED: NoticeReason.CORRECTION,
    EventKind.DECIDED: NoticeReason.APPEAL,
    EventKind.CLOSED: NoticeReason.CLOSURE,
}
"""Events that answer instead of climbing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedNotice:
    """One paper that a case owes. ``id`` is the case number and the step, so that there are never two.

    ``to`` is 主送 by name, ``cc`` 抄送 by name; ``tell`` says whose mailboxes stand behind them; ``why`` is a Chinese
    sentence for the log. ``evidence``: what the answer itself stands on; ``revoked``: the steps whose papers it takes
    back, where the case itself stands.
    """

    id: str
    case: str
    document: DocumentType
    step: str
    reason: NoticeReason
    why: str
    to: str
    cc: tuple[str, ...]
    tell: tuple[Addressee, ...]
    owed_since: datetime
    upheld: bool | None = None
    answer: str = ""
    evidence: tuple[str, ...] = ()
    revoked: tuple[str, ...] = ()

    @property
    def public(self) -> bool:
        """True where outsiders may read it: it must not hold personal data."""
        return self.document is DocumentType.PUBLIC_NOTICE or Addressee.SCHOOL in self.tell


def owed_notices(
    case: Case, events: Iterable[CaseEvent], policy: Policy, *, written: Collection[str] = ()
) -> tuple[PlannedNotice, ...]:
    """The notices that the case's history owes, oldest first, without those whose ids are in ``written`` already."""
    owed: dict[str, PlannedNotice] = {}
    history: list[CaseEvent] = []
    for event in events:
        notice = _owed(case, event, history, policy)
        if notice and notice.id not in written:
            owed.setdefault(notice.id, notice)
        history.append(event)
    return tuple(owed.values())


def planned_step(
    case: Case, step: LadderStep, events: Iterable[CaseEvent], policy: Policy, *, notice: str, now: datetime
) -> PlannedNotice:
    """The paper of a step as it would be issued at ``now`` under the id ``notice``: what is drafted, and then signed."""
    data = EventPayload(step=step.code, document=step.document, tell=step.tell, notice=notice)
    event = CaseEvent(number=case.number, kind=EventKind.ISSUED, at=now, by=SYSTEM, data=data)
    planned = _owed(case, event, list(events), policy)
    assert planned, "a step of a ladder has a document and somebody to tell"
    return planned


def _owed(case: Case, event: CaseEvent, history: list[CaseEvent], policy: Policy) -> PlannedNotice | None:
    document = event.data.document
    if document is None or not event.data.tell:
        return None
    reason = _reason(event, history)
    to, *cc = _names(case, event.data.tell, policy)
    return PlannedNotice(
        id=event.data.notice or f"{case.number}/{_suffix(event, history)}",
        case=case.number,
        document=document,
        step=event.data.step,
        reason=reason,
        why=f"{reason.label}：{event.kind.label}（{event.at:%Y-%m-%d %H:%M}，{event.by}）{event.reason}",
        to=to,
        cc=tuple(cc),
        tell=event.data.tell,
        owed_since=event.at,
        upheld=event.data.upheld,
        answer=event.reason,
        evidence=event.data.evidence or _cure(event, history),
        revoked=tuple(r.step for r in event.data.records) if event.kind is EventKind.REVOKED else (),
    )


def _cure(event: CaseEvent, history: list[CaseEvent]) -> tuple[str, ...]:
    """What a 销号通知 stands on: the newest look that showed the breach cured, unless it came back since."""
    if event.kind is not EventKind.CLOSED:
        return ()
    told = [past for past in history if past.kind in (EventKind.RESOLVED, EventKind.REOPENED, EventKind.CONFIRMED)]
    return told[-1].data.evidence if told and told[-1].kind is EventKind.RESOLVED else ()


def _reason(event: CaseEvent, history: list[CaseEvent]) -> NoticeReason:
    if event.kind is not EventKind.ISSUED:
        return ANSWERS.get(event.kind, NoticeReason.OTHER)
    kinds = [past.kind for past in history]
    if EventKind.ISSUED not in kinds:
        return NoticeReason.FIRST
    return NoticeReason.REPEATED if EventKind.REOPENED in kinds else NoticeReason.ESCALATION


def _suffix(event: CaseEvent, history: list[CaseEvent]) -> str:
    """The step's code; for an answer the document's, with a number from the second of its kind on."""
    if event.data.step:
        return event.data.step
    document = event.data.document
    assert document is not None
    earlier = sum(past.data.document is document and not past.data.step for past in history)
    return document.value if not earlier else f"{document.value}-{earlier + 1}"


def _names(case: Case, tell: tuple[Addressee, ...], policy: Policy) -> list[str]:
    """主送 first. A unit nobody knows cannot be written to: its supervisor is, else 党委宣传部."""
    names = [name for who in _in_order(tell) for name in _offices(who, case, policy)]
    return list(dict.fromkeys(names)) or [Addressee.PROPAGANDA.label]


def addressed(case: Case, tell: tuple[Addressee, ...], policy: Policy) -> Addressee | None:
    """Whose mailboxes stand behind 主送: a copy that arrived elsewhere is no receipt. None where nobody told has a name."""
    return next((who for who in _in_order(tell) if _offices(who, case, policy)), None)


def _in_order(tell: tuple[Addressee, ...]) -> list[Addressee]:
    return sorted(tell, key=lambda who: (who is not Addressee.SCHOOL, PRECEDENCE.index(who)))


def _offices(who: Addressee, case: Case, policy: Policy) -> list[str]:
    """The names behind an addressee; several offices may stand over one account, and none is its own supervisor."""
    match who:
        case Addressee.UNIT:
            return [case.unit] if case.unit else []
        case Addressee.SUPERVISOR:
            return [name for name in case.supervisor.split("、") if name and name not in (OWN_UNIT, case.unit)]
        case Addressee.IT:
            routes = (route for route in policy.routes if route.matter == "technology")
            return [next((route.to for route in routes if route.only.covers(case.platform, None)), who.label)]
        case Addressee.SCHOOL:
            return [EVERYONE]
        case _:
            return [who.label]
