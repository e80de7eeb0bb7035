"""Addresses, parts of dates and titles of links in the shapes that real systems give them."""

from __future__ import annotations

import pytest

from crawler.observe.parse import parse_page
from crawler.page.page import Page
from crawler.platforms.spec import Target
from crawler.platforms.website.document import parse
from crawler.platforms.website.kinds import is_article
from crawler.platforms.website.links import follow
from crawler.platforms.website.stamps import is_date, stamps
from crawler.platforms.website.titles import link_title
from rules.model import ClaimType, Platform
from tests.conftest import NOW

ARTICLES = [
    "info/1001/5.htm", "c24257a707861/page.htm", "show.php?id=101", "/Show.asp?ArticleID=3", "list.jsp?wbnewsid=12",
    "/202604/t20260418_17.html", "/2026/0418/index.html", "/news/detail-1234.html", "/?p=12",
]  # fmt: skip
COLUMNS = [
    "list.php?id=3",
    "newslist.asp?id=12",
    "/news/class_12.html",
    "/news/index_12.html",
    "/article/list-22.html",
    "/xwzx.htm",
]
WHOLE = [
    "11月05日",
    "日间：2026-08-25",
    "刊发：2026-08-25 08:30",
    "05 Nov 2025",
    "Nov 5th, 2025, 3:51 pm",
    "20260811",
    "(1-15)",
]
NOT_WHOLE = [
    "[1-2]",
    "1-2",
    "3.5",
    "12345678",
    "活动时间：2026-08-25",
    "最后更新: 2026-08-25",
    "报名截止：2026-08-25",
    "有效期：2026-08-25",
]
SPLIT = [
    ("<b>05</b><i>Nov 2025</i>", "2025-11-05"),
    ("<b>NOV</b><i>05</i>", "2026-11-05"),
    ("<b>15</b><i>八月</i>", "2026-08-15"),
    ("<b>15</b><i>8月 / 2025</i>", "2025-08-15"),
    ("<b class=mon>08</b>/<i class=day>15</i>", "2026-08-15"),
    ("<b class=day>15</b>/<i class=month>08</i>", "2026-08-15"),
]  # fmt: skip
LINKS = [
    ("<a href=x><b>20</b><i>2026-05</i><p>学院签署合作备忘录</p></a>", "学院签署合作备忘录"),
    ("<a href=x title='文章标题：校友返校&#10;作    者：某某&#10;发布时间：2026-05-20'>校友…</a>", "校友返校"),
    (f"<a href=x><p>学院签署合作备忘录</p><p>{'本次签约仪式由学院主持，双方将在多个领域合作。' * 3}</p></a>", "学院签署合作备忘录"),
    ("<a href=x>A+</a>", ""),
]  # fmt: skip


@pytest.mark.parametrize("address", ARTICLES)
def test_article_address(address: str) -> None:
    assert is_article(address)


@pytest.mark.parametrize("address", COLUMNS)
def test_column_address(address: str) -> None:
    assert not is_article(address)


@pytest.mark.parametrize("text", WHOLE)
def test_nothing_but_a_date(text: str) -> None:
    assert is_date(text) or stamps(parse(Page("", f"<p>{text}</p>".encode(), NOW)), NOW)


@pytest.mark.parametrize("text", NOT_WHOLE)
def test_no_date_of_an_item(text: str) -> None:
    assert not is_date(text)


@pytest.mark.parametrize(("tags", "day"), SPLIT)
def test_date_cut_into_tags(tags: str, day: str) -> None:
    (stamp,) = stamps(parse(Page("", f"<li><div>{tags}</div><a href=x>标题</a></li>".encode(), NOW)), NOW)
    assert stamp.when.at.date().isoformat() == day


@pytest.mark.parametrize(("anchor", "title"), LINKS)
def test_what_a_link_is_called(anchor: str, title: str) -> None:
    document = parse(Page("", f"<html>{anchor}</html>".encode(), NOW))
    assert link_title(document, document.links[0].node) == title


def test_numbered_columns_are_named_and_followed() -> None:
    dated = "".join(
        f"<li><a href=show.php?id={n}>学院召开第{n}次会议</a><span>2026-10-0{n}</span></li>" for n in range(1, 5)
    )
    body = f"<html><head><title>示例学院</title></head><body><a href=list.php?id=3>党建工作</a><ul>{dated}</ul></body></html>"
    page = Page("http://www.example.edu.cn/", body.encode(), NOW)
    assert "党建工作" in parse_page(page, "website").columns
    assert "http://www.example.edu.cn/list.php?id=3" in follow(page, Target(platform=Platform.WEBSITE, key="k"))


@pytest.mark.parametrize(
    ("title", "keywords"),
    [("第八届学生专业技能竞赛-专题", "专业"), ("《五次选择》——主题读书会", ""), ("教授", "")],
)
def test_words_of_a_title_are_no_name(title: str, keywords: str) -> None:
    body = (
        f"<html><head><title>{title}</title><meta name=keywords content='{keywords}'></head><body><h1>{title}</h1>"
        "<p>发布时间：2026-05-01</p><div id=vsb_content>正文</div><script>_jsq_(1,'/c.jsp',5,9)</script></body></html>"
    )
    seen = parse_page(Page("http://www.example.edu.cn/a.htm", body.encode(), NOW), "website")
    assert seen.name is None
    assert ClaimType.NAME not in seen.proves
