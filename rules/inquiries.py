"""核实请求: the owner of an account is asked for its newest post. The facts, and every move that one may make. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from rules.calendar import Calendar
from rules.model import LabeledEnum, Platform
from rules.policies.schema import InquiryTerms

LINK_LASTS = timedelta(days=30)
"""A link in a mail works so long after the last day for an answer: people come back from holidays."""
SYSTEM = "系统"
ANSWERS_KEPT = 20
"""What one inquiry takes in; more is somebody playing with the link."""


class InquiryError(ValueError):
    """The inquiry does not allow this now. Raised by the moves below; the catcher shows the Chinese sentence."""


class InquiryState(LabeledEnum):
    """Where an inquiry stands."""

    OPEN = "open", "等待答复"
    ANSWERED = "answered", "已答复"
    REMINDED = "reminded", "已提醒"
    OVERDUE = "overdue", "逾期未答复"
    VERIFIED = "verified", "已核实"
    CLOSED = "closed", "已关闭"

    @property
    def waits(self) -> bool:
        """True where nobody has answered yet."""
        return self in (InquiryState.OPEN, InquiryState.REMINDED, InquiryState.OVERDUE)


class InquiryReason(LabeledEnum):
    """Why the owner is asked."""

    APPROACHING = "approaching", "期限将至，尚未看到新内容"
    UNKNOWN = "unknown", "公开渠道看不到更新情况"
    PROBABLY_SILENT = "probably_silent", "订阅源中长时间没有新内容"


class AnswerKind(LabeledEnum):
    """What was answered."""

    LINK = "link", "提供链接"
    DECLARED = "declared", "声明近期没有更新"
    ENDED = "ended", "账号已停用或申请注销"
    FOREIGN = "foreign", "不是本单位的账号"
    PICTURE = "picture", "附上截图"
    MANUAL = "manual", "人工核查"
    WITHDRAWN = "withdrawn", "撤回声明"


@dataclass(frozen=True, slots=True, kw_only=True)
class InquiryAnswer:
    """One answer and what was read of it. ``accepted``: it settles the question; a link to something else does not.

    ``for_staff``: the owner did what it could (a picture, a link that no visitor may open), so a member of staff looks.
    ``evidence`` is the stored page, statement or picture.
    """

    at: datetime
    kind: AnswerKind
    by: str = ""
    given: str = ""
    reading: str = ""
    accepted: bool = False
    for_staff: bool = False
    newest: datetime | None = None
    evidence: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inquiry:
    """One question to the owner of one account. ``owner`` is the mailbox; empty where the register has none.

    ``due_at``: the last moment for an answer, moved on by the reminder. ``serial`` is part of the link: a new one ends the
    links of the old. ``settled_*``: who closed or verified it and why.
    """

    number: str
    school: str
    platform: Platform
    account: str
    title: str
    unit: str
    owner: str
    addressee: str
    kind: InquiryReason
    reason: str
    asked_at: datetime
    due_at: datetime
    expires_at: datetime
    state: InquiryState = InquiryState.OPEN
    reminded_at: datetime | None = None
    serial: int = 1
    answers: tuple[InquiryAnswer, ...] = ()
    settled_at: datetime | None = None
    settled_by: str = ""
    settled_why: str = ""

    @property
    def answer(self) -> InquiryAnswer | None:
        """The answer that settled the question; None where none did."""
        return next((each for each in reversed(self.answers) if each.accepted), None)

    @property
    def shown_to_staff(self) -> bool:
        """True where the owner gave what only a member of staff can look at."""
        last = self.answers[-1] if self.answers else None
        return self.state is InquiryState.ANSWERED and self.answer is None and last is not None and last.for_staff

    @property
    def takes_answers(self) -> bool:
        """True where the owner may still answer: nobody did, or not so that it settles the question."""
        return self.state.waits or self.shown_to_staff

    @property
    def waits_for_staff(self) -> bool:
        """True where a member of staff has to see to it."""
        told = (AnswerKind.DECLARED, AnswerKind.ENDED, AnswerKind.FOREIGN)
        declared = self.state is InquiryState.ANSWERED and self.answer is not None and self.answer.kind in told
        return declared or self.shown_to_staff

    @property
    def declaration(self) -> InquiryAnswer | None:
        """The declaration that waits for a person; None where there is none."""
        answer = self.answer
        waiting = self.state is InquiryState.ANSWERED and answer and answer.kind is AnswerKind.DECLARED
        return answer if waiting else None


def masked_mailbox(mailbox: str) -> str:
    """Enough of an address to recognise it by."""
    name, at, host = mailbox.partition("@")
    return f"{name[:1]}***{at}{host}" if at else ""


def units_that_never_answer(asked: Iterable[Inquiry], least: int = 2) -> list[tuple[str, int]]:
    """Units that were reminded at least so often and never answered, with how often; worst first."""
    counts: Counter[str] = Counter()
    heard: set[str] = set()
    for inquiry in asked:
        if inquiry.unit and inquiry.owner:
            counts[inquiry.unit] += inquiry.reminded_at is not None
            if any(each.kind is not AnswerKind.MANUAL for each in inquiry.answers):
                heard.add(inquiry.unit)
    never = [(unit, times) for unit, times in counts.items() if times >= least and unit not in heard]
    return sorted(never, key=lambda pair: (-pair[1], pair[0]))


def with_terms(inquiry: Inquiry, terms: InquiryTerms, calendar: Calendar, now: datetime) -> Inquiry:
    """Asked now: the time for an answer runs."""
    due = calendar.deadline(now, terms.answer).at
    ends = calendar.deadline(due, terms.reminder).at + LINK_LASTS
    return replace(inquiry, asked_at=now, due_at=due, expires_at=ends)


def reminder_due(inquiry: Inquiry, now: datetime) -> bool:
    """True where the first term ran out without an answer."""
    return inquiry.state is InquiryState.OPEN and now > inquiry.due_at


def lapse_due(inquiry: Inquiry, now: datetime) -> bool:
    """True where the term of the reminder ran out as well: a person must look."""
    return inquiry.state is InquiryState.REMINDED and now > inquiry.due_at


def remind(inquiry: Inquiry, terms: InquiryTerms, calendar: Calendar, now: datetime) -> Inquiry:
    """Ask again, once."""
    if not reminder_due(inquiry, now):
        raise InquiryError("还不到提醒的时候，或已经答复。")
    due = calendar.deadline(now, terms.reminder).at
    return replace(
        inquiry, state=InquiryState.REMINDED, reminded_at=now, due_at=due, expires_at=max(inquiry.expires_at, due + LINK_LASTS)
    )  # fmt: skip


def lapse(inquiry: Inquiry, now: datetime) -> Inquiry:
    """Nobody answered: it goes to the staff."""
    if not lapse_due(inquiry, now):
        raise InquiryError("答复期限还没有过。")
    return replace(inquiry, state=InquiryState.OVERDUE)


def take_answer(inquiry: Inquiry, answer: InquiryAnswer) -> Inquiry:
    """One more answer. Only one that is accepted settles the question. Raises InquiryError where it is settled already."""
    if not inquiry.takes_answers:
        raise InquiryError(f"这项核实请求{inquiry.state.label}，不用再答复。")
    if len(inquiry.answers) >= ANSWERS_KEPT:
        raise InquiryError("这个链接提交的次数过多，请直接联系发来邮件的部门。")
    state = InquiryState.ANSWERED if answer.accepted or answer.for_staff else inquiry.state
    return replace(inquiry, answers=(*inquiry.answers, answer), state=state)


def withdraw_answer(inquiry: Inquiry, by: str, terms: InquiryTerms, calendar: Calendar, now: datetime) -> Inquiry:
    """The unit takes its declaration back before a person confirmed it: the question is open again."""
    if not inquiry.declaration:
        raise InquiryError("没有可以撤回的声明；已经核实的，请联系发来邮件的部门。")
    kept = tuple(replace(each, accepted=False) for each in inquiry.answers)
    back = InquiryAnswer(at=now, kind=AnswerKind.WITHDRAWN, by=by, reading="声明已撤回")
    due = calendar.deadline(now, terms.answer).at
    return replace(
        inquiry, state=InquiryState.OPEN, reminded_at=None, due_at=due, answers=(*kept, back),
        expires_at=max(inquiry.expires_at, due + LINK_LASTS),
    )  # fmt: skip


def verify(inquiry: Inquiry, by: str, why: str, now: datetime, answer: InquiryAnswer | None = None) -> Inquiry:
    """A member of staff has seen to it; ``answer`` is what was found."""
    _not_settled(inquiry)
    answers = (*inquiry.answers, answer) if answer else inquiry.answers
    return replace(
        inquiry, state=InquiryState.VERIFIED, answers=answers, settled_at=now, settled_by=by, settled_why=why
    )


def close(inquiry: Inquiry, by: str, why: str, now: datetime) -> Inquiry:
    """Nothing more is asked: public pages answered, or a person decided so. Links end."""
    _not_settled(inquiry)
    return replace(inquiry, state=InquiryState.CLOSED, settled_at=now, settled_by=by, settled_why=why)


def renew_link(inquiry: Inquiry) -> Inquiry:
    """Links sent so far end; the next mail carries a new one."""
    _not_settled(inquiry)
    return replace(inquiry, serial=inquiry.serial + 1)


def _not_settled(inquiry: Inquiry) -> None:
    if inquiry.state in (InquiryState.VERIFIED, InquiryState.CLOSED):
        raise InquiryError(f"核实请求 {inquiry.number} {inquiry.state.label}。")
