"""即时核查: one polite look at whatever was pasted, and everything that follows from it on one page."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

from crawler.fetch.egress import AddressPolicy
from monitors.app_context import AppContext
from monitors.jobs.discovery.candidates import hunt_of
from monitors.jobs.scan.conclude import conclude
from monitors.jobs.scan.look import look_at_suspect, stored_html
from monitors.jobs.scan.register import filed_under
from monitors.jobs.scan.report import FOUND, NOTHING, UNSEEN, ScanReport, as_html
from monitors.jobs.scan.screenshots import ScreenshotBrowser, studio
from rules.accounts.identity import identity
from rules.accounts.pasted_target import InvalidTarget, ScanTarget, parse_target
from rules.accounts.target_names import bare_name, platform_called
from storage.scans import ScanState

__all__ = ["FOUND", "NOTHING", "UNSEEN", "ScanReport", "scan"]


Progress = Callable[[ScanState], Awaitable[None]]


async def _untold(state: ScanState) -> None:
    """Nobody watches."""


def check_target(context: AppContext, text: str, platform: str = "") -> ScanTarget:
    """What was pasted, where it can be looked at. Raises InvalidTarget or EgressDenied."""
    suspect = _on_platform(text, platform) if platform else parse_target(text)
    if suspect.url:
        AddressPolicy.of(context.settings.allowed_ranges).check_url(suspect.url)
    return suspect


async def scan(
    context: AppContext, text: str, *, platform: str = "", shots: bool = True, progress: Progress = _untold
) -> ScanReport:
    """Look once and report. ``platform`` (a code or a Chinese word) says what an id or a name belongs to.

    Raises InvalidTarget or EgressDenied.
    """
    suspect = check_target(context, text, platform)
    matching = asyncio.create_task(asyncio.to_thread(hunt_of, context))
    filings = await asyncio.to_thread(context.store.filings.all)
    async with studio(context.settings.browser if shots else "/none") as opening:
        await progress(ScanState.LOOKING)
        run, looks = await look_at_suspect(context, suspect, await asyncio.to_thread(filed_under, filings, suspect))
        await progress(ScanState.JUDGING)
        report = await asyncio.to_thread(conclude, context, suspect, looks, await matching, filings)
        report = replace(report, run=run, evidence=tuple(look.evidence for look in looks if look.evidence))
        await progress(ScanState.PRINTING)
        folder = context.settings.data / "scans" / (run or f"scan-{context.clock():%Y%m%d-%H%M%S}-{uuid4().hex[:8]}")
        await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
        return await _with_files(report, folder, await opening, stored_html(context, looks))


def _on_platform(text: str, word: str) -> ScanTarget:
    """An id or a name of a platform that was chosen; a link says its platform itself. Raises UnusableTarget."""
    platform = platform_called(word)
    if platform is None:
        raise InvalidTarget(f"没有平台“{word}”。请填写平台的名称，如 微信公众号、微博、抖音。")
    try:
        told = parse_target(text)
    except InvalidTarget:
        told = ScanTarget(None, name=bare_name(text)[0])
    if told.url:
        return told
    stated = told.account_id or text.strip()
    if identity(platform, stated, ""):
        return ScanTarget(platform, name=told.name if told.name != stated else "", account_id=stated)
    if not told.name:
        parse_target(text)
    return ScanTarget(platform, name=told.name)


async def _with_files(report: ScanReport, folder: Path, pages: ScreenshotBrowser | None, stored: str) -> ScanReport:
    """The report with what it leaves in the folder: the picture, the page, the paper."""
    shot = await pages.picture(stored) if pages and stored else None
    if shot:
        (folder / "page.png").write_bytes(shot)
        report = replace(report, screenshot=str(folder / "page.png"))
    html = as_html(report, shot)
    (folder / "report.html").write_text(html, encoding="utf-8")
    report = replace(report, report=str(folder / "report.html"))
    if pages and (pdf := await pages.pdf(html)):
        (folder / "report.pdf").write_bytes(pdf)
        report = replace(report, report_pdf=str(folder / "report.pdf"))
    return report
