"""通知与日报: what is owed, sent and failed, each paper as its addressee reads it, and the stored digests."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import HTMLResponse, Response

from alerts.documents.compose import InvalidTemplate
from alerts.messages import WORD, OutgoingMessage, notice_letter
from alerts.notices.notice import Notice
from alerts.sanitize import mask_personal_data
from monitors.console.access import require_role, view_of
from monitors.console.rendering import Pager, redirect_after, render, school_names, world_of
from rules.people import Role
from storage.digests import StoredDigest
from storage.inquiries import LETTER, REPLY
from storage.notices import DIGEST, NoticeState, OutboxNotice
from storage.serialization import load

router = APIRouter()
PER_PAGE = 50
FOREIGN_PAGE = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; frame-ancestors 'self'; "
    "sandbox allow-same-origin allow-top-navigation-by-user-activation"
)
"""For documents made by us that carry their own style: no script, no form, no request, shown inside our page only.

They keep our origin, for else a Strict cookie would stay home when a link in them is followed; without scripts that
gives them nothing."""
FRAMED = {"content-security-policy": FOREIGN_PAGE, "x-frame-options": "SAMEORIGIN"}


@router.get("/notices")
def notices(request: Request, state: str = "", page: Annotated[int, Query(ge=1, le=100_000)] = 1) -> HTMLResponse:
    """The outbox, newest first."""
    context = world_of(request)
    view = view_of(request)
    wanted = NoticeState(state) if state in list(NoticeState) else None
    found = [row for row in context.store.outbox.all(state=wanted) if view.sees_school(row.school)]
    pager = Pager(page, len(found), PER_PAGE, {"state": state})
    return render(
        request,
        "notices.html",
        "通知",
        notices=found[pager.offset : pager.offset + PER_PAGE],
        pager=pager,
        state=state,
        states=list(NoticeState),
        counts=context.store.outbox.counts(),
    )


def _sees(request: Request, row: OutboxNotice) -> bool:
    view = view_of(request)
    if view.sees_school(row.school):
        return True
    case = world_of(request).store.cases.get(row.case_number) if view.units else None
    return case is not None and view.sees(case.school, case.unit)


def _notice(request: Request, notice_id: str) -> tuple[OutboxNotice, OutgoingMessage]:
    row = world_of(request).store.outbox.one(notice_id)
    if row is None or row.document_type in (DIGEST, LETTER, REPLY) or not _sees(request, row):
        raise HTTPException(404, "没有这份文书。")
    try:
        letter = notice_letter(load(Notice, row.document), world_of(request).settings.templates)
    except (ValueError, InvalidTemplate) as error:
        raise HTTPException(500, f"这份文书无法生成：{error}") from error
    return row, letter


@router.get("/notices/{notice_id:path}.docx")
def word(request: Request, notice_id: str) -> Response:
    """The paper as a Word file."""
    _, letter = _notice(request, notice_id)
    file = letter.attachments[0]
    name = f"attachment; filename*=UTF-8''{quote(file.name, safe='')}"
    return Response(file.data, media_type=WORD, headers={"content-disposition": name})


@router.get("/notices/{notice_id:path}.body")
def body(request: Request, notice_id: str) -> Response:
    """The paper itself, for the frame of its page."""
    return framed(_notice(request, notice_id)[1].html)


@router.get("/notices/{notice_id:path}.html")
def paper(request: Request, notice_id: str) -> HTMLResponse:
    """The paper inside our page."""
    row, letter = _notice(request, notice_id)
    plain = request.state.session.may({Role.EDITOR, Role.IT}, row.school)
    answers = [
        (target if plain else mask_personal_data(target), answer) for target, answer in row.delivery_results.items()
    ]
    return render(request, "notice.html", letter.subject, school=row.school, row=row, letter=letter, answers=answers)


@router.post("/notices/{notice_id:path}/resend")
def resend(request: Request, notice_id: str) -> Response:
    """Try a failed one again."""
    context = world_of(request)
    row = context.store.outbox.one(notice_id)
    if row is None or not _sees(request, row):
        raise HTTPException(404, "没有这份文书。")
    require_role(request, row.school)
    if not context.store.outbox.resend(notice_id, context.clock()):
        raise HTTPException(409, "这份文书没有处于发送失败状态，可能已有人重新发送。")
    return redirect_after("/notices", "resent")


def framed(html: str) -> HTMLResponse:
    """A document with its own style; its links lead the whole window."""
    return HTMLResponse(f'<base target="_top">{html}', headers=FRAMED)


@router.get("/digest")
def digests(request: Request) -> HTMLResponse:
    """Every day that has a digest."""
    context, view = world_of(request), view_of(request)
    found = [row for row in context.store.read_models.digests() if view.sees_school(row.school)]
    return render(request, "digests.html", "日报", digests=found, names=school_names(context, view))


def _digest(request: Request, day: str, school: str) -> StoredDigest:
    try:
        wanted = date.fromisoformat(day)
    except ValueError as error:
        raise HTTPException(404, "日期写法应为 2026-11-21。") from error
    kept, view = world_of(request).store.digests, view_of(request)
    for code in [school] if school else world_of(request).schools:
        if view.sees_school(code) and (found := kept.get(code, wanted)):
            return found
    raise HTTPException(404, "这一天没有生成日报。")


@router.get("/digest/{day}")
def digest(request: Request, day: str, school: str = "") -> HTMLResponse:
    """A day's digest as it was made."""
    row = _digest(request, day, school)
    names = school_names(world_of(request))
    return render(request, "digest.html", f"{day} 日报", school=row.school, row=row, names=names)


@router.get("/digest/{day}/body")
def digest_body(request: Request, day: str, school: str = "") -> Response:
    """The digest itself, for the frame of its page."""
    return framed(_digest(request, day, school).html)
