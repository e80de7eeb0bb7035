"""通知: what is owed, sent and failed, and each paper as its addressee reads it."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import HTMLResponse, Response

from alerts.documents.compose import InvalidTemplate
from alerts.messages import WORD, OutgoingMessage, notice_letter
from alerts.notices.notice import Notice
from alerts.sanitize import mask_personal_data
from monitors.console.access import require_role, view_of
from monitors.console.framing import framed
from monitors.console.rendering import Pager, redirect_after, render, world_of
from rules.people import Role
from storage.inquiries import LETTER
from storage.notices import DIGEST, NoticeState, OutboxNotice
from storage.serialization import load

router = APIRouter()
PER_PAGE = 50


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
    if row is None or row.document_type in (DIGEST, LETTER) or not _sees(request, row):
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
