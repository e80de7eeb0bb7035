"""What pages show: small, few questions to the database, hostile names harmless, unseen never coloured as a verdict."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from fastapi import FastAPI
from sqlalchemy import event

from crawler.page.page import Page
from monitors.app_context import AppContext
from monitors.console import create_app
from monitors.console.formatting import outlink
from rules.accounts.state import apply_observation
from rules.coverage import CoverageFigures
from rules.model import Filing, Outcome, Platform
from storage.crawl_runs import RunKind, RunStatus
from storage.evidence import EvidenceArchive
from storage.filings import key_of
from tests.conftest import NOW
from tests.support.console import DEMO, HOSTILE, Browser, client_of, furnish, observe_filing, open_campaign, open_world

MAIN = (
    "/",
    "/accounts",
    "/cases",
    "/cases?state=all",
    "/cases/DEMO-2026-0001",
    "/suspects",
    "/scan",
    "/notices",
    "/digest",
    "/digest/2026-11-21",
    "/policies",
    "/policies/demo",
    "/operations",
    "/me",
    "/users",
    "/audit",
    "/help",
    "/help/start",
    "/province",
    "/inquiries",
    "/campaigns",
    "/campaigns/new",
    "/campaigns/NS2026",
    "/campaigns/NS2026/sheet?unit=图书馆",
    "/survey",
    "/notices/sign",
    "/notices/hand-over",
    "/cases/batches",
    "/operations/checkup",
    "/register/new",
    "/register/filings/demo/demo-0005",
    "/register/import",
    "/users/reader",
)
MOST_BYTES, MOST_QUESTIONS = 100 * 1024, 10


def account_pages(context: AppContext) -> list[str]:
    """Every account of the register, the hostile ones among them."""
    return [f"/accounts/{key_of(filing)}" for filing in context.store.filings.all()]


@pytest.fixture
def asked(context: AppContext) -> list[str]:
    """Every question that the database is asked."""
    found: list[str] = []
    event.listen(
        context.store.database.engine,
        "before_cursor_execute",
        lambda conn, cursor, statement, *rest: (
            found.append(statement) if statement.lstrip().startswith("SELECT") else None
        ),
    )
    return found


def test_pages_are_small_and_ask_little(staff: Browser, context: AppContext, asked: list[str]) -> None:
    """≤ 100 KB and ≤ 10 questions each."""
    look = next(look for look, _ in context.store.observations.history(key_of(context.store.filings.all(DEMO)[1])))
    open_campaign(context)
    for path in (*MAIN, *account_pages(context)[:6], f"/evidence/{look.evidence}"):
        asked.clear()
        answer = staff.get(path)
        assert answer.status_code == 200, path
        assert len(answer.content) <= MOST_BYTES, path
        assert len(asked) <= MOST_QUESTIONS, (path, asked)


def test_a_unit_s_page_is_small_however_large_the_unit(app: FastAPI, context: AppContext, asked: list[str]) -> None:
    many = [
        Filing(id=f"x{n:03d}", school=DEMO, platform=Platform.OTHER, name=f"图书馆账号{n}" * 6, unit="图书馆")
        for n in range(300)
    ]
    context.store.filings.save(many, by="测试", now=NOW)
    with client_of(app) as client:
        client.sign_in("unit")
        asked.clear()
        answer = client.get("/unit")
    assert "图书馆账号5" in answer.text
    assert re.search("全部 30[0-9] 个", answer.text)
    assert (len(answer.content) <= MOST_BYTES, len(asked) <= MOST_QUESTIONS) == (True, True), (
        len(answer.content),
        asked,
    )


def test_head_answers_like_get(staff: Browser, context: AppContext) -> None:
    """The same status and headers, no body."""
    open_campaign(context)
    for path in (
        *MAIN,
        "/nothing",
        "/api/v1/cases",
        "/api/openapi.json",
        "/healthz",
        "/scan/none",
        "/notices/none.html",
    ):
        got, head = staff.get(path, follow_redirects=False), staff.head(path, follow_redirects=False)
        assert (head.status_code, head.content) == (got.status_code, b""), path
        assert head.headers["content-type"] == got.headers["content-type"], path
        assert head.headers["content-security-policy"] == got.headers["content-security-policy"], path


def test_strangers_words_are_harmless(staff: Browser, context: AppContext) -> None:
    """No markup of theirs, no invisible or turning characters, no endless names, isolated, links without referrer."""
    open_campaign(context)
    for path in (*MAIN, *account_pages(context)[:6], "/suspects?state=waiting"):
        text = staff.get(path).text
        assert "<script" not in re.sub(r'<script src="/static/[a-z]+\.js(\?v=[0-9a-f]+)?" defer></script>', "", text), (
            path
        )
        assert "<img src=x" not in text, path
        assert not re.search("[\u202a-\u202e\u2066-\u2069\u200b-\u200f]", text), path
        assert "办" * 200 not in text, path
        for link in re.findall(r"<a [^>]*href=\"(?:https?:|//|javascript)[^>]*>", text):
            assert 'rel="noopener noreferrer nofollow"' in link, (path, link)
            assert "javascript:" not in link, path
    assert "<bdi>&lt;script&gt;" in staff.get("/accounts").text


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://weibo.com/u/1", True),
        ("http://a.edu.cn:8080/x?y=1", True),
        ("javascript:alert(1)", False),
        ("data:text/html,x", False),
        ("//evil.test/x", False),
        ("https://bank.test@evil.test/", False),
        ("https://", False),
        ("https://a b", False),
        ("http://[::1", False),
        ("https://\u202emoc.test/", False),
        (None, False),
    ],
)
def test_what_may_be_a_link(url: str | None, kept: bool) -> None:
    """http and https with a host; nothing that hides where it leads."""
    assert bool(outlink(url)) is kept


def test_unseen_is_grey_never_red_or_green(staff: Browser) -> None:
    """Blocked, unreadable and never seen accounts are hatched."""
    for outcome in ("unseen", "blocked", "unreadable", "never"):
        text = staff.get(f"/accounts?outcome={outcome}").text
        badges = set(re.findall(r'<span class="badge (\w+)">', text))
        assert badges == {"unseen"}, outcome


def test_filters_and_pages(staff: Browser, context: AppContext) -> None:
    """Search words, school, platform and paging work together."""
    assert "共 30 个" in staff.get("/accounts").text
    assert "共 6 个" in staff.get("/accounts?school=sias").text
    found = staff.get("/accounts?q=图书馆&platform=weibo").text
    assert len(re.findall(r'<th scope="row"><a class="name"', found)) == len(
        [f for f in context.store.filings.all() if "图书馆" in f.name + f.unit and f.platform == Platform.WEIBO]
    )
    assert "没有符合条件的账号" in staff.get("/accounts?q=100%25").text
    many = [
        Filing(id=f"x{n:03d}", school=DEMO, platform=Platform.OTHER, name=f"账号{n}", opened_at=date(2020, 1, 1))
        for n in range(120)
    ]
    context.store.filings.save(many, by="测试", now=NOW)
    address, seen = "/accounts?school=demo&platform=other", list[str]()
    for shown in (50, 50, 20):
        page = staff.get(address).text
        rows = re.findall(r'<th scope="row"><a class="name" href="/accounts/([^"?]+)', page)
        assert len(rows) == shown
        seen += rows
        following = re.search(r'<a rel="next" href="([^"]+)"', page)
        address = "/accounts" + html.unescape(following[1]) if following else ""
    assert not address
    assert len(set(seen)) == 120
    assert "共 120 个" in page
    previous = re.search(r'<a rel="prev" href="([^"]+)"', page)
    assert previous
    assert "school=demo&amp;platform=other" in previous[1]
    back = re.findall(
        r'<th scope="row"><a class="name" href="/accounts/([^"?]+)',
        staff.get("/accounts" + html.unescape(previous[1])).text,
    )
    assert back == seen[50:100]


@pytest.mark.parametrize(("who", "shown"), [("reader", False), ("signer", False), ("it", False), ("editor", True)])
def test_phones_are_masked_unless_the_role_telephones(app: FastAPI, context: AppContext, who: str, shown: bool) -> None:
    """Nobody needs the number to read the register; the office's staff call the owners."""
    with client_of(app) as client:
        client.sign_in(who)
        text = client.get(account_pages(context)[0]).text
    for number in ("13800138000", "62436666", "zhangsan@"):
        assert (number in text) is shown, number


