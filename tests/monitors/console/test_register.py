"""The register kept in the console: one account by hand, several at once, taken along as a file."""

from __future__ import annotations

import asyncio
import io
import re
from dataclasses import replace
from typing import Any

import openpyxl
from fastapi import FastAPI
from sqlalchemy import event

from monitors.app_context import AppContext
from monitors.console import create_app
from rules.inquiries import InquiryState
from rules.model import Filing, FilingStatus, Platform
from storage.filings import key_of
from storage.register import examine
from tests.conftest import NOW
from tests.support.console import DEMO, UNITS, Browser, OrderBook, client_of, furnish, open_world

MOST_BYTES, MOST_QUESTIONS = 100 * 1024, 10


def form_of(page: str) -> dict[str, str]:
    """What the fields of the first form of a filing hold."""
    form = page[page.index('<form method="post" action="/register/') :].split("</form>")[0]
    found = dict(re.findall(r'<input[^>]* name="([a-z_]+)" value="([^"]*)"', form))
    for name, options in re.findall(r'<select[^>]* name="([a-z_]+)".*?>(.*?)</select>', form, re.S):
        chosen = re.search(r"<option selected>([^<]*)", options)
        found[name] = chosen[1] if chosen else ""
    found |= dict(re.findall(r'<textarea[^>]* name="([a-z_]+)"[^>]*>([^<]*)</textarea>', form))
    return found


def address_of(filing: Filing) -> str:
    return f"/register/filings/{filing.school}/{filing.id}"


def test_an_account_is_filed(staff: Browser, context: AppContext) -> None:
    """What is wrong stands beside its field, what was typed stays, and the kept row has who and why."""
    given = {"school": DEMO, "platform": "微博", "name": "示范大学校史馆", "opened_at": "2024年13月", "verified": "是"}
    page = staff.submit("/register/new", **given)
    assert page.status_code == 422
    assert re.search(r'id="e-opened_at">[^<]*没有这一天', page.text)
    assert 'value="示范大学校史馆"' in page.text
    assert "有 1 处需要改正" in page.text
    right = given | {
        "opened_at": "2024-03",
        "account_id": "77700001",
        "phones": "１３８００１３８０００",
        "reason": "新开设",
    }
    answer = staff.submit("/register/new", **right)
    assert answer.headers["location"] == "/accounts/weibo:77700001?done=filed"
    kept = next(f for f in context.store.filings.all(DEMO) if f.name == "示范大学校史馆")
    assert (kept.known_to_month, kept.phones, kept.verified) == (("opened_at",), ("13800138000",), True)
    assert [(c.by, c.reason) for c in context.store.filings.changes(DEMO, kept.id)] == [("王老师", "新开设")]
    again = staff.submit("/register/new", **right)
    assert (again.status_code, "已有这个账号" in again.text) == (409, True)


def test_of_two_persons_the_second_is_told(staff: Browser, context: AppContext) -> None:
    """Nothing is lost on either side: what the first saved stays, what the second typed stays on the page."""
    filing = context.store.filings.all(DEMO)[5]
    form = form_of(staff.get(address_of(filing)).text) | {"reason": "换人"}
    assert staff.submit(address_of(filing), **form | {"direct_owner": "赵六"}).status_code == 303
    wrong = staff.submit(address_of(filing), **form | {"direct_owner": "钱七", "opened_at": "昨天"})
    assert (wrong.status_code, form_of(wrong.text)["stamp"]) == (422, form["stamp"]), "a slip does not hide the change"
    page = staff.submit(address_of(filing), **form | {"direct_owner": "钱七"})
    assert page.status_code == 409
    assert "王老师 在 2026-11-21 10:00 改过这个账号（直接责任人 李四 → 赵六）" in page.text
    assert 'value="钱七"' in page.text
    there = context.store.filings.one(DEMO, filing.id)
    assert there
    assert there.direct_owner == "赵六"
    settled = form_of(page.text) | {"reason": "以新任命为准"}
    assert staff.submit(address_of(filing), **settled).status_code == 303
    history = staff.get(f"/accounts/{key_of(filing)}").text
    assert "直接责任人：<bdi>赵六</bdi> → <bdi>钱七</bdi>" in history
    assert "以新任命为准" in history


def test_saving_what_was_shown_changes_nothing(staff: Browser, context: AppContext) -> None:
    """The form says back exactly what is on file, whatever is unknown or known to the month only."""
    odd = Filing(
        id="odd-1",
        school=DEMO,
        platform=Platform.OTHER,
        name="=1+1",
        unit="图书馆",
        unknown=("verified", "phones", "opened_at"),
        known_to_year=("filed_at",),
        filed_at=NOW.date().replace(month=1, day=1),
        extra=(("学校自有列", "甲"),),
        note="两行\n备注",
    )
    context.store.filings.save([odd], by="测试", now=NOW)
    for filing in [*context.store.filings.all(DEMO)[4:9], odd]:
        form = form_of(staff.get(address_of(filing)).text) | {"reason": "看看"}
        form = {name: value.replace("&#39;", "'").replace("&amp;", "&") for name, value in form.items()}
        answer = staff.submit(address_of(filing), **form)
        assert answer.headers["location"].endswith("done=unchanged"), filing.id


