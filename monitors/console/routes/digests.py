"""日报: the stored digests, as they were made."""

from __future__ import annotations

from datetime import date

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse, Response

from monitors.console.access import view_of
from monitors.console.framing import framed
from monitors.console.rendering import render, school_names, world_of
from storage.digests import StoredDigest

router = APIRouter()


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
