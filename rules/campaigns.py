"""A campaign 专项工作: a review, self-check or clean-up over many accounts, with one sheet a unit, a due date and an end.

Every sentence here is pure: a move takes what is there and gives what shall be there, or raises CampaignError.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from rules.model import AccountLevel, Filing, FilingStatus, LabeledEnum, Platform
from rules.unit_confirmation import ConfirmationKind, HeadConfirmation, SealedCopy

UNREGISTERED = "责任单位未登记"
"""Whose sheet carries the accounts that the register names no unit for."""


class CampaignError(Exception):
    """A move that the campaign does not allow. Raised here and by `storage.campaigns`; its text is a Chinese sentence, shown
    above the form and printed by the CLI (exit 2)."""


class CampaignKind(LabeledEnum):
    """What a campaign is for, and so which field of the register it fills."""

    ANNUAL_REVIEW = "annual_review", "年审"
    SELF_CHECK = "self_check", "半年自查"
    CLEAN_UP = "clean_up", "集中清查"
    VERIFICATION = "verification", "备案核对"

    @property
    def rule(self) -> str:
        """The rule of the policy that it answers; "" where there is none."""
        return self.value if self in (CampaignKind.ANNUAL_REVIEW, CampaignKind.SELF_CHECK) else ""


class SheetState(LabeledEnum):
    """How far a unit's sheet is. LATE is never kept: it follows from the due date and the time."""

    OPEN = "open", "待报送"
    LATE = "late", "逾期未报"
    SUBMITTED = "submitted", "已报送"
    RETURNED = "returned", "退回补正"
    ACCEPTED = "accepted", "已通过"


class AccountAnswerKind(LabeledEnum):
    """What a unit states about one of its accounts."""

    CONFIRMED = "confirmed", "属实"
    CORRECTED = "corrected", "更正"
    CLOSES = "closes", "关停"


class DecisionKind(LabeledEnum):
    """How the office decides one account."""

    PASSED = "passed", "合格"
    RECTIFY = "rectify", "整改"
    SUSPEND = "suspend", "暂停或注销"


CORRECTABLE = ("name", "direct_owner", "phones", "emails")
"""What a unit may correct in its sheet. Whose account it is, and where it stands, is a matter of the register."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignScope:
    """Which accounts take part; what is empty excludes nothing. Closed and cancelled accounts never do."""

    units: tuple[str, ...] = ()
    platforms: tuple[Platform, ...] = ()
    levels: tuple[AccountLevel, ...] = ()

    def covers(self, filing: Filing) -> bool:
        """True where the account takes part."""
        return (
            filing.status not in (FilingStatus.CLOSED, FilingStatus.CANCELLED)
            and (not self.units or filing.unit in self.units)
            and (not self.platforms or filing.platform in self.platforms)
            and (not self.levels or filing.level in self.levels)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """One campaign. Dates are calendar days in China; ``start`` to ``end`` is the period it looks at, ``basis`` the article
    that asks for it. ``closed_at`` None: it runs. ``published_at``: since when anybody may read the list of accounts."""

    code: str
    school: str
    name: str
    kind: CampaignKind
    basis: str
    scope: CampaignScope = CampaignScope()
    start: date
    end: date
    due: date
    opened_at: datetime
    opened_by: str
    closed_at: datetime | None = None
    closed_by: str = ""
    published_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountAnswer:
    """A unit's word about one account: ``filing`` is its row of the register, ``corrections`` fields of it by name."""

    filing: str
    kind: AccountAnswerKind
    corrections: Mapping[str, str] = field(default_factory=dict)
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AddedAccount:
    """An account of the unit that nobody filed. The office files it; being named here files nothing."""

    platform: Platform
    name: str
    address: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountDecision:
    """The office's word about one account. ``confirmed_by`` "": a suspension that waits for its second person."""

    kind: DecisionKind
    reason: str
    by: str
    at: datetime
    confirmed_by: str = ""

    @property
    def stands(self) -> bool:
        """True where it takes effect when the campaign is closed."""
        return self.kind is not DecisionKind.SUSPEND or bool(self.confirmed_by)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitSheet:
    """One unit's sheet. ``filings`` are its accounts' rows of the register as of the opening, ``none`` the 零报告: the unit
    has no account beside these. ``head`` is who confirms it for the unit, ``confirmed`` that this person did, ``copies`` the
    signed and sealed paper. ``state`` is never LATE."""

    campaign: str
    unit: str
    filings: tuple[str, ...]
    state: SheetState = SheetState.OPEN
    answers: tuple[AccountAnswer, ...] = ()
    added: tuple[AddedAccount, ...] = ()
    none: bool = False
    head: str = ""
    by: str = ""
    submitted_at: datetime | None = None
    returned_for: str = ""
    decisions: Mapping[str, AccountDecision] = field(default_factory=dict)
    confirmed: HeadConfirmation | None = None
    copies: tuple[SealedCopy, ...] = ()

    def answer_of(self, filing: str) -> AccountAnswer | None:
        """What the unit said of one account."""
        return next((answer for answer in self.answers if answer.filing == filing), None)

    def state_at(self, due: date, now: datetime) -> SheetState:
        """How it stands at a moment: who has not submitted by the end of the due date is late. Whose sheet was given back
        had submitted, and is not."""
        return SheetState.LATE if self.state is SheetState.OPEN and now.date() > due else self.state

    @property
    def confirmations(self) -> tuple[ConfirmationKind, ...]:
        """What the unit's word stands on; never empty."""
        found = [ConfirmationKind.SIGNED_IN] * bool(self.confirmed)
        found += [ConfirmationKind.SEALED_COPY] * any(copy.stands for copy in self.copies)
        return tuple(found) or (ConfirmationKind.NONE,)

    @property
    def is_in(self) -> bool:
        """True where the unit has submitted and it was not given back."""
        return self.state in (SheetState.SUBMITTED, SheetState.ACCEPTED)


def open_sheets(campaign: Campaign, filings: Iterable[Filing]) -> tuple[UnitSheet, ...]:
    """One sheet for each unit that has an account in the scope, or is named by it: that one may have none to report."""
    by_unit: dict[str, list[str]] = defaultdict(list, {unit: [] for unit in campaign.scope.units})
    for filing in sorted(filings, key=lambda each: each.order):
        if campaign.scope.covers(filing):
            by_unit[filing.unit or UNREGISTERED].append(filing.id)
    if not by_unit:
        raise CampaignError("这个范围内没有账号，请检查单位、平台和级别的写法，或先导入台账。")
    return tuple(UnitSheet(campaign=campaign.code, unit=unit, filings=tuple(ids)) for unit, ids in by_unit.items())
