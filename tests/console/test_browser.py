"""The main pages in a real Chromium, on a desktop and a phone: no console error, no outside request, nothing overflows."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn
from fastapi import FastAPI
from playwright.sync_api import Browser, Page, sync_playwright

from monitors.app_context import AppContext
from storage.filings import key_of
from tests.conftest import _free_port
from tests.console.house import PASSWORD

CHROMIUM = "/usr/bin/chromium"
ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
]
pytestmark = pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="no Chromium")
SIZES = {"wide": (1280, 900), "phone": (390, 844)}


@pytest.fixture
def served(app: FastAPI) -> Iterator[str]:
    """The console behind a real server on loopback."""
    port = _free_port()
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(10)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One browser for the module."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        yield browser
        browser.close()


def pages(context: AppContext) -> dict[str, str]:
    """The main pages by a short name."""
    account = key_of(context.store.filings.all("demo")[1])
    notice = next(row.id for row in context.store.outbox.all() if row.document_type != "digest")
    evidence = context.store.observations.history(account)[0][0].evidence
    return {
        "today": "/",
        "accounts": "/accounts",
        "account": f"/accounts/{account}",
        "cases": "/cases",
        "case": "/cases/DEMO-2026-0001",
        "appealed": "/cases/DEMO-2026-0004",
        "suspects": "/suspects",
        "scan": "/scan",
        "notices": "/notices",
        "notice": f"/notices/{notice}.html",
        "digest": "/digest/2026-11-21",
        "policy": "/policies/demo",
        "operations": "/operations",
        "evidence": f"/evidence/{evidence}",
    }


def watch(page: Page, base: str) -> list[str]:
    """Collects whatever a page should not do."""
    troubles: list[str] = []
    page.on("console", lambda message: troubles.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("request", lambda request: None if request.url.startswith(base) else troubles.append(request.url))
    return troubles


@pytest.mark.parametrize("size", SIZES)
def test_main_pages(size: str, served: str, context: AppContext, chromium: Browser, tmp_path: Path) -> None:
    """Sign in by keyboard, then visit every page."""
    shots = Path(os.environ.get("SCREENSHOTS") or tmp_path)
    width, height = SIZES[size]
    window = chromium.new_context(viewport={"width": width, "height": height}, locale="zh-CN")
    page = window.new_page()
    troubles = watch(page, served)
    page.goto(f"{served}/cases")
    page.screenshot(path=shots / f"{size}-login.png")
    page.get_by_label("登录名").fill("wang")
    page.get_by_label("密码").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{served}/cases")
    for name, path in pages(context).items():
        page.goto(served + path)
        page.screenshot(path=shots / f"{size}-{name}.png", full_page=True)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{name} is wider than the window"
        assert page.locator("h1").count() == 1, name
    assert not troubles
    window.close()


def test_a_link_from_a_mail_finds_the_session(served: str, context: AppContext, chromium: Browser) -> None:
    """A Strict cookie stays home on a cross-site visit; the page asks again by itself."""
    window = chromium.new_context()
    page = window.new_page()
    page.goto(f"{served}/login")
    page.get_by_label("登录名").fill("wang")
    page.get_by_label("密码").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{served}/")
    page.route(
        "http://mail.test/**",
        lambda route: route.fulfill(body=f"<a href='{served}/cases'>x</a>", content_type="text/html"),
    )
    page.goto("http://mail.test/")
    page.get_by_text("x").click()
    page.get_by_role("heading", name="问题台账").wait_for()
    window.close()


@pytest.mark.parametrize("script", [True, False], ids=["by keyboard", "without script"])
def test_a_suspect_is_confirmed_and_taken_back(script: bool, served: str, chromium: Browser) -> None:
    """The whole way with the keyboard alone, and with a mouse where no script runs."""
    window = chromium.new_context(java_script_enabled=script, locale="zh-CN")
    page = window.new_page()
    troubles = watch(page, served)
    page.goto(f"{served}/suspects")
    page.get_by_label("登录名").fill("wang")
    page.get_by_label("密码").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{served}/suspects")
    if script:
        for key in ("j", "j", "k", "1", "Tab", "Tab"):
            page.keyboard.press(key)
        page.keyboard.type("已电话核实 j1")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
    else:
        card = page.locator(".suspect").first
        card.get_by_text("属实", exact=False).first.click()
        card.get_by_label("核实情况和理由").fill("已电话核实 j1")
        card.get_by_role("button", name="确认属实并立案").click()
    page.get_by_text("已电话核实 j1").wait_for()
    assert page.locator("main a.number").count() > 0
    page.get_by_role("button", name="撤销这个决定").click()
    page.get_by_text("”待核实。").wait_for()
    assert not troubles
    window.close()
