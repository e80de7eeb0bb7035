"""Many letters at once: signed after a look at each, printed with a cover sheet, registered as received."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, Response

from alerts.messages import notice_letter
from alerts.notices.notice import Notice
from alerts.receipts import cover_sheet
from monitors.app_context import AppContext
from monitors.console.access import require_role, view_of
from monitors.console.framing import framed
from monitors.console.labels import document_label
from monitors.console.rendering import redirect_after, render, world_of
from monitors.console.signing import DraftReading, read_by, reading, signatory
from monitors.jobs import deferrals, letters
from monitors.jobs.scan.screenshots import studio
from rules.cases.case import Case, CaseError
from rules.people import TWO_PERSONS, PeopleError, User
from storage.database import StorageError
from storage.notices import DeliveryWay, NoticeState, OutboxNotice
from storage.serialization import load

router = APIRouter()
AT_ONCE = 200
"""So many are shown and signed at a time: more cannot be looked at."""
Ids = Annotated[list[str], Form(max_length=AT_ONCE, default_factory=list)]
Words = Annotated[str, Form(max_length=2000)]


@dataclass(frozen=True, slots=True)
class ToSign:
    """A draft in the list: what was read, the case, and whether somebody must propose it first."""

    read: DraftReading
    case: Case
    unproposed: bool


def _rows(request: Request, *states: NoticeState) -> list[OutboxNotice]:
    outbox, view = world_of(request).store.outbox, view_of(request)
    rows = [row for state in states for row in outbox.all(state=state)]
    mine = [row for row in rows if row.case_number and view.sees_school(row.school)]
    return sorted(mine, key=lambda row: (row.unit, row.created_at, row.id))


@router.get("/notices/sign")
def to_sign(request: Request, deferred: bool = False) -> HTMLResponse:
    """Every draft that lies before the signer, by unit, with clause, reason and evidence; or those that are put off."""
    return _sign_page(request, deferred=deferred)


def _sign_page(
    request: Request, *, refused: Mapping[str, str] | None = None, error: str = "", deferred: bool = False
) -> HTMLResponse:
    context = world_of(request)
    waiting, put_off = _rows(request, NoticeState.DRAFT), _rows(request, NoticeState.DEFERRED)
    rows = put_off if deferred else waiting
    shown = [
        ToSign(reading(request, row), case, _unproposed(case, row))
        for row in rows[:AT_ONCE]
        if (case := context.store.cases.get(row.case_number))
    ]
    status = 409 if refused or error else 200
    return render(
        request,
        "sign.html",
        "暂缓签发" if deferred else "待签发",
        drafts=shown,
        total=len(waiting),
        put_off=len(put_off),
        deferred=deferred,
        today=context.clock().date(),
        refused=refused or {},
        error=error,
        status=status,
    )


def _unproposed(case: Case, row: OutboxNotice) -> bool:
    waiting = case.pending_step
    return bool(
        waiting
        and waiting.document == row.document_type
        and waiting.document in TWO_PERSONS
        and not waiting.proposed_by
    )


@router.post("/notices/sign")
async def sign(request: Request, ids: Ids, reason: Words = "") -> Response:
    """Sign the chosen ones, each by what was shown of it; what cannot be signed is said beside it."""
    form = await request.form()
    seen = {notice_id: str(form.get(f"seen:{notice_id}", "")) for notice_id in ids}
    who = await run_in_threadpool(_everywhere, request, ids)

    def act() -> letters.Signing:
        read = {notice_id: read_by(request, notice_id, seen[notice_id]) for notice_id in ids}
        return letters.sign_all(world_of(request), read, signatory(who), reason)

    try:
        done = await run_in_threadpool(act)
    except (CaseError, PeopleError, StorageError) as error:
        return await run_in_threadpool(partial(_sign_page, request, error=str(error)))
    if done.refused:
        return await run_in_threadpool(partial(_sign_page, request, refused=done.refused))
    return redirect_after("/notices/sign", "signed")


@router.post("/notices/sign/defer")
async def defer(request: Request, ids: Ids, reason: Words = "", until: Words = "") -> Response:
    """暂缓 the chosen drafts with one reason, to the end of a day or without end; one that is refused is named."""
    who = await run_in_threadpool(_everywhere, request, ids)

    def act() -> None:
        day = _day(until)
        for notice_id in ids:
            deferrals.defer(world_of(request), notice_id, by=who.display, reason=reason, until=day)

    try:
        await run_in_threadpool(act)
    except (CaseError, StorageError) as error:
        return await run_in_threadpool(partial(_sign_page, request, error=str(error)))
    return redirect_after("/notices/sign", "deferred")


def _day(text: str) -> date | None:
    """A day as the form sends it. Raises CaseError."""
    try:
        return date.fromisoformat(text) if text.strip() else None
    except ValueError as error:
        raise CaseError("请选择暂缓到哪一天，或者不填。") from error


@router.post("/notices/sign/resume")
async def resume(request: Request, ids: Ids) -> Response:
    """Take back the putting off of the chosen drafts: they lie before the signer again."""
    who = await run_in_threadpool(_everywhere, request, ids)

    def act() -> None:
        for notice_id in ids:
            deferrals.resume(world_of(request), notice_id, by=who.display)

    try:
        await run_in_threadpool(act)
    except (CaseError, StorageError) as error:
        return await run_in_threadpool(partial(_sign_page, request, error=str(error), deferred=True))
    return redirect_after("/notices/sign", "resumed")


def _everywhere(request: Request, ids: Sequence[str]) -> User:
    """Who acts, with the role for the school of every one of these letters; 404 for one that is not there."""
    outbox, who = world_of(request).store.outbox, None
    for notice_id in ids:
        row = outbox.one(notice_id)
        if row is None or not row.case_number or not view_of(request).sees_school(row.school):
            raise HTTPException(404, "没有这份文书。")
        who = require_role(request, row.school)
    if who is None:
        raise HTTPException(422, "请至少选择一份文书。")
    return who


@router.get("/notices/hand-over")
def hand_over(request: Request) -> HTMLResponse:
    """待打印 and 待送达: what a person must carry, and what was sent and not yet received, since when."""
    return _hand_over_page(request)


def _hand_over_page(request: Request, *, error: str = "", status: int = 200) -> HTMLResponse:
    now = world_of(request).clock()
    return render(
        request,
        "hand_over.html",
        "打印与送达",
        to_print=_rows(request, NoticeState.TO_PRINT),
        under_way=_rows(request, NoticeState.SENT, NoticeState.FAILED),
        ways=list(DeliveryWay),
        today=now.date(),
        error=error,
        status=status,
    )


@router.get("/notices/hand-over/print")
async def print_all(request: Request, form: str = "pdf") -> Response:
    """打印全部: one PDF of the cover sheet and every paper in the order of units; without a browser on this machine, or
    where it is asked for, a page to print."""
    context = world_of(request)
    html = await run_in_threadpool(_all_papers, request)
    if form == "pdf":
        async with studio(context.settings.browser) as opening:
            pages = await opening
            pdf = await pages.pdf(html) if pages else None
        if pdf:
            return Response(pdf, media_type="application/pdf")
    return framed(html)


def _all_papers(request: Request) -> str:
    papers = [load(Notice, row.document) for row in _rows(request, NoticeState.TO_PRINT)]
    if not papers:
        raise HTTPException(404, "没有待打印的文书。")
    return _printable(world_of(request), papers)


def _printable(context: AppContext, papers: Sequence[Notice]) -> str:
    templates, now = context.settings.templates, context.clock()
    sheets = [cover_sheet(papers, now, templates), *(notice_letter(paper, templates) for paper in papers)]
    bodies = [sheet.html.partition("<body")[2].partition(">")[2].partition("</body>")[0] for sheet in sheets]
    pages = "".join(f'<div style="break-after:page">{body}</div>' for body in bodies)
    return f'<!DOCTYPE html><html lang="zh-CN"><meta charset="utf-8"><title>文书打印</title><body>{pages}</body></html>'


@router.post("/notices/hand-over/printed")
async def printed(request: Request, ids: Ids) -> Response:
    """They were printed and leave now: from here on somebody carries them."""
    await run_in_threadpool(_everywhere, request, ids)
    context = world_of(request)
    await run_in_threadpool(context.store.outbox.print_out, ids, context.clock())
    return redirect_after("/notices/hand-over", "printed")


@router.post("/notices/hand-over")
async def handed_over(request: Request, ids: Ids, day: Words = "", way: Words = "", receiver: Words = "") -> Response:
    """登记送达 of several papers that one person carried."""
    who = await run_in_threadpool(_everywhere, request, ids)
    try:
        on, chosen = date.fromisoformat(day), DeliveryWay(way)
    except ValueError:
        return await run_in_threadpool(partial(_hand_over_page, request, error="请填写送达日期和方式。", status=422))

    def act() -> list[str]:
        refused = []
        for notice_id in ids:
            try:
                letters.deliver(world_of(request), notice_id, day=on, way=chosen, receiver=receiver, by=who.display)
            except (CaseError, StorageError) as error:
                row = letters.letter_of(world_of(request), notice_id)
                refused.append(f"{row.unit}的{row.number or document_label(row.document_type)}：{error}")
        return refused

    if refused := await run_in_threadpool(act):
        return await run_in_threadpool(partial(_hand_over_page, request, error="；".join(refused), status=409))
    return redirect_after("/notices/hand-over", "handed")
