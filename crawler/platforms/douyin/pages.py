"""Douyin's web pages: state in scripts where it is served, the list as a browser draws it otherwise."""

from __future__ import annotations

import json
from urllib.parse import unquote

from crawler.page import extract
from crawler.page.extract import dicts_at, make_observation, require, text_at
from crawler.page.page import Page, Unreadable
from crawler.platforms.douyin.items import detail, from_id, ids, post, profile, who
from rules.model import Observation, Platform, Post, Precision

SHARED = "window._ROUTER_DATA"
"""What a share page declares its state as."""


def read_render_data(page: Page) -> Observation:
    """The user page as served until 2023: URL-encoded JSON with the user and the first posts."""
    raw = page.text.partition('id="RENDER_DATA"')[2].partition(">")[2].partition("<")[0]
    try:
        state = json.loads(unquote(raw))
    except (ValueError, RecursionError) as error:
        raise Unreadable("bad_render_data: RENDER_DATA 无法解析") from error
    for part in state.values() if isinstance(state, dict) else ():
        user = extract.get_path(part, "user", "user") or extract.get_path(part, "user")
        if text_at(user, "nickname"):
            return profile(page, user, dicts_at(part, "post", "data"))
        detail = extract.get_path(part, "aweme", "detail") or extract.get_path(part, "videoDetail")
        if isinstance(detail, dict):
            author = extract.get_path(detail, "authorInfo") or extract.get_path(detail, "author")
            return make_observation(page, Platform.DOUYIN, **who(author), ids=ids(author), posts=[post(detail)])
    raise Unreadable("no_identity: RENDER_DATA 里没有账号，可能需要登录")


def read_share(page: Page) -> Observation:
    """The page behind a share link: one work, or the author's profile without works."""
    loaded = extract.get_path(extract.embedded(page.text, SHARED), "loaderData")
    for part in loaded.values() if isinstance(loaded, dict) else ():
        answer = extract.get_path(part, "videoInfoRes")
        if dicts_at(answer, "item_list") or dicts_at(answer, "filter_list"):
            return detail(page, extract.get_path(answer, "item_list", 0), extract.get_path(answer, "filter_list", 0))
        user = extract.get_path(part, "userInfoRes", "user_info")
        if text_at(user, "nickname"):
            return profile(page, user, [])
    raise Unreadable("no_identity: 分享页里没有作品或账号，可能需要验证")


def read_rendered(page: Page) -> Observation:
    """The list as a browser drew it. It shows no times: those in the ids are marked derived."""
    root = extract.tree(page)
    posts = []
    for item in extract.find(
        root, '//*[@data-e2e="scroll-list"]//li[.//a[contains(@href,"/video/") or contains(@href,"/note/")]]'
    ):
        aweme = extract.first(
            r"/(?:video|note)/(\d{15,20})",
            extract.xpath_text(item, './/a[contains(@href,"/video/") or contains(@href,"/note/")]/@href'),
        )
        tag = extract.xpath_text(item, './/*[contains(@class,"user-video-tag")]')
        posts.append(
            Post(
                id=aweme,
                title=extract.xpath_text(item, ".//img/@alt")[:80],
                url=f"https://www.douyin.com/video/{aweme}",
                published_at=from_id(aweme),
                precision=Precision.DERIVED,
                pinned="置顶" in tag,
            )
        )
    name = extract.xpath_text(root, '//*[@data-e2e="user-info"]//h1') or extract.first(
        r"<title[^>]{0,100}>([^<]{1,60})的抖音", page.text
    )
    account = extract.first(r"/user/(MS4wLjAB[\w-]{20,120})", extract.address(page))
    return make_observation(
        page, Platform.DOUYIN, name=name, account_id=account, posts=require(posts, "empty_list: 列表是空的")
    )
