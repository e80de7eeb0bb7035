"""What a school's policy file may say: the schema, which `rules.policies.loader` reads from text."""

from __future__ import annotations

import hashlib
import re
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, IPvAnyNetwork, StringConstraints

from rules.calendar import Period, PositivePeriod
from rules.model import AccountLevel, DocumentType, Filing, LabeledEnum, Platform
from rules.names.protected import ProtectedNames

NonEmptyText = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{1,30}$")]
OWN_UNIT = "所在单位"
"""A route to the account's own unit, as the regulations call it."""


class Addressee(LabeledEnum):
    """Whom a step tells. Settings say which mailbox or channel stands behind each."""

    UNIT = "unit", "责任单位"
    SUPERVISOR = "supervisor", "主管单位"
    PROPAGANDA = "propaganda", "党委宣传部"
    IT = "it", "信息化部门"
    LEADERS = "leaders", "校领导"
    SCHOOL = "school", "全校"


class StrictModel(BaseModel):
    """Base of what a person types: unknown fields are mistakes, values do not change."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Regulation(StrictModel):
    """The text a policy stands on. ``document`` is its number (文号), empty where the text gives none."""

    title: NonEmptyText
    document: str = ""
    issued_by: NonEmptyText
    effective: date
    effective_to_confirm: bool = False
    source: NonEmptyText

    @property
    def cited(self) -> str:
        """How a notice cites it: 文号《标题》."""
        return f"{self.document}《{self.title}》"


class LadderStep(StrictModel):
    """One rung of a ladder. ``after`` runs from the delivery of the previous step, for the first from the opening."""

    code: Code
    document: DocumentType
    title: str = ""
    after: Period
    tell: Annotated[tuple[Addressee, ...], Field(min_length=1)]
    approver: str = ""
    approver_to_confirm: bool = False
    clause: str = ""
    sentence: str = ""
    school_to_confirm: bool = False

    @property
    def label(self) -> str:
        """What the school calls the step; the document's own name where it says nothing."""
        return self.title or self.document.label

    @property
    def needs_approver(self) -> bool:
        """公开通报 and 关停 always need a named person; other steps where the policy names who signs."""
        return bool(self.approver) or self.document in (DocumentType.PUBLIC_NOTICE, DocumentType.SHUTDOWN)


class AccountScope(StrictModel):
    """Which accounts something is about; an empty list means any. ``except_levels``: not those known to be of these."""

    platforms: tuple[Platform, ...] = ()
    levels: tuple[AccountLevel, ...] = ()
    except_levels: tuple[AccountLevel, ...] = ()
    categories: tuple[str, ...] = ()

    def covers(self, platform: Platform, filing: Filing | None) -> bool:
        """True where the account is meant. An account whose level or category is unknown is not."""
        return (
            (not self.platforms or platform in self.platforms)
            and (not self.levels or (filing is not None and filing.level in self.levels))
            and not (filing and filing.level in self.except_levels)
            and (not self.categories or (filing is not None and category_rank(filing.category, self.categories) > 0))
        )

    def unknown(self, platform: Platform, filing: Filing) -> bool:
        """True where only the level, which the register leaves blank, keeps the account from being meant or not."""
        others = self.model_copy(update={"levels": ()})
        return bool(self.levels) and filing.level is None and others.covers(platform, filing)


_PARTS = re.compile(r"[（）()\[\]【】、，,；;／/|\s]+")


def category_rank(category: str, names: tuple[str, ...]) -> int:
    """How well a category of the register is one of these; 0 where it is none. The longest name met wins.

    A category is read word by word (外语协会（学生社团） is two words). A name is met where it is a whole word, begins or
    ends one, or, from three characters on, stands within one: two characters in the middle of a word are chance.
    """
    words = [word for word in _PARTS.split(category.strip()) if word]
    met = (name for name in names for word in words if _met(name, word))
    return max((len(name) for name in met), default=0)


def _met(name: str, word: str) -> bool:
    return word.startswith(name) or word.endswith(name) or (len(name) > 2 and name in word)


class Definition(StrictModel):
    """What the regulation calls an account: its clauses are asked of no other."""

    clause: NonEmptyText
    sentence: NonEmptyText
    only: AccountScope


class Clause(StrictModel):
    """One line of the regulation as a rule: which, with what settings, on which sentence, and what follows.

    ``duty``: who owes what the sentence asks; what the office itself owes is shown to it and never charged to a unit.
    ``problem`` and ``demand``: what a paper calls the breach and asks for, where the sentence asks for something else
    than the rule usually does. ``demands_letter``: the sentence itself asks for a 整改通知书 even where all that is wrong
    is a gap in the register, which is otherwise only asked for.
    """

    rule: NonEmptyText
    clause: NonEmptyText
    sentence: NonEmptyText
    ladder: NonEmptyText
    settings: dict[str, Any] = Field(default_factory=dict, alias="with")
    only: AccountScope = AccountScope()
    duty: Literal["unit", "office"] = "unit"
    problem: str = ""
    demand: str = ""
    demands_letter: bool = False
    school_to_confirm: bool = False
    note: str = ""


