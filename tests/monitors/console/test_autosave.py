"""A unit's sheet in a real Chromium: it saves itself, tells of another window, and survives a lost session."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from monitors.app_context import AppContext
from monitors.console import campaign_sheet_page
from monitors.jobs.campaign_file import checked
from monitors.jobs.campaigns import new_campaign
from rules.campaigns import UnitSheet
from tests.conftest import NOW
from tests.support.console import PASSWORD

SHEET = "/campaigns/ZC2026/sheet"
GIVEN = {"code": "ZC2026", "school": "demo", "name": "自查", "kind": "半年自查", "start": NOW.date(), "end": NOW.date(), "due": NOW.date(), "scope": {"units": ["图书馆"]}}  # fmt: skip


@pytest.fixture
def visit(
    served: str, chromium: Browser, context: AppContext, monkeypatch: pytest.MonkeyPatch
) -> Iterator[BrowserContext]:
    monkeypatch.setattr(campaign_sheet_page, "PAUSE", 0.1)
    new_campaign(context, checked(GIVEN, "测试"), "王经办", NOW)
    opened = chromium.new_context(base_url=served)
    opened.set_default_timeout(20_000)
    yield opened
    opened.close()


def sign_in(page: Page) -> None:
    page.goto("/login")
    page.fill("input[name=username]", "unit")
    page.fill("input[name=password]", PASSWORD)
    page.click("main button")
    page.wait_for_url(lambda url: "/login" not in url)


def kept(context: AppContext) -> UnitSheet:
    return context.store.campaigns.sheet("ZC2026", "图书馆")


def told(page: Page, words: str) -> None:
    expect(page.locator("[data-saved]")).to_contain_text(words, timeout=20_000)


def test_what_is_typed_is_saved_by_itself_and_another_window_is_told(
    visit: BrowserContext, context: AppContext
) -> None:
    first, second = visit.new_page(), visit.new_page()
    sign_in(first)
    first.goto(SHEET)
    second.goto(SHEET)
    first.fill("input[name=head]", "李馆长")
    told(first, "已自动保存")
    assert kept(context).head == "李馆长"
    second.fill("input[name=head]", "赵馆长")
    told(second, "另一个窗口")
    assert kept(context).head == "李馆长"
    second.click("button[value=save]")
    assert second.input_value("input[name=head]") == "赵馆长"
    assert "这次没有保存" in second.inner_text("main")
    second.click("button[value=save]")
    second.wait_for_url("**done=sheet_saved")
    assert kept(context).head == "赵馆长"


def test_a_lost_session_loses_nothing(visit: BrowserContext, context: AppContext) -> None:
    page = visit.new_page()
    sign_in(page)
    page.goto(SHEET)
    visit.clear_cookies()
    page.click("input[name=kind-0][value=confirmed]")
    page.fill("input[name=head]", "李馆长")
    told(page, "登录已失效")
    assert kept(context).head == ""
    page.goto("about:blank")  # the window goes elsewhere and comes back: what was typed is offered
    sign_in(page)
    page.goto(SHEET)
    assert page.input_value("input[name=head]") == ""
    page.get_by_role("button", name="恢复").click()
    assert page.input_value("input[name=head]") == "李馆长"
    told(page, "已自动保存")
    assert (kept(context).head, len(kept(context).answers)) == ("李馆长", 1)
    visit.clear_cookies()
    page.fill("input[name=by]", "赵六")
    told(page, "登录已失效")
    sign_in(visit.new_page())  # signed in anew in another window: this one goes on by itself
    page.evaluate("window.dispatchEvent(new Event('focus'))")
    told(page, "已自动保存")
    assert kept(context).by == "赵六"
