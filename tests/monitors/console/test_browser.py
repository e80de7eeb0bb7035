"""The main pages in a real Chromium, on a desktop and a phone: no console error, no outside request, nothing overflows."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from monitors.app_context import AppContext
from storage.filings import key_of
from tests.support.chromium import SIZES
from tests.support.console import PASSWORD, open_campaign

GOOD = "账号名称,平台,网址,值班室\n示范大学校史馆,网站,https://xsg.demo.example.edu.cn/,101\n"
BAD = "账号名称,平台,开通时间,值班室\n示范大学校史馆,微博,2024年13月,101\n"
WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"], "resultTypes": ["violations"]}


def uploaded(context: AppContext, table: str) -> str:
    """The number of a file that 王老师 is about to import; one for each of her schools is kept."""
    school = "demo" if table == GOOD else "sias"
    return context.store.register_uploads.add(school, "wang", "台账.csv", table.encode(), context.clock())


def pages(context: AppContext) -> dict[str, str]:
    """The main pages by a short name."""
    open_campaign(context)
    account = key_of(context.store.filings.all("demo")[1])
    notice = next(row.id for row in context.store.outbox.all() if row.document_type != "digest")
    evidence = context.store.observations.history(account)[0][0].evidence
    return {
        "today": "/",
        "accounts": "/accounts",
        "account": f"/accounts/{account}",
        "filing-new": "/register/new",
        "filing-edit": "/register/filings/demo/demo-0005",
        "import": "/register/import",
        "upload": f"/register/import/{uploaded(context, BAD)}",
        "import-preview": f"/register/import/{uploaded(context, GOOD)}",
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
        "me": "/me",
        "users": "/users",
        "user": "/users/reader",
        "audit": "/audit",
        "policies": "/policies",
        "digests": "/digest",
        "never-seen": f"/accounts/{key_of(context.store.filings.all('demo')[8])}",
        "help": "/help/operations",
        "province": "/province",
        "inquiries": "/inquiries",
        "campaigns": "/campaigns",
        "campaign-new": "/campaigns/new",
        "campaign": "/campaigns/NS2026",
        "campaign-sheet": "/campaigns/NS2026/sheet?unit=图书馆",
        "survey": "/survey",
        "sign": "/notices/sign",
        "hand-over": "/notices/hand-over",
        "batches": "/cases/batches",
        "checkup": "/operations/checkup",
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
    breaches = barriers(page, "login")
    page.get_by_label("登录名").fill("wang")
    page.get_by_label("密码").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{served}/cases")
    for name, path in pages(context).items():
        page.goto(served + path)
        page.screenshot(path=shots / f"{size}-{name}.png", full_page=True)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{name} is wider than the window"
        assert page.locator("h1").count() == 1, name
        breaches += barriers(page, name)
    assert not troubles
    assert not breaches
    window.close()


def barriers(page: Page, name: str) -> list[str]:
    """What on a page breaks WCAG 2.1 AA, as far as axe-core knows."""
    found = Axe().run(page, options=WCAG).response["violations"]
    return [f"{name}: {each['id']} {node['html'][:160]}" for each in found for node in each["nodes"][:3]]


def test_the_whole_menu_on_a_phone(served: str, chromium: Browser) -> None:
    """Without script: the menu opens by a tap, every item is within the window and leads somewhere."""
    window = chromium.new_context(viewport={"width": 390, "height": 844}, locale="zh-CN", java_script_enabled=False)
    page = window.new_page()
    page.goto(f"{served}/login")
    page.get_by_label("登录名").fill("wang")
    page.get_by_label("密码").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{served}/")
    page.locator(".drop-menu summary").click()
    links = page.locator(".drop-menu nav a")
    assert links.count() >= 10
    for at in range(links.count()):
        box = links.nth(at).bounding_box()
        assert box
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390
        assert box["height"] >= 24
    page.get_by_role("link", name="操作记录").click()
    page.wait_for_url(f"{served}/audit")
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


def test_an_editor_s_day_with_the_register(served: str, context: AppContext, chromium: Browser, tmp_path: Path) -> None:
    """Without script: an office's table goes in, a slip is corrected, an account is found, changed, and its history read."""
    table = tmp_path / "新媒体一览.csv"
    table.write_text(
        "序号,号主,媒体平台,归哪个单位,是否已认证\n1,示范大学校史馆,微博,档案馆,蓝V\n2,示范大学视频,视频号,党委宣传部,是\n",
        encoding="utf-8",
    )
    window = chromium.new_context(viewport={"width": 1280, "height": 900}, locale="zh-CN", java_script_enabled=False)
    page = window.new_page()
    page.goto(f"{served}/accounts")
    page.get_by_label("登录名").fill("editor")
    page.get_by_label("密码").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_role("link", name="导入", exact=True).click()
    page.get_by_label("学校").select_option("demo")
    page.get_by_label("台账文件").set_input_files(table)
    page.get_by_role("button", name="上传并检查").click()
    page.get_by_label("“号主”当作").select_option("账号名称")
    page.get_by_label("“归哪个单位”当作").select_option("主办单位")
    page.get_by_role("button", name="按选择重新读取").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="下载标注好的表格，改好再传").click()
    assert download.value.suggested_filename == "新媒体一览（标注）.xlsx"
    page.get_by_label("是否已认证", exact=True).fill("是")
    page.get_by_role("button", name="保存改正，重新检查").click()
    assert "还没有保存任何内容" in page.inner_text("main")
    page.get_by_role("button", name="导入", exact=True).click()
    page.get_by_text("台账已导入。").wait_for()
    page.get_by_label("查找").fill("校史馆")
    page.get_by_role("button", name="查找").click()
    page.get_by_role("link", name="示范大学校史馆").click()
    page.get_by_role("link", name="更改、停用").click()
    page.get_by_label("直接责任人", exact=True).fill("赵六")
    page.get_by_label("理由（必填，记入变更记录）").fill("新任命")
    page.get_by_role("button", name="保存", exact=True).click()
    page.get_by_text("新任命").wait_for()
    assert "直接责任人：不详 → 赵六" in page.inner_text("main")
    page.get_by_role("link", name="‹ 返回台账").click()
    page.get_by_role("heading", name="台账").wait_for()
    assert [f.direct_owner for f in context.store.filings.all("demo") if f.name == "示范大学校史馆"] == ["赵六"]
    window.close()
