"""One account of the register by hand: filed, changed, retired. The second of two persons at once is told what the first did."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.datastructures import FormData

from monitors.console.access import person, require_role, view_of
from monitors.console.formatting import moment_text, path
from monitors.console.register_forms import editor_schools, typed_form
from monitors.console.register_query import RegisterQuery
from monitors.console.rendering import redirect_after, register_schools, render, school_names, world_of
from monitors.jobs.case_actions import end_cases_of
from rules.model import Filing, FilingStatus
from storage.filings import RegisterMoved, key_of, stamp_of
from storage.register import field_changes
from storage.register.columns import BY_FIELD, COLUMNS, ENUMS, TRACKED, RegisterColumn
from storage.register.form import FormReading, form_values, read_form
from storage.register.values import NOT_KNOWN

router = APIRouter()
REMOVE = "remove"
RETIRED = (
    (FilingStatus.CLOSED.value, "已关停：不再使用，账号还在"),
    (FilingStatus.CANCELLED.value, "已注销：平台上已没有这个账号"),
    (FilingStatus.PAUSED.value, "暂停：一段时间不更新"),
    (FilingStatus.ACTIVE.value, "恢复在用"),
    (REMOVE, "登记有误：从台账移出（变更记录保留）"),
)
LONGEST = 6000


@dataclass(frozen=True, slots=True)
class FormField:
    """One field of the form, as typed, with what is wrong with it."""

    column: RegisterColumn
    value: str
    options: tuple[str, ...]
    error: str


@router.get("/register/new")
def new(request: Request, school: str = "") -> HTMLResponse:
    """An empty form."""
    schools = editor_schools(world_of(request), person(request))
    chosen = school if school in schools else next(iter(schools), "")
    return _page(request, chosen, None, {"status": FilingStatus.ACTIVE.label}, FormReading(None))


@router.post("/register/new")
def add(request: Request, form: FormData = Depends(typed_form)) -> Response:  # noqa: B008
    """File a new account."""
    context, school = world_of(request), _text(form, "school")
    if school not in register_schools(context):
        raise HTTPException(422, "请选择学校。")
    user = require_role(request, school)
    values, reason = _values(form), _text(form, "reason")
    reading = read_form(values, school)
    if reading.filing is None:
        return _page(request, school, None, values, reading, error=_count(reading), reason=reason, status=422)
    try:
        kept = context.store.filings.add(
            reading.filing, by=user.display, now=context.clock(), reason=reason or "新登记"
        )
    except RegisterMoved as error:
        return _page(request, school, None, values, reading, error=f"{error}没有保存。", reason=reason, status=409)
    return redirect_after(f"/accounts/{path(key_of(kept))}", "filed")


@router.get("/register/filings/{school}/{filing:path}")
def edit(request: Request, school: str, filing: str) -> HTMLResponse:
    """The form of a filed account."""
    old = _known(request, school, filing)
    return _page(request, school, old, form_values(old), FormReading(old))


@router.post("/register/filings/{school}/{filing:path}/retire")
def retire(request: Request, school: str, filing: str, form: FormData = Depends(typed_form)) -> Response:  # noqa: B008
    """Another status with its date, or out of the register."""
    context, old = world_of(request), _known(request, school, filing)
    what, reason = _text(form, "what"), _text(form, "reason")
    if what not in dict(RETIRED) or not reason:
        error, stamp = "请选择怎样处理，并写明理由。没有保存。", _text(form, "stamp")
        return _page(request, school, old, form_values(old), FormReading(old), error=error, stamp=stamp, status=422)
    if what == REMOVE:
        return _remove(request, old, _text(form, "stamp"), reason)
    values = form_values(old) | {"status": FilingStatus(what).label}
    values["status_changed_at"] = _text(form, "when") or f"{context.clock():%Y-%m-%d}"
    return _save(request, old, values, _text(form, "stamp"), reason)


def _remove(request: Request, old: Filing, stamp: str, reason: str) -> Response:
    context, user = world_of(request), require_role(request, old.school)
    if stamp != stamp_of(old):
        return _moved(request, old, form_values(old), FormReading(old), reason)
    context.store.filings.remove(old.school, [old.id], by=user.display, now=context.clock(), reason=reason)
    end_cases_of(context, old.school, [old], by=user.display)
    return redirect_after("/accounts", "removed")


@router.post("/register/filings/{school}/{filing:path}")
def change(request: Request, school: str, filing: str, form: FormData = Depends(typed_form)) -> Response:  # noqa: B008
    """Save what was changed."""
    old = _known(request, school, filing)
    return _save(request, old, _values(form), _text(form, "stamp"), _text(form, "reason"))


def _save(request: Request, old: Filing, values: Mapping[str, str], stamp: str, reason: str) -> Response:
    context, user = world_of(request), require_role(request, old.school)
    reading = read_form(values, old.school, old)
    if reading.filing is None or not reason:
        error = _count(reading) if reading.filing is None else "请写明更改的理由，没有保存。"
        return _page(request, old.school, old, values, reading, error=error, reason=reason, stamp=stamp, status=422)
    if stamp != stamp_of(old):
        return _moved(request, old, values, reading, reason)
    if reading.filing == old:
        return _to_account(request, old, "unchanged")
    try:
        context.store.filings.change(old, stamp, reading.filing, by=user.display, now=context.clock(), reason=reason)
    except RegisterMoved as error:
        return _page(request, old.school, old, values, reading, error=f"{error}没有保存。", reason=reason, status=409)
    return _to_account(request, reading.filing, "filing_changed")


def _way_back(request: Request) -> str:
    """The filters of the list that the person came from, as they stand in an address."""
    return RegisterQuery.read(request.query_params.get("from", "")).text


def _to_account(request: Request, filing: Filing, done: str) -> Response:
    """To the account's page, which keeps the way back to the list."""
    kept = {"from": back} if (back := _way_back(request)) else {}
    more = urlencode(kept | {"done": done})
    return RedirectResponse(f"/accounts/{path(key_of(filing))}?{more}", 303)


