"""One document to one addressee: everything its template needs, frozen, so that it reads the same in ten years."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from alerts.clean import anonymous
from alerts.plan import PlannedNotice
from rules.cases import Case
from rules.model import Document, Platform
from rules.policy import Policy, Step

SERIES = {
    Document.REMINDER: "提",
    Document.RECTIFICATION: "整",
    Document.PUBLIC_NOTICE: "通",
    Document.SHUTDOWN: "停",
    Document.CORRECTION: "更",
    Document.APPEAL_DECISION: "复",
    Document.CLOSURE: "销",
}
"""The character that tells the series of 文号 apart; each kind counts from 1 every year."""
PAPERS = {Document.CORRECTION: "更正通知"}
"""文种 where it is not the document's own label."""
UNNAMED = "（非备案账号，名称不予公布）"
"""An account without a responsible unit may be a person's: a public document does not name it."""


def number(document: Document, year: int, sequence: int, prefix: str = "校媒巡") -> str:
    """The 文号, e.g. ``校媒巡整〔2026〕3号``: six-cornered brackets, no 第, no leading zero (GB/T 9704-2012, 7.2.5)."""
    return f"{prefix}{SERIES[document]}〔{year}〕{sequence}号"


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """Who signs for the school: from the settings. ``contact`` and ``phone`` are an office's, never a person's.

    ``masthead`` is the red line at the top; by default the office's name and 文件. ``prefix`` opens every 文号.
    """

    name: str
    contact: str = "党委宣传部"
    phone: str = ""
    email: str = ""
    masthead: str = ""
    prefix: str = "校媒巡"


@dataclass(frozen=True, slots=True, kw_only=True)
class Exhibit:
    """One piece of evidence as a document cites it."""

    id: str
    seen_at: datetime | None = None
    url: str = ""
    shows: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """An earlier document of the same case."""

    number: str
    document: str
    issued_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One document, complete. ``id`` is the case number and the step; ``recipients`` are e-mail addresses and are never
    printed; ``paper`` is the 文种, ``act`` what the school calls the step (责令注销账号); ``within`` is the period as the
    policy writes it, ``due_at`` the day where it is known already."""

    id: str
    number: str
    document: Document
    paper: str
    act: str = ""
    school: str
    school_name: str
    office: Office
    case: str
    addressee: str
    cc: tuple[str, ...] = ()
    recipients: tuple[str, ...] = ()
    issued_at: datetime
    due_at: datetime | None = None
    due_provisional: bool = False
    within: str = ""
    next_step: str = ""
    platform: Platform
    account: str
    unit: str = ""
    rule: str
    reason: str
    shown_at: datetime
    regulation: str
    clause: str
    sentence: str = ""
    step_clause: str = ""
    step_sentence: str = ""
    school_to_confirm: bool = False
    evidence: tuple[Exhibit, ...] = ()
    earlier: tuple[Reference, ...] = ()
    upheld: bool | None = None
    answer: str = ""
    public: bool = False
    demo: bool = False


def draft(
    planned: PlannedNotice,
    case: Case,
    policy: Policy,
    office: Office,
    *,
    number: str,
    issued_at: datetime,
    recipients: Sequence[str] = (),
    evidence: Sequence[Exhibit] = (),
    earlier: Sequence[Reference] = (),
    demo: bool = False,
) -> Notice:
    """Fill in a planned notice. ``evidence`` defaults to the case's ids alone; ``earlier``: what went out before."""
    step = next((step for step in case.ladder if step.code == planned.step), None)
    following = _following(case, step)
    clause = next((c for c in policy.clauses if (c.rule, c.clause) == (case.rule, case.clause)), None)
    due = case.pending if _dated(planned, case, following) else None
    notice = Notice(
        id=planned.id,
        number=number,
        document=planned.document,
        paper=PAPERS.get(planned.document, planned.document.label),
        act=step.title if step and step.title != planned.document.label else "",
        school=case.school,
        school_name=policy.school,
        office=office,
        case=case.number,
        addressee=planned.to,
        cc=planned.cc,
        recipients=tuple(dict.fromkeys(recipients)),
        issued_at=issued_at,
        due_at=due.due_at if due else None,
        due_provisional=bool(due and due.provisional),
        within=str(following.after) if following and following.after.count > 0 else "",
        next_step=following.label if following else "",
        platform=case.platform,
        account=case.title,
        unit=case.unit,
        rule=case.rule,
        reason=case.reason,
        shown_at=case.shown_at,
        regulation=_cited(policy),
        clause=case.clause,
        sentence=clause.sentence if clause else "",
        step_clause=step.clause if step else "",
        step_sentence=step.sentence if step and (not clause or step.sentence != clause.sentence) else "",
        school_to_confirm=case.school_to_confirm or bool(step and step.school_to_confirm),
        evidence=tuple(evidence) or tuple(Exhibit(id=item) for item in case.evidence),
        earlier=tuple(earlier),
        upheld=planned.upheld,
        answer=planned.answer,
        public=planned.public,
        demo=demo or policy.demonstration,
    )
    return _published(notice) if notice.public else notice


def _published(notice: Notice) -> Notice:
    """The same without personal data: what a document for everyone may say."""

    def masked(text: str) -> str:
        return anonymous(text if notice.unit or len(notice.account) < 2 else text.replace(notice.account, UNNAMED))

    return replace(
        notice,
        account=anonymous(notice.account) if notice.unit else UNNAMED,
        reason=masked(notice.reason),
        answer=masked(notice.answer),
        evidence=tuple(Exhibit(id=item.id, seen_at=item.seen_at) for item in notice.evidence),
        office=replace(notice.office, email=""),
    )


def _dated(planned: PlannedNotice, case: Case, following: Step | None) -> bool:
    """True where the step that waits is the one this paper announces, or the one a rejected appeal sets going again."""
    if planned.document is Document.APPEAL_DECISION:
        return planned.upheld is False
    return bool(case.pending and following and case.pending.step == following.code)


def _following(case: Case, step: Step | None) -> Step | None:
    """The rung after this one: what comes if nothing is done."""
    if step is None:
        return None
    codes = [rung.code for rung in case.ladder]
    return next(iter(case.ladder[codes.index(step.code) + 1 :]), None)


def _cited(policy: Policy) -> str:
    """《标题》（文号）, the order in which official documents cite one another."""
    title, document = policy.regulation.title, policy.regulation.document
    return f"《{title}》（{document}）" if document else f"《{title}》"
