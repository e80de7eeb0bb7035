"""The profile page of a school's own forum: its name and its newest dated posts."""

from __future__ import annotations

import re
from datetime import datetime

from selectolax.lexbor import LexborHTMLParser

from crawler.page.page import Page, Unreadable
from crawler.platforms.spec import PageSource, PlatformSpec, Target
from rules.model import BEIJING, ClaimType, Observation, Outcome, Platform, Post, Precision


def matches(page: Page) -> bool:
    """Its pages say what made them."""
    return 'name="generator" content="School Forum"' in page.text


def read(page: Page) -> Observation:
    """What the page shows. Raises Unreadable: a profile without its list is not understood, and says nothing."""
    tree = LexborHTMLParser(page.text)
    name, posts = tree.css_first("h1.profile"), tree.css_first("ul.posts")
    if name is None or posts is None:
        raise Unreadable("layout: 没有找到名称或帖子列表")
    found = tuple(
        Post(
            id=str(item.attributes.get("data-id")),
            title=item.text(strip=True)[:200],
            url=page.url,
            published_at=_day(str(item.attributes.get("data-date"))),
            precision=Precision.DAY,
        )
        for item in posts.css("li")
    )
    return Observation(
        platform=Platform.OTHER,
        source="forum",
        url=page.url,
        observed_at=page.fetched_at,
        outcome=Outcome.OK,
        name=name.text(strip=True),
        posts=found,
        proves=ClaimType.ACTIVE | ClaimType.NAME,
    )


def _day(text: str) -> datetime:
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        raise Unreadable("layout: 帖子没有日期")
    return datetime.fromisoformat(text).replace(tzinfo=BEIJING)


def urls(target: Target) -> tuple[str, ...]:
    """The account's own page, where the register names it."""
    return (target.url,) if target.url.startswith("https://forum.example.edu.cn/") else ()


SPEC = PlatformSpec(
    platform=Platform.OTHER,
    sources=(
        PageSource(
            code="forum",
            label="校内论坛主页",
            proves=ClaimType.ACTIVE | ClaimType.NAME,
            note="只证明在更新",
            matches=matches,
            read=read,
            urls=urls,
        ),
    ),
    hosts=("forum.example.edu.cn",),
)
