"""A page as a visitor's browser gets it: the rendered document and the page's own JSON answers, nothing forged."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import subprocess
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

from playwright._impl._driver import compute_driver_executable
from scrapy.http import Response

from crawler.page.page import Page
from rules.model import Platform

SETTLE_MS = 4000
"""How long a page may go on loading after its document arrived."""
START_SECONDS = 20
"""How long a program may take to say its version."""
ANSWERS_MAX = 20
ANSWER_BYTES_MAX = 2_000_000
CANDIDATES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find_browser(configured: str = "") -> str | None:
    """The browser to use: the configured one, an installed one, else Playwright's own download; or None."""
    if configured:
        return configured if Path(configured).is_file() else None
    for name in CANDIDATES:
        if path := shutil.which(name):
            return path
    own = sorted(Path.home().glob(".cache/ms-playwright/chromium-*/chrome-linux*/chrome"))
    return str(own[-1]) if own else None


def browser_fault(browser: str) -> str | None:
    """What the system says when the browser, or the driver that steers it, does not start; None when both do.

    On a slim system a shared library may be missing that no package asked for.
    """
    for command in ((browser, "--version"), (*compute_driver_executable(), "--version")):
        try:
            ended = subprocess.run(  # noqa: S603 - the configured browser and Playwright's own driver
                command, capture_output=True, text=True, timeout=START_SECONDS, check=False
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            return f"{Path(command[0]).name}: {error}"
        if ended.returncode:
            return f"{Path(command[0]).name}: {ended.stderr.strip() or ended.returncode}"
    return None


class _Answers:
    """Collects the JSON answers a page fetched for itself."""

    def __init__(self) -> None:
        self.kept: list[tuple[str, int, bytes]] = []
        self._reading: set[asyncio.Task[None]] = set()

    async def note(self, response: Any) -> None:
        """Playwright's response event."""
        kind = response.headers.get("content-type", "")
        if "json" not in kind or len(self.kept) >= ANSWERS_MAX:
            return
        with contextlib.suppress(Exception):  # a body may be gone when the page navigates on; then it was not seen
            body = await response.body()
            if len(body) <= ANSWER_BYTES_MAX:
                self.kept.append((response.url, response.status, body))


async def _settle(page: Any) -> None:
    """Wait until the page is quiet, but never long."""
    with contextlib.suppress(Exception):  # a page that never gets quiet is read as it is
        await page.wait_for_load_state("networkidle", timeout=SETTLE_MS)


def browser_meta(platform: Platform, screenshot: bool) -> dict[str, Any]:
    """Request meta that makes scrapy-playwright fetch the page; one context per platform, closed with the run."""
    from scrapy_playwright.page import PageMethod  # half a second of imports that most runs do not need

    answers = _Answers()
    methods = [PageMethod(_settle)]
    if screenshot:
        methods.append(PageMethod("screenshot", full_page=False))
    return {
        "playwright": True,
        "playwright_context": platform.value,
        "playwright_page_methods": methods,
        "playwright_page_event_handlers": {"response": answers.note},
        "answers": answers,
    }


def captured_pages(response: Response, at: datetime) -> Iterable[Page]:
    """The page's own JSON answers, each a page of its own; the screenshot goes to ``response.meta["screenshot"]``."""
    for method in response.meta.get("playwright_page_methods", ()):
        if method.method == "screenshot" and isinstance(method.result, bytes):
            response.meta["screenshot"] = method.result
    answers: _Answers | None = response.meta.get("answers")
    for url, status, body in answers.kept if answers else ():
        yield Page(url=url, body=body, fetched_at=at, status=status, headers={"content-type": "application/json"})
