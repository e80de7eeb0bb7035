"""Toutiao: single articles and search pages; the list of an account needs a signature, so silence cannot be shown."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import unquote

from crawler.page import extract
from crawler.page.extract import (
    dicts_at,
    find,
    json_at,
    make_observation,
    require,
    text_at,
    unix_time_at,
    when,
    xpath_text,
)
from crawler.page.page import Page, Unreadable
from crawler.platforms.spec import PageSource, PlatformSpec, Target
from rules.model import ClaimType, Observation, Platform, Post, Precision, SearchHit

QUOTE = r"'((?:[^'\\]|\\.){1,300})'"


def from_id(group: str) -> Any:
    """The time inside a group id; exact on captured articles, wrong for imported ones."""
    value = extract.int_at(group or None)
    return unix_time_at(value >> 32) if value else None


def read_old_article(page: Page) -> Observation:
    """BASE_DATA of 2019–2020: mediaInfo is the account; pgcInfo, feedInfo and siblingList are other articles."""
    text = page.text[page.text.find("BASE_DATA") :]
    media = extract.first(r"(?s)mediaInfo:\s*\{(.{1,800}?)\}", text)
    name = extract.first(rf"name:\s*{QUOTE}", media) or extract.first(rf"source:\s*{QUOTE}", text)
    user = extract.first(r"/c/user/(\d+)", media) or extract.first(r"(?:user_id|uid):\s*'(\d+)'", media)
    group = extract.first(r"(?:groupId|itemId|item_id|group_id):\s*'(\d{10,20})'", text)
    at, precision = when(extract.first(r"(?s)subInfo:\s*\{.{1,400}?time:\s*'([^']{8,30})'", text), page)
    if not at:
        at, precision = from_id(group), Precision.DERIVED
    title = extract.first(rf"title:\s*{QUOTE}", text).strip('" ')
    require(group and name, "no_identity: 文章页没有账号或编号")
    return make_observation(
        page,
        Platform.TOUTIAO,
        name=name,
        account_id=user,
        posts=[
            Post(
                id=group,
                title=title,
                url=f"https://www.toutiao.com/article/{group}/",
                published_at=at,
                precision=precision,
            )
        ],
    )


def state(page: Page) -> Any:
    """RENDER_DATA: URL-encoded JSON."""
    raw = page.text.partition('id="RENDER_DATA"')[2].partition(">")[2].partition("<")[0]
    try:
        return json.loads(unquote(raw))
    except (ValueError, RecursionError) as error:
        raise Unreadable("bad_render_data: RENDER_DATA 无法解析") from error


USERS = ("mediaInfo", "userInfo", "user", "profileUserInfo", "media_user", "user_info")


def read_render_data(page: Page) -> Observation:
    """Today's article or profile page."""
    data = extract.get_path(state(page), "data") or state(page)
    info = extract.get_path(data, "initialDetail") or data
    user = next((found for key in USERS for place in (info, data) if (found := extract.get_path(place, key))), None)
    name = extract.either(user, "name", "screen_name") or text_at(info, "source")
    body = extract.either(user, "verifiedContent", "verified_content") or text_at(user, "userAuthInfo", "auth_info")
    require(name, "no_identity: 页面上没有账号")
    return make_observation(
        page, Platform.TOUTIAO, name=name, account_id=_uid(user), verified_body=body, posts=_rendered(info, page)
    )


def _rendered(info: Any, page: Page) -> list[Post]:
    """The article of a page; none on a profile."""
    group = extract.either(info, "itemId", "groupId", "item_id", "group_id")
    stamp = extract.either(info, "publishTime", "publish_time")
    at, precision = unix_time_at(stamp), Precision.SECOND
    if not at:
        at, precision = when(stamp, page)
    if not at:
        at, precision = from_id(group), Precision.DERIVED
    url = f"https://www.toutiao.com/article/{group}/"
    return (
        [Post(id=group, title=text_at(info, "title"), url=url, published_at=at, precision=precision)] if group else []
    )


def _uid(user: Any) -> str:
    return extract.either(user, "userId", "user_id", "creator_uid", "id", "uid")


def unpacked(row: dict[str, Any]) -> dict[str, Any]:
    """One item; the mobile interface gives it as JSON inside JSON."""
    try:
        inner = json.loads(row["content"])
    except (KeyError, TypeError, ValueError, RecursionError):
        return row
    return inner if isinstance(inner, dict) else row


