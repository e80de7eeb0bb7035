"""A silence climbs its whole ladder in a real Chromium: proposed by one, signed by another, printed, delivered, taken back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from monitors.console import create_app
from rules.cases.case import Case
from rules.model import CaseState
from rules.people import User, grants_of
from storage.notices import NoticeState
from tests.support.console import HASHED, PASSWORD
from tests.support.letter_histories import Office
from tests.support.live import chromium, served

__all__ = ["chromium"]
NUMBER = "SIAS-2026-0001"
PEOPLE = {"chen": ("陈经办", ["editor"]), "wang": ("王部长", ["signer"]), "zhao": ("赵副部长", ["editor", "signer"])}


class House:
    """An office whose first account stays silent, behind a real server."""

    def __init__(self, office: Office, base: str, browser: Browser) -> None:
        self.office, self.base, self._browser = office, base, browser

    @contextmanager
    def at_the_case(self, name: str) -> Iterator[Page]:
        """Somebody signs in and opens the case."""
        opened = self._browser.new_context(locale="zh-CN")
        page = opened.new_page()
        page.set_default_timeout(20_000)
        page.goto(f"{self.base}/login?next=/cases/{NUMBER}")
        page.get_by_label("登录名").fill(name)
        page.get_by_label("密码").fill(PASSWORD)
        page.get_by_role("button", name="登录", exact=True).click()
        expect(page.get_by_role("heading", name=re.compile("现在等什么|处理结果"))).to_be_visible()
        yield page
        opened.close()

    def a_month_passes(self) -> None:
        """The others go on posting; the first does not."""
        self.office.passes(60 * 24 * 33)
        for n in (1, 2):
            self.office.posts_now(n)
        self.office.looks_around()

    def case(self) -> Case:
        """The case as it stands."""
        found = self.office.context.store.cases.get(NUMBER)
        assert found
        return found


@pytest.fixture
def house(tmp_path: Path, chromium: Browser) -> Iterator[House]:
    """Looked over for the first time, and the survey closed."""
    office = Office(tmp_path)
    for name, (display, roles) in PEOPLE.items():
        person = User(name=name, display=display, post="党委宣传部", grants=grants_of(roles))
        office.context.store.users.add(person, password=HASHED, now=office.now)
    for n in (1, 2):
        office.posts_now(n)
    office.looks_around()
    office.ends_survey()
    with served(create_app(office.context, metrics=False)) as base:
        yield House(office, base, chromium)
    office.ends()


def reads_and_signs(page: Page) -> None:
    """The paper is opened and signed on its own page."""
    page.get_by_role("link", name="打开文书阅读").click()
    page.get_by_role("button", name="已阅，签发").click()


def prints_and_delivers(page: Page, base: str) -> None:
    """What has no mailbox is printed, carried, and its receipt entered."""
    page.goto(f"{base}/notices/hand-over")
    page.locator('section[aria-labelledby="h-print"] input[type=checkbox]').first.check()
    page.get_by_role("button", name="选中的已打印，交人送达").click()
    page.locator('section[aria-labelledby="h-way"] input[type=checkbox]').first.check()
    page.get_by_label("签收人").fill("图书馆办公室李老师")
    page.get_by_role("button", name="登记选中的已送达").click()
    expect(page.get_by_role("status")).to_be_visible()
    expect(page.get_by_text("没有等待送达的文书。")).to_be_visible()


def leaves(house: House) -> None:
    """The outbox runs, and the editor carries what it printed."""
    house.office.sends()
    with house.at_the_case("chen") as page:
        prints_and_delivers(page, house.base)


def test_the_whole_ladder_and_back(house: House) -> None:
    with house.at_the_case("wang") as page:
        reads_and_signs(page)
        expect(page.get_by_role("status")).to_contain_text("已签发")
    leaves(house)

    house.a_month_passes()
    with house.at_the_case("zhao") as page:
        page.get_by_role("button", name="提请签发").click()
        expect(page.get_by_role("status")).to_be_visible()
        reads_and_signs(page)
        expect(page.get_by_role("alert")).to_contain_text("提请人不能签发自己提请的文书")
    assert len(house.case().issued_steps) == 1, "who proposed does not sign"
    with house.at_the_case("wang") as page:
        reads_and_signs(page)
        page.goto(f"{house.base}/cases/{NUMBER}")
        page.get_by_role("button", name="撤销这项办理").click()
        expect(page.get_by_role("status")).to_be_visible()
        assert len(house.case().issued_steps) == 1, "taken back before it left"
        page.goto(f"{house.base}/cases/{NUMBER}")
        reads_and_signs(page)
    leaves(house)

    house.a_month_passes()
    with house.at_the_case("chen") as page:
        page.get_by_role("button", name="提请签发").click()
        expect(page.get_by_text("等待签批人签发")).to_be_visible()
        assert not page.get_by_role("button", name="已阅，签发").count(), "an editor does not sign"
    with house.at_the_case("wang") as page:
        reads_and_signs(page)
    leaves(house)
    assert [bool(step.delivered_at) for step in house.case().issued_steps] == [True] * 3

    with house.at_the_case("chen") as page:
        expect(page.locator(".ladder")).to_contain_text("关停")
        page.locator("summary", has_text="撤回（认定有误）").click()
        page.locator('form[action$="/withdraw"] textarea').fill("读错了日期")
        page.locator('form[action$="/withdraw"] button').click()
        expect(page.get_by_role("status")).to_contain_text("更正通知已拟好")
    with house.at_the_case("wang") as page:
        page.get_by_role("link", name="打开文书阅读").click()
        earlier = page.locator('section[aria-labelledby="h-earlier"] tbody tr')
        assert earlier.count() == 3, "beside what the three papers said"
        page.get_by_role("button", name="已阅，签发").click()
    leaves(house)
    with house.at_the_case("wang") as page:
        expect(page.locator(".lead").first).to_contain_text("已撤回")
        expect(page.get_by_text(re.compile("本件已办结"))).to_be_visible()
    assert house.case().state is CaseState.WITHDRAWN
    papers = house.office.context.store.outbox.all(case=NUMBER)
    assert {row.state for row in papers if row.number} == {NoticeState.DELIVERED, NoticeState.STOPPED}
