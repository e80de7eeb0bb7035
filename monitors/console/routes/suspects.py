"""疑似账号: found accounts that a person has to look at, and what was decided about them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Query, Request
from fastapi.responses import HTMLResponse, Response

from monitors.console.access import require_role, view_of
from monitors.console.rendering import Pager, redirect_after, render, school_names, world_of
from monitors.jobs.discovery.candidates import SuspectError, SuspectTaken, decide_candidate_as
from rules.candidates import CandidateState, clones_first

router = APIRouter()
PER_PAGE = 30


@router.get("/suspects")
def candidate_list(
    request: Request, state: str = CandidateState.WAITING.value, page: Annotated[int, Query(ge=1, le=100_000)] = 1
) -> HTMLResponse:
    """What waits for a person, or what was decided."""
    return _page(request, state, page)


def _page(request: Request, state: str = "", page: int = 1, *, error: str = "", status: int = 200) -> HTMLResponse:
    context = world_of(request)
    known = state if state in list(CandidateState) else CandidateState.WAITING.value
    chosen = CandidateState(known)
    view = view_of(request)
    found = [
        candidate for candidate in context.store.candidates.all(state=chosen) if view.sees_school(candidate.school)
    ]
    if chosen is CandidateState.WAITING:
        found = [candidate for candidate in found if candidate.kind.needs_review]
    found = clones_first(found)
    pager = Pager(page, len(found), PER_PAGE, {"state": chosen.value})
    return render(
        request,
        "suspects.html",
        "疑似账号",
        status=status,
        error=error,
        candidates=found[pager.offset : pager.offset + PER_PAGE],
        pager=pager,
        chosen=chosen,
        states=list(CandidateState),
        names=school_names(context, view),
    )


@router.post("/suspects/decide")
def judge(
    request: Request,
    school: Annotated[str, Form()] = "",
    key: Annotated[str, Form()] = "",
    verdict: Annotated[str, Form()] = "",
    reason: Annotated[str, Form(max_length=2000)] = "",
) -> Response:
    """确认, 排除 or 已备案. Who comes second is told what the first one decided."""
    context = world_of(request)
    candidate = context.store.candidates.one(school, key)
    if candidate is None or not view_of(request).sees_school(school):
        raise HTTPException(404, "没有这个疑似账号，可能已按期删除。")
    who = require_role(request, school)
    if verdict not in list(CandidateState):
        return _page(request, error="请选择确认、排除或已备案。", status=422)
    try:
        state = CandidateState(verdict)
        decide_candidate_as(context, school, key, state, by=who.display, reason=reason, expected=CandidateState.WAITING)
    except SuspectTaken as error:
        return _page(request, error=str(error), status=409)
    except SuspectError as error:
        return _page(request, error=str(error), status=422)
    return redirect_after("/suspects", "judged")
