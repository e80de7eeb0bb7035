"""Several cases at once with one reason: struck off, withdrawn, exempted; and one wrong batch taken back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, Response

from monitors.console.access import require_role, view_of
from monitors.console.rendering import redirect_after, render, school_names, world_of
from monitors.jobs import case_actions
from monitors.jobs.batches import batches, withdraw_batch
from rules.cases.case import CaseError
from rules.people import Role, User

router = APIRouter()
Words = Annotated[str, Form(max_length=2000)]
Numbers = Annotated[list[str], Form(max_length=2000, default_factory=list)]


@router.get("/cases/batches")
def batch_list(request: Request) -> HTMLResponse:
    """The open cases by the check that opened them."""
    return _page(request)


def _page(request: Request, *, error: str = "", status: int = 200) -> HTMLResponse:
    context = world_of(request)
    names = school_names(context, view_of(request))
    found = [(code, name, batches(context, code)) for code, name in names.items() if code in context.policies]
    return render(request, "batches.html", "整批撤回", schools=found, names=names, error=error, status=status)


def _by_school(request: Request, numbers: Sequence[str]) -> dict[str, list[str]]:
    """The cases by school; 403 or 404 where the person may not decide one of them, 422 where none was chosen."""
    if not numbers:
        raise HTTPException(422, "请至少选择一件问题。")
    found: dict[str, list[str]] = {}
    for number in numbers:
        case = world_of(request).store.cases.get(number)
        if case is None or not view_of(request).sees(case.school, case.unit):
            raise HTTPException(404, "没有这个编号的问题。")
        require_role(request, case.school)
        found.setdefault(case.school, []).append(number)
    return found


@router.post("/cases/batches")
async def withdraw(request: Request, numbers: Numbers, reason: Words = "") -> Response:
    """Withdraw a whole batch; each unit that had letters gets one 更正函, which a person signs."""
    by_school = await run_in_threadpool(_by_school, request, numbers)
    who: User = request.state.session.user

    def act() -> None:
        for school, mine in by_school.items():
            withdraw_batch(world_of(request), school, mine, by=who.display, reason=reason)

    try:
        await run_in_threadpool(act)
    except CaseError as error:
        return await run_in_threadpool(partial(_page, request, error=str(error), status=409))
    return redirect_after("/notices/sign", "batch")


@router.post("/cases/several")
async def several(
    request: Request, numbers: Numbers, action: Words = "", reason: Words = "", until: Words = ""
) -> Response:
    """销号, 撤回 or 豁免 of several cases with one reason; the first that refuses stops it and says why."""
    by_school = await run_in_threadpool(_by_school, request, numbers)
    who: User = request.state.session.user
    if action == "exempt" and not all(who.may({Role.SIGNER}, school) for school in by_school):
        raise HTTPException(403, "准予豁免需要“签批人”角色。")
    try:
        await run_in_threadpool(_all, request, by_school, action, reason, until, who.display)
    except CaseError as error:
        raise HTTPException(409, str(error)) from error
    return redirect_after("/cases", "several")


def _all(request: Request, by_school: dict[str, list[str]], action: str, reason: str, until: str, by: str) -> None:
    context = world_of(request)
    for school, numbers in by_school.items():
        if action == "withdraw":
            withdraw_batch(context, school, numbers, by=by, reason=reason)
            continue
        for number in numbers:
            match action:
                case "close":
                    case_actions.close(context, number, by=by, reason=reason)
                case "exempt":
                    case_actions.exempt(context, number, by=by, reason=reason, until=_day(until))
                case _:
                    raise CaseError("请选择要办理的事项。")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise CaseError("请填写豁免截止日期。") from error
