"""A picture of a stored page, made from the archive alone: no network, no scripts; made once and kept."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

from crawler.page.page import Page
from monitors.app_context import AppContext
from monitors.jobs.evidence_reading import MARKED_ID, marked, read_evidence
from monitors.jobs.scan.screenshots import studio
from storage.evidence import StoredPage

KEPT = 500
"""Pictures that stay; an older one is made again when somebody asks for it."""


async def picture_of(context: AppContext, evidence: str, stored: StoredPage) -> Path | None:
    """The picture's file; None where the page is no markup or no browser is installed. ``evidence`` was checked before."""
    folder = context.settings.data / "pictures"
    file = folder / f"{evidence}.png"
    async with context.picture_lock:
        if file.is_file():
            return file
        markup = await asyncio.to_thread(_markup, context, evidence, stored)
        if not markup:
            return None
        async with studio(context.settings.browser) as opening:
            browser = await opening
            shot = await browser.picture(markup, around=MARKED_ID) if browser else None
        return await asyncio.to_thread(_keep, folder, file, shot) if shot else None


def _markup(context: AppContext, evidence: str, stored: StoredPage) -> str:
    return marked(Page(**vars(stored)), read_evidence(context, evidence, stored).newest)


def _keep(folder: Path, file: Path, shot: bytes) -> Path:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    half = file.with_suffix(".part")
    half.write_bytes(shot)
    os.replace(half, file)
    by_age = sorted(folder.glob("*.png"), key=lambda each: each.stat().st_mtime, reverse=True)
    for old in by_age[KEPT:]:
        old.unlink(missing_ok=True)
    return file
