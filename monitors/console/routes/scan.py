"""即时核查: one look at whatever is pasted, and the report."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, HTTPException, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import FileResponse, HTMLResponse, Response

from crawler.fetch.egress import EgressDenied
from monitors.console.auth import ConsoleRole
from monitors.console.middleware import require
from monitors.console.rendering import render, school_names, world_of
from monitors.console.routes.evidence import INERT
from monitors.jobs.scan.scan import scan as look_now
from rules.accounts.pasted_target import InvalidTarget
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
async def scan(
    request: Request, who: Annotated[str, Depends(require(ConsoleRole.READS))], target: Annotated[str, Form()] = ""
) -> HTMLResponse:
    """Look now; the page comes back when the look has ended."""
    text = target.strip()
    if not text or len(text) > LONGEST:
        return _page(request, target=text[:LONGEST], error="请粘贴一个网址、分享文字或账号名称。", status=422)
    try:
        report = await look_now(world_of(request), text)
    except (InvalidTarget, EgressDenied, StorageError, EvidenceError) as error:
        return await run_in_threadpool(_page, request, target=text, error=str(error), status=422)
    return await run_in_threadpool(_page, request, target=text, report=report)


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
    report: Mapping[str, Any] | None = None,
    error: str = "",
    status: int = 200,
) -> HTMLResponse:
    return render(
        request,
        "scan.html",
        "即时核查",
        target=target,
        report=report,
        folder=_folder(report or {}),
        verdicts=VERDICTS,
        names=school_names(world_of(request)),
        error=error,
        status=status,
        longest=LONGEST,
    )


def _folder(report: Mapping[str, Any]) -> str:
    """The name of the folder that a report was left in."""
    left = report.get("report_pdf") or report.get("screenshot")
    return Path(left).parent.name if left else ""