def read_feed(page: Page) -> Observation:
    """api/pc/list/feed as saved: items of one account; ads and recommended items name other users."""
    items = [unpacked(row) for row in dicts_at(extract.page_json(page), "data")]
    items = [item for item in items if not item.get("is_feed_ad") and not item.get("ad_id")]
    whose = extract.majority_owner(
        _uid(extract.get_path(item, "user_info")) or text_at(item, "media_creator_id") for item in items
    )
    own = [
        item
        for item in items
        if (_uid(extract.get_path(item, "user_info")) or text_at(item, "media_creator_id")) == whose
    ]
    require(whose and own, "no_own_items: 列表里没有账号，或作者各不相同（推荐列表）")
    user = extract.get_path(own[0], "user_info")
    posts = []
    for item in own:
        group = text_at(item, "group_id") or text_at(item, "item_id") or text_at(item, "id")
        # behot_time is when the item was put before the reader: of a pinned one, now.
        at, precision = unix_time_at(item, "publish_time") or unix_time_at(item, "create_time"), Precision.SECOND
        if not at:
            at, precision = from_id(group), Precision.DERIVED
        posts.append(
            Post(
                id=group,
                title=(text_at(item, "title") or text_at(item, "content"))[:80],
                url=f"https://www.toutiao.com/article/{group}/",
                published_at=at,
                precision=precision,
                pinned=extract.flag_at(item, "is_stick") or text_at(item, "stick_label") == "置顶",
            )
        )
    return make_observation(
        page,
        Platform.TOUTIAO,
        name=text_at(user, "name") or text_at(own[0], "source"),
        account_id=whose,
        verified_body=text_at(user, "verified_content"),
        posts=posts,
    )


def read_profile(page: Page) -> Observation:
    """A profile of the mobile interface."""
    user = extract.get_path(extract.page_json(page), "data")
    return make_observation(
        page,
        Platform.TOUTIAO,
        name=extract.either(user, "name", "screen_name"),
        account_id=_uid(user),
        verified_body=text_at(user, "verified_content"),
    )


def unwrapped(link: str) -> str:
    """A jump link with its inner links unquoted; they are nested up to five deep."""
    for _ in range(6):
        link = unquote(link)
    return link


def read_search(page: Page) -> Observation:
    """so.toutiao.com: articles with their source, or users; nobody's list, so only results."""
    results: dict[str, SearchHit] = {}
    for card in find(extract.tree(page), "//*[@real-index]"):
        link = unwrapped((card.xpath(".//a/@href") or [""])[0])
        source = extract.first(r'"(?:article_source|name|user_name)"\s*:\s*"([^"]{1,60})"', link)
        user = extract.first(r"/(?:c/user|profile)/(?:token/)?([\w.-]{5,120})", link)
        if not source and user:
            source = xpath_text(card, './/*[contains(@class,"title")]')
        group = extract.first(r"/group/(\d{15,20})", link)
        if source and (group or user):
            results.setdefault(
                source,
                SearchHit(
                    platform=Platform.TOUTIAO,
                    name=source,
                    account_id=user,
                    url=f"https://www.toutiao.com/group/{group}/" if group else "",
                    last_post_at=from_id(group),
                ),
            )
        elif link and not source:
            _add_site(results, card, link)
    return make_observation(
        page, Platform.TOUTIAO, results=tuple(require(results, "no_result: 没有结果；不能证明账号不存在").values())
    )


def _add_site(results: dict[str, SearchHit], card: Any, link: str) -> None:
    """Search also lists ordinary websites, which somebody may have to look at too."""
    name = xpath_text(card, './/*[contains(@class,"title")]')
    url = extract.first(r"h5_url=(https?://[^&\s]{4,300})", link)
    if name and url:
        results.setdefault(name, SearchHit(platform=Platform.WEBSITE, name=name, url=url))


def urls(target: Target) -> tuple[str, ...]:
    """Only an article address can be asked for."""
    return (target.url,) if re.search(r"toutiao\.com/(article|group|i|a)/?\d+", target.url) else ()


SPEC = PlatformSpec(
    platform=Platform.TOUTIAO,
    hosts=("www.toutiao.com", "so.toutiao.com"),
    delay_seconds=10.0,
    daily_budget=300,
    sources=(
        PageSource(
            code="feed",
            label="账号列表接口",
            proves=ClaimType.ACTIVE | ClaimType.NAME | ClaimType.BODY,
            note="需签名，仅读留存",
            matches=lambda page: (
                any(extract.has(page, "data", 0, key) for key in ("publish_time", "behot_time", "group_id"))
                or any(text_at(unpacked(row), "behot_time") for row in dicts_at(json_at(page, "data"))[:1])
            ),
            read=read_feed,
        ),
        PageSource(
            code="profile",
            label="账号资料接口",
            proves=ClaimType.NAME | ClaimType.BODY,
            note="仅读留存",
            matches=lambda page: extract.has(page, "data", "user_id") and extract.has(page, "data", "verified_content"),
            read=read_profile,
        ),
        PageSource(
            code="article",
            label="文章页",
            proves=ClaimType.ACTIVE | ClaimType.NAME,
            note="只证明这一篇",
            matches=lambda page: "BASE_DATA" in page.text,
            read=read_old_article,
        ),
        PageSource(
            code="render_data",
            label="文章页或主页",
            proves=ClaimType.ACTIVE | ClaimType.NAME | ClaimType.BODY,
            note="只证明页面所载",
            matches=lambda page: 'id="RENDER_DATA"' in page.text,
            read=read_render_data,
            urls=urls,
        ),
        PageSource(
            code="search",
            label="头条搜索",
            proves=ClaimType.NONE,
            note="只用于发现",
            matches=lambda page: "real-index=" in page.text or "data-test-result-list" in page.text,
            read=read_search,
        ),
    ),
)
