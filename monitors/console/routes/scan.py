"""即时核查: one look at whatever is pasted. It runs as a job; its page says how far it is, then shows the report."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import FileResponse, HTMLResponse, Response, StreamingResponse

from crawler.fetch.egress import EgressDenied
from monitors.console.access import person, require_role, view_of
from monitors.console.background import start
from monitors.console.formatting import path
from monitors.console.headers import HEADERS, INERT
from monitors.console.rendering import redirect_after, render, school_names, world_of
from monitors.jobs.check import check
from monitors.jobs.discovery.candidates import SuspectError
from monitors.jobs.scan.job import begin_scan, scan_order
from monitors.jobs.scan.listing import list_suspect
from monitors.jobs.scan.report import ScanReport
from monitors.jobs.scan.scan import check_target
from monitors.jobs.scan.words import refusal
from rules.accounts.pasted_target import InvalidTarget
from rules.model import Platform, Verdict
from storage.database import StorageError
from storage.scans import ScanRecord, ScanState
from storage.serialization import load

router = APIRouter()
LONGEST = 2000
RUN = re.compile(r"scan-[0-9]{8}-[0-9]{6}(-[0-9a-f]{8})?")
FILES = {"report.pdf": "application/pdf", "page.png": "image/png"}
"""What a scan leaves that a person may want: the report to keep, and the picture of the page."""
VERDICTS = {"violated": "bad", "undetermined": "unseen", "compliant": "plain"}
STAGES = [state for state in ScanState if not state.is_final]
FOLLOWED = {"content-security-policy": f"{HEADERS['content-security-policy']}; script-src 'self'; connect-src 'self'"}
"""The page that follows a running scan has one small script of ours; without it the page reloads itself."""
TICK, TICKS = 0.5, 240
"""Seconds between two looks at a scan, and how many before a browser has to ask again."""


@router.get("/scan")
def form(request: Request, target: str = "") -> HTMLResponse:
    """The empty form and what was looked at before."""
    return _form(request, target=target[:LONGEST])


@router.post("/scan")
async def scan(request: Request, target: Annotated[str, Form()] = "") -> Response:
    """Begin to look; the scan's own page goes on from here. What cannot be looked at is said at once."""
    text, context = target.strip(), world_of(request)
    try:
        if not text or len(text) > LONGEST:
            few = "请粘贴一个网址、分享文字或账号名称，再按“开始核查”。"
            raise InvalidTarget("文字太长。请只粘贴网址，或只填写账号名称。" if text else few)
        await run_in_threadpool(check_target, context, text)
    except (InvalidTarget, EgressDenied) as error:
        return await run_in_threadpool(_form, request, target=text[:LONGEST], error=refusal(error), status=422)
    id, new = await run_in_threadpool(begin_scan, context, text, person(request))
    if new:
        start(request.app, asyncio.create_task(context.job_queue.put(scan_order(id, text))))
    return redirect_after(f"/scan/{id}")


@router.post("/scan/suspects")
def to_suspects(
    request: Request,
    name: Annotated[str, Form(max_length=200)] = "",
    platform: Annotated[str, Form(max_length=20)] = "",
    link: Annotated[str, Form(max_length=LONGEST)] = "",
    target: Annotated[str, Form(max_length=LONGEST)] = "",
) -> Response:
    """列入疑似账号: a name that raises a question waits for a person from now on."""
    try:
        list_suspect(world_of(request), name.strip(), platform, link.strip(), by=person(request).display)
    except (SuspectError, InvalidTarget) as error:
        return _form(request, target=target, error=str(error), status=422)
    return redirect_after("/suspects", "listed")


@router.get("/scan/{scan_id}/events")
def events(request: Request, scan_id: str) -> Response:
    """How far the scan is, as it happens (server-sent events); ends with it."""
    _record(request, scan_id)
    return StreamingResponse(_told(request, scan_id), media_type="text/event-stream")


