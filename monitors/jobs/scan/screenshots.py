"""Pictures and PDFs made by the installed Chromium, offline: a stored page as it looks, a report on paper."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from playwright.async_api import Error as BrowserError
from playwright.async_api import Page, PdfMargins, Route, ViewportSize, async_playwright

from crawler.fetch.browser import find_browser
from crawler.fetch.scrapy_settings import CHROMIUM_ARGS

VIEW: ViewportSize = {"width": 1100, "height": 900}
MARGIN: PdfMargins = {"top": "18mm", "bottom": "18mm", "left": "18mm", "right": "18mm"}
RENDER_MS = 8000


@dataclass(frozen=True)
class ScreenshotBrowser:
    """Two blank pages of one browser. Opening a page takes as long as filling it, so both are open before they are used."""

    screen: Page
    sheet: Page

    async def picture(self, html: str, *, around: str = "") -> bytes | None:
        """A PNG of stored HTML without its scripts, images or anything else from outside; None where it does not render.

        ``around``: the id of an element that must be in sight, where the page has one.
        """
        try:
            await self.screen.set_content(html, timeout=RENDER_MS, wait_until="domcontentloaded")
            if around and await self.screen.locator(f"#{around}").count():
                with contextlib.suppress(BrowserError):  # what a page hides cannot be scrolled to
                    await self.screen.locator(f"#{around}").first.scroll_into_view_if_needed(timeout=1000)
            return await self.screen.screenshot(timeout=RENDER_MS)
        except BrowserError:
            return None

    async def pdf(self, html: str) -> bytes | None:
        """A report of ours as PDF on A4; None where it cannot be made."""
        try:
            await self.sheet.set_content(html, timeout=RENDER_MS)
            return await self.sheet.pdf(format="A4", margin=MARGIN)
        except BrowserError:
            return None


@asynccontextmanager
async def studio(browser_path: str) -> AsyncIterator[asyncio.Task[ScreenshotBrowser | None]]:
    """A browser that asks the network for nothing; None where none is installed or it does not start. It opens while
    the caller does something else, who awaits it when it is needed."""
    async with AsyncExitStack() as stack:
        opening = asyncio.create_task(_open(stack, find_browser(browser_path)))
        try:
            yield opening
        finally:
            await opening


async def _open(stack: AsyncExitStack, found: str | None) -> ScreenshotBrowser | None:
    if not found:
        return None
    args = [*CHROMIUM_ARGS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    playwright = await stack.enter_async_context(async_playwright())
    with contextlib.suppress(BrowserError):
        browser = await stack.enter_async_context(await playwright.chromium.launch(executable_path=found, args=args))
        context = await browser.new_context(java_script_enabled=False, viewport=VIEW, locale="zh-CN")
        screen, sheet = await context.new_page(), await context.new_page()
        await screen.route("**/*", _refuse)
        return ScreenshotBrowser(screen, sheet)
    return None


async def _refuse(route: Route) -> None:
    await route.abort()