def test_a_unit_sees_its_own_numbers(app: FastAPI, context: AppContext) -> None:
    own = next(f for f in context.store.filings.all(DEMO) if f.unit == "图书馆")
    with client_of(app) as client:
        client.sign_in("unit")
        assert "13800138000" in client.get(f"/accounts/{key_of(own)}").text


def test_a_refused_authorisation_is_told_to_whoever_runs_the_service(staff: Browser, context: AppContext) -> None:
    """Nothing else would show it: the public pages are read all the same."""
    note = "某某大学图书馆 的官方接口: authorisation: 本机地址不在该公众号的 IP 白名单里<script>"
    context.store.crawl_runs.start("sweep-note", RunKind.LINKED_POST, "wechat", NOW)
    context.store.crawl_runs.finish("sweep-note", RunStatus.OK, {"outcomes": {"ok": 1}, "notes": [note]}, NOW)
    text = staff.get("/operations").text
    assert "IP 白名单里&lt;script&gt;" in text
    assert "网站链接" in text


def test_demonstrations_say_so(staff: Browser) -> None:
    """Pages of a demonstration school are marked, pages of a real one are not."""
    mark = "<strong>演示</strong>"
    assert mark in staff.get("/cases/DEMO-2026-0001").text
    assert mark in staff.get("/policies/demo").text
    assert mark not in staff.get("/policies/sias").text
    assert "示范大学（演示）" in staff.get("/accounts").text


