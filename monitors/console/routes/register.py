"""台账: the register with what was seen, filtered and sorted; taken along as a file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from monitors.console.access import person, view_of
from monitors.console.formatting import moment_text
from monitors.console.labels import outcome_label
from monitors.console.register_forms import workbook
from monitors.console.register_page import register_page
from monitors.console.register_query import RegisterQuery
from monitors.console.rendering import school_names, world_of
from rules.model import Filing
from rules.people import Role, User
from storage.account_lists import AccountListItem
from storage.register import register_bytes, template_bytes, write_list

router = APIRouter()
SHOWN_COLUMNS = (
    "账号名称", "平台", "学校", "主办单位", "级别", "类别", "账号状态", "最近更新", "观察结果", "最近查看", "上次看到", "未结问题",
)  # fmt: skip


def query_of(request: Request) -> RegisterQuery:
    """The filters in a request's address."""
    return RegisterQuery.read(request.url.query)


@router.get("/accounts")
def register(request: Request) -> HTMLResponse:
    """One page of the register under the filters."""
    return register_page(request, query_of(request))


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