class SupervisionRoute(StrictModel):
    """Which office supervises an account: the route whose category is named longest, then the first that covers it.

    ``copies``: offices the regulation names beside it. ``advises``: the office only advises the owner, who is no unit of
    the school: no step of any ladder reaches such an account.
    """

    clause: NonEmptyText
    sentence: NonEmptyText
    to: NonEmptyText
    copies: tuple[NonEmptyText, ...] = ()
    advises: bool = False
    only: AccountScope = AccountScope()
    matter: Literal["content", "technology"] = "content"


class ManualCheck(StrictModel):
    """What only a person can judge or do: shown on the policy's page, never computed. ``duty``: whose work it is."""

    clause: NonEmptyText
    asks: NonEmptyText
    sentence: NonEmptyText
    duty: Literal["unit", "office"] = "unit"


class RegisterFields(StrictModel):
    """What the regulation's own filing form asks: fields of the register."""

    clause: NonEmptyText
    sentence: str = ""
    fields: Annotated[tuple[str, ...], Field(min_length=1)]
    values: tuple[str, ...] = ()


class Office(StrictModel):
    """The office that issues the school's papers and signs them: never the school itself, whose seal is another's.

    ``contact``, ``phone``, ``email``: whom a unit answers, an office's own; ``masthead``: the red line at the head, by default
    the name and 文件; ``prefix``: how its 文号 begin.
    """

    name: NonEmptyText
    contact: str = ""
    phone: str = ""
    email: str = ""
    masthead: str = ""
    prefix: str = ""


class UnitName(StrictModel):
    """A unit and the short names the school itself uses for it."""

    name: NonEmptyText
    short: tuple[str, ...] = ()


class Polling(StrictModel):
    """The least and the longest time between two looks at one account."""

    floor: Period = Period.parse("6小时")
    ceiling: Period = Period.parse("7天")


class InquiryTerms(StrictModel):
    """When an account's owner is asked for its newest post: so long before the limit is over; how long an answer, and
    after the reminder another one, is waited for."""

    lead: Period = Period.parse("14天")
    answer: PositivePeriod = Period.parse("5个工作日")
    reminder: PositivePeriod = Period.parse("3个工作日")


class Policy(StrictModel):
    """One school's file. ``version`` is derived from the text, so a case can say which one it opened under.

    ``office``: who issues the papers; without it none gets a number. ``demonstration``: an invented school. ``pack``: no
    school at all, a set of clauses for schools to borrow. ``auto``: which papers may leave without a signature: 提示函, or
    none. ``term_runs_from``: what the next step is counted from.
    """

    code: Code
    school_code: str = Field(default="", pattern=r"^(\d{10})?$")
    school: NonEmptyText
    demonstration: bool = False
    pack: bool = False
    office: Office | None = None
    regulation: Regulation
    names: ProtectedNames
    units: tuple[UnitName, ...] = ()
    units_complete: bool = False
    domains: tuple[str, ...] = ()
    ranges: tuple[IPvAnyNetwork, ...] = ()
    definition: Definition | None = None
    clauses: Annotated[tuple[Clause, ...], Field(min_length=1)]
    ladders: dict[str, Annotated[tuple[LadderStep, ...], Field(min_length=1)]]
    routes: tuple[SupervisionRoute, ...] = ()
    human: tuple[ManualCheck, ...] = ()
    register_fields: tuple[RegisterFields, ...] = Field(default=(), alias="register")
    calendar_notes: tuple[str, ...] = ()
    polling: Polling = Polling()
    inquiry: InquiryTerms = InquiryTerms()
    closing: Literal["person", "automatic"] = "person"
    auto: Literal["", "reminder"] = ""
    term_runs_from: Literal["delivery", "sending"] = "delivery"
    version: str = ""

    def basis(self, clause: str) -> str:
        """Document number, title and article: what every finding and notice cites."""
        return f"{self.regulation.cited}{clause}"

    def clause_of(self, rule: str, clause: str) -> Clause | None:
        """The line of a finding or a case; None where the file no longer has it."""
        return next((c for c in self.clauses if (c.rule, c.clause) == (rule, clause)), None)


def version_of(text: str) -> str:
    """Twelve hex digits that change with any byte of the file."""
    return hashlib.sha256(text.encode()).hexdigest()[:12]
