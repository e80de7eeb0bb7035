"""Weibo's HTML: the WAP profile, one post's page, the user search."""

from __future__ import annotations

import re
from typing import Any

from crawler.page import extract
from crawler.page.extract import css, find, int_at, json_at, make_observation, require, text_at, when, xpath_text
from crawler.page.page import Page
from crawler.platforms.spec import PageSource
from rules.model import ClaimType, Observation, Platform, Post, SearchHit


def read_wap(page: Page) -> Observation:
    """weibo.cn/UID, ten posts a page with year-less times and 认证 on the first page only; and weibo.cn/UID/info."""
    root = extract.tree(page)
    name = re.sub(r"的(微博|资料)$", "", xpath_text(root, "//title"))
    uid = extract.first(r"/attention/add\?uid=(\d+)", page.text) or extract.first(
        r'href="/(\d{5,12})/(?:info|follow|fans)', page.text
    )
    uid = uid or extract.first(r"/(?:repost|comment)/\w+\?uid=(\d+)|weibo\.cn/u/(\d+)", page.text)
    posts = []
    for block in find(root, '//div[starts-with(@id,"M_")]'):
        stamp = re.split(r"来自", xpath_text(block, f"(.//span[{css('ct')}])[last()]"))[0]
        at, precision = when(stamp.strip(), page)
        mid = block.get("id", "")[2:]
        pinned = "置顶" in xpath_text(block, f".//span[{css('kt')}]")
        posts.append(
            Post(
                id=mid,
                title=xpath_text(block, f".//span[{css('ctt')}]")[:80],
                published_at=at,
                url=f"https://weibo.cn/comment/{mid}",
                precision=precision,
                pinned=pinned,
            )
        )
    body = extract.first(r"认证[：:]\s*([^<]{1,200})", page.text)
    count = int_at(extract.first(r"微博\[(\d+)\]", page.text) or None)
    require(posts or uid, "no_identity: 页面上没有账号")
    counters = (("statuses", count),) if count is not None else ()
    facts = {"name": name, "account_id": uid, "verified_body": body, "posts": posts}
    return make_observation(page, Platform.WEIBO, **facts, post_count=count, counters=counters)


def shown_status(page: Page) -> Any:
    """The one mblog that this page is about: statuses/show of either site, or the page's own data."""
    for found in (json_at(page, "data"), json_at(page)):
        # Comments have authors and times too, but nobody passes them on.
        if text_at(found, "created_at") and text_at(found, "user", "id") and "reposts_count" in found:
            return found
    return extract.get_path(extract.embedded(page.text, "$render_data ="), 0, "status")


def read_detail(page: Page) -> Observation:
    """m.weibo.cn/detail/MID: one post and who wrote it."""
    status = shown_status(page)
    uid = require(text_at(status, "user", "id"), "no_identity: 微博页没有作者")
    at, precision = when(text_at(status, "created_at"), page)
    mid = text_at(status, "mid") or text_at(status, "id")
    user = extract.get_path(status, "user")
    return make_observation(
        page,
        Platform.WEIBO,
        name=text_at(user, "screen_name"),
        account_id=uid,
        verified_body=text_at(user, "verified_reason") if extract.get_path(user, "verified") is not False else "",
        posts=[
            Post(
                id=mid,
                title=(text_at(status, "text_raw") or extract.html_text_at(status, "text"))[:80],
                url=f"https://m.weibo.cn/detail/{mid}",
                published_at=at,
                precision=precision,
            )
        ],
    )


def read_user_search(page: Page) -> Observation:
    """s.weibo.com/user: rows of users. The area without rows is a wall or an empty result: nobody can tell which."""
    results = []
    for block in find(extract.tree(page), '//*[contains(@class,"card-user-b")]'):
        uid = extract.first(r"weibo\.com/(?:u/)?(\d{5,12})", xpath_text(block, f".//a[{css('name')}]/@href"))
        name = xpath_text(block, f".//a[{css('name')}]")
        if name:
            body = extract.first(r"^(?:微博认证|认证)[：:](.+)$", xpath_text(block, './/p[contains(.,"认证")]'))
            results.append(
                SearchHit(
                    platform=Platform.WEIBO,
                    name=name,
                    account_id=uid,
                    verified_body=body,
                    url=f"https://weibo.com/u/{uid}" if uid else "",
                )
            )
    top = require(results, "no_result: 搜索结果区是空的：被限制或没有结果，不能证明账号不存在")[0]
    return make_observation(
        page,
        Platform.WEIBO,
        name=top.name,
        account_id=top.account_id,
        verified_body=top.verified_body,
        results=tuple(results),
    )


SOURCES = (
    PageSource(
        code="wap",
        label="weibo.cn 页面",
        proves=ClaimType.ACTIVE | ClaimType.NAME | ClaimType.BODY,
        note="今需登录，仅读人工留存的页面；时间无年份",
        matches=lambda page: (
            bool(re.search(r'<div class="c" id="M_\w+"', page.text))
            or ("weibo.cn" in page.text[:6000] and bool(re.search("的(微博|资料)</title>", page.text[:6000])))
        ),
        read=read_wap,
    ),
    PageSource(
        code="detail",
        label="单条微博",
        proves=ClaimType.ACTIVE | ClaimType.NAME | ClaimType.BODY,
        note="只证明这一条",
        matches=lambda page: "$render_data" in page.text or bool(shown_status(page)),
        read=read_detail,
    ),
    PageSource(
        code="user_search",
        label="s.weibo.com 用户搜索",
        proves=ClaimType.NAME | ClaimType.BODY,
        note="今需登录；没有结果不能证明无此账号",
        matches=lambda page: "card-user-b" in page.text or "pl_user_feedList" in page.text,
        read=read_user_search,
    ),
)
