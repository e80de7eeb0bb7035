"""Pictures and PDFs made by the installed Chromium, offline: a stored page as it looks, a report on paper."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from playwright.async_api import Browser, Route, async_playwright
from playwright.async_api import Error as BrowserError

from crawler.browser import find_browser
from crawler.settings import CHROMIUM_ARGS

VIEW = {"width": 1100, "height": 900}
RENDER_MS = 8000


@asynccontextmanager
async def studio(browser_path: str) -> AsyncIterator[asyncio.Task[Browser | None]]:
    """A browser that asks the network for nothing; None where none is installed or it does not start. It opens while
    the caller does something else, who awaits it when it is needed."""
    async with AsyncExitStack() as stack:
        opening = asyncio.create_task(_open(stack, find_browser(browser_path)))
        try:
            yield opening
        finally:
            await opening


async def _open(stack: AsyncExitStack, found: str | None) -> Browser | None:
    if not found:
        return None
    args = [*CHROMIUM_ARGS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    playwright = await stack.enter_async_context(async_playwright())
    with contextlib.suppress(BrowserError):
        return await stack.enter_async_context(await playwright.chromium.launch(executable_path=found, args=args))
    return None


async def picture(browser: Browser, html: str) -> bytes | None:
    """A PNG of stored HTML without its scripts, images or anything else from outside; None where it does not render."""
    context = await browser.new_context(java_script_enabled=False, viewport=VIEW, locale="zh-CN")  # type: ignore[arg-type]
    try:
        page = await context.new_page()
        await page.route("**/*", _refuse)
        await page.set_content(html, timeout=RENDER_MS, wait_until="domcontentloaded")
        return await page.screenshot(timeout=RENDER_MS)
    except BrowserError:
        return None
    finally:
        await context.close()


async def paper(browser: Browser, html: str) -> bytes | None:
    """An A4 PDF of our own HTML."""
    page = await browser.new_page(java_script_enabled=False)
    try:
        await page.set_content(html, timeout=RENDER_MS)
        return await page.pdf(format="A4", margin={"top": "18mm", "bottom": "18mm", "left": "18mm", "right": "18mm"})
    except BrowserError:
        return None
    finally:
        await page.close()


async def _refuse(route: Route) -> None:
    await route.abort()