def test_evidence_is_never_a_page_again(staff: Browser, context: AppContext) -> None:
    """The metadata page escapes it; the bytes come as text or as a file, sandboxed and unsniffed."""
    look = next(look for look, _ in context.store.observations.history(key_of(context.store.filings.all(DEMO)[1])))
    path = f"/evidence/{look.evidence}"
    assert "&lt;script&gt;" in staff.get(path).text
    for kind, expected in (("source", "text/plain; charset=utf-8"), ("file", "application/octet-stream")):
        answer = staff.get(f"{path}/{kind}")
        assert answer.headers["content-type"] == expected
        assert "sandbox" in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"
    assert staff.get(f"{path}/file").headers["content-disposition"].startswith("attachment")
    assert staff.get(f"{path}/image").status_code == 404
    page = staff.get(path).text
    above, _, folded = page.partition("<details>")
    assert "从页面上读到的" in above
    assert "&lt;script&gt;" in folded, "the source is folded below"
    assert look.evidence not in re.sub(r'(src|href)="[^"]*"', "", above), "what nobody reads is folded too"
    for wrong in ("nonsense", "../../etc/passwd", look.evidence[:-1] + "x", "2026-11-21.x.1." + "0" * 24):
        assert staff.get(f"/evidence/{wrong}").status_code == 404


def test_documents_are_framed_without_power(staff: Browser, context: AppContext) -> None:
    """Digest and notice bodies: own style, no script, no form, only inside our own page."""
    notice = next(row.id for row in context.store.outbox.all() if row.document_type != "digest")
    for path in ("/digest/2026-11-21/body", f"/notices/{notice}.body"):
        policy = staff.get(path).headers["content-security-policy"]
        assert "sandbox" in policy
        assert "allow-scripts" not in policy
        assert "frame-ancestors 'self'" in policy
    word = staff.get(f"/notices/{notice}.docx")
    assert word.content[:2] == b"PK"
    assert word.headers["content-disposition"].startswith("attachment")
    assert staff.get(f"/notices/{notice}.html").status_code == 200
    assert staff.get("/notices/none.html").status_code == 404
    assert staff.get("/digest/2026-11-20").status_code == 404
    assert staff.get("/digest/yesterday").status_code == 404


def test_an_empty_house(tmp_path: Path) -> None:
    """Before anything was imported every page still opens and says what to do."""
    context = open_world(tmp_path)
    with client_of(create_app(context)) as client:
        client.sign_in()
        for path in (
            "/",
            "/accounts",
            "/cases",
            "/suspects",
            "/notices",
            "/digest",
            "/policies",
            "/operations",
            "/metrics",
        ):
            assert client.get(path).status_code == 200, path
        assert "导入台账" in client.get("/").text
    context.store.close()


