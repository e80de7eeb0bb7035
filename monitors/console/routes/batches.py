"""Several cases at once with one reason: struck off, withdrawn, exempted; and one wrong batch taken back."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, Response

from monitors.console.access import view_of
from monitors.console.chosen_cases import by_school, do_each
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


@router.post("/cases/batches")
async def withdraw(request: Request, numbers: Numbers, reason: Words = "") -> Response:
    """Withdraw a whole batch; each unit that had letters gets one 更正通知, which a person signs."""
    schools = await run_in_threadpool(by_school, request, numbers)
    who: User = request.state.session.user

    def act() -> None:
        for school, mine in schools.items():
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
    """销号, 撤回 or 豁免 of several cases with one reason; those that refuse are listed, each with its own."""
    schools = await run_in_threadpool(by_school, request, numbers)
    who: User = request.state.session.user
    if action == "exempt" and not all(who.may({Role.SIGNER}, school) for school in schools):
        raise HTTPException(403, "准予豁免需要“签批人”角色。")
    try:
        refused = await run_in_threadpool(_all, request, schools, action, reason, until, who.display)
    except CaseError as error:
        raise HTTPException(409, str(error)) from error
    if refused:
        raise HTTPException(409, refused)
    return redirect_after("/cases", "several")


def _all(request: Request, schools: dict[str, list[str]], action: str, reason: str, until: str, by: str) -> str:
    context = world_of(request)
    numbers = [number for mine in schools.values() for number in mine]
    match action:
        case "close":
            return do_each(numbers, lambda number: case_actions.close(context, number, by=by, reason=reason))
        case "exempt":
            end = _day(until)
            return do_each(
                numbers, lambda number: case_actions.exempt(context, number, by=by, reason=reason, until=end)
            )
        case "withdraw":
            for school, mine in schools.items():
                withdraw_batch(context, school, mine, by=by, reason=reason)
            return ""
        case _:
            raise CaseError("请选择要办理的事项。")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise CaseError("请填写豁免截止日期。") from error
