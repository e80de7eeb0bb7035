"""WeChat's back end as an operator saw it: what an account published, and accounts found by name. Saved answers only."""

from __future__ import annotations

import json
from typing import Any

from crawler.page import extract
from crawler.page.extract import need, number, peek, rows, seen, unix, word
from crawler.page.page import Page, Unreadable
from crawler.platforms.spec import Source
from crawler.platforms.wechat.lists import article_id, listed
from rules.model import Found, Observation, Platform, Post, Proof

NOTE = "需运营者登录，仅读留存"


def inner(value: Any, key: str) -> Any:
    """JSON that stands as text inside JSON. Raises Unreadable where it is none."""
    try:
        return json.loads(extract.dig(value, key))
    except (TypeError, ValueError, RecursionError) as error:
        raise Unreadable("bad_list: 已发表列表不是 JSON") from error


def read_published(page: Page) -> Observation:
    """appmsgpublish: an own account's rows carry appmsg_info, another's appmsgex; the time is when it was sent."""
    whole = inner(extract.data(page), "publish_page")
    posts = []
    for entry in rows(whole, "publish_list"):
        info = inner(entry, "publish_info") if entry.get("publish_info") else {}
        sent = unix(info, "sent_info", "time") or unix(info, "create_time")
        for article in rows(info, "appmsgex") or rows(info, "appmsg_info"):
            url = extract.either(article, "link", "content_url")
            posts.append(
                Post(
                    id=article_id(url) or word(article, "aid"),
                    title=word(article, "title"),
                    url=url,
                    published_at=sent or unix(article, "create_time") or unix(article, "update_time"),
                )
            )
    return listed(page, posts, post_count=number(whole, "total_count"))


def read_search(page: Page) -> Observation:
    """searchbiz: accounts by name, with the __biz of each."""
    results = tuple(
        Found(
            platform=Platform.WECHAT, name=word(row, "nickname"), account_id=word(row, "fakeid"), url=word(row, "url")
        )
        for row in rows(extract.data(page), "list")
        if word(row, "nickname")
    )
    return seen(page, Platform.WECHAT, results=need(results, "no_result: 没有公众号；不能证明账号不存在"))


SOURCES = (
    Source(
        code="operator",
        label="公众平台已发表列表",
        proves=Proof.ACTIVE,
        note=NOTE,
        recognises=lambda page: extract.has(page, "publish_page"),
        read=read_published,
    ),
    Source(
        code="operator_search",
        label="公众平台搜索",
        proves=Proof.NONE,
        note=NOTE + "；只用于发现",
        recognises=lambda page: bool(word(peek(page, "list", 0), "fakeid")),
        read=read_search,
    ),
)