async def _told(request: Request, scan_id: str) -> AsyncIterator[str]:
    last: ScanState | None = None
    for _ in range(TICKS):
        state = await run_in_threadpool(world_of(request).store.scans.state, scan_id)
        if state is None or state.is_final:
            yield "event: done\ndata: \n\n"
            return
        if state is not last:
            yield f"event: stage\ndata: {state.value}\n\n"
            last = state
        await asyncio.sleep(TICK)


@router.get("/scan/{run}/{file}")
def kept(request: Request, run: str, file: str) -> Response:
    """A report or picture that a scan left; nothing else of the folder."""
    stored = world_of(request).settings.data / "scans" / run / file
    if not RUN.fullmatch(run) or file not in FILES or not stored.is_file():
        raise HTTPException(404, "没有这份核查报告。")
    disposition = "inline" if file.endswith(".png") else f'attachment; filename="{run}.pdf"'
    headers = INERT | {"content-disposition": disposition}
    return FileResponse(stored, media_type=FILES[file], headers=headers)


@router.get("/scan/{scan_id}")
def one(request: Request, scan_id: str) -> HTMLResponse:
    """A scan: how far it is, or its report."""
    return _page(request, _record(request, scan_id))


@router.post("/scan/{scan_id}/case")
def to_case(
    request: Request,
    scan_id: str,
    school: Annotated[str, Form(max_length=40)] = "",
    account: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    """列入问题台账: the school's clauses are asked now and not at the next check; what is broken becomes a case."""
    record = _record(request, scan_id)
    report, context = _report(record), world_of(request)
    require_role(request, school)
    if report is None or (school, account) not in _broken(report) or school not in context.policies:
        raise HTTPException(404, "这次核查没有发现这所学校这个账号的问题。")
    try:
        check(context, school, context.clock())
    except StorageError as error:
        return _page(request, record, error=str(error), status=409)
    found = [case for case in context.store.cases.all(school, account=account) if not case.state.is_final]
    if not found:
        sentence = "按制度核对后没有立案：条款还需要更多证据，或问题已不存在。系统会按计划继续查看。"
        return _page(request, record, error=sentence, status=409)
    return redirect_after(f"/cases/{path(found[0].number)}", "filed_case")


def _broken(report: ScanReport) -> set[tuple[str, str]]:
    """(school, account key) of every filed account that breaks a clause."""
    return {
        (row.school, each.key)
        for each in report.accounts
        for row in each.pressing
        if each.filing and row.verdict is Verdict.VIOLATED
    }


def _record(request: Request, scan_id: str) -> ScanRecord:
    """The scan, for who began it and for those who see its school. Raises HTTPException 404."""
    found, view = world_of(request).store.scans.one(scan_id), view_of(request)
    mine = found and (found.user == person(request).name or view.sees_school(found.school))
    if found is None or not mine:
        raise HTTPException(404, "没有这次核查。")
    return found


def _report(record: ScanRecord) -> ScanReport | None:
    return load(ScanReport, record.document) if record.document else None


def _form(request: Request, *, target: str = "", error: str = "", status: int = 200) -> HTMLResponse:
    return render(
        request,
        "scan.html",
        "即时核查",
        target=target,
        history=world_of(request).store.scans.recent(view_of(request), person(request).name),
        error=error,
        status=status,
        longest=LONGEST,
    )


def _page(request: Request, record: ScanRecord, *, error: str = "", status: int = 200) -> HTMLResponse:
    report = _report(record)
    shown: dict[str, Any] = {"error": error} if error or record.state is ScanState.DONE else {"error": record.said}
    answer = render(
        request,
        "scan_result.html",
        "即时核查",
        scan=record,
        target=record.target,
        report=report,
        broken=sorted(_broken(report)) if report else (),
        folder=_folder(report),
        stages=STAGES,
        verdicts=VERDICTS,
        platforms=[(platform.value, platform.label) for platform in Platform],
        names=school_names(world_of(request), view_of(request)),
        status=status,
        longest=LONGEST,
        **shown,
    )
    if not record.state.is_final:
        answer.headers.update(FOLLOWED)
    return answer


def _folder(report: ScanReport | None) -> str:
    """The name of the folder that a report was left in."""
    left = report.report_pdf or report.screenshot if report else ""
    return Path(left).parent.name if left else ""
