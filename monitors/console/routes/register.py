"""台账: the register with what was seen, filtered and sorted; taken along as a file; several accounts at once."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from monitors.app_context import AppContext
from monitors.console.access import ACCESS, person, view_of
from monitors.console.background import start
from monitors.console.formatting import moment_text
from monitors.console.labels import outcome_label
from monitors.console.register_forms import workbook
from monitors.console.register_query import OUTCOMES, SEEN, STATES, RegisterQuery
from monitors.console.rendering import render, school_names, world_of
from monitors.jobs.run_sweep import run_sweep
from rules.model import AccountLevel, Filing, Platform
from rules.people import Role, User
from rules.platforms import UNPOLLED
from storage.account_filter import AccountFilter
from storage.account_lists import AccountListItem, AccountOrder
from storage.filings import RegisterMoved, key_of, stamp_of
from storage.register import register_bytes, template_bytes, write_list

router = APIRouter()
PER_PAGE = 50
MOST_AT_ONCE = 2000
ASK = ("POST", "/inquiries/ask")
"""Where picked accounts are asked for proof, where that is offered."""
SHOWN_COLUMNS = (
    "账号名称", "平台", "学校", "主办单位", "级别", "类别", "账号状态", "最近更新", "观察结果", "最近查看", "上次看到", "未结问题",
)  # fmt: skip


def query_of(request: Request) -> RegisterQuery:
    """The filters in a request's address."""
    return RegisterQuery.read(request.url.query)


@router.get("/accounts")
def register(request: Request) -> HTMLResponse:
    """One page of the register under the filters."""
    return _page(request, query_of(request))


def _page(request: Request, query: RegisterQuery, *, error: str = "", status: int = 200) -> HTMLResponse:
    context, view = world_of(request), view_of(request)
    wanted = query.filter(view, context.clock())
    lists = context.store.account_lists
    page = lists.page(wanted, limit=PER_PAGE, order=query.order, after=query.after, before=query.before)
    units, categories = lists.words(view)
    return render(
        request,
        "accounts.html",
        "台账",
        error=error,
        status=status,
        lines=page.items,
        page=page,
        query=query,
        names=school_names(context, view),
        units=units,
        categories=categories,
        platforms=[(p.value, p.label) for p in Platform],
        levels=[(level.value, level.label) for level in AccountLevel],
        orders=[(order.value, order.label) for order in AccountOrder if order is not AccountOrder.REGISTER],
        outcomes=OUTCOMES,
        states=STATES,
        seen=SEEN,
        ask=ASK[1] if ASK in ACCESS else "",
        most=MOST_AT_ONCE,
    )


@router.get("/register/template")
def template() -> Response:
    """An empty register to fill in."""
    return workbook("台账模板", template_bytes())


@router.get("/register/export")
def export(request: Request) -> Response:
    """The accounts shown, every field, in the form that can be imported again."""
    context, user = world_of(request), person(request)
    found = [_without_numbers(item.filing, user) for item in _shown(request)]
    context.store.audit.add("register.export", "台账", now=context.clock(), rows=len(found))
    return workbook("台账", register_bytes(found))


@router.get("/register/list")
def exported_list(request: Request) -> Response:
    """The accounts shown as the page shows them, with what was seen."""
    context = world_of(request)
    names = school_names(context, view_of(request))
    rows = [_row(item, names) for item in _shown(request)]
    context.store.audit.add("register.export", "台账清单", now=context.clock(), rows=len(rows))
    return workbook("台账清单", write_list(SHOWN_COLUMNS, rows, "台账清单"))


def _shown(request: Request) -> Iterator[AccountListItem]:
    context, query = world_of(request), query_of(request)
    wanted = query.filter(view_of(request), context.clock())
    return context.store.account_lists.iterate(wanted, query.order)


def _without_numbers(filing: Filing, user: User) -> Filing:
    """Phones and addresses leave with those who telephone, and with the unit they belong to."""
    own = any(
        grant.role is Role.UNIT and grant.school in ("", filing.school) and grant.unit == filing.unit.strip()
        for grant in user.grants
    )
    if own or user.may({Role.EDITOR}, filing.school):
        return filing
    hidden = tuple(dict.fromkeys((*filing.unknown, "phones", "emails")))
    return replace(filing, phones=(), emails=(), unknown=hidden)


def _row(item: AccountListItem, names: dict[str, str]) -> list[Any]:
    filing = item.filing
    return [
        filing.name,
        filing.platform.label,
        names.get(filing.school, ""),
        filing.unit,
        filing.level.label if filing.level else "",
        filing.category,
        filing.status.label,
        f"{item.last_post_at:%Y-%m-%d}" if item.last_post_at else "",
        outcome_label(item.shown),
        moment_text(item.attempted_at),
        moment_text(item.fact_at),
        item.open_cases,
    ]


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
        return _page(request, asked, error=f"{error}没有保存。", status=422)
    if any(not user.may({Role.EDITOR}, filing.school) for filing in chosen):
        raise HTTPException(403, "所选账号中有您不能更改的学校的账号，没有保存。")
    changes = [(f, stamp_of(f), _with_unit(f, name)) for f in chosen if f.unit != name]
    try:
        context.store.filings.change_all(changes, by=user.display, now=context.clock(), reason=why)
    except RegisterMoved as error:
        return _page(request, asked, error=f"{error}请核对后重新操作。", status=409)
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
        return await run_in_threadpool(_page, request, asked, error=error, status=422)
    note = f"{len(keys)} 个账号"
    await run_in_threadpool(context.store.audit.add, "sweep.start", note, now=context.clock())
    start(request.app, asyncio.create_task(_look(context, keys)))
    return back(asked, "looking")


async def _look(context: AppContext, keys: list[str]) -> None:
    await run_sweep(context, accounts=keys)


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