def test_wrong_addresses(staff: Browser) -> None:
    """A Chinese page, not a stack trace."""
    for path in ("/nix", "/accounts/weibo:1", "/accounts/nonsense", "/cases/none", "/policies/none"):
        answer = staff.get(path)
        assert answer.status_code == 404, path
        assert "没有" in answer.text


def test_an_empty_register_reports_no_success(tmp_path: Path) -> None:
    """It says what to do first, to each according to what they may do, and counts nothing as seen."""
    context = open_world(tmp_path)
    with client_of(create_app(context)) as client:
        for who, said in (("editor", 'href="/register/import"'), ("reader", "请宣传部经办人员导入台账")):
            client.sign_in(who)
            text = client.get("/").text
            assert "还没有巡检过任何内容" in text
            assert "都看到了" not in text
            assert said in text
            assert "台账里还没有账号" in client.get("/accounts").text
    context.store.close()


def test_before_the_first_check_nobody_is_told_that_all_is_well(tmp_path: Path) -> None:
    """Nothing was asked yet; a school without problems is told so only after a check."""
    context = open_world(tmp_path)
    filing = Filing(id="y1", school=DEMO, platform=Platform.WEIBO, name="示范大学团委", account_id="20000001")
    context.store.filings.save([filing], by="测试", now=NOW)
    with client_of(create_app(context)) as client:
        client.sign_in()
        assert "还没有核对过" in client.get("/").text
        context.store.coverage.save(DEMO, {Platform.WEIBO: CoverageFigures(accounts=1, unknown=1)}, NOW)
        assert "没有未结的问题" in client.get("/").text
    context.store.close()


def test_a_larger_house(tmp_path: Path) -> None:
    """2,000 accounts: still ≤ 100 KB a page."""
    context = open_world(tmp_path)
    furnish(context, 40)
    many = [
        Filing(
            id=f"y{n:05d}",
            school=DEMO,
            platform=Platform.WEIBO,
            name=HOSTILE[n % 4][:300],
            account_id=str(20_000_000 + n),
        )
        for n in range(2000)
    ]
    context.store.filings.save(many, by="测试", now=NOW)
    with client_of(create_app(context)) as client:
        client.sign_in()
        for path in ("/", "/accounts", "/accounts?sort=unit", "/accounts?outcome=unseen"):
            assert len(client.get(path).content) <= MOST_BYTES, path
    context.store.close()


def test_a_look_without_evidence_leads_to_no_empty_address(staff: Browser, context: AppContext) -> None:
    filing = context.store.filings.all(DEMO)[0]
    found = observe_filing(filing, NOW, Outcome.OK, "", NOW)
    context.store.observations.record("bare", [(key_of(filing), found)], apply_observation)
    assert '/evidence/"' not in staff.get(f"/accounts/{key_of(filing)}").text


@pytest.mark.parametrize("on_its_word", [False, True])
def test_an_unchanged_page_says_so_and_on_whose_word(staff: Browser, context: AppContext, on_its_word: bool) -> None:
    filing = context.store.filings.all(DEMO)[0]
    page = Page("http://x.example.edu.cn/", b"<title>x</title>", NOW - timedelta(days=2))
    with EvidenceArchive(context.evidence) as archive:
        first = archive.append(page, run_id="whole")
        answer = replace(page, fetched_at=NOW, status=304 if on_its_word else 200)
        evidence = archive.append(answer, run_id="unchanged", same_as=first)
    found = replace(
        observe_filing(filing, NOW, Outcome.OK, "", NOW), evidence=evidence, unchanged_since=page.fetched_at
    )
    found = replace(found, whole_at=page.fetched_at if on_its_word else None)
    context.store.observations.record("unchanged", [(key_of(filing), found)], apply_observation)
    shown = staff.get(f"/evidence/{evidence}").text
    assert "没有变化：内容与" in shown
    assert ("网站答复“未变化”" in shown) is on_its_word
