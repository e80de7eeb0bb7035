"""One document to one addressee: everything its template needs, frozen, so that it reads the same in ten years."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from rules.model import DocumentType, Platform

SERIES = {
    DocumentType.REMINDER: "提",
    DocumentType.RECTIFICATION: "整",
    DocumentType.PUBLIC_NOTICE: "通",
    DocumentType.SHUTDOWN: "停",
    DocumentType.CORRECTION: "更",
    DocumentType.APPEAL_DECISION: "复",
    DocumentType.CLOSURE: "销",
}
"""The character that tells the series of 文号 apart; each kind counts from 1 every year."""


def document_number(document: DocumentType, year: int, sequence: int, prefix: str = "校媒巡") -> str:
    """The 文号, e.g. ``校媒巡整〔2026〕3号``: six-cornered brackets, no 第, no leading zero (GB/T 9704-2012, 7.2.5)."""
    return f"{prefix}{SERIES[document]}〔{year}〕{sequence}号"


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuingOffice:
    """Who signs for the school: from its policy, else the settings. ``contact`` and ``phone`` are an office's, never a
    person's.

    ``masthead`` is the red line at the top; by default the office's name and 文件. ``prefix`` opens every 文号. Where
    ``name`` is empty nobody issues the paper: it gets no number and stays a draft.
    """

    name: str
    contact: str = "党委宣传部"
    phone: str = ""
    email: str = ""
    masthead: str = ""
    prefix: str = "校媒巡"


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceCitation:
    """One piece of evidence as a document cites it: when it was taken, from which page, what that page showed."""

    id: str
    seen_at: datetime | None = None
    url: str = ""
    shows: str = ""

    @property
    def code(self) -> str:
        """What a reader compares by eye: the first eight digits of the hash that ends the id."""
        return self.id.rpartition(".")[2].rpartition(":")[2].replace("-", "")[:8]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """An earlier document of the same case. ``document`` is its 文种, never the name of a step."""

    number: str
    document: str
    issued_at: datetime
    delivered_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftEdits:
    """What the office wrote over in a draft: 主送, the mailboxes behind it, whom the paper names to be asked; "" and None
    where the program's own words stand. ``instead_of``: the addressee that was drafted then: once another is, the
    addressee and the mailboxes fall away (`alerts.notices.edits`)."""

    addressee: str = ""
    instead_of: str = ""
    mailboxes: tuple[str, ...] | None = None
    contact: str = ""
    phone: str = ""


NO_EDITS = DraftEdits()


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One document, complete. ``id`` is the case number and the step; ``recipients`` are e-mail addresses and are never
    printed, ``addressee_mailboxes`` those among them that are the addressee's own; ``paper`` is the 文种, ``act`` what
    the school calls the step (责令注销账号); ``within`` is the period as the policy writes it, ``due_at`` the day where it
    is known already; ``problem``, ``demand``: the clause's own words, where it has any; ``partial``: a correction of some
    papers, while the finding stands.

    ``number`` is empty until it is signed, and for a 提示函 that bears none. ``signer``, ``signer_post``: who signed it;
    ``note``: the office's own paragraph; ``edits``: what else the office wrote over. ``proof``: what an answer stands on (the page that shows the error, the cure),
    beside the ``evidence`` of the finding. ``appellant``, ``appealed_at``, ``appeal_reason``: of the appeal decided.
    ``others``: further accounts in one letter to the same addressee (`alerts.notices.joint`)."""

    id: str
    number: str
    document: DocumentType
    paper: str
    act: str = ""
    school: str
    school_name: str
    office: IssuingOffice
    case: str
    addressee: str
    cc: tuple[str, ...] = ()
    recipients: tuple[str, ...] = ()
    addressee_mailboxes: tuple[str, ...] = ()
    issued_at: datetime
    due_at: datetime | None = None
    due_provisional: bool = False
    within: str = ""
    next_step: str = ""
    next_clause: str = ""
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
    evidence: tuple[EvidenceCitation, ...] = ()
    proof: tuple[EvidenceCitation, ...] = ()
    earlier: tuple[Reference, ...] = ()
    problem: str = ""
    demand: str = ""
    partial: bool = False
    upheld: bool | None = None
    answer: str = ""
    appellant: str = ""
    appealed_at: datetime | None = None
    appeal_reason: str = ""
    signer: str = ""
    signer_post: str = ""
    note: str = ""
    edits: DraftEdits = NO_EDITS
    others: tuple[Notice, ...] = ()
    public: bool = False
    demo: bool = False
