"""存证: what a page was when it was fetched. Captured pages are hostile: they are never shown as a page again."""

from __future__ import annotations

from hashlib import sha256

from fastapi import APIRouter, HTTPException, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import FileResponse, HTMLResponse, Response

from crawler.fetch.browser import find_browser
from crawler.page.page import Page, decode
from monitors.console.access import view_of
from monitors.console.headers import INERT
from monitors.console.rendering import render, world_of
from monitors.jobs.evidence_picture import picture_of
from monitors.jobs.evidence_reading import document_of, read_evidence
from storage.evidence import EvidenceError, StoredPage

router = APIRouter()
EXCERPT = 20_000
"""Characters of source that the page shows; the file has them all."""
IMAGES = ("image/png", "image/jpeg", "image/webp")


def _stored(request: Request, evidence: str) -> StoredPage:
    if view_of(request).unit_only and not _cited(request, evidence):
        raise HTTPException(404, "没有这份存证。")
    try:
        return world_of(request).archive().get(evidence)
    except EvidenceError as error:
        raise HTTPException(404, str(error)) from error


def _cited(request: Request, evidence: str) -> bool:
    """True where one of the unit's own cases stands on it: that much it must be able to see to answer."""
    context, view = world_of(request), view_of(request)
    return context.store.read_models.is_case_evidence(evidence, view)


def _kind(page: StoredPage) -> str:
    headers = {name.lower(): value for name, value in page.headers.items()}
    return headers.get("content-type", "").partition(";")[0].strip().lower()


@router.get("/evidence/{evidence:path}/source")
def source(request: Request, evidence: str) -> Response:
    """The bytes as plain text: markup stays text."""
    page = _stored(request, evidence)
    return Response(page.body, media_type="text/plain; charset=utf-8", headers=INERT)


@router.get("/evidence/{evidence:path}/image")
def image(request: Request, evidence: str) -> Response:
    """A screenshot; nothing that is not plainly an image."""
    page = _stored(request, evidence)
    if _kind(page) not in IMAGES:
        raise HTTPException(404, "这份存证不是图片。")
    return Response(page.body, media_type=_kind(page), headers=INERT)


@router.get("/evidence/{evidence:path}/file")
def file(request: Request, evidence: str) -> Response:
    """The bytes as a file that no browser opens by itself."""
    name = "".join(c if c.isalnum() or c in ".-_" else "_" for c in evidence)[:120]
    disposition = {"content-disposition": f'attachment; filename="{name}.bin"'}
    return Response(_stored(request, evidence).body, media_type="application/octet-stream", headers=INERT | disposition)


@router.get("/evidence/{evidence:path}/picture")
async def picture(request: Request, evidence: str) -> Response:
    """The stored page as it looks, made without network or scripts, with the line that was read marked."""
    page = await run_in_threadpool(_stored, request, evidence)
    file = await picture_of(world_of(request), evidence, page)
    if file is None:
        raise HTTPException(404, "这份存证不是网页，或服务器上没有浏览器，不能还原成图片。")
    return FileResponse(file, media_type="image/png", headers=INERT)


@router.get("/evidence/{evidence:path}")
def evidence(request: Request, evidence: str) -> HTMLResponse:
    """What was read from it first; then when, from where, and the bytes, which were checked against their number."""
    page, context = _stored(request, evidence), world_of(request)
    kind = _kind(page)
    foreign = kind.startswith(("image/", "video/", "audio/"))
    text = "" if foreign else decode(page.body[: EXCERPT * 4], page.headers.get("content-type", ""))
    reading = None if foreign else read_evidence(context, evidence, page)
    return render(
        request,
        "evidence.html",
        "存证",
        id=evidence,
        page=page,
        kind=kind,
        image=kind in IMAGES,
        reading=reading,
        account=_visible_account(request, reading.account) if reading else "",
        drawable=not foreign
        and document_of(Page(**vars(page))) is not None
        and bool(find_browser(context.settings.browser)),
        digest=sha256(page.body).hexdigest(),
        excerpt=text[:EXCERPT],
        cut=len(text) > EXCERPT,
    )


def _visible_account(request: Request, key: str) -> str:
    """The account's key where this person may open its page."""
    view = view_of(request)
    known = world_of(request).store.filings.by_key([key]).get(key, []) if key else []
    return key if any(view.sees(filing.school, filing.unit) for filing in known) else ""
