"""掌握率: of which filed accounts anybody knows whether they are updated, within the period that their clause sets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from rules.calendar import Period
from rules.catalogue.activity import TWO_MONTHS
from rules.catalogue.registry import SchoolContext
from rules.catalogue.results import confirmed_gone
from rules.evaluation import BoundClauses, evaluate_account
from rules.model import Account, FilingStatus, LabeledEnum, Platform, RuleResult, Verdict
from rules.policies.schema import Clause

UPDATE_RULE = "inactivity"
"""The rule that asks whether an account is updated; its limit is the account's own period."""
ALL_PLATFORMS = "all"


class Knowledge(LabeledEnum):
    """What is known of an account's updating. ``UNBOUND``: it is in use, and no clause asks."""

    ACTIVE = "active", "在更新"
    SILENT = "silent", "未更新"
    UNKNOWN = "unknown", "不掌握"
    UNBOUND = "unbound", "无更新要求"


COUNTED = (Knowledge.ACTIVE, Knowledge.SILENT, Knowledge.UNKNOWN)
"""Of accounts that a clause about updates binds; of several answers the last of these counts."""


@dataclass(frozen=True, slots=True)
class AccountKnowledge:
    """Whether an account is known to be updated or silent, on which answer, within which ``limit``; ``since``: unknown
    from then on, None where nothing was ever known of it."""

    account: Account
    knowledge: Knowledge
    answer: RuleResult
    limit: Period
    since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageFigures:
    """How many accounts of a platform are known. ``asked``: their owners were asked and have not answered yet;
    ``overdue``: nor after the reminder; ``unbound``: accounts in use, besides, of which no clause asks for updates."""

    accounts: int = 0
    active: int = 0
    silent: int = 0
    unknown: int = 0
    asked: int = 0
    overdue: int = 0
    unbound: int = 0

    @property
    def known(self) -> int:
        """Shown active or shown silent."""
        return self.active + self.silent

    @property
    def share(self) -> float:
        """0 to 1; 1 where there is no account."""
        return self.known / self.accounts if self.accounts else 1.0

    def __add__(self, other: CoverageFigures) -> CoverageFigures:
        """Both together."""
        return CoverageFigures(
            accounts=self.accounts + other.accounts,
            active=self.active + other.active,
            silent=self.silent + other.silent,
            unknown=self.unknown + other.unknown,
            asked=self.asked + other.asked,
            overdue=self.overdue + other.overdue,
            unbound=self.unbound + other.unbound,
        )


def update_clauses(bound: BoundClauses) -> BoundClauses:
    """The clauses about updates among a policy's."""
    return tuple((clause, check) for clause, check in bound if clause.rule == UPDATE_RULE)


def knowledge_of(
    account: Account, clauses: BoundClauses, school: SchoolContext, now: datetime
) -> AccountKnowledge | None:
    """What is known of one filed account; None where no clause about updates binds it, or the register says it stopped.

    Where several clauses bind it, the one that knows least counts. An account shown to be gone is known, and silent.
    """
    return _least(account, evaluate_account(account, clauses, school, now)) if _in_use(account) else None


def _least(account: Account, answers: Iterable[tuple[Clause, RuleResult]]) -> AccountKnowledge | None:
    known = [_known(account, clause, answer) for clause, answer in answers]
    return max(known, key=lambda each: COUNTED.index(each.knowledge), default=None)


def _in_use(account: Account) -> bool:
    return account.filing is not None and account.filing.status is FilingStatus.ACTIVE


def coverage_kind(account: Account, answers: Iterable[tuple[Clause, RuleResult]]) -> Knowledge | None:
    """As what an account is counted, by what `evaluate_account` says of it; None where it is not in use."""
    if not _in_use(account):
        return None
    known = _least(account, [each for each in answers if each[0].rule == UPDATE_RULE])
    return known.knowledge if known else Knowledge.UNBOUND


def _known(account: Account, clause: Clause, answer: RuleResult) -> AccountKnowledge:
    limit = Period.parse(str(clause.settings.get("limit", TWO_MONTHS)))
    match answer.verdict:
        case Verdict.VIOLATED:
            return AccountKnowledge(account, Knowledge.SILENT, answer, limit)
        case Verdict.COMPLIANT:
            gone = confirmed_gone(account.seen)
            return AccountKnowledge(account, Knowledge.SILENT if gone else Knowledge.ACTIVE, answer, limit)
        case _:
            return AccountKnowledge(account, Knowledge.UNKNOWN, answer, limit, answer.look_due)


def figures_by_platform(
    known: Mapping[tuple[Platform, Knowledge], int],
    asked: Mapping[Platform, int],
    overdue: Mapping[Platform, int],
) -> dict[Platform, CoverageFigures]:
    """Figures from counts of filed accounts: what is known of them, and whose owners have not answered."""
    found = {
        platform: CoverageFigures(
            accounts=sum(known.get((platform, each), 0) for each in COUNTED),
            active=known.get((platform, Knowledge.ACTIVE), 0),
            silent=known.get((platform, Knowledge.SILENT), 0),
            unknown=known.get((platform, Knowledge.UNKNOWN), 0),
            asked=asked.get(platform, 0),
            overdue=overdue.get(platform, 0),
            unbound=known.get((platform, Knowledge.UNBOUND), 0),
        )
        for platform in dict.fromkeys(platform for platform, _ in known)
    }
    return dict(sorted(found.items(), key=lambda pair: (-pair[1].accounts, pair[0].value)))


def total(figures: Iterable[CoverageFigures]) -> CoverageFigures:
    """All platforms together."""
    return sum(figures, CoverageFigures())
