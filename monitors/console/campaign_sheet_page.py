"""The page of one unit's sheet, and who may do what on it: fill it in, stand by it, upload its paper."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import quote

from fastapi import Request
from fastapi.responses import HTMLResponse, Response

from monitors.console.access import person
from monitors.console.campaign_forms import SPARE, TypedSheet, is_of, may_decide, sheet_lines, sheet_of
from monitors.console.headers import HEADERS
from monitors.console.rendering import render, world_of
from rules.campaigns import AccountAnswerKind, Campaign, DecisionKind, SheetState, UnitSheet
from rules.model import Platform
from rules.sheet_drafts import differing, draft_stamp

SAVING = {"content-security-policy": f"{HEADERS['content-security-policy']}; connect-src 'self'"}
PAUSE = 10
"""Seconds without a key before the page saves itself."""


def sheet_page(
    request: Request,
    campaign: Campaign,
    unit: str,
    error: str = "",
    *,
    typed: TypedSheet | None = None,
    conflict: UnitSheet | None = None,
) -> HTMLResponse:
    """The sheet, with what went wrong above it. ``typed``: shown in place of what is kept; ``conflict``: what somebody else
    kept meanwhile."""
    context, kept = world_of(request), sheet_of(request, campaign, unit)
    fills = not kept.is_in and not campaign.closed_at and may_fill(request, campaign, unit)
    stamp, shown = draft_stamp(kept), kept
    if typed and fills:
        given = typed.given
        shown = replace(kept, answers=given.answers, added=given.added, none=given.none, head=given.head, by=given.by)
    differ = differing(kept, typed.given) if typed and conflict else frozenset()
    page = render(
        request, "campaign_sheet.html", f"{campaign.name}　{unit}", school=campaign.school,
        status=409 if conflict else 422 if error else 200, error=error, campaign=campaign, sheet=shown, fills=fills,
        state=kept.state_at(campaign.due, context.clock()), lines=sheet_lines(context, campaign, shown),
        decides=may_decide(request, campaign) and not campaign.closed_at, kinds=list(AccountAnswerKind),
        verdicts=list(DecisionKind), platforms=list(Platform), spare=range(SPARE), stamp=stamp, pause=PAUSE,
        unplaced=typed.unplaced if typed else (), kept=conflict, differ=differ,
        heads=heads(request, campaign, unit, kept.head), may_upload=_takes_copies(request, campaign, kept),
    )  # fmt: skip
    page.headers.update(SAVING if fills else {})
    return page


def _takes_copies(request: Request, campaign: Campaign, kept: UnitSheet) -> bool:
    ended = campaign.closed_at or kept.state is SheetState.ACCEPTED
    return not ended and may_fill(request, campaign, kept.unit)


def may_fill(request: Request, campaign: Campaign, unit: str) -> bool:
    """The unit itself, and the office for a unit that handed in on paper."""
    return may_decide(request, campaign) or is_of(request, campaign, unit)


def heads(request: Request, campaign: Campaign, unit: str, head: str) -> bool:
    """True for the person of the unit whom the sheet names as its head."""
    return is_of(request, campaign, unit) and person(request).display == head


def back_to_sheet(code: str, unit: str, done: str) -> Response:
    """To the sheet, which says what was done."""
    return Response(status_code=303, headers={"location": f"/campaigns/{code}/sheet?unit={quote(unit)}&done={done}"})
