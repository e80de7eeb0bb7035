"""Small pages in the shapes of real ones, built around what a test varies."""

from __future__ import annotations

from crawler.observe.parse import parse_page
from crawler.page.page import Page
from rules.model import Observation
from tests.conftest import NOW

MENU = "".join(
    f'<li><a href="{path}.htm">{name}</a></li>'
    for path, name in (
        ("index", "首页"),
        ("xygk", "学院概况"),
        ("szdw", "师资队伍"),
        ("tzgg", "通知公告"),
        ("lxwm", "联系我们"),
    )
)
WORDS = ("讲座", "考试", "选课", "教材", "运动会", "图书馆", "奖学金", "实习")


def framed(title: str, inner: str, head: str = "") -> str:
    """A page with menu, breadcrumb and foot around its content."""
    return (
        f'<!DOCTYPE html><html><head><meta charset="utf-8"><title>{title}</title>{head}</head><body>'
        f'<div class="nav"><ul>{MENU}</ul></div><div class="pos">当前位置：<a href="index.htm">首页</a> &gt; 栏目</div>'
        f'{inner}<div class="foot">版权所有 © 示范大学教务处 地址：示范市示范路1号</div></body></html>'
    )


def items(dates: list[str], link: str = "info/1012/{n}.htm", title: str = "关于{word}的通知") -> str:
    """A column whose items say these dates, newest first by their running number."""
    rows = (
        f'<li><a href="{link.format(n=1900 - n, at=n)}">{title.format(word=WORDS[n % len(WORDS)], n=n)}</a>'
        f'<span class="time">{date}</span></li>'
        for n, date in enumerate(dates)
    )
    return f'<ul class="news_list">{"".join(rows)}</ul>'


def column(inner: str, head: str = "", url: str = "http://jwc.example.edu.cn/tzgg.htm") -> Observation:
    return read_page(framed("通知公告-示范大学教务处", inner, head), url)


def article(line: str, head: str = "", body: str = "<p>各学院：请按时完成有关工作，逾期不予受理。</p>") -> Observation:
    inner = f'<div class="content"><h1>关于期中教学检查的通知</h1><div class="info">{line}</div><div id="vsb_content">{body}</div></div>'
    return read_page(
        framed("关于期中教学检查的通知-示范大学教务处", inner, head), "http://jwc.example.edu.cn/info/1012/1890.htm"
    )


def read_page(page: str, url: str = "http://jwc.example.edu.cn/") -> Observation:
    return parse_page(Page(url, page.encode(), NOW), "website")


def day(seen: Observation) -> str:
    return f"{seen.last_post_at:%Y-%m-%d}" if seen.last_post_at else ""
