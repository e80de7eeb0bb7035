"""专项工作: the campaigns, a new one, progress by unit, reminders, the end."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from monitors.console.access import EDITOR, person, require_role, view_of
from monitors.console.campaign_forms import campaign_of, may_decide, visible_rows
from monitors.console.rendering import redirect_after, render, school_names, world_of
from monitors.errors import InvalidInput
from monitors.jobs import campaigns
from monitors.jobs.campaign_file import checked
from rules.campaigns import CampaignError, CampaignKind, SheetState
from rules.model import AccountLevel, Platform
from storage.database import StorageError

router = APIRouter()
Typed = Annotated[str, Form(max_length=200)]
Several = Annotated[list[str], Form()]
FIELDS = ("code", "school", "name", "kind", "basis", "start", "end", "due")
EMPTY: dict[str, Any] = dict.fromkeys(FIELDS, "") | {"scope": {"units": [], "platforms": [], "levels": []}}


@router.get("/campaigns")
def all_campaigns(request: Request) -> HTMLResponse:
    """Every campaign of which this person may see something, newest first."""
    context, view = world_of(request), view_of(request)
    rows = [
        (each, counts)
        for each in context.store.campaigns.all()
        if (counts := Counter(row.state for row in visible_rows(request, each))) or view.sees_school(each.school)
    ]
    names = school_names(context, view)
    return render(request, "campaigns.html", "专项工作", rows=rows, names=names, states=list(SheetState))


@router.get("/campaigns/new")
def new(request: Request) -> HTMLResponse:
    """The form."""
    return _form(request, EMPTY)


def _form(request: Request, given: dict[str, Any], error: str = "") -> HTMLResponse:
    context, user = world_of(request), person(request)
    names = {code: name for code, name in school_names(context).items() if user.may(EDITOR, code)}
    units = sorted({f.unit for code in names for f in context.store.filings.all(code) if f.unit})
    return render(
        request, "campaign_new.html", "新的专项工作", status=422 if error else 200, error=error, given=given, names=names,
        units=units, kinds=list(CampaignKind), platforms=list(Platform), levels=list(AccountLevel),
    )  # fmt: skip


@router.post("/campaigns/new")
def create(
    request: Request,
    code: Typed = "",
    school: Typed = "",
    name: Typed = "",
    kind: Typed = "",
    basis: Typed = "",
    start: Typed = "",
    end: Typed = "",
    due: Typed = "",
    units: Several = [],  # noqa: B006 (read only)
    platforms: Several = [],  # noqa: B006
    levels: Several = [],  # noqa: B006
) -> Response:
    """Open one."""
    context = world_of(request)
    chosen = {"units": units, "platforms": platforms, "levels": levels}
    scope = {name: [each for each in several if each] for name, several in chosen.items()}
    given = {"code": code, "school": school, "name": name, "kind": kind, "basis": basis} | {
        "start": start, "end": end, "due": due, "scope": scope,
    }  # fmt: skip
    if school not in school_names(context):
        return _form(request, given, "请选择学校。")
    user = require_role(request, school)
    try:
        made = campaigns.new_campaign(context, checked(_dated(given), "表格"), user.display, context.clock())
    except (InvalidInput, CampaignError) as error:
        return _form(request, given, _in_words(str(error)))
    return redirect_after(f"/campaigns/{made.code}", "campaign_opened")


WORDS = {"code：": "编号：", "name：": "名称：", "kind：": "类型：", "basis：": "依据：", "start：": "期间起：", "end：": "期间止：",
         "due：": "截止日期：", "school：": "学校：", "整体：": "", "scope.units": "单位"}  # fmt: skip


def _in_words(text: str) -> str:
    """The file's field names as the form calls them."""
    for code, word in WORDS.items():
        text = text.replace(code, word)
    for code, word in {"end（期间止）": "期间止", "start（期间起）": "期间起", "due（截止日期）": "截止日期"}.items():
        text = text.replace(code, word)
    return text


def _dated(given: dict[str, Any]) -> dict[str, Any]:
    def read(text: str) -> date | str:
        try:
            return date.fromisoformat(text)
        except ValueError:
            return text

    return given | {name: read(given[name]) for name in ("start", "end", "due")}


@router.get("/campaigns/{code}")
def one(request: Request, code: str) -> Response:
    """Progress by unit; a unit goes straight to its sheet."""
    campaign = campaign_of(request, code)
    rows = visible_rows(request, campaign)
    if not view_of(request).sees_school(campaign.school) and len(rows) == 1:
        return RedirectResponse(f"/campaigns/{campaign.code}/sheet", 303)
    return _one(request, code)


def _one(request: Request, code: str, error: str = "") -> HTMLResponse:
    campaign = campaign_of(request, code)
    rows = visible_rows(request, campaign)
    return render(
        request, "campaign.html", campaign.name, school=campaign.school, status=422 if error else 200, error=error,
        campaign=campaign, rows=rows, counts=Counter(row.state for row in rows), states=list(SheetState),
        decides=may_decide(request, campaign),
    )  # fmt: skip


@router.post("/campaigns/{code}/remind")
def remind(request: Request, code: str, everybody: Typed = "") -> Response:
    """Remind who is late; the letters leave with the next delivery."""
    context, campaign = world_of(request), campaign_of(request, code)
    require_role(request, campaign.school)
    try:
        report = campaigns.remind(context, code, context.clock(), everybody=everybody == "yes")
    except CampaignError as error:
        return _one(request, code, str(error))
    if report.no_mailbox:
        missing = "、".join(report.no_mailbox[:20])
        return _one(request, code, f"提醒了 {len(report.sent)} 个单位。台账里没有邮箱、请另行通知的单位：{missing}。")
    return redirect_after(f"/campaigns/{code}", "reminded" if report.sent else "nobody_reminded")


@router.post("/campaigns/{code}/close")
def close(request: Request, code: str) -> Response:
    """End it and write into the register."""
    context, campaign = world_of(request), campaign_of(request, code)
    user = require_role(request, campaign.school)
    try:
        campaigns.close(context, code, user.display, context.clock())
    except (CampaignError, StorageError) as error:
        return _one(request, code, str(error))
    return redirect_after(f"/campaigns/{code}", "campaign_closed")


@router.post("/campaigns/{code}/publish")
def publish(request: Request, code: str) -> Response:
    """Open the public list."""
    context, campaign = world_of(request), campaign_of(request, code)
    require_role(request, campaign.school)
    try:
        campaigns.publish(context, code, context.clock())
    except CampaignError as error:
        return _one(request, code, str(error))
    return redirect_after(f"/campaigns/{code}", "campaign_published")
