"""WeChat's back end as an operator saw it: what an account published, and accounts found by name. Saved answers only."""

from __future__ import annotations

import json
from typing import Any

from crawler.page import extract
from crawler.page.extract import dicts_at, json_at, make_observation, require, text_at, unix_time_at
from crawler.page.page import Page, Unreadable
from crawler.platforms.spec import PageSource
from crawler.platforms.wechat.lists import article_id, listed
from rules.model import ClaimType, Observation, Platform, Post, SearchHit

NOTE = "需运营者登录，仅读留存"


def inner(value: Any, key: str) -> Any:
    """JSON that stands as text inside JSON. Raises Unreadable where it is none."""
    try:
        return json.loads(extract.get_path(value, key))
    except (TypeError, ValueError, RecursionError) as error:
        raise Unreadable("bad_list: 已发表列表不是 JSON") from error


def read_published(page: Page) -> Observation:
    """appmsgpublish: an own account's rows carry appmsg_info, another's appmsgex; the time is when it was sent."""
    whole = inner(extract.page_json(page), "publish_page")
    posts = []
    for entry in dicts_at(whole, "publish_list"):
        info = inner(entry, "publish_info") if entry.get("publish_info") else {}
        sent = unix_time_at(info, "sent_info", "time") or unix_time_at(info, "create_time")
        for article in dicts_at(info, "appmsgex") or dicts_at(info, "appmsg_info"):
            url = extract.either(article, "link", "content_url")
            posts.append(
                Post(
                    id=article_id(url) or text_at(article, "aid"),
                    title=text_at(article, "title"),
                    url=url,
                    published_at=sent or unix_time_at(article, "create_time"),
                )
            )
    return listed(page, posts)


def read_search(page: Page) -> Observation:
    """searchbiz: accounts by name, with the __biz of each."""
    results = tuple(
        SearchHit(
            platform=Platform.WECHAT,
            name=text_at(row, "nickname"),
            account_id=text_at(row, "fakeid"),
            url=text_at(row, "url"),
        )
        for row in dicts_at(extract.page_json(page), "list")
        if text_at(row, "nickname")
    )
    return make_observation(
        page, Platform.WECHAT, results=require(results, "no_result: 没有公众号；不能证明账号不存在")
    )


SOURCES = (
    PageSource(
        code="operator",
        label="公众平台已发表列表",
        proves=ClaimType.ACTIVE,
        note=NOTE,
        matches=lambda page: extract.has(page, "publish_page"),
        read=read_published,
    ),
    PageSource(
        code="operator_search",
        label="公众平台搜索",
        proves=ClaimType.NONE,
        note=NOTE + "；只用于发现",
        matches=lambda page: bool(text_at(json_at(page, "list", 0), "fakeid")),
        read=read_search,
    ),
)
