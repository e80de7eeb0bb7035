"""Bilibili's lists: the dynamics of a space, their older form, and videos."""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import Any

from crawler.page import extract
from crawler.page.extract import EVERYTHING, dicts_at, int_at, make_observation, require, text_at, unix_time_at, when
from crawler.page.page import Page, Unreadable
from rules.model import ClaimType, Observation, Platform, Post, Precision

EPOCH = 1_498_838_400
"""Dynamic ids count from here: (id >> 32) + EPOCH is the time of publication, ±2 s."""


LEAST = 6
"""A page has twelve; a list of fewer is cut short."""
FIRST = re.compile(r"/web-dynamic/v1/feed/space\?")
HARMLESS = frozenset(("host_mid", "timezone_offset", "platform", "features", "web_location", "wts", "w_rid", "w_webid"))
"""What may stand in the address of a whole list. Anything else may ask for a later page, one kind of dynamic, a keyword."""


def answered(page: Page) -> Any:
    """``data`` of an answer with code 0; any other code that is no known wall is unreadable."""
    code = int_at(extract.page_json(page), "code")
    if code != 0:
        raise Unreadable(f"api_{code}: 哔哩哔哩返回错误码 {code}")
    return require(extract.get_path(extract.page_json(page), "data"), "no_data: 返回成功但没有数据")


def read_feed(page: Page) -> Observation:
    """The dynamics of one space, or one of them. Forwards count as the account's own; other authors' items do not."""
    items = dicts_at(answered(page), "items") or dicts_at(answered(page), "item")
    whose = extract.first(r"[?&]host_mid=(\d+)", page.requested_url or page.url)
    whose = whose or extract.majority_owner(text_at(_author(item), "mid") for item in items)
    own = [item for item in items if whose and text_at(_author(item), "mid") == whose]
    author = _author(require(own, "no_own_items: 动态里没有本账号的内容")[0])
    return make_observation(
        page,
        Platform.BILIBILI,
        name=text_at(author, "name"),
        account_id=whose,
        verified_body=text_at(author, "official_verify", "desc") or text_at(author, "official", "title"),
        posts=[_post(item, page) for item in own],
        sign_at=_sign_at(page, [item for item in items if text_at(_author(item), "mid") != whose]),
        proves=EVERYTHING if _from_the_top(page) else ~ClaimType.INACTIVE,
    )


def _sign_at(page: Page, others: list[dict[str, Any]]) -> datetime | None:
    """Joint works and 合集 bear another author. In the account's own space they are signs of its life."""
    if "host_mid=" not in (page.requested_url or page.url):
        return None
    works = [item for item in others if _is_joint(item)]
    return max((at for item in works if (at := _post(item, page).published_at)), default=None)


def _is_joint(item: dict[str, Any]) -> bool:
    """Only videos are made jointly or collected; what says how it came here (更新了合集, 与他人联合创作) is one, too."""
    author, major = _author(item), extract.get_path(item, "modules", "module_dynamic", "major")
    kinds = {text_at(item, "type"), text_at(major, "type"), text_at(author, "type")}
    video = bool({"DYNAMIC_TYPE_AV", "DYNAMIC_TYPE_UGC_SEASON", "MAJOR_TYPE_ARCHIVE", "MAJOR_TYPE_UGC_SEASON"} & kinds)
    return video or bool(text_at(author, "pub_action")) or text_at(author, "type") not in ("", "AUTHOR_TYPE_NORMAL")


def _from_the_top(page: Page) -> bool:
    """Whether the address asks for the newest dynamics of every kind. Without an address nobody knows."""
    url = page.requested_url or page.url
    return bool(FIRST.search(url)) and extract.asks_only(page, HARMLESS)


def _author(item: dict[str, Any]) -> Any:
    modules = extract.get_path(item, "modules")
    if isinstance(modules, list):  # the opus page carries a list of one-key modules
        return next(
            (module["module_author"] for module in modules if isinstance(module, dict) and "module_author" in module),
            None,
        )
    return extract.get_path(modules, "module_author")


