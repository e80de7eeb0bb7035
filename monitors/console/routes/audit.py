"""操作记录: who did what, when, from where; searched, checked link by link, exported."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse, StreamingResponse

from alerts.sanitize import mask_personal_data
from monitors.console.access import person
from monitors.console.audit_text import ACTIONS, action_text, changes_text
from monitors.console.rendering import render, school_names, world_of
from rules.people import Role, User
from storage.audit import AuditEntry

router = APIRouter()
PER_PAGE = 50
COLUMNS = ("序号", "时间", "操作人", "操作", "对象", "学校", "来源地址", "更改前后", "校验值")
Admin = Annotated[User, Depends(person)]


@router.get("/audit")
def log(
    request: Request,
    admin: Admin,
    q: str = "",
    action: str = "",
    check: bool = False,
    before: Annotated[int, Query(ge=0, le=2**53)] = 0,
) -> HTMLResponse:
    """One page of the log, newest first. ``check``: every link of the chain is looked at, which takes a while."""
    context, schools = world_of(request), admin.schools({Role.ADMIN})
    search = context.store.audit.search
    found = search(words=q[:100], action=action[:60], schools=schools, before=before, limit=PER_PAGE + 1)
    whole, fault = context.store.audit.verify() if check else (0, "")
    return render(
        request,
        "audit.html",
        "操作记录",
        entries=[
            (entry, action_text(entry.action), mask_personal_data(entry.subject), changes_text(entry))
            for entry in found[:PER_PAGE]
        ],
        older=found[PER_PAGE - 1].seq if len(found) > PER_PAGE else 0,
        total=context.store.audit.count(words=q[:100], action=action[:60], schools=schools),
        people={known.user.name: known.user.display for known in context.store.users.all()},
        query={"q": q[:100], "action": action},
        actions=list(ACTIONS.items()),
        names=school_names(context),
        whole=whole,
        fault=fault,
    )


@router.get("/audit/export")
def export(request: Request, admin: Admin) -> StreamingResponse:
    """Everything this administrator may see, as a table; phones and addresses masked as on the page."""
    context, schools = world_of(request), admin.schools({Role.ADMIN})
    names = school_names(context)
    context.store.audit.add("audit.export", "操作记录", now=context.clock())
    entries = (e for e in context.store.audit.entries() if schools is None or e.school in schools)
    disposition = {"content-disposition": "attachment; filename*=UTF-8''%E6%93%8D%E4%BD%9C%E8%AE%B0%E5%BD%95.csv"}
    return StreamingResponse(_csv(entries, names), media_type="text/csv; charset=utf-8", headers=disposition)


def _csv(entries: Iterator[AuditEntry], names: dict[str, str]) -> Iterator[str]:
    yield "\ufeff" + _line(COLUMNS)  # a spreadsheet takes UTF-8 for granted only with this mark
    for entry in entries:
        school = names.get(entry.school, entry.school)
        at, what = f"{entry.at:%Y-%m-%d %H:%M:%S}", changes_text(entry)
        yield _line(
            (
                entry.seq,
                at,
                entry.user,
                action_text(entry.action),
                mask_personal_data(entry.subject),
                school,
                entry.address,
                what,
                entry.hash,
            )
        )


def _line(values: tuple[object, ...]) -> str:
    text = io.StringIO()
    # A cell that begins like a formula is one to a spreadsheet, whoever typed it.
    csv.writer(text).writerow([f"'{v}" if str(v)[:1] in ("=", "+", "-", "@") else v for v in map(str, values)])
    return text.getvalue()
