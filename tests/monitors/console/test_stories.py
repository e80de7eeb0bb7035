"""One story for each role on the demo campus in a real Chromium, on a desktop and a phone: from the sign-in to finished work."""

from __future__ import annotations

import os
import re
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser, Page, expect, sync_playwright

from monitors.app_context import AppContext
from monitors.console import create_app
from monitors.console.app_state import state_of
from rules.cases.case import Case
from rules.model import CaseState, Platform
from rules.people import Role, User, grants_of
from storage.store import Store
from tests.support.chromium import ARGS, CHROMIUM, SIZES
from tests.support.console import HASHED, PASSWORD, RunningTimetable
from tests.support.ports import free_port

pytestmark = [
    pytest.mark.xdist_group("demo"),
    pytest.mark.timeout(300),
]


@dataclass(frozen=True)
class House:
    """A demo campus of our own behind a real server."""

    base: str
    context: AppContext
    browser: Browser

    @contextmanager
    def window(self, name: str, size: str = "wide") -> Iterator[Page]:
        """Somebody who has signed in, and whose browser has nothing to complain of in the end."""
        width, height = SIZES[size]
        opened = self.browser.new_context(viewport={"width": width, "height": height}, locale="zh-CN")
        page, troubles = opened.new_page(), list[str]()
        page.set_default_timeout(20_000)
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("request", lambda sent: None if sent.url.startswith(self.base) else troubles.append(sent.url))
        page.goto(self.base)
        page.get_by_label("登录名").fill(name)
        page.get_by_label("密码").fill(PASSWORD)
        page.get_by_role("button", name="登录", exact=True).click()
        expect(page.locator("h1")).to_be_visible()
        yield page
        width_now = page.evaluate("document.documentElement.scrollWidth")
        if shots := os.environ.get("SCREENSHOTS"):
            page.screenshot(path=Path(shots) / f"story-{name}-{size}.png", full_page=True)
        assert width_now <= width, "wider than the window"
        assert not troubles
        opened.close()


def drawn(page: Page) -> None:
    """Wait until the picture of a stored page has come."""
    shot = page.locator("img.shot")
    shot.scroll_into_view_if_needed()
    for _ in range(300):
        if shot.evaluate("image => image.naturalWidth") > 0:
            return
        page.wait_for_timeout(100)
    raise AssertionError("no picture")


def open_case(context: AppContext, unit: str = "") -> Case:
    """A case that can be appealed."""
    cases = context.store.cases.all(states=[CaseState.OPEN, CaseState.RECTIFYING])
    return next(case for case in cases if not case.pending_appeal and case.unit and unit in ("", case.unit))


