"""Earlier looks tell what a site was about: what changed wholly is somebody else's."""

from __future__ import annotations

from dataclasses import replace

from crawler.observe.attribute import attribute_page
from crawler.page.page import Page
from crawler.platforms.spec import Target
from monitors.app_context import AppContext
from monitors.jobs.known_sites import with_history
from monitors.jobs.sweep import target_of
from rules.model import ClaimType, Outcome, Platform
from storage.filings import key_of
from tests.conftest import NOW
from tests.support.hijacked import context, show, site, taken

__all__ = ["context"]


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
