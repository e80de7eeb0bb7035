"""摸底: what the first look found, before any paper is drafted; struck, corrected, and closed with a day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, Response

from monitors.console.access import require_role, view_of
from monitors.console.chosen_cases import by_school, do_each
from monitors.console.rendering import redirect_after, render, school_names, world_of
from monitors.jobs import case_actions
from monitors.jobs.surveys import close_survey, survey_view
from rules.cases.case import CaseError

router = APIRouter()
Words = Annotated[str, Form(max_length=2000)]
Numbers = Annotated[list[str], Form(max_length=500)]


@router.get("/survey")
def survey(request: Request, school: str = "") -> HTMLResponse:
    """Every school's survey: findings by clause and unit, gaps of the register apart."""
    return _page(request, school)


def _page(
    request: Request,
    school: str = "",
    *,
    error: str = "",
    status: int = 200,
    reason: str = "",
    chosen: Sequence[str] = (),
) -> HTMLResponse:
    context, view = world_of(request), view_of(request)
    names = school_names(context, view)
    shown = [code for code in names if code in context.policies and school in ("", code)]
    views = [(code, names[code], survey_view(context, code)) for code in shown]
    today = context.clock().date()
    return render(
        request,
        "survey.html",
        "摸底",
        surveys=views,
        today=today,
        names=names,
        reason=reason,
        chosen=chosen,
        error=error,
        status=status,
    )


@router.post("/survey/close")
async def close(request: Request, school: Words, drafts_from: Words = "") -> Response:
    """End a school's survey; papers are drafted from the chosen day on."""
    if not view_of(request).sees_school(school):
        raise HTTPException(404, "没有这所学校。")
    who = require_role(request, school)
    try:
        day = date.fromisoformat(drafts_from)
        await run_in_threadpool(close_survey, world_of(request), school, by=who.display, drafts_from=day)
    except ValueError:
        return await run_in_threadpool(partial(_page, request, error="请填写开始拟文的日期。", status=422))
    except CaseError as error:
        return await run_in_threadpool(partial(_page, request, error=str(error), status=409))
    return redirect_after("/survey", "surveyed")


@router.post("/survey/dismiss")
async def strike(
    request: Request,
    numbers: Numbers = [],  # noqa: B006 (FastAPI makes a new one)
    reason: Words = "",
) -> Response:
    """Strike findings that are not to be pursued, with one reason; those that refuse are listed, each with its own."""
    again = partial(_page, request, reason=reason, chosen=numbers)
    if not numbers:
        return await run_in_threadpool(again, error="请先勾选不属实的问题，再写理由。", status=422)
    schools = await run_in_threadpool(by_school, request, numbers)
    by, context = require_role(request, next(iter(schools))).display, world_of(request)

    def strike_one(number: str) -> None:
        case_actions.dismiss(context, number, by=by, reason=reason)

    if refused := await run_in_threadpool(do_each, list(dict.fromkeys(numbers)), strike_one):
        return await run_in_threadpool(again, error=refused, status=409)
    return redirect_after("/survey", "struck")