@pytest.fixture(scope="module")
def house(demo_world: AppContext, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A copy of the swept campus, with a person for each role."""
    data = tmp_path_factory.mktemp("stories") / "data"
    shutil.copytree(demo_world.settings.data, data)
    settings = demo_world.settings.model_copy(update={"data": data})
    context = AppContext(settings, Store(settings.database), demo_world.clock, demo_world.connect_to)
    unit = open_case(context).unit
    for role in Role:
        grants = grants_of([role.value], unit=unit if role is Role.UNIT else "")
        person = User(name=role.value, display=f"{role.label}甲", post="党委宣传部部长", grants=grants)
        assert context.store.users.add(person, password=HASHED, now=context.clock())
    second = User(name="signer2", display="签批人乙", post="党委副书记", grants=grants_of(["signer"]))
    assert context.store.users.add(second, password=HASHED, now=context.clock())
    app = create_app(context, metrics=False)
    state_of(app).timetable = RunningTimetable()
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        yield House(f"http://127.0.0.1:{port}", context, browser)
        browser.close()
    server.should_exit = True
    thread.join(10)
    context.store.close()


@pytest.mark.parametrize("size", SIZES)
def test_an_editor_looks_at_a_name_and_lists_it(house: House, size: str) -> None:
    """The scan is followed as it runs, its report lists the suspect, the history keeps the scan."""
    name = f"示范大学二手书{'群' if size == 'phone' else '市场'}"
    with house.window("editor", size) as page:
        page.goto(f"{house.base}/scan")
        page.get_by_label("要核查的内容").fill(f"小红书 {name}")
        page.get_by_role("button", name="开始核查").click()
        expect(page.get_by_role("heading", name=re.compile("核查结果"))).to_be_visible(timeout=60_000)
        page.get_by_role("button", name="列入疑似账号").click()
        expect(page.get_by_role("status")).to_contain_text("已列入疑似账号")
        expect(page.get_by_role("heading", name=name)).to_be_visible()
        page.goto(f"{house.base}/scan")
        expect(page.get_by_role("link", name=re.compile(name))).to_be_visible()


def test_a_scan_is_followed_without_a_script(house: House) -> None:
    """The page loads itself anew until the report stands there."""
    opened = house.browser.new_context(java_script_enabled=False)
    page = opened.new_page()
    page.goto(f"{house.base}/scan")
    page.get_by_label("登录名").fill("editor")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()
    page.get_by_label("要核查的内容").fill("示范大学校园墙")
    page.get_by_role("button", name="开始核查").click()
    expect(page.get_by_role("heading", name=re.compile("核查结果"))).to_be_visible(timeout=60_000)
    opened.close()


@pytest.mark.parametrize("size", SIZES)
def test_a_unit_reads_what_is_asked_and_appeals(house: House, size: str) -> None:
    """From the first page to the case and its appeal; what belongs to others is not there."""
    unit = next(grant.unit for grant in house.context.store.users.one("unit").grants)  # type: ignore[union-attr]
    with house.window("unit", size) as page:
        expect(page.get_by_role("heading", name=unit)).to_be_visible()
        before = page.get_by_role("link", name="提出申诉").count()
        if before:
            page.get_by_role("link", name="提出申诉").first.click()
            page.locator("summary", has_text="申诉").click()
            page.get_by_label("申诉理由").fill("本账号上周已经更新，见首页。")
            page.get_by_role("button", name=re.compile("申诉")).click()
            expect(page.get_by_role("status")).to_contain_text("申诉已记录")
            page.goto(f"{house.base}/unit")
            expect(page.get_by_text("申诉已收到，正在等待决定").first).to_be_visible()
        assert size == "phone" or before, "the first of the two has something to appeal against"
        page.goto(f"{house.base}/suspects")
        expect(page.locator("h1")).to_contain_text("没有权限")


def test_two_persons_decide_one_appeal_and_one_is_told(house: House) -> None:
    """Both have the form open; the second is told, and the first one's word stands."""
    appealed = next(case for case in house.context.store.cases.all() if case.pending_appeal)
    with house.window("signer") as first, house.window("signer2") as second:
        for page, word in ((first, "yes"), (second, "no")):
            page.goto(f"{house.base}/cases/{appealed.number}")
            page.locator(f'input[name="upheld"][value="{word}"]').check()
            page.get_by_label(re.compile("决定理由")).fill("经核实，账号当时已有更新。")
        first.get_by_role("button", name="作出决定").click()
        expect(first.get_by_role("status")).to_contain_text("申诉决定已记录")
        second.get_by_role("button", name="作出决定").click()
        expect(second.get_by_role("alert")).to_be_visible()
    decided = house.context.store.cases.get(appealed.number)
    assert decided
    assert (decided.appeals[-1].upheld, decided.appeals[-1].decided_by) == (True, "签批人甲")


@pytest.mark.parametrize("size", SIZES)
def test_it_looks_after_the_machine_without_a_terminal(house: House, size: str) -> None:
    """A job at once, a platform switched off with a reason and on again, the check-up."""
    with house.window("it", size) as page:
        page.goto(f"{house.base}/operations")
        if house.context.store.scheduled_jobs.all():
            page.get_by_role("button", name=re.compile("立即执行")).first.click()
            expect(page.get_by_role("status")).to_contain_text("任务已在后台开始")
        for action, reason in (("disable", "平台维护"), ("enable", "维护结束")):
            row = page.locator("tr", has=page.locator('form[action="/operations/platforms/weibo"]'))
            row.locator("summary").click()
            row.locator("select").select_option(action)
            row.locator("input[name=why]").fill(reason)
            row.get_by_role("button", name="确认更改").click()
            expect(page.get_by_role("status")).to_contain_text("开关已更改")
        page.get_by_role("link", name="给安装做体检").click()
        expect(page.get_by_role("heading", name="体检")).to_be_visible()


@pytest.mark.parametrize("size", SIZES)
def test_a_reader_follows_a_case_to_its_evidence(house: House, size: str) -> None:
    """From the case to the stored page: what was read stands on top, the picture of it is drawn, help is one click away."""
    silent = [case for case in house.context.store.cases.all() if case.rule == "inactivity" and case.evidence]
    cited = next(case for case in silent if case.platform is Platform.WEBSITE)
    with house.window("reader", size) as page:
        page.goto(f"{house.base}/cases/{cited.number}")
        page.get_by_role("link", name="存证 1", exact=True).first.click()
        expect(page.get_by_role("heading", name="从页面上读到的")).to_be_visible()
        expect(page.locator("mark")).to_be_visible()
        drawn(page)
        page.get_by_role("link", name="帮助").click()
        expect(page.get_by_role("heading", name=re.compile("看懂存证"))).to_be_visible()


@pytest.mark.parametrize("size", SIZES)
def test_an_administrator_adds_a_person_who_signs_in(house: House, size: str) -> None:
    """Added, given a link, found in the log."""
    name = f"new-{size}"
    with house.window("admin", size) as page:
        page.goto(f"{house.base}/users")
        page.get_by_label(re.compile("^登录名")).fill(name)
        page.get_by_label("姓名").fill("新来的同事")
        page.get_by_label("审阅").check()
        page.get_by_role("button", name="添加").click()
        link = page.get_by_text(re.compile("/setup/")).first
        expect(link).to_be_visible()
        page.goto(f"{house.base}/audit")
        expect(page.get_by_role("cell", name="添加账号").first).to_be_visible()


@pytest.mark.parametrize("size", SIZES)
def test_a_signer_signs_in_the_own_name(house: House, size: str) -> None:
    """A paper that waits is opened from the list and signed; a token for the data platform is made and ended."""
    with house.window("signer", size) as page:
        page.goto(f"{house.base}/cases?state=sign")
        waiting = page.locator("table a.name")
        if waiting.count():
            waiting.first.click()
            expect(page.get_by_role("heading", name="现在等什么")).to_be_visible()
            expect(page.get_by_text("签批人甲").first).to_be_visible()
        page.goto(f"{house.base}/me")
        page.get_by_text("生成新的令牌").click()
        page.get_by_label("给哪个系统使用").fill("校数据平台")
        page.get_by_label("问题台账").check()
        page.get_by_role("button", name="生成令牌").click()
        secret = page.locator("code.secret").inner_text()
        assert secret.startswith("xj_")
        answer = page.request.get(f"{house.base}/api/v1/cases", headers={"authorization": f"Bearer {secret}"})
        assert answer.json()["items"]
        page.get_by_role("button", name="撤销").first.click()
        expect(page.get_by_role("status")).to_contain_text("令牌已撤销")


MACHINE_WORDS = re.compile(
    r"\d{4}-\d\d-\d\dT|\* \* \*|Traceback|[A-Z][a-z]+Error|Exception|\bNone\b|\bnull\b|\breplay\b|\bfile\d+:|undefined|\b(?:true|false)\b"
)
"""What a machine says to itself: ISO times, cron lines, exceptions, codes."""


def test_no_page_speaks_to_a_machine(house: House) -> None:
    """Every entry of the menu and what the first link of each list leads to, as they stand on the demo campus."""
    with house.window("reader") as page:
        places = [
            "/",
            "/accounts",
            "/suspects",
            "/cases",
            "/cases?state=all",
            "/scan",
            "/notices",
            "/digest",
            "/policies/demo",
            "/operations",
            "/help",
        ]
        for place in places:
            page.goto(house.base + place)
            first = page.locator("main table a").first
            inside = [str(first.get_attribute("href"))] if first.count() else []
            for there in [place, *(each for each in inside if each.startswith("/"))]:
                page.goto(house.base + there)
                said = page.locator("main").inner_text()
                assert not MACHINE_WORDS.findall(said), (there, MACHINE_WORDS.findall(said))