def test_an_account_is_retired_and_removed(staff: Browser, context: AppContext) -> None:
    filing = context.store.filings.all(DEMO)[6]
    stamp = form_of(staff.get(address_of(filing)).text)["stamp"]
    assert staff.submit(f"{address_of(filing)}/retire", what="closed", stamp=stamp).status_code == 422
    closed = {"what": "closed", "stamp": stamp, "when": "2026-11-01", "reason": "不再使用"}
    assert staff.submit(f"{address_of(filing)}/retire", **closed).status_code == 303
    there = context.store.filings.one(DEMO, filing.id)
    assert there
    assert (there.status, f"{there.status_changed_at}") == (FilingStatus.CLOSED, "2026-11-01")
    stale = {"what": "remove", "stamp": stamp, "reason": "登记有误"}
    assert staff.submit(f"{address_of(filing)}/retire", **stale).status_code == 409
    stamp = form_of(staff.get(address_of(filing)).text)["stamp"]
    removed = staff.submit(f"{address_of(filing)}/retire", **stale | {"stamp": stamp})
    assert removed.headers["location"] == "/accounts?done=removed"
    assert context.store.filings.one(DEMO, filing.id) is None
    assert context.store.filings.changes(DEMO, filing.id)[-1].reason == "登记有误"


def test_another_school_s_register_is_closed(app: FastAPI, context: AppContext) -> None:
    filing = context.store.filings.all(DEMO)[5]
    with client_of(app) as client:
        client.sign_in("sias")
        assert client.get(address_of(filing)).status_code == 404
        assert client.submit("/register/new", school=DEMO, platform="微博", name="x").status_code == 403
        pick = f"{DEMO}/{filing.id}"
        assert client.submit("/register/bulk/unit", pick=pick, unit="甲", reason="乙").status_code == 422
    there = context.store.filings.one(DEMO, filing.id)
    assert there == filing


def test_several_accounts_get_a_unit(staff: Browser, context: AppContext) -> None:
    """All of them or none, each with its own line in the history; the filters come back."""
    chosen = [f for f in context.store.filings.all(DEMO) if f.platform is Platform.WEIBO][:2]
    data: dict[str, Any] = {"csrf": staff.csrf(), "query": "platform=weibo&q=示范大学", "unit": "新闻中心"}
    data["pick"] = [f"{f.school}/{f.id}" for f in chosen]
    assert staff.post("/register/bulk/unit", data=data).status_code == 422
    answer = staff.post("/register/bulk/unit", data=data | {"reason": "机构调整"}, follow_redirects=False)
    assert answer.headers["location"].startswith("/accounts?q=%E7%A4%BA")
    assert "platform=weibo&done=units_assigned" in answer.headers["location"]
    units = {f.id: f.unit for f in context.store.filings.all(DEMO)}
    assert [units[f.id] for f in chosen] == ["新闻中心", "新闻中心"]
    assert context.store.filings.changes(DEMO, chosen[1].id)[-1].reason == "机构调整"
    whole = data | {"reason": "机构调整", "every": "1", "pick": []}
    assert staff.post("/register/bulk/unit", data=whole, follow_redirects=False).status_code == 303
    weibo = [f for f in context.store.filings.all() if f.platform is Platform.WEIBO and "示范大学" in f.name]
    assert {f.unit for f in weibo} == {"新闻中心"}


def test_several_accounts_are_looked_at(staff: Browser, context: AppContext) -> None:
    context.job_queue = asked = OrderBook()
    filing = context.store.filings.all(DEMO)[2]
    assert staff.submit("/register/bulk/look").status_code == 422
    assert staff.submit("/register/bulk/look", pick=f"{DEMO}/{filing.id}").status_code == 303
    asyncio.run(asyncio.sleep(0.05))
    assert [(order.task.name, order.arguments["accounts"]) for order in asked.orders] == [
        ("sweep.now", [key_of(filing)])
    ]
    group = replace(filing, id="g1", platform=Platform.GROUP, name="群", account_id="", url="")
    context.store.filings.save([group], by="测试", now=NOW)
    refused = staff.submit("/register/bulk/look", pick=f"{DEMO}/g1")
    assert (refused.status_code, "不巡检" in refused.text) == (422, True)


def test_owners_of_several_accounts_are_asked(staff: Browser, context: AppContext) -> None:
    """Once a day each; nobody is asked without a tick, and a unit asks nobody."""
    assert staff.submit("/inquiries/ask").status_code == 422
    first = context.store.filings.all(DEMO)[0]
    filing = replace(
        first, id="v1", platform=Platform.CHANNELS, name="视频号", account_id="v1", url="", emails=("a@x.example",)
    )
    context.store.filings.save([filing], by="测试", now=NOW)  # no page of it can be looked at
    for _ in range(2):
        answer = staff.submit("/inquiries/ask", pick=f"{DEMO}/{filing.id}")
        assert answer.headers["location"].endswith("done=asked")
    (asked,) = context.store.inquiries.all(school=DEMO, states=[InquiryState.OPEN])
    assert (asked.account, asked.owner) == (key_of(filing), "a@x.example")


