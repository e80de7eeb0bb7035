"""The pages of inquiries: a link without sign-in, the staff's list, a unit's own door."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import event

from monitors.app_context import AppContext
from monitors.jobs.coverage import count_coverage
from monitors.jobs.inquiries import inquire, link_of
from monitors.jobs.statements import record_statement
from rules.inquiries import Inquiry, InquiryReason, InquiryState, close
from rules.model import EvidenceKind, FilingStatus, Platform, Statement
from storage.filings import key_of
from tests.conftest import NOW
from tests.support.console import Browser, client_of, filings

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 40


@pytest.fixture
def asked(context: AppContext) -> Inquiry:
    """An account of the 图书馆 that no public page shows, asked about."""
    unseen = replace(
        filings("demo", 1)[0],
        id="demo-9999",
        platform=Platform.CHANNELS,
        name="示范大学图书馆视频号",
        account_id="sphAbC123",
    )
    context.store.filings.save([unseen], by="测试", now=NOW)
    inquire(context, "demo", NOW, any_day=True)
    count_coverage(context)
    return next(
        each for each in context.store.inquiries.all(states=[InquiryState.OPEN]) if each.platform is Platform.CHANNELS
    )


@pytest.fixture
def link(context: AppContext, asked: Inquiry) -> str:
    return "/i/" + link_of(context, asked).rpartition("/")[2]


def send(browser: Browser, page: str, **fields: str) -> Any:
    """Fill in a form of the page, as a browser without script does."""
    return browser.post(page, data={"csrf": browser.csrf(page)} | fields, follow_redirects=False)


def state(context: AppContext, inquiry: Inquiry) -> InquiryState:
    found = context.store.inquiries.one(inquiry.number)
    assert found
    return found.state


def test_opening_a_link_changes_nothing(stranger: Browser, context: AppContext, asked: Inquiry, link: str) -> None:
    for _ in range(3):
        page = stranger.get(link)
        assert page.status_code == 200
        assert stranger.head(link).status_code == 200
    assert "粘贴一条内容的链接" in page.text
    assert "<script" not in page.text
    assert context.store.inquiries.one(asked.number) == asked


def test_a_form_needs_the_page_s_own_token(stranger: Browser, context: AppContext, asked: Inquiry, link: str) -> None:
    stranger.get(link)
    assert stranger.post(link, data={"act": "declared", "by": "张三"}).status_code == 403
    assert state(context, asked) is InquiryState.OPEN


def test_a_declaration_and_its_withdrawal(stranger: Browser, context: AppContext, asked: Inquiry, link: str) -> None:
    assert send(stranger, link, act="declared").status_code == 422, "without a name"
    assert send(stranger, link, act="declared", by="张三", last="2026-13-40").status_code == 422
    answer = send(stranger, link, act="declared", by="张三", last="2026-06-01")
    assert answer.headers["location"] == f"{link}?done=answered"
    assert state(context, asked) is InquiryState.ANSWERED
    page = stranger.get(link).text
    assert "等待工作人员确认" in page
    again = send(stranger, link, act="withdraw")
    assert again.status_code == 303
    assert state(context, asked) is InquiryState.OPEN


def test_an_answer_sent_again_is_refused(stranger: Browser, context: AppContext, asked: Inquiry, link: str) -> None:
    form = {"csrf": stranger.csrf(link), "act": "ended", "by": "张三"}
    assert stranger.post(link, data=form, follow_redirects=False).status_code == 303
    replayed = stranger.post(link, data=form, follow_redirects=False)
    assert replayed.status_code == 422
    assert "不用再答复" in replayed.text
    found = context.store.inquiries.one(asked.number)
    assert found
    assert len(found.answers) == 1


def test_a_link_ends_when_the_inquiry_is_closed(
    stranger: Browser, context: AppContext, asked: Inquiry, link: str
) -> None:
    token = stranger.csrf(link)
    context.store.inquiries.change(asked.number, lambda it: close(it, "李四", "不用", NOW), NOW, "inquiry.close")
    assert stranger.get(link).status_code == 404
    assert stranger.post(link, data={"csrf": token, "act": "ended", "by": "张三"}).status_code == 404


def test_an_expired_and_a_forged_link_open_nothing(
    app: FastAPI, context: AppContext, asked: Inquiry, link: str
) -> None:
    with client_of(app) as browser:
        for wrong in (link[:-2], link[:-1] + ("A" if link[-1] != "A" else "B"), "/i/x", "/i/" + "A" * 400):
            assert browser.get(wrong).status_code == 404
        context.clock = lambda: asked.expires_at + timedelta(minutes=1)
        assert browser.get(link).status_code == 404


def test_guessing_is_slowed_down(stranger: Browser, link: str) -> None:
    token = stranger.csrf(link)
    answers = [stranger.post("/i/guess", data={"csrf": token}).status_code for _ in range(30)]
    assert answers[0] == 404
    assert answers[-1] == 429


def test_a_link_of_a_draft_is_told_and_settles_nothing(
    stranger: Browser, context: AppContext, asked: Inquiry, link: str
) -> None:
    answer = send(stranger, link, act="link", text="看看 https://mp.weixin.qq.com/s?__biz=x&tempkey=1")
    assert answer.headers["location"].endswith("done=not_enough")
    found = context.store.inquiries.one(asked.number)
    assert found
    assert found.takes_answers
    page = stranger.get(answer.headers["location"]).text
    alert = page.partition('role="alert"')[2].partition("</section>")[0]
    assert "预览链接" in alert
    assert "换一条" in alert, "what to do"
    assert "said good" not in page, "nothing reads as a success"
    assert "没有找到链接" in send(stranger, link, act="link", text="我们上周发过").text


def test_a_picture_comes_along(stranger: Browser, context: AppContext, asked: Inquiry, link: str) -> None:
    files = {"picture": ("a.png", PNG, "image/png")}
    form = {"csrf": stranger.csrf(link), "act": "picture"}
    assert stranger.post(link, data=form, files=files, follow_redirects=False).status_code == 303
    assert state(context, asked) is InquiryState.ANSWERED
    assert "粘贴一条内容的链接" in stranger.get(link).text, "a link may still follow"
    wrong = stranger.post(link, data=form, files={"picture": ("a.exe", b"MZ", "image/png")}, follow_redirects=False)
    assert "不是图片" in wrong.text
    huge = stranger.post(link, data=form, files={"picture": ("a.png", PNG + b"0" * 7_000_000, "image/png")})
    assert huge.status_code == 413


def test_the_staff_s_list_and_a_second_person(
    staff: Browser, app: FastAPI, context: AppContext, asked: Inquiry, link: str
) -> None:
    with client_of(app) as unit:
        send(unit, link, act="declared", by="张三")
    page = staff.get("/inquiries")
    assert page.status_code == 200
    assert "掌握率" in page.text
    evidence = re.search(r'name="evidence" value="([^"]+)"', page.text)
    assert evidence
    fields = {"key": asked.account, "school": "demo", "evidence": evidence[1]}
    assert staff.submit("/inquiries/confirm", **fields).status_code == 303
    assert state(context, asked) is InquiryState.VERIFIED
    assert staff.submit("/inquiries/confirm", **fields).status_code == 409


def test_a_look_by_staff_is_recorded(staff: Browser, context: AppContext, asked: Inquiry) -> None:
    fields = {"key": asked.account, "school": "demo", "back": f"/accounts/{asked.account}"}
    assert staff.submit("/inquiries/observe", **fields).status_code == 422
    assert staff.submit("/inquiries/observe", **fields, newest="2026-11-20").status_code == 422
    done = staff.submit("/inquiries/observe", **fields, newest="2026-11-20", url="https://example.com/1")
    assert done.headers["location"] == f"/accounts/{asked.account}?done=observed"
    assert state(context, asked) is InquiryState.VERIFIED
    page = staff.get(f"/accounts/{asked.account}").text
    assert "人工核查" in page
    assert "最近一次发布在" in page


def test_an_account_that_ended_is_written_into_the_register(
    staff: Browser, app: FastAPI, context: AppContext, asked: Inquiry, link: str
) -> None:
    assert staff.submit(f"/inquiries/{asked.number}/end").status_code == 409, "nobody said so"
    with client_of(app) as unit:
        send(unit, link, act="ended", by="张三", text="已注销")
    assert "登记为关停" in staff.get("/inquiries").text
    assert staff.submit(f"/inquiries/{asked.number}/end").status_code == 303
    filing = context.store.filings.by_key([asked.account])[asked.account][0]
    assert (filing.status, filing.status_changed_at) == (FilingStatus.CLOSED, NOW.date())


def test_closing_needs_a_reason(staff: Browser, context: AppContext, asked: Inquiry) -> None:
    assert staff.submit(f"/inquiries/{asked.number}/close").status_code == 422
    assert staff.submit(f"/inquiries/{asked.number}/close", reason="电话已说明").status_code == 303
    assert state(context, asked) is InquiryState.CLOSED


def test_a_unit_finds_its_own_inquiries_behind_its_door(app: FastAPI, context: AppContext, asked: Inquiry) -> None:
    with client_of(app) as unit:
        unit.sign_in("unit")
        page = unit.get("/inquiries").text
        links = set(re.findall(r'href="(/i/[\w-]+)"', page))
        mine = [each for each in context.store.inquiries.all(states=[InquiryState.OPEN]) if each.unit == "图书馆"]
        assert len(links) == len(mine) > 0
        assert "校团委" not in page
        assert all(unit.get(one).status_code == 200 for one in links)
        assert (
            unit.submit("/inquiries/observe", key=asked.account, school="demo", none_since="2026-01-01").status_code
            == 403
        )


def test_today_shows_what_is_known(staff: Browser, asked: Inquiry) -> None:
    page = staff.get("/").text
    assert "掌握率" in page
    assert "已询问，等待答复" in page


def test_another_school_s_inquiry_is_not_there(app: FastAPI, context: AppContext, asked: Inquiry) -> None:
    with client_of(app) as other:
        other.sign_in("sias")
        assert other.submit(f"/inquiries/{asked.number}/close", reason="x").status_code == 404
        fields = {"key": asked.account, "school": "demo", "none_since": "2026-01-01"}
        assert other.submit("/inquiries/observe", **fields).status_code == 403
    assert asked == context.store.inquiries.one(asked.number)


def test_before_the_first_count_no_figure_is_claimed(staff: Browser) -> None:
    page = staff.get("/inquiries").text
    assert "还没有统计过" in page
    assert "个不掌握" not in page, "nobody counted: not 0 accounts, and not because of the policies"


def test_a_dead_link_leads_nobody_to_a_sign_in_page(stranger: Browser, context: AppContext) -> None:
    context.settings = context.settings.model_copy(
        update={"office_contact": "网络中心", "office_phone": "0371-1234567"}
    )
    page = stranger.get("/i/forged")
    assert "请联系网络中心（电话 0371-1234567）" in page.text
    assert page.status_code == 404
    assert "已经失效" in page.text
    assert 'href="/">回到首页' not in page.text, "who answers a mail has no account here"


def test_the_day_for_an_answer_is_said_in_words(
    stranger: Browser, context: AppContext, asked: Inquiry, link: str
) -> None:
    day = asked.due_at
    assert f"请在{day.year}年{day.month}月{day.day}日（星期" in stranger.get(link).text
    context.clock = lambda: asked.due_at + timedelta(days=1)
    assert "已经过了，仍然可以答复" in stranger.get(link).text


def test_the_lists_are_grouped_by_unit_worst_first_and_ask_little(
    staff: Browser, context: AppContext, asked: Inquiry
) -> None:
    """Forty accounts of three units that nobody answered for, and twenty stated silences that wait for a second person."""
    units = ("图书馆", "校团委", "")
    many = [
        replace(
            asked, number=f"HC-X-{n:03d}", account=f"channels/x{n:03d}", title=f"账号{n}", unit=units[n % 3],
            state=InquiryState.OVERDUE, asked_at=NOW - timedelta(days=n),
            kind=InquiryReason.PROBABLY_SILENT if n == 1 else InquiryReason.UNKNOWN,
        )
        for n in range(40)
    ]  # fmt: skip
    context.store.inquiries.file("demo", many, NOW)
    for filing in context.store.filings.all("demo")[:20]:
        said = Statement(kind=EvidenceKind.DECLARED, by="李老师", at=NOW, none_since=NOW.date() - timedelta(days=90))
        record_statement(context, key_of(filing), said)
    questions: list[str] = []
    event.listen(
        context.store.database.engine, "before_cursor_execute", lambda c, cur, text, *rest: questions.append(text)
    )
    page = staff.get("/inquiries")
    assert len([text for text in questions if text.startswith("SELECT")]) <= 10
    assert len(page.content) <= 100 * 1024
    heads = re.findall(r'<h3 class="unit">(?:<bdi>)?([^<　]+).*?(\d+) 个账号', page.text, re.S)
    assert heads[0] == ("校团委", "13"), "the unit whose account is probably silent"
    assert len(heads) == len(set(heads)), "each unit once on a page"
    numbers = re.findall(r"/inquiries/(DEMO-[^/]+)/close", staff.get("/inquiries?page=2").text)
    assert numbers
    assert not set(numbers) & set(re.findall(r"/inquiries/(DEMO-[^/]+)/close", page.text)), "nobody stands on two pages"
