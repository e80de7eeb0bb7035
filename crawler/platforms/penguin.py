"""企鹅号: no public list by author; single Tencent News articles name their account and time."""

from __future__ import annotations

from crawler.page import extract
from crawler.page.extract import dicts_at, make_observation, require, text_at, unix_time_at, when
from crawler.page.page import Page
from crawler.platforms.spec import PageSource, PlatformSpec, Target
from rules.model import ClaimType, Observation, Platform, Post, Precision


def read_article(page: Page) -> Observation:
    """news.qq.com article: window.DATA names media and time."""
    value = extract.embedded(page.text, "window.DATA")
    name = require(text_at(value, "media") or text_at(value, "media_name"), "no_identity: 文章页没有账号")
    at, precision = when(text_at(value, "pubtime") or text_at(value, "pub_time"), page)
    ident = text_at(value, "article_id") or text_at(value, "cms_id") or text_at(value, "id")
    post = Post(
        id=ident or text_at(value, "title"),
        title=text_at(value, "title"),
        published_at=at,
        precision=precision,
        url=text_at(value, "url") or page.url,
    )
    return make_observation(
        page, Platform.PENGUIN, name=name, account_id=text_at(value, "media_id") or text_at(value, "suid"), posts=[post]
    )


def read_list(page: Page) -> Observation:
    """A saved list of one author's articles; items of other channels are recommendations."""
    items = dicts_at(extract.page_json(page), "newslist") or dicts_at(extract.page_json(page), "data", "list")
    whose = extract.majority_owner(text_at(item, "chlid") or text_at(item, "media_id") for item in items)
    own = [item for item in items if (text_at(item, "chlid") or text_at(item, "media_id")) == whose]
    require(whose and own, "no_identity: 列表里没有账号")
    posts = []
    for item in own:
        at, precision = unix_time_at(item, "timestamp"), Precision.SECOND
        if not at:
            at, precision = when(text_at(item, "time"), page)
        posts.append(
            Post(
                id=text_at(item, "id"),
                title=text_at(item, "title"),
                url=text_at(item, "url"),
                published_at=at,
                precision=precision,
            )
        )
    return make_observation(
        page,
        Platform.PENGUIN,
        name=text_at(own[0], "chlname") or text_at(own[0], "media_name"),
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
        PageSource(
            code="list",
            label="作者文章列表",
            proves=ClaimType.ACTIVE | ClaimType.NAME,
            note="无公开地址，仅读留存",
            matches=lambda page: extract.has(page, "newslist") or bool(extract.json_at(page, "data", "list")),
            read=read_list,
        ),
        PageSource(
            code="article",
            label="文章页",
            proves=ClaimType.ACTIVE | ClaimType.NAME,
            note="只证明这一篇；平时由人工核查",
            matches=lambda page: "window.DATA" in page.text,
            read=read_article,
            urls=urls,
        ),
    ),
)
