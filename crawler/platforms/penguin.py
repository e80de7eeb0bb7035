"""企鹅号: no public list by author; single Tencent News articles name their account and time."""

from __future__ import annotations

from crawler.page import extract
from crawler.page.extract import need, rows, seen, unix, when, word
from crawler.page.page import Page
from crawler.platforms.spec import PlatformSpec, Source, Target
from rules.model import Observation, Platform, Post, Precision, Proof


def read_article(page: Page) -> Observation:
    """news.qq.com article: window.DATA names media and time."""
    value = extract.embedded(page.text, "window.DATA")
    name = need(word(value, "media") or word(value, "media_name"), "no_identity: 文章页没有账号")
    at, precision = when(word(value, "pubtime") or word(value, "pub_time"), page)
    ident = word(value, "article_id") or word(value, "cms_id") or word(value, "id")
    post = Post(
        id=ident or word(value, "title"),
        title=word(value, "title"),
        published_at=at,
        precision=precision,
        url=word(value, "url") or page.url,
    )
    return seen(
        page, Platform.PENGUIN, name=name, account_id=word(value, "media_id") or word(value, "suid"), posts=[post]
    )


def read_list(page: Page) -> Observation:
    """A saved list of one author's articles; items of other channels are recommendations."""
    items = rows(extract.data(page), "newslist") or rows(extract.data(page), "data", "list")
    whose = extract.owner(word(item, "chlid") or word(item, "media_id") for item in items)
    own = [item for item in items if (word(item, "chlid") or word(item, "media_id")) == whose]
    need(whose and own, "no_identity: 列表里没有账号")
    posts = []
    for item in own:
        at, precision = unix(item, "timestamp"), Precision.SECOND
        if not at:
            at, precision = when(word(item, "time"), page)
        posts.append(
            Post(
                id=word(item, "id"),
                title=word(item, "title"),
                url=word(item, "url"),
                published_at=at,
                precision=precision,
            )
        )
    return seen(
        page,
        Platform.PENGUIN,
        name=word(own[0], "chlname") or word(own[0], "media_name"),
        account_id=whose,
        posts=posts,
    )


def urls(target: Target) -> tuple[str, ...]:
    """Only an article address shows anything."""
    return (target.url,) if "qq.com/" in target.url and "/a/" in target.url else ()


SPEC = PlatformSpec(
    platform=Platform.PENGUIN,
    hosts=("new.qq.com", "news.qq.com"),
    delay_seconds=10.0,
    daily_budget=200,
    sources=(
        Source(
            code="list",
            label="作者文章列表",
            proves=Proof.ACTIVE | Proof.NAME,
            note="无公开地址，仅读留存",
            recognises=lambda page: extract.has(page, "newslist") or bool(extract.peek(page, "data", "list")),
            read=read_list,
        ),
        Source(
            code="article",
            label="文章页",
            proves=Proof.ACTIVE | Proof.NAME,
            note="只证明这一篇；平时由人工核查",
            recognises=lambda page: "window.DATA" in page.text,
            read=read_article,
            urls=urls,
        ),
    ),
)
