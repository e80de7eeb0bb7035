"""The campus's websites: three content systems, each with a home page, columns and articles, and every trap on them."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import timedelta

from monitors.demo.activity import DemoAccount, DemoCampus, DemoPost
from monitors.demo.answer import DemoRequest, DemoResponse, missing, render
from monitors.demo.obstacles import OBSTACLES
from monitors.demo.wechat import linked
from rules.model import Platform

PER_PAGE = 14
EVENT = timedelta(days=90)
"""How far ahead the events lie that a silent site still announces."""


@dataclass(frozen=True, slots=True)
class DemoColumn:
    """One column of a site with what stands in it."""

    code: str
    number: int
    title: str
    posts: tuple[DemoPost, ...] = ()


COLUMNS = (
    ("xwzx", 1001, "综合新闻", "news", 0.0),
    ("tzgg", 1002, "通知公告", "notice", 0.5),
    ("xsdt", 1003, "学术动态", "talk", 1.0),
    ("djzl", 1004, "党建专栏", "party", 2.0),
)
"""Code, number, title, what it writes about, and how many days it lags behind the first."""
PATHS: dict[str, dict[str, re.Pattern[str]]] = {
    "vsb": {
        "home": re.compile(r"/(index\.html?)?$"),
        "list": re.compile(r"/(?P<column>[a-z]+)(/(?P<older>1))?\.htm$"),
        "article": re.compile(r"/info/(?P<column>\d+)/(?P<number>\d+)\.htm$"),
    },
    "webplus": {
        "home": re.compile(r"/(main\.(htm|psp))?$"),
        "list": re.compile(r"/(?P<column>\d+)/list(?P<older>2)?\.htm$"),
        "article": re.compile(r"/\w\w/\w\w/c(?P<column>\d+)a(?P<number>\d+)/page\.htm$"),
    },
    "plain": {
        "home": re.compile(r"/(index\.php)?(\?.*)?$"),
        "list": re.compile(r"/(?P<column>[a-z]+)/(\?p=(?P<older>2))?$"),
        "article": re.compile(r"/show\.php\?cid=(?P<column>\d+)&id=(?P<number>\d+)$"),
    },
}


def columns_of(campus: DemoCampus, actor: DemoAccount) -> tuple[DemoColumn, ...]:
    """The site's columns as they stand now."""
    made = [
        DemoColumn(code, number, title, campus.items(actor, theme, later))
        for code, number, title, theme, later in COLUMNS
    ]
    if "future" in actor.quirks:
        when = (campus.now + EVENT).strftime("%Y年%m月%d日")
        made[1] = replace(
            made[1], posts=tuple(replace(p, title=f"{p.title}（会议时间：{when}）") for p in made[1].posts)
        )
    if "empty_column" in actor.quirks:
        made[2] = replace(made[2], posts=())
    return tuple(made[:3] if "no_party" in actor.quirks else made)


def website(campus: DemoCampus, ask: DemoRequest) -> DemoResponse | None:
    """What a host of the campus answers; None where there is no such site."""
    actor = campus.who(Platform.WEBSITE, ask.host) or campus.who(Platform.WEBSITE, f"www.{ask.host}")
    if actor is None:
        return None
    if ask.path == "/robots.txt" and actor.trait == "robots":
        return DemoResponse(b"User-agent: *\nDisallow: /\n", kind="text/plain")
    if ask.path == "/robots.txt":
        return missing()
    obstacle = OBSTACLES.get(actor.trait)
    return (obstacle(campus, ask) if obstacle else None) or _content(campus, actor, ask)


def _content(campus: DemoCampus, actor: DemoAccount, ask: DemoRequest) -> DemoResponse:
    path = f"{ask.path}?{ask.query_string}" if ask.query_string else ask.path
    for kind, pattern in PATHS[actor.shape or "plain"].items():
        if match := pattern.match(path):
            found = match.groupdict()
            column = found.get("column", "")
            return _page(campus, actor, kind, column, bool(found.get("older")), int(found.get("number") or 0))
    return missing()


def _page(campus: DemoCampus, actor: DemoAccount, kind: str, wanted: str, older: bool, number: int) -> DemoResponse:
    columns = columns_of(campus, actor)
    column = next((each for each in columns if wanted in (each.code, str(each.number))), None)
    item = next((post for post in column.posts if post.number == number), None) if column else None
    if (wanted and column is None) or (kind == "article" and item is None):
        return missing()
    text = render(
        f"{actor.shape or 'plain'}.html",
        kind=kind,
        name=actor.name,
        unit=actor.unit,
        quirks=actor.quirks,
        columns=columns,
        linked=linked(campus) if "links" in actor.quirks else [],
        column=column,
        item=item,
        shown=_shown(column, older),
        up="../" if older else "",
        now=campus.now,
        soon=campus.now + EVENT,
        day=lambda post: _day(campus, actor, post),
        charset=_declared(actor),
        site_number=1 if "clone" in actor.quirks else 1 + actor.digest[0],
    )
    return _finished(campus, actor, text)


def _shown(column: DemoColumn | None, older: bool) -> tuple[DemoPost, ...]:
    posts = column.posts if column else ()
    return posts[PER_PAGE:] if older else posts[:PER_PAGE]


def _day(campus: DemoCampus, actor: DemoAccount, post: DemoPost) -> str:
    """The date as the site writes it: a year-less site writes the year of old items only."""
    short = "yearless" in actor.quirks and post.at.year == campus.now.year
    return post.at.strftime("%m-%d" if short else "%Y-%m-%d")


def _declared(actor: DemoAccount) -> str:
    if "gb18030" in actor.quirks:
        return "gb2312"
    return "gbk" if "charset_lie" in actor.quirks else "utf-8"


def _finished(campus: DemoCampus, actor: DemoAccount, text: str) -> DemoResponse:
    """Encoding, speed and damage come last."""
    body = text.encode("gb18030" if "gb18030" in actor.quirks else "utf-8")
    if actor.trait == "truncated":
        body = body[: len(body) // 12]
    delay = campus.slow_seconds if actor.trait == "slow" else 0.0
    return DemoResponse(body, kind="text/html", delay=delay)
