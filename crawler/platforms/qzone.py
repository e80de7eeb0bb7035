"""QQ空间: anonymous visitors meet a login page; a saved 说说 list is read where somebody has one."""

from __future__ import annotations

from crawler.page import extract
from crawler.page.extract import need, number, rows, seen, unix, word
from crawler.page.page import Page
from crawler.platforms.spec import PlatformSpec, Source, Target
from rules.model import Observation, Outcome, Platform, Post, Proof


def read_list(page: Page) -> Observation:
    """emotion_cgi_msglist: 说说 of one QQ number. ``total`` 0 with code 0 is the space's own counter."""
    value = extract.data(page)
    account = need(word(value, "usrinfo", "uin") or word(value, "uin"), "no_identity: 列表里没有QQ号")
    own = [item for item in rows(value, "msglist") if word(item, "uin") in ("", account)]
    posts = [
        Post(
            id=word(item, "tid"),
            title=word(item, "content")[:80],
            published_at=unix(item, "created_time"),
            url=f"https://user.qzone.qq.com/{account}/mood/{word(item, 'tid')}",
            pinned=word(item, "istop") == "1",
        )
        for item in own
        if word(item, "tid")
    ]
    total = number(value, "total")
    empty = not posts and total == 0
    need(posts or empty, "empty_list: 列表是空的")
    return seen(
        page,
        Platform.QZONE,
        name=word(value, "usrinfo", "name"),
        account_id=account,
        posts=posts,
        post_count=total,
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
        Source(
            code="list",
            label="说说列表",
            proves=Proof.ACTIVE | Proof.NAME,
            note="需登录，仅读留存；平时由人工核查",
            recognises=lambda page: extract.has(page, "msglist") or extract.has(page, "usrinfo"),
            read=read_list,
            urls=urls,
        ),
    ),
)
