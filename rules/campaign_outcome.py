"""What a finished campaign writes into the register, and where a unit's word and the pages differ. Pure."""

from __future__ import annotations

import re
from dataclasses import replace

from rules.campaigns import AccountAnswer, AccountAnswerKind, Campaign, CampaignKind, DecisionKind, UnitSheet
from rules.model import AccountState, Filing, FilingStatus, Outcome, ReviewResult

LISTED = ("phones", "emails")
"""Fields that hold several values; people write them with commas, semicolons or blanks between."""


def outcome_for(filing: Filing, campaign: Campaign, sheet: UnitSheet) -> Filing:
    """The row of the register as the closed campaign leaves it; the row itself where nothing follows.

    A unit that has not submitted a review is registered as such; nobody's silence becomes a self-check.
    """
    assert campaign.closed_at
    today, decision = campaign.closed_at.date(), sheet.decisions.get(filing.id)
    if not sheet.is_in:
        missing = campaign.kind is CampaignKind.ANNUAL_REVIEW
        return replace(filing, review_result=ReviewResult.MISSING) if missing else filing
    after = corrected(filing, sheet.answer_of(filing.id))
    if campaign.kind is CampaignKind.ANNUAL_REVIEW and decision:
        result = ReviewResult.PASSED if decision.kind is DecisionKind.PASSED else ReviewResult.FAILED
        after = replace(after, reviewed_at=today, review_result=result)
    if campaign.kind is CampaignKind.SELF_CHECK and sheet.submitted_at:
        after = replace(after, self_checked_at=sheet.submitted_at.date())
    if decision and decision.kind is DecisionKind.SUSPEND and decision.stands:
        answer = sheet.answer_of(filing.id)
        closes = answer is not None and answer.kind is AccountAnswerKind.CLOSES
        status = FilingStatus.CLOSED if closes else FilingStatus.PAUSED
        after = replace(after, status=status, status_changed_at=today)
    known = {"reviewed_at", "review_result", "self_checked_at"} & {
        name for name in after.unknown if getattr(after, name, None) is not None
    }
    return replace(after, unknown=tuple(name for name in after.unknown if name not in known)) if known else after


def corrected(filing: Filing, answer: AccountAnswer | None) -> Filing:
    """The row with what the unit corrected; an empty correction changes nothing."""
    if answer is None or answer.kind is not AccountAnswerKind.CORRECTED:
        return filing
    given = {name: text.strip() for name, text in answer.corrections.items() if text.strip()}
    values = {name: _several(text) if name in LISTED else text for name, text in given.items()}
    kept = tuple(name for name in filing.unknown if name not in values)
    return replace(filing, **values, unknown=kept) if values else filing  # type: ignore[arg-type]


def _several(text: str) -> tuple[str, ...]:
    return tuple(part for part in re.split(r"[,，;；、\s]+", text) if part)


def differences(filing: Filing, answer: AccountAnswer | None, seen: AccountState | None) -> tuple[str, ...]:
    """Where what was stated and what was observed do not agree, in plain sentences. That nothing was seen is none."""
    if seen is None or seen.fact is None:
        return ()
    found = []
    stated = corrected(filing, answer).name
    closes = answer is not None and answer.kind is AccountAnswerKind.CLOSES
    gone = seen.outcome is Outcome.GONE
    if seen.name and seen.name != stated:
        found.append(f"页面显示的名称为“{seen.name}”，填报为“{stated}”")
    if gone and not closes:
        found.append("页面显示账号已不存在，填报为在用")
    if closes and not gone and seen.alive:
        found.append(f"填报为关停，{seen.alive.at.month}月{seen.alive.at.day}日查看时账号仍可打开")
    if filing.verified_body and seen.verified_body and filing.verified_body != seen.verified_body:
        found.append(f"页面显示的认证主体为“{seen.verified_body}”，台账为“{filing.verified_body}”")
    return tuple(found)
