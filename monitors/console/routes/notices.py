"""通知: what is owed, sent and failed, and each paper as its addressee reads it."""

from __future__ import annotations

import re
from functools import partial
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Form, HTTPException, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, Response

from alerts.documents.compose import InvalidTemplate
from alerts.messages import WORD, OutgoingMessage, notice_letter
from alerts.notices.edits import OwnWords
from alerts.notices.notice import Notice
from alerts.sanitize import mask_personal_data
from monitors.app_context import AppContext
from monitors.console.access import require_role, view_of
from monitors.console.earlier_papers import earlier_papers
from monitors.console.excerpts import Excerpt, excerpt_of
from monitors.console.formatting import path
from monitors.console.framing import framed
from monitors.console.labels import sought_words
from monitors.console.rendering import Pager, redirect_after, render, world_of
from monitors.console.signing import DraftReading, newest_citation, reading
from monitors.jobs.letters import hold_back, write_over
from rules.cases.case import CaseError, CaseEvent, EventKind
from rules.people import TWO_PERSONS, Role
from storage.letters import OFFICE_ONLY, UNSENT, UNSIGNED
from storage.notices import NoticeState, OutboxNotice
from storage.serialization import load

router = APIRouter()
PER_PAGE = 50


@router.get("/notices")
def notices(
    request: Request, state: str = "", q: str = "", unit: str = "", page: Annotated[int, Query(ge=1, le=100_000)] = 1
) -> HTMLResponse:
    """Every letter, newest first; by state, by unit, by a word of its unit, account, number or case."""
    context, view = world_of(request), view_of(request)
    query = {"state": state, "q": q[:100], "unit": unit[:100]}
    found = context.store.notice_lists.page(
        view,
        state=NoticeState(state) if state in list(NoticeState) else None,
        unit=query["unit"],
        words=sought_words(query["q"]),
        limit=PER_PAGE,
        offset=(page - 1) * PER_PAGE,
    )
    return render(
        request,
        "notices.html",
        "通知",
        notices=found.rows,
        pager=Pager(page, found.total, PER_PAGE, query),
        query=query,
        state=state,
        states=list(NoticeState),
        units=found.units,
        counts=found.counts,
    )


def _sees(request: Request, row: OutboxNotice) -> bool:
    view = view_of(request)
    if view.sees_school(row.school):
        return True
    if row.state in OFFICE_ONLY:
        return False
    case = world_of(request).store.cases.get(row.case_number) if view.units else None
    return case is not None and view.sees(case.school, case.unit)


def _notice(request: Request, notice_id: str) -> tuple[OutboxNotice, OutgoingMessage]:
    row = world_of(request).store.outbox.one(notice_id)
    if row is None or not row.case_number or not _sees(request, row):
        raise HTTPException(404, "没有这份文书。")
    try:
        unsigned = row.state in UNSIGNED or (row.state is NoticeState.STOPPED and not row.number)
        letter = notice_letter(load(Notice, row.document), world_of(request).settings.templates, draft=unsigned)
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
    context = world_of(request)
    case = context.store.cases.get(row.case_number)
    waiting = case.pending_step if case and row.state is NoticeState.DRAFT else None
    step = waiting if waiting and waiting.document == row.document_type else None
    return render(
        request,
        "notice.html",
        letter.subject,
        school=row.school,
        row=row,
        letter=letter,
        answers=answers,
        cases=context.store.outbox.cases_of(row.id),
        edits=_edits(context, row) if plain or row.state in UNSIGNED else (),
        earlier=earlier_papers(context, row),
        draft=reading(request, row) if row.state is NoticeState.DRAFT else None,
        told=DraftReading(row, load(Notice, row.document), "") if row.state in UNSIGNED else None,
        excerpt=_excerpt(request, row) if row.state in UNSIGNED else None,
        today=context.clock().date(),
        unproposed=bool(step and step.document in TWO_PERSONS and not step.proposed_by),
        step=step,
        stoppable=row.state in UNSENT,
    )


def _excerpt(request: Request, row: OutboxNotice) -> Excerpt | None:
    """The newest page that a draft stands on, with the line that was read from it."""
    newest = newest_citation(load(Notice, row.document))
    return excerpt_of(world_of(request), newest.id) if newest else None


def _edits(context: AppContext, row: OutboxNotice) -> list[CaseEvent]:
    """What people wrote over in a paper before it was signed, oldest first; each case of a joint letter tells the same."""
    history = context.store.cases.events(row.case_number)
    return [event for event in history if event.kind is EventKind.EDITED and event.data.notice == row.id]


@router.post("/notices/{notice_id:path}/stop")
async def stop(request: Request, notice_id: str, reason: Annotated[str, Form(max_length=2000)] = "") -> Response:
    """停发 a signed paper that nobody was sent yet."""
    context = world_of(request)
    row = await run_in_threadpool(context.store.outbox.one, notice_id)
    if row is None or not row.case_number or not _sees(request, row):
        raise HTTPException(404, "没有这份文书。")
    who = require_role(request, row.school)
    try:
        await run_in_threadpool(hold_back, context, notice_id, by=who.display, reason=reason)
    except CaseError as error:
        raise HTTPException(409, str(error)) from error
    return redirect_after(f"/notices/{path(notice_id)}.html", "held")


@router.post("/notices/{notice_id:path}/edit")
async def edit(request: Request, notice_id: str) -> Response:
    """What the office writes itself in a draft: 主送 and its mailboxes, whom to ask, a paragraph. No fact is anybody's to edit."""
    context = world_of(request)
    row = await run_in_threadpool(context.store.outbox.one, notice_id)
    if row is None or not row.case_number or not _sees(request, row):
        raise HTTPException(404, "没有这份文书。")
    who = require_role(request, row.school)
    said = {name: value for name, value in (await request.form()).items() if isinstance(value, str)}
    boxes = re.split(r"[\s,，;；、]+", said["mailboxes"]) if "mailboxes" in said else None
    words = OwnWords(
        mailboxes=None if boxes is None else tuple(boxes),
        **{part: said.get(part) for part in ("note", "addressee", "contact", "phone")},
    )
    try:
        await run_in_threadpool(partial(write_over, context, notice_id, words, by=who.display))
    except CaseError as error:
        raise HTTPException(409, str(error)) from error
    return redirect_after(f"/notices/{path(notice_id)}.html", "edited")


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
