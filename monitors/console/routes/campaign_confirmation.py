"""How a unit stands by its sheet: its head confirms it here, or the signed and sealed paper is uploaded and shown."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, File, Form, HTTPException, Query, Request, UploadFile
from fastapi.responses import Response

from monitors.console.access import person
from monitors.console.campaign_forms import campaign_of, sheet_of
from monitors.console.campaign_sheet_page import back_to_sheet, heads, may_fill, sheet_page
from monitors.console.headers import INERT
from monitors.console.rendering import world_of
from monitors.errors import InvalidInput
from monitors.jobs import campaigns
from monitors.jobs.paper_files import JPEG, MOST_BYTES
from monitors.jobs.sealed_copies import keep_copy
from rules.campaigns import CampaignError
from storage.evidence import EvidenceArchive, EvidenceError

router = APIRouter()
Typed = Annotated[str, Form(max_length=300)]


@router.post("/campaigns/{code}/confirm")
def confirm(request: Request, code: str, unit: Typed = "") -> Response:
    """The head of the unit, signed in, stands by what was handed in."""
    context, campaign = world_of(request), campaign_of(request, code)
    sheet = sheet_of(request, campaign, unit)
    by = person(request).display
    if by == sheet.head and not heads(request, campaign, unit, sheet.head):
        raise HTTPException(403, "只有这个单位的人可以确认它的材料。")
    try:
        campaigns.confirm_sheet(context, code, unit, by, context.clock())
    except CampaignError as error:
        return sheet_page(request, campaign, unit, str(error))
    return back_to_sheet(code, unit, "sheet_confirmed")


@router.post("/campaigns/{code}/sealed")
def upload(
    request: Request, code: str, unit: Typed = "", file: Annotated[UploadFile | None, File()] = None
) -> Response:
    """The signed and sealed paper, by the unit or by the office that has it in its hands."""
    context, campaign = world_of(request), campaign_of(request, code)
    sheet_of(request, campaign, unit)
    if not may_fill(request, campaign, unit):
        raise HTTPException(403, "扫描件由单位自己或宣传部上传。")
    data = file.file.read(MOST_BYTES + 1) if file else b""
    try:
        keep_copy(context, code, unit, data, person(request).display, context.clock())
    except (InvalidInput, CampaignError, EvidenceError) as error:
        return sheet_page(request, campaign, unit, str(error))
    return back_to_sheet(code, unit, "copy_kept")


@router.get("/campaigns/{code}/sealed/{evidence:path}")
def show(request: Request, code: str, evidence: str, unit: Annotated[str, Query(max_length=120)] = "") -> Response:
    """A photograph to look at, a PDF to save; the archive checks the bytes against their number."""
    sheet = sheet_of(request, campaign_of(request, code), unit)
    copy = next((each for each in sheet.copies if each.evidence == evidence), None)
    if copy is None:
        raise HTTPException(404, "没有这份扫描件。")
    try:
        body = EvidenceArchive(world_of(request).evidence).get(evidence).body
    except EvidenceError as error:
        raise HTTPException(404, str(error)) from error
    ending = "jpg" if copy.media == JPEG else "pdf"
    name = quote(f"{code}-{unit}-扫描件.{ending}")
    how = "inline" if copy.media == JPEG else "attachment"
    headers = {"content-disposition": f"{how}; filename*=UTF-8''{name}"}
    return Response(body, media_type=copy.media, headers=INERT | headers)
