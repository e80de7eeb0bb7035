"""Which pages are fetched after a home page: few, newsy, on the site's own hosts, and never a pager's oldest page."""

from __future__ import annotations

from crawler.page.page import Page
from crawler.platforms.spec import Target
from crawler.platforms.website import SPEC
from crawler.platforms.website.links import MOST, follow
from rules.model import Platform
from tests.conftest import NOW

TARGET = Target(platform=Platform.WEBSITE, key="website:www.example.edu.cn", hosts=("news.example.edu.cn",))
HOME = """<html><head><title>示例大学</title><meta charset=utf-8>
<link rel="alternate" type="application/rss+xml" href="/rss.xml"></head><body>
<a href="/xygk.htm">学院概况</a><a href="/xwzx.htm">新闻中心</a><a href="/tzgg.htm">通知公告</a>
<a href="/tzgg/1.htm">公告尾页通知</a><a href="/24257/list13.htm">新闻动态第13页</a>
<a href="https://news.example.edu.cn/list.htm">校园新闻</a><a href="https://elsewhere.com/news/">新闻链接</a>
<a href="javascript:void(0)">新闻</a><a href="/file/news.pdf">新闻下载</a><a href="/info/1001/5.htm">新闻一则</a>
<a href="/xsbg.htm">学术报告</a><a href="/djgz.htm">党建工作</a><a href="/kydt.htm">科研动态</a><a href="/hdyg.htm">活动预告</a>
</body></html>"""


def home(body: str = HOME) -> tuple[str, ...]:
    return follow(Page("http://www.example.edu.cn/", body.encode(), NOW), TARGET)


def test_news_first_then_feed_and_sitemap() -> None:
    assert home() == (
        "http://www.example.edu.cn/xwzx.htm",
        "http://www.example.edu.cn/tzgg.htm",
        "https://news.example.edu.cn/list.htm",
        "http://www.example.edu.cn/kydt.htm",
        "http://www.example.edu.cn/rss.xml",
        "http://www.example.edu.cn/sitemap.xml",
    )


def test_bounded() -> None:
    many = "".join(f'<a href="/xw{i}.htm">新闻{i}</a>' for i in range(500))
    assert len(home(f"<html><body>{many}</body></html>")) == MOST


def test_only_home_pages_lead_further() -> None:
    assert follow(Page("http://www.example.edu.cn/tzgg.htm", HOME.encode(), NOW), TARGET) == ()
    assert follow(Page("", HOME.encode(), NOW), TARGET) == ()


def test_where_to_begin() -> None:
    begin = SPEC.sources[0].urls
    assert begin(Target(platform=Platform.WEBSITE, key="k", url="https://a.edu.cn/x/")) == ("https://a.edu.cn/x/",)
    assert begin(Target(platform=Platform.WEBSITE, key="k", account_id="a.edu.cn")) == ("http://a.edu.cn/",)
    assert begin(Target(platform=Platform.WEBSITE, key="k")) == ()
