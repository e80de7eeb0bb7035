"""What is typed on a campaign's pages, and who may see which campaign and sheet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fastapi import HTTPException, Request
from starlette.datastructures import FormData

from alerts.review.model import (
    coverage_text,
    last_post_text,
    names_text,
    posts_text,
    questions,
    seen_text,
    silence_text,
)
from monitors.app_context import AppContext
from monitors.console.access import WORKERS, person, view_of
from monitors.console.rendering import world_of
from monitors.jobs.campaign_sheets import year_of
from monitors.jobs.campaigns import UnitProgress, filings_of, progress
from rules.campaign_moves import Submission
from rules.campaign_outcome import differences
from rules.campaigns import (
    CORRECTABLE,
    AccountAnswer,
    AccountAnswerKind,
    AccountDecision,
    AddedAccount,
    Campaign,
    CampaignError,
    UnitSheet,
)
from rules.model import AccountState, Filing, Platform
from rules.people import View
from storage.filings import key_of

SPARE = 3
"""Empty lines for accounts that nobody filed."""
LONGEST = 300


@dataclass(frozen=True, slots=True)
class SheetLine:
    """One account of a sheet: filed, seen, answered, decided; ``differ``: where these do not agree; ``known``: what the year
    showed, by name; ``asked``: what is unknown and the unit shall say."""

    filing: Filing
    key: str
    seen: AccountState | None
    answer: AccountAnswer | None
    differ: tuple[str, ...]
    decision: AccountDecision | None
    known: tuple[tuple[str, str], ...] = ()
    asked: tuple[str, ...] = ()


KNOWN = (
    ("更新", posts_text), ("掌握情况", coverage_text), ("最近更新", last_post_text), ("最长未更新", silence_text),
    ("观察天数", seen_text), ("页面显示的名称", names_text),
)  # fmt: skip


def campaign_of(request: Request, code: str) -> Campaign:
    """A campaign of which this person may see something; 404 otherwise."""
    context, view = world_of(request), view_of(request)
    try:
        campaign = context.store.campaigns.get(code)
    except CampaignError as error:
        raise HTTPException(404, "没有这项专项工作。") from error
    if not view.sees_school(campaign.school) and not visible_rows(request, campaign):
        raise HTTPException(404, "没有这项专项工作。")
    return campaign


def visible_rows(request: Request, campaign: Campaign) -> list[UnitProgress]:
    """The sheets of a campaign that this person may see."""
    context, view = world_of(request), view_of(request)
    return [row for row in progress(context, campaign, context.clock()) if view.sees(campaign.school, row.sheet.unit)]


def sheets_to_fill(context: AppContext, view: View, now: datetime) -> list[tuple[Campaign, UnitProgress]]:
    """What these units still have to hand in, of the campaigns that run."""
    return [
        (campaign, row)
        for campaign in context.store.campaigns.all()
        if campaign.closed_at is None
        for row in progress(context, campaign, now)
        if view.sees(campaign.school, row.sheet.unit) and not row.sheet.is_in
    ]


def sheet_of(request: Request, campaign: Campaign, unit: str) -> UnitSheet:
    """A unit's sheet, provided that this person may see the unit; 404 otherwise."""
    if not view_of(request).sees(campaign.school, unit):
        raise HTTPException(404, "没有这份填报表。")
    try:
        return world_of(request).store.campaigns.sheet(campaign.code, unit)
    except CampaignError as error:
        raise HTTPException(404, "没有这份填报表。") from error


def is_of(request: Request, campaign: Campaign, unit: str) -> bool:
    """True for a person of the unit itself."""
    return bool({("", unit), (campaign.school, unit)} & view_of(request).units)


def may_decide(request: Request, campaign: Campaign) -> bool:
    """True for the office of the school, that compares and decides."""
    return person(request).may(WORKERS, campaign.school)


def sheet_lines(context: AppContext, campaign: Campaign, sheet: UnitSheet) -> list[SheetLine]:
    """The accounts of a sheet, those with differences first."""
    filings = filings_of(context, campaign, sheet)
    keys = [key_of(filing) for filing in filings]
    states = context.store.observations.states(keys, context.clock())
    year = year_of(context, campaign, context.clock(), filings)
    lines = []
    for filing, key in zip(filings, keys, strict=True):
        answer, seen = sheet.answer_of(filing.id), states.get(key)
        differ = differences(filing, answer, seen)
        row = year[filing.id]
        known = tuple((label, tell(row.record)) for label, tell in KNOWN)
        decision = sheet.decisions.get(filing.id)
        lines.append(SheetLine(filing, key, seen, answer, differ, decision, known, questions(row)))
    return sorted(lines, key=lambda line: (not line.differ, line.filing.order))


@dataclass(frozen=True, slots=True)
class TypedSheet:
    """What the unit's form says. ``unplaced``: added rows (name, address, note) without a platform, or without a name: they
    cannot be kept, and are not lost either."""

    given: Submission
    unplaced: tuple[tuple[str, str, str], ...] = ()

    def check(self) -> None:
        """Raises CampaignError where a row cannot be kept."""
        if self.unplaced:
            raise CampaignError("新增账号请选择平台并填写账号名称。其他内容已保存，这几行还在下面，补齐后再保存。")


def typed_sheet(form: FormData) -> TypedSheet:
    """Read the form. An account without a choice has no answer, unless something was written: then it is a correction."""
    added, unplaced = [], []
    rows = zip(*(_texts(form, f"added-{name}") for name in ("platform", "name", "address", "note")), strict=False)
    for platform, name, address, note in rows:
        if platform in list(Platform) and name:
            added.append(AddedAccount(platform=Platform(platform), name=name, address=address, note=note))
        elif name or address or note:
            unplaced.append((name, address, note))
    given = Submission(
        answers=tuple(_answers(form)), added=tuple(added), none=_text(form, "none") == "yes",
        head=_text(form, "head"), by=_text(form, "by"),
    )  # fmt: skip
    return TypedSheet(given, tuple(unplaced))


def _answers(form: FormData) -> Iterator[AccountAnswer]:
    for place, filing in enumerate(_texts(form, "filing")):
        typed = {name: _text(form, f"{name}-{place}") for name in CORRECTABLE}
        corrections = {name: text for name, text in typed.items() if text}
        kind, reason = _text(form, f"kind-{place}"), _text(form, f"reason-{place}")
        if kind in list(AccountAnswerKind) or corrections or reason:
            chosen = AccountAnswerKind(kind) if kind in list(AccountAnswerKind) else AccountAnswerKind.CORRECTED
            yield AccountAnswer(filing=filing, kind=chosen, corrections=corrections, reason=reason)


def _text(form: FormData, name: str) -> str:
    return _plain(form.get(name))


def _texts(form: FormData, name: str) -> list[str]:
    return [_plain(value) for value in form.getlist(name)]


def _plain(value: Any) -> str:
    return value.strip()[:LONGEST] if isinstance(value, str) else ""
