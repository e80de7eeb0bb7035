"""即时核查: one look at whatever is pasted, and the report."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import FileResponse, HTMLResponse, Response

from crawler.fetch.egress import EgressDenied
from monitors.console.access import person, view_of
from monitors.console.rendering import redirect_after, render, school_names, world_of
from monitors.console.routes.evidence import INERT
from monitors.jobs.discovery.candidates import SuspectError
from monitors.jobs.scan.listing import list_suspect
from monitors.jobs.scan.scan import ScanReport
from monitors.jobs.scan.scan import scan as look_now
from monitors.jobs.scan.words import refusal
from rules.accounts.pasted_target import InvalidTarget
from rules.model import Platform
from storage.database import StorageError
from storage.evidence import EvidenceError

router = APIRouter()
LONGEST = 2000
RUN = re.compile(r"scan-[0-9]{8}-[0-9]{6}(-[0-9a-f]{8})?")
FILES = {"report.pdf": "application/pdf", "page.png": "image/png"}
"""What a scan leaves that a person may want: the report to keep, and the picture of the page."""
VERDICTS = {"violated": "bad", "undetermined": "unseen", "compliant": "plain"}


@router.get("/scan")
def form(request: Request) -> HTMLResponse:
    """The empty form."""
    return _page(request)


@router.post("/scan")
async def scan(request: Request, target: Annotated[str, Form()] = "") -> HTMLResponse:
    """Look now; the page comes back when the look has ended."""
    text = target.strip()
    if not text or len(text) > LONGEST:
        error = (
            "文字太长。请只粘贴网址，或只填写账号名称。"
            if text
            else "请粘贴一个网址、分享文字或账号名称，再按“开始核查”。"
        )
        return await run_in_threadpool(_page, request, target=text[:LONGEST], error=error, status=422)
    context = world_of(request)
    await run_in_threadpool(context.store.audit.add, "scan.start", text[:200], now=context.clock())
    try:
        report = await look_now(context, text)
    except (InvalidTarget, EgressDenied, StorageError, EvidenceError) as error:
        return await run_in_threadpool(_page, request, target=text, error=refusal(error), status=422)
    return await run_in_threadpool(_page, request, target=text, report=report)


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
        return _page(request, target=target, error=str(error), status=422)
    return redirect_after("/suspects", "listed")


@router.get("/scan/{run}/{file}")
def kept(request: Request, run: str, file: str) -> Response:
    """A report or picture that a scan left; nothing else of the folder."""
    path = world_of(request).settings.data / "scans" / run / file
    if not RUN.fullmatch(run) or file not in FILES or not path.is_file():
        raise HTTPException(404, "没有这份核查报告。")
    disposition = "inline" if file.endswith(".png") else f'attachment; filename="{run}.pdf"'
    headers = INERT | {"content-disposition": disposition}
    return FileResponse(path, media_type=FILES[file], headers=headers)


def _page(
    request: Request,
    *,
    target: str = "",
    report: ScanReport | None = None,
    error: str = "",
    status: int = 200,
) -> HTMLResponse:
    return render(
        request,
        "scan.html",
        "即时核查",
        target=target,
        report=report,
        folder=_folder(report),
        verdicts=VERDICTS,
        platforms=[(platform.value, platform.label) for platform in Platform],
        names=school_names(world_of(request), view_of(request)),
        error=error,
        status=status,
        longest=LONGEST,
    )


def _folder(report: ScanReport | None) -> str:
    """The name of the folder that a report was left in."""
    left = report.report_pdf or report.screenshot if report else ""
    return Path(left).parent.name if left else ""
