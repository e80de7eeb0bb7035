"""Several accounts of the register at once: another unit, a look now."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse, Response

from monitors.app_context import AppContext
from monitors.console.access import person, view_of
from monitors.console.background import start
from monitors.console.register_page import MOST_AT_ONCE, PER_PAGE, register_page
from monitors.console.register_query import RegisterQuery
from monitors.console.rendering import world_of
from monitors.jobs.inquiries import inquire
from monitors.jobs.run_sweep import sweep_order
from rules.model import Filing
from rules.people import Role
from rules.platforms import UNPOLLED
from storage.account_filter import AccountFilter
from storage.filings import RegisterMoved, key_of, stamp_of

router = APIRouter()
Picked = Annotated[list[str], Form()]


@router.post("/register/bulk/unit")
def assign_unit(
    request: Request,
    pick: Picked = [],  # noqa: B006 (FastAPI makes a new one)
    every: Annotated[str, Form()] = "",
    query: Annotated[str, Form(max_length=2000)] = "",
    unit: Annotated[str, Form(max_length=200)] = "",
    reason: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    """Another unit for several accounts, all or nothing."""
    context, user, asked = world_of(request), person(request), RegisterQuery.read(query)
    chosen = _picked(request, pick, every, asked)
    name, why = " ".join(unit.split()), " ".join(reason.split())
    if not chosen or not name or not why:
        error = "请先勾选账号。" if not chosen else "请写明主办单位和理由。"
        return register_page(request, asked, error=f"{error}没有保存。", status=422)
    if any(not user.may({Role.EDITOR}, filing.school) for filing in chosen):
        raise HTTPException(403, "所选账号中有您不能更改的学校的账号，没有保存。")
    changes = [(f, stamp_of(f), _with_unit(f, name)) for f in chosen if f.unit != name]
    try:
        context.store.filings.change_all(changes, by=user.display, now=context.clock(), reason=why)
    except RegisterMoved as error:
        return register_page(request, asked, error=f"{error}请核对后重新操作。", status=409)
    return back(asked, "units_assigned")


def _with_unit(filing: Filing, unit: str) -> Filing:
    return replace(filing, unit=unit, unknown=tuple(name for name in filing.unknown if name != "unit"))


@router.post("/register/bulk/look")
async def look_now(
    request: Request,
    pick: Picked = [],  # noqa: B006
    every: Annotated[str, Form()] = "",
    query: Annotated[str, Form(max_length=2000)] = "",
) -> Response:
    """Look at several accounts now, in the background."""
    context, asked = world_of(request), RegisterQuery.read(query)
    chosen = await run_in_threadpool(_picked, request, pick, every, asked)
    keys = [key_of(filing) for filing in chosen if filing.platform not in UNPOLLED]
    if not keys:
        error = "所选账号都在不巡检的平台上，没有可以查看的页面。" if chosen else "请先勾选账号。"
        return await run_in_threadpool(register_page, request, asked, error=error, status=422)
    note = f"{len(keys)} 个账号"
    await run_in_threadpool(context.store.audit.add, "sweep.start", note, now=context.clock())
    start(request.app, asyncio.create_task(context.job_queue.put(sweep_order(context, accounts=keys))))
    return back(asked, "looking")


@router.post("/inquiries/ask")
async def ask(
    request: Request,
    pick: Picked = [],  # noqa: B006
    every: Annotated[str, Form()] = "",
    query: Annotated[str, Form(max_length=2000)] = "",
) -> Response:
    """Ask the owners of several accounts for their newest post: whoever is due to be asked, one letter a person and day."""
    context, user, asked = world_of(request), person(request), RegisterQuery.read(query)
    chosen = await run_in_threadpool(_picked, request, pick, every, asked)
    if not chosen:
        return await run_in_threadpool(register_page, request, asked, error="请先勾选账号。", status=422)
    if any(not user.may({Role.EDITOR}, filing.school) for filing in chosen):
        raise HTTPException(403, "所选账号中有您不能询问的学校的账号，没有发信。")
    await run_in_threadpool(_ask, context, chosen)
    return back(asked, "asked")


def _ask(context: AppContext, chosen: list[Filing]) -> None:
    now = context.clock()
    for school in sorted({filing.school for filing in chosen} & set(context.policies)):
        inquire(context, school, now, any_day=True, only={key_of(each) for each in chosen if each.school == school})


def _picked(request: Request, pick: list[str], every: str, query: RegisterQuery) -> list[Filing]:
    """The ticked accounts (``school/number``), or all under the filters; only those this person sees. Raises 422 where
    they are too many."""
    context, view = world_of(request), view_of(request)
    wanted: AccountFilter = query.filter(view, context.clock())
    if every:
        if context.store.account_lists.count(wanted) > MOST_AT_ONCE:
            raise HTTPException(422, f"一次最多处理 {MOST_AT_ONCE} 个账号，请缩小筛选范围后再操作。")
        return [item.filing for item in context.store.account_lists.iterate(wanted)]
    found = [context.store.filings.one(*each.split("/", 1)) for each in pick[:PER_PAGE] if "/" in each]
    return [filing for filing in found if filing and view.sees(filing.school, filing.unit)]


def back(query: RegisterQuery, done: str) -> RedirectResponse:
    """To the list under the same filters, with what happened."""
    return RedirectResponse(f"/accounts?{query.text}{'&' if query.text else ''}done={done}", 303)
