"""Staff hear at once, and once, of a site that has become somebody else's; earlier looks tell what it was about."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from alerts.digest.build import digest
from crawler.observe.attribute import attribute_page
from crawler.page.page import Page
from crawler.platforms.spec import Target
from monitors.app_context import AppContext
from monitors.console import create_app
from monitors.jobs.delivery import compose
from monitors.jobs.digest import gather, queue_urgent
from monitors.jobs.known_sites import with_history
from monitors.jobs.sweep import target_of
from rules.model import ClaimType, Outcome, Platform, Post
from storage.filings import key_of
from storage.notices import URGENT
from tests.conftest import NOW
from tests.support.console import client_of
from tests.support.hijacked import context, show, site, taken

__all__ = ["context"]


def test_it_is_told_at_once_and_once(context: AppContext) -> None:
    filing = site(context)
    assert queue_urgent(context, NOW) == 0
    show(context, "one", taken(filing))
    assert [queue_urgent(context, NOW), queue_urgent(context, NOW + timedelta(hours=1))] == [1, 0]
    first = context.store.outbox.claim(NOW, 1)[0]
    assert (first.document, first.id.split("/")[:3]) == (URGENT, ["demo", URGENT, key_of(filing)])
    letter = compose(context, first)
    assert letter.id == first.id
    assert letter.recipients == tuple(context.settings.digest_recipients)
    for said in (letter.subject, letter.text, letter.html):
        assert "紧急提醒" in said
        assert "疑似被篡改或域名失效，请立即核实" in said
        assert "日报" not in said
    page = client_of(create_app(context))
    page.sign_in()
    assert "紧急提醒" in page.get("/notices").text
    assert page.get(f"/notices/{first.id}.html").status_code == 404


def test_a_second_incident_is_told_again(context: AppContext) -> None:
    filing, later = site(context), NOW + timedelta(days=1)
    show(context, "one", taken(filing))
    queue_urgent(context, NOW)
    own = replace(
        taken(filing), observed_at=later, outcome=Outcome.OK, reason="", posts=(Post(id="1", published_at=later),),
        account_id=key_of(filing).partition(":")[2], proves=ClaimType.ACTIVE, evidence="e2",
    )  # fmt: skip
    show(context, "two", own)
    assert queue_urgent(context, later) == 0
    show(context, "three", replace(taken(filing), observed_at=later + timedelta(days=1)))
    assert queue_urgent(context, later + timedelta(days=1)) == 1
    assert not digest(gather(context, "demo", NOW.date(), NOW)).urgent


COLUMNS = ("教学运行", "学籍管理", "考试中心", "教材建设", "新闻动态")
HOME = "http://jwc.example.edu.cn/"
TARGET = Target(
    platform=Platform.WEBSITE, key="website:jwc.example.edu.cn", name="示范大学教务处", account_id="jwc.example.edu.cn",
    url=HOME, earlier_names=("示范大学教务处",), earlier_columns=COLUMNS,
)  # fmt: skip


def home(title: str, word: str, foot: str = "") -> Page:
    goods = "".join(f'<li><a href="/item/{n}.html">{word} {n} 号</a><i>2026-11-{19 - n}</i></li>' for n in range(12))
    return Page(
        HOME,
        f"<html><title>{title}</title><body><p>教育用品 学生优惠</p><ul>{goods}</ul>{foot}</body></html>".encode(),
        NOW,
    )


def test_title_columns_and_text_that_changed_wholly_are_anothers_though_they_speak_of_students() -> None:
    stranger = home("优选商城 学生专享", "书包文具批发价")
    assert attribute_page(stranger, TARGET, "home").is_hijacked
    unknown = replace(TARGET, earlier_names=(), earlier_columns=())
    assert not attribute_page(stranger, unknown, "home").is_hijacked


def test_a_new_design_of_the_same_site_is_the_same_site() -> None:
    for page in (
        home("教务在线", "关于考试安排的通知"),
        home("本科生院", "关于考试安排的通知", "<p>版权所有 示范大学教务处</p>"),
        home("本科生院", "关于考试安排的通知", "<a href=/xj>学籍管理</a>"),
        home("Undergraduate School", "关于选课的通知", "<a href=/a>教学运行</a>"),
    ):
        assert not attribute_page(page, TARGET, "home").is_hijacked


def test_the_crawler_is_told_what_a_site_was_known_by(context: AppContext) -> None:
    filing = site(context)
    seen = replace(
        taken(filing), outcome=Outcome.OK, reason="", name="示范大学图书馆", columns=COLUMNS, proves=ClaimType.NAME,
        account_id=key_of(filing).partition(":")[2],
    )  # fmt: skip
    show(context, "one", seen)
    (told,) = with_history(context, [target_of(filing)])
    assert (told.earlier_columns, "示范大学图书馆" in told.earlier_names) == (COLUMNS, True)
    other = replace(target_of(filing), platform=Platform.WEIBO)
    assert with_history(context, [other]) == [other]


def test_an_outbox_folder_takes_it(context: AppContext, tmp_path: Path) -> None:
    from monitors.jobs.delivery import deliver

    show(context, "one", taken(site(context)))
    queue_urgent(context, NOW)
    deliver(context, NOW)
    written = [path.read_text("utf-8") for path in (context.settings.data / "outbox").rglob("*.txt")]
    assert any("紧急提醒" in text for text in written)