def _moved(request: Request, old: Filing, values: Mapping[str, str], reading: FormReading, reason: str) -> Response:
    """Somebody else saved first: what they changed is said, what was typed stays."""
    last = world_of(request).store.filings.changes(old.school, old.id)[-1:]
    said = "别人刚刚改过这个账号"
    for each in last:
        fields = field_changes(each.before, each.after) if each.before and each.after else ()
        said = f"您打开这一页之后，{each.by} 在 {moment_text(each.at)} 改过这个账号"
        said += f"（{'，'.join(map(str, fields))}）" if fields else ""
    error = f"{said}。您填的内容还在下面，没有保存；请核对后再按“保存”。"
    return _page(request, old.school, old, values, reading, error=error, reason=reason, status=409)


def _known(request: Request, school: str, filing: str) -> Filing:
    found = world_of(request).store.filings.one(school, filing)
    if found is None or not view_of(request).sees_school(school):
        raise HTTPException(404, "台账中没有这个账号，可能已经移出或改了备案号。")
    require_role(request, school)
    return found


def _page(
    request: Request,
    school: str,
    old: Filing | None,
    values: Mapping[str, str],
    reading: FormReading,
    *,
    error: str = "",
    reason: str = "",
    stamp: str = "",
    status: int = 200,
) -> HTMLResponse:
    """The form. ``stamp``: what the page before was made of; a new one is only given with what has changed since."""
    context = world_of(request)
    groups = [
        (group, [_field(column, values, reading) for column in columns])
        for group, columns in groupby(COLUMNS, key=lambda column: column.group)
    ]
    return render(
        request,
        "filing.html",
        old.name if old else "登记账号",
        school=school,
        error=error,
        status=status,
        old=old,
        key=key_of(old) if old else "",
        way_back="?" + urlencode({"from": back}) if (back := _way_back(request)) else "",
        stamp=stamp or (stamp_of(old) if old else ""),
        groups=groups,
        reason=reason,
        chosen=school,
        schools=editor_schools(context, person(request)),
        names=school_names(context, view_of(request)),
        units=context.store.account_lists.words(view_of(request))[0],
        retired=RETIRED,
        doubts=reading.doubts,
    )


def _field(column: RegisterColumn, values: Mapping[str, str], reading: FormReading) -> FormField:
    options: tuple[str, ...] = ()
    if column.field in ENUMS:
        options = tuple(member.label for member in ENUMS[column.field])
    elif column.kind == "bool":
        options = ("是", "否")
    if options and column.field in TRACKED:
        options += (NOT_KNOWN,)
    return FormField(column, values.get(column.field, ""), options, reading.errors.get(column.field, ""))


def _values(form: FormData) -> dict[str, str]:
    return {name: _text(form, name) for name in BY_FIELD}


def _text(form: FormData, name: str) -> str:
    value: Any = form.get(name, "")
    return value.strip()[:LONGEST] if isinstance(value, str) else ""


def _count(reading: FormReading) -> str:
    return f"有 {len(reading.errors)} 处需要改正，已在各栏下面写明。没有保存。"