def _post(item: dict[str, Any], page: Page) -> Post:
    ident = text_at(item, "id_str")
    author = _author(item)
    at, precision = unix_time_at(author, "pub_ts"), Precision.SECOND
    if not at:
        at, precision = when(text_at(author, "pub_time"), page)
    if not at and ident.isdigit() and int(ident[:20]) >> 32:
        at, precision = unix_time_at((int(ident[:20]) >> 32) + EPOCH), Precision.DERIVED
    return Post(
        id=ident,
        title=_title(extract.get_path(item, "modules", "module_dynamic")),
        url=f"https://t.bilibili.com/{ident}",
        published_at=at,
        precision=precision,
        pinned=text_at(item, "modules", "module_tag", "text") == "置顶" or extract.flag_at(author, "is_top"),
    )


def _title(dynamic: Any) -> str:
    """The words of one dynamic, wherever its kind keeps them."""
    major = extract.get_path(dynamic, "major")
    places = (
        ("archive", "title"),
        ("article", "title"),
        ("opus", "title"),
        ("opus", "summary", "text"),
        ("pgc", "title"),
        ("live", "title"),
        ("common", "title"),
        ("courses", "title"),
        ("ugc_season", "title"),
    )
    title = next((text for place in places if (text := text_at(major, *place))), "") or text_at(dynamic, "desc", "text")
    live = extract.get_path(major, "live_rcmd", "content")
    if not title and isinstance(live, str):
        title = extract.first(r'"title"\s*:\s*"((?:[^"\\]|\\.){1,100})"', live)
    return title[:80]


def read_old_feed(page: Page) -> Observation:
    """space_history of dynamic_svr, or one dynamic of it: each card's text is JSON inside JSON."""
    cards = dicts_at(answered(page), "cards") or dicts_at(answered(page), "card")
    whose = extract.first(r"[?&]host_uid=(\d+)", page.requested_url or page.url) or extract.majority_owner(
        _uid(card) for card in cards
    )
    own = require([card for card in cards if _uid(card) == whose and whose], "no_own_items: 动态里没有本账号的内容")
    posts = [
        Post(
            id=text_at(card, "desc", "dynamic_id_str") or text_at(card, "desc", "dynamic_id"),
            title=_old_title(card),
            url=f"https://t.bilibili.com/{text_at(card, 'desc', 'dynamic_id_str')}",
            published_at=unix_time_at(card, "desc", "timestamp"),
            pinned=extract.get_path(card, "extra", "is_space_top") == 1,
        )
        for card in own
    ]
    name = text_at(own[0], "desc", "user_profile", "info", "uname")
    return make_observation(page, Platform.BILIBILI, name=name, account_id=whose, posts=posts)


def _uid(card: dict[str, Any]) -> str:
    return text_at(card, "desc", "uid") or text_at(card, "desc", "user_profile", "info", "uid")


def _old_title(card: dict[str, Any]) -> str:
    try:
        text = json.loads(card["card"])
    except (KeyError, TypeError, ValueError, RecursionError):
        return ""
    return (text_at(text, "title") or text_at(text, "item", "description") or text_at(text, "item", "content"))[:80]


def read_videos(page: Page) -> Observation:
    """A list of videos (arc/search as saved, or 合集): vlist or archives with their own author."""
    body = answered(page)
    items = dicts_at(body, "list", "vlist") or dicts_at(body, "archives")
    whose = extract.first(r"[?&](?:mid|host_mid)=(\d+)", page.requested_url or page.url) or extract.majority_owner(
        text_at(item, "mid") for item in items
    )
    own = [item for item in items if text_at(item, "mid") in ("", whose)]
    posts = [
        Post(
            id=text_at(item, "bvid"),
            title=text_at(item, "title"),
            url=f"https://www.bilibili.com/video/{text_at(item, 'bvid')}",
            published_at=unix_time_at(item, "created") or unix_time_at(item, "pubdate"),
        )
        for item in require(own, "empty_list: 视频列表是空的")
    ]
    # The author of one video may be a partner in a joint work, so the name is taken only from an own item.
    return make_observation(page, Platform.BILIBILI, name=text_at(own[0], "author"), account_id=whose, posts=posts)


def read_video(page: Page) -> Observation:
    """web-interface/view: one video and who uploaded it."""
    body = answered(page)
    video = extract.get_path(body, "View") or body
    ident = text_at(video, "bvid")
    return make_observation(
        page,
        Platform.BILIBILI,
        name=text_at(video, "owner", "name"),
        account_id=text_at(video, "owner", "mid"),
        posts=[
            Post(
                id=ident,
                title=text_at(video, "title"),
                url=f"https://www.bilibili.com/video/{ident}",
                published_at=unix_time_at(video, "pubdate"),
            )
        ],
    )
