"""One unit's sheet of a campaign: the unit fills it in here, the office compares and decides."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, File, Form, HTTPException, Query, Request, UploadFile
from fastapi.responses import HTMLResponse, JSONResponse, Response
from starlette.datastructures import FormData

from monitors.console.access import require_role
from monitors.console.campaign_forms import (
    campaign_of,
    sheet_of,
    typed_sheet,
    visible_rows,
)
from monitors.console.campaign_sheet_page import back_to_sheet, heads, may_fill, sheet_page
from monitors.console.register_forms import typed_form, workbook
from monitors.console.rendering import world_of
from monitors.errors import InvalidInput
from monitors.jobs import campaigns
from monitors.jobs.campaign_import import import_sheet, read_sheet
from monitors.jobs.campaign_sheets import sheet_bytes, year_of
from monitors.jobs.campaigns import filings_of
from rules.campaigns import CampaignError, DecisionKind
from rules.sheet_drafts import SheetConflict, draft_stamp

router = APIRouter()
Unit = Annotated[str, Query(max_length=120)]
Typed = Annotated[str, Form(max_length=300)]
MAX_FILE = 5 * 2**20
SHOWN = 30


@router.get("/campaigns/{code}/sheet")
def sheet(request: Request, code: str, unit: Unit = "") -> HTMLResponse:
    """The sheet; where no unit is named, this person's own."""
    campaign = campaign_of(request, code)
    if not unit and (rows := visible_rows(request, campaign)):
        unit = rows[0].sheet.unit
    return sheet_page(request, campaign, unit)


@router.get("/campaigns/{code}/sheet.xlsx")
def download(request: Request, code: str, unit: Unit = "") -> Response:
    """The sheet as a workbook to fill in offline."""
    context, campaign = world_of(request), campaign_of(request, code)
    kept = sheet_of(request, campaign, unit)
    year = year_of(context, campaign, context.clock(), filings_of(context, campaign, kept))
    return workbook(f"{campaign.code}-{unit}", sheet_bytes(context, campaign, kept, year))


@router.post("/campaigns/{code}/sheet")
def fill(request: Request, code: str, form: Annotated[FormData, Depends(typed_form)]) -> Response:
    """Keep what was filled in, or hand it in."""
    context, campaign = world_of(request), campaign_of(request, code)
    unit, stamp, act = (str(form.get(name) or "") for name in ("unit", "stamp", "act"))
    sheet_of(request, campaign, unit)
    if not may_fill(request, campaign, unit):
        raise HTTPException(403, "这份表由单位自己填报。")
    typed, final, now = typed_sheet(form), act == "submit", context.clock()
    try:  # what was typed is kept even where it cannot be handed in yet
        kept = campaigns.save_sheet(context, code, unit, typed.given, now, final=False, stamp=stamp)
        if act == "autosave":
            return JSONResponse({"stamp": draft_stamp(kept), "left": len(typed.unplaced)})
        typed.check()
        if final:
            campaigns.save_sheet(context, code, unit, typed.given, now, final=True)
        if final and heads(request, campaign, unit, typed.given.head):
            campaigns.confirm_sheet(context, code, unit, typed.given.head, now)
    except CampaignError as error:
        conflict = error.kept if isinstance(error, SheetConflict) else None
        if act == "autosave":
            return JSONResponse({"error": str(error)}, 409 if conflict else 422)
        return sheet_page(request, campaign, unit, str(error), typed=typed, conflict=conflict)
    return back_to_sheet(code, unit, "sheet_submitted" if final else "sheet_saved")


@router.post("/campaigns/{code}/upload")
def upload(request: Request, code: str, file: Annotated[UploadFile | None, File()] = None) -> Response:
    """A workbook that was filled in offline."""
    context, campaign = world_of(request), campaign_of(request, code)
    data = file.file.read(MAX_FILE + 1) if file else b""
    rows = visible_rows(request, campaign)
    if not rows:
        raise HTTPException(404, "没有这份填报表。")
    unit = rows[0].sheet.unit
    if not data or len(data) > MAX_FILE:
        return sheet_page(request, campaign, unit, "请选择一份填好的 Excel 填报表，不超过 5 MB。")
    try:
        found = read_sheet(data, (file.filename if file else "") or "填报表.xlsx")
        if found.campaign != code or found.unit not in {row.sheet.unit for row in rows}:
            return sheet_page(request, campaign, unit, "这份表不是本专项工作的，或者不是您单位的，没有收进。")
        unit = found.unit
        if not may_fill(request, campaign, unit):
            raise HTTPException(403, "这份表由单位自己填报。")
        found = import_sheet(context, data, "填报表.xlsx", context.clock())
    except (InvalidInput, CampaignError) as error:
        return sheet_page(request, campaign, unit, str(error))
    if found.bad:
        places = "；".join(f"“{b.sheet}”第 {b.row} 行“{b.column}”：{b.reason}" for b in found.bad[:SHOWN])
        return sheet_page(request, campaign, unit, f"没有收进，有 {len(found.bad)} 处不对。{places}")
    return back_to_sheet(code, unit, "sheet_submitted")


@router.post("/campaigns/{code}/decide")
def decide(
    request: Request, code: str, unit: Typed = "", filing: Typed = "", kind: Typed = "", reason: Typed = ""
) -> Response:
    """Decide one account, or confirm what another person proposed."""
    context, campaign = world_of(request), campaign_of(request, code)
    user = require_role(request, campaign.school)
    now = context.clock()
    try:
        if kind == "confirm":
            campaigns.confirm_decision(context, code, unit, filing, user.display, now)
        elif kind in list(DecisionKind):
            campaigns.decide_account(context, code, unit, filing, DecisionKind(kind), reason, user.display, now)
        else:
            raise CampaignError("请选择一项决定。")
    except CampaignError as error:
        return sheet_page(request, campaign, unit, str(error))
    return back_to_sheet(code, unit, "account_decided")


@router.post("/campaigns/{code}/settle")
def settle(request: Request, code: str, unit: Typed = "", act: Typed = "", reason: Typed = "") -> Response:
    """Take a sheet, or give it back."""
    context, campaign = world_of(request), campaign_of(request, code)
    require_role(request, campaign.school)
    try:
        if act == "return" and not reason.strip():
            raise CampaignError("请写明退回的理由，单位才知道要改什么。")
        campaigns.settle_sheet(context, code, unit, context.clock(), returned_for=reason if act == "return" else "")
    except CampaignError as error:
        return sheet_page(request, campaign, unit, str(error))
    return back_to_sheet(code, unit, "sheet_returned" if act == "return" else "sheet_accepted")