def test_what_is_shown_is_taken_along(staff: Browser, context: AppContext) -> None:
    """The register's own form comes back as the same filings; the list is what the page shows; neither holds a formula."""
    risky = Filing(id="r1", school=DEMO, platform=Platform.OTHER, name='=HYPERLINK("http://x")', unit="+1")
    context.store.filings.save([risky], by="测试", now=NOW)
    exported = staff.get("/register/export?school=demo&platform=other")
    reading = examine(exported.content, "x.xlsx", DEMO)
    assert [(f.name, f.unit) for f in reading.filings] == [(risky.name, "+1")]
    book = openpyxl.load_workbook(io.BytesIO(staff.get("/register/list?school=demo").content))
    rows = list(book.worksheets[0].iter_rows())
    assert len(rows) == 1 + len(context.store.filings.all(DEMO))
    assert "f" not in {cell.data_type for row in rows for cell in row}
    assert [cell.value for cell in rows[0]][:3] == ["账号名称", "平台", "学校"]
    assert staff.get("/register/template").content[:2] == b"PK"


def test_numbers_leave_with_those_who_telephone(app: FastAPI, context: AppContext) -> None:
    for who, has in (("reader", False), ("editor", True), ("unit", True)):
        with client_of(app) as client:
            client.sign_in(who)
            filings = examine(client.get("/register/export?school=demo").content, "x.xlsx", DEMO).filings
            assert filings, who
            assert any("13800138000" in f.phones for f in filings) is has, who
            if who == "unit":
                assert {f.unit for f in filings} == {"图书馆"}


def test_a_platform_without_a_page_is_filed_and_not_polled(staff: Browser, context: AppContext) -> None:
    """微信视频号, 小程序 and 互联网群组: 不巡检, never 尚未观察 as if a look were owed."""
    for name, label in (("视频", "微信视频号"), ("程序", "小程序"), ("群", "互联网群组")):
        staff.submit("/register/new", school=DEMO, platform=label, name=f"示范大学{name}")
    for platform in ("channels", "miniprogram", "group"):
        page = staff.get(f"/accounts?platform={platform}").text
        assert "共 1 个" in page
        assert "不巡检" in page
        key = re.search(r'<a class="name" href="/accounts/([^"?]+)', page)
        assert key
        account = staff.get(f"/accounts/{key[1]}").text
        assert "只登记和年审，不巡检" in account
        assert "尚未观察" not in account.split("<main")[1]


def test_the_way_back_keeps_the_filters(staff: Browser) -> None:
    page = staff.get("/accounts?platform=weibo&sort=oldest&evil=%22%3E").text
    link = re.search(r'<a class="name" href="([^"]+)"', page)
    assert link
    account = staff.get(link[1]).text
    assert 'href="/accounts?platform=weibo&amp;sort=oldest"' in account
    edit = re.search(r'href="(/register/filings/[^"]+)"', account)
    assert edit
    form = form_of(staff.get(edit[1]).text) | {"direct_owner": "赵六", "reason": "换人"}
    saved = staff.submit(edit[1], **form).headers["location"]
    assert 'href="/accounts?platform=weibo&amp;sort=oldest"' in staff.get(saved).text
    assert 'href="/accounts"' in staff.get(link[1].split("?")[0] + "?from=https://evil.test").text


def test_two_thousand_accounts(tmp_path: Any) -> None:
    """≤ 100 KB and ≤ 10 questions, on the first page as on a later one."""
    context = open_world(tmp_path)
    furnish(context, 40)
    many = [
        Filing(
            id=f"y{n:05d}",
            school=DEMO,
            platform=Platform.WEIBO,
            name=f"示范大学某某研究中心{n}",
            unit=UNITS[n % 8] + str(n % 400),
            category=f"类别{n % 30}",
            account_id=str(20_000_000 + n),
            position=n,
        )
        for n in range(2000)
    ]
    context.store.filings.save(many, by="测试", now=NOW)
    asked: list[str] = []
    event.listen(context.store.database.engine, "before_cursor_execute", lambda c, cur, text, *rest: asked.append(text))
    with client_of(create_app(context)) as client:
        client.sign_in()
        following = "/accounts?seen=no&sort=unit"
        for _ in range(3):
            asked.clear()
            page = client.get(following)
            assert len(page.content) <= MOST_BYTES
            assert len([text for text in asked if text.lstrip().startswith("SELECT")]) <= MOST_QUESTIONS, asked
            found = re.search(r'rel="next" href="([^"]+)"', page.text)
            assert found
            following = "/accounts" + found[1].replace("&amp;", "&")
    context.store.close()
