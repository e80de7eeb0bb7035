"""即时核查: one look at whatever is pasted, and the report."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from importlib import import_module
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse

from monitors.console.gate import require
from monitors.console.page import render, world_of
from monitors.console.session import Role
from storage.database import StorageError

router = APIRouter()
LONGEST = 2000
Report = Mapping[str, Any]


@router.get("/scan")
def form(request: Request) -> HTMLResponse:
    """The empty form."""
    return _page(request)


@router.post("/scan")
async def scan(
    request: Request, who: Annotated[str, Depends(require(Role.READS))], target: Annotated[str, Form()] = ""
) -> HTMLResponse:
    """Look now; the page comes back when the look has ended."""
    text = target.strip()
    if not text or len(text) > LONGEST:
        return _page(request, target=text[:LONGEST], error="请粘贴一个网址、分享文字或账号名称。", status=422)
    try:
        report = import_module("monitors.scan").scan(world_of(request), text)
        report = await report if inspect.isawaitable(report) else report
    except (ValueError, StorageError, ImportError) as error:
        message = "即时核查功能尚未安装。" if isinstance(error, ImportError) else str(error)
        return _page(request, target=text, error=message, status=422)
    return _page(request, target=text, report=report)


def _page(
    request: Request, *, target: str = "", report: Report | None = None, error: str = "", status: int = 200
) -> HTMLResponse:
    return render(
        request, "scan.html", "即时核查", target=target, report=report, error=error, status=status, longest=LONGEST
    )
