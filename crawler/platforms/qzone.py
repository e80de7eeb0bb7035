"""QQ空间: anonymous visitors meet a login page; a saved 说说 list is read where somebody has one."""

from __future__ import annotations

from crawler.page import extract
from crawler.page.extract import dicts_at, int_at, make_observation, require, text_at, unix_time_at
from crawler.page.page import Page
from crawler.platforms.spec import PageSource, PlatformSpec, Target
from rules.model import ClaimType, Observation, Outcome, Platform, Post


def read_list(page: Page) -> Observation:
    """emotion_cgi_msglist: 说说 of one QQ number. ``total`` 0 with code 0 is the space's own counter."""
    value = extract.page_json(page)
    account = require(text_at(value, "usrinfo", "uin") or text_at(value, "uin"), "no_identity: 列表里没有QQ号")
    own = [item for item in dicts_at(value, "msglist") if text_at(item, "uin") in ("", account)]
    posts = [
        Post(
            id=text_at(item, "tid"),
            title=text_at(item, "content")[:80],
            published_at=unix_time_at(item, "created_time"),
            url=f"https://user.qzone.qq.com/{account}/mood/{text_at(item, 'tid')}",
            pinned=text_at(item, "istop") == "1",
        )
        for item in own
        if text_at(item, "tid")
    ]
    total = int_at(value, "total")
    empty = not posts and total == 0
    require(posts or empty, "empty_list: 列表是空的")
    return make_observation(
        page,
        Platform.QZONE,
        name=text_at(value, "usrinfo", "name"),
        account_id=account,
        posts=posts,
        outcome=Outcome.EMPTY if empty else Outcome.OK,
        reason="zero_posts: 说说数为 0" if empty else "",
    )


def urls(target: Target) -> tuple[str, ...]:
    """The space's address; it redirects to a login."""
    return (f"https://user.qzone.qq.com/{target.account_id}",) if target.account_id.isdigit() else ()


SPEC = PlatformSpec(
    platform=Platform.QZONE,
    hosts=("user.qzone.qq.com",),
    delay_seconds=30.0,
    daily_budget=50,
    sources=(
        PageSource(
            code="list",
            label="说说列表",
            proves=ClaimType.ACTIVE | ClaimType.NAME,
            note="需登录，仅读留存；平时由人工核查",
            matches=lambda page: extract.has(page, "msglist") or extract.has(page, "usrinfo"),
            read=read_list,
            urls=urls,
        ),
    ),
)
