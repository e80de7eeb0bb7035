"""疑似账号: found accounts that a person has to look at, what was decided about them, and what is done next."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Form, HTTPException, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from alerts.documents.templating import InvalidTemplate
from monitors.console.access import require_role, view_of
from monitors.console.middleware import OWN_SCRIPT
from monitors.console.rendering import Pager, redirect_after, render, school_names, world_of
from monitors.console.suspect_cards import cards_of
from monitors.jobs.discovery.candidates import SuspectError, SuspectTaken
from monitors.jobs.suspects import cases, decisions
from monitors.jobs.suspects.package import complaint_package
from rules.candidates import Candidate, CandidateState, ConfirmedKind, FollowUp, clones_first

router = APIRouter()
PER_PAGE = 20
TABS = (
    (CandidateState.WAITING, "待核实"),
    (CandidateState.CONFIRMED, "属实"),
    (CandidateState.EXCLUDED, "已排除"),
    (CandidateState.FILED, "已备案"),
)
MOST_AT_ONCE = 100
Short = Annotated[str, Form(max_length=200)]
Long = Annotated[str, Form(max_length=2000)]


@router.get("/suspects")
def candidate_list(
    request: Request,
    state: str = CandidateState.WAITING.value,
    one: str = "",
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
) -> HTMLResponse:
    """What waits for a person, or what was decided; ``one``: ``school/key`` of a single account, whatever its state."""
    return _page(request, state, page, one=one)


def _page(
    request: Request, state: str = "", page: int = 1, *, one: str = "", error: str = "", status: int = 200
) -> HTMLResponse:
    context, view, now = world_of(request), view_of(request), world_of(request).clock()
    chosen = CandidateState(state) if state in list(CandidateState) else CandidateState.WAITING
    names = school_names(context, view)
    told = _visible(request, one) if one else None
    found: list[Candidate] = [told] if told else []
    if told:
        chosen = told.state
    else:
        found = [c for c in context.store.candidates.all(state=chosen) if view.sees_school(c.school)]
        if chosen is CandidateState.WAITING:
            found = [candidate for candidate in found if candidate.kind.needs_review]
        found = clones_first(found)
    pager = Pager(page, len(found), PER_PAGE, {"state": chosen.value})
    page_of_suspects = render(
        request,
        "suspects.html",
        "疑似账号",
        status=status,
        error=error,
        cards=cards_of(context, found[pager.offset : pager.offset + PER_PAGE], now),
        told=told,
        notes=cases.why_none(context, told) if told and told.state is CandidateState.CONFIRMED else [],
        pager=pager,
        chosen=chosen,
        tabs=TABS,
        counts=context.store.candidates.counts(names),
        kinds=list(ConfirmedKind),
        steps=list(FollowUp),
        names=names,
    )
    page_of_suspects.headers.update(OWN_SCRIPT)
    return page_of_suspects


def _visible(request: Request, one: str) -> Candidate:
    """The candidate that a form or an address means: ``school/key``. Raises 404 for what is gone or not one's own."""
    school, _, key = one.partition("/")
    candidate = world_of(request).store.candidates.one(school, key)
    if candidate is None or not view_of(request).sees_school(school):
        raise HTTPException(404, "没有这个疑似账号，可能已按期删除。")
    return candidate


@router.post("/suspects/decide")
def judge(
    request: Request,
    school: Short = "",
    key: Short = "",
    chosen: Annotated[list[str] | None, Form()] = None,
    verdict: Short = "",
    kind: Short = "",
    unit: Short = "",
    reason: Long = "",
) -> Response:
    """属实, 排除 or 已备案, of one account or of several. Who comes second is told what the first one decided."""
    wanted = [_visible(request, one) for one in (chosen or [f"{school}/{key}"])[:MOST_AT_ONCE]]
    people = {candidate.school: require_role(request, candidate.school).display for candidate in wanted}
    if problem := _incomplete(verdict, kind, reason, wanted):
        return _page(request, error=problem, status=422)
    state, told = CandidateState(verdict), ConfirmedKind(kind) if kind else None
    refused: list[SuspectError] = []
    for candidate in wanted:
        try:
            decisions.decide_candidate_as(
                world_of(request), candidate.school, candidate.key, state, by=people[candidate.school],
                reason=reason, unit=unit, kind=told, expected=CandidateState.WAITING,
            )  # fmt: skip
        except SuspectError as error:
            refused.append(error)
    if refused:
        status = 409 if any(isinstance(error, SuspectTaken) for error in refused) else 422
        return _page(request, error="".join(dict.fromkeys(map(str, refused))), status=status)
    return _to(wanted[0]) if len(wanted) == 1 else redirect_after("/suspects", "judged")


def _incomplete(verdict: str, kind: str, reason: str, wanted: Sequence[Candidate]) -> str:
    """What the form still lacks, in a sentence; empty where it lacks nothing."""
    if verdict not in [state for state in CandidateState if state is not CandidateState.WAITING]:
        return "请选择属实、排除或已备案。"
    if verdict != CandidateState.CONFIRMED or any(c.state is not CandidateState.WAITING for c in wanted):
        return ""
    if kind not in list(ConfirmedKind):
        return "确认属实时，请选择属于哪一种：擅用校名、冒充、未备案的校内账号、已停用。"
    return "" if reason.strip() else "确认属实时，请写明核实情况和理由，以便今后查考。"


@router.post("/suspects/undo")
def undo(request: Request, one: Short = "") -> Response:
    """Take a decision back within ten minutes."""
    candidate = _visible(request, one)
    who = require_role(request, candidate.school)
    try:
        decisions.undo(world_of(request), candidate.school, candidate.key, by=who.display)
    except SuspectError as error:
        return _page(request, one=one, error=str(error), status=409)
    return _to(candidate)


@router.post("/suspects/step")
def step(request: Request, one: Short = "", kind: Short = "", note: Long = "") -> Response:
    """Enter what was done about a confirmed account."""
    candidate = _visible(request, one)
    who = require_role(request, candidate.school)
    if kind not in list(FollowUp):
        return _page(request, one=one, error="请选择办理了哪一项。", status=422)
    try:
        decisions.follow_up(
            world_of(request), candidate.school, candidate.key, FollowUp(kind), by=who.display, note=note
        )
    except SuspectError as error:
        return _page(request, one=one, error=str(error), status=409)
    return _to(candidate)


@router.get("/suspects/package")
def package(request: Request, one: str = "", kind: str = FollowUp.COMPLAINT.value) -> Response:
    """The paper, the evidence list and the pages as a zip file."""
    candidate = _visible(request, one)
    require_role(request, candidate.school)
    step_kind = FollowUp(kind) if kind in list(FollowUp) else FollowUp.COMPLAINT
    try:
        made = complaint_package(world_of(request), candidate.school, candidate.key, step_kind)
    except (SuspectError, InvalidTemplate) as error:
        return _page(request, one=one, error=str(error), status=409)
    return Response(made.data, media_type="application/zip", headers={"content-disposition": made.disposition})


def _to(candidate: Candidate) -> RedirectResponse:
    """The page of this one account, which says what was decided and what came of it."""
    return RedirectResponse("/suspects?" + urlencode({"one": f"{candidate.school}/{candidate.key}"}), 303)
