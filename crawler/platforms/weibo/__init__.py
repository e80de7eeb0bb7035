"""Weibo: m.weibo.cn and weibo.com JSON. Success codes with empty lists are walls here; the verdict knows them."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import unquote

from crawler.page import extract
from crawler.page.extract import dicts_at, int_at, json_at, make_observation, require, text_at, when
from crawler.page.page import Page
from crawler.platforms.spec import PageSource, PlatformSpec, Target
from crawler.platforms.weibo import pages
from rules.model import ClaimType, Observation, Outcome, Platform, Post, SearchHit

API = "https://m.weibo.cn/api/container/getIndex"
UID_IN_URL = re.compile(r"(?:[?&](?:uid|value)=|containerid=(?:100505|107603|230283|230413))(\d{5,12})|/u/(\d{5,12})")
HARMLESS = frozenset(
    (
        "type", "value", "containerid", "uid", "count", "luicode", "lfid", "display", "retcode", "sudaref", "jumpfrom",
        "wm", "from", "access_token", "source", "_T_WM", "_", "t",
    )
)  # fmt: skip
"""What may stand in the address of a whole list. Anything else may ask for a later page or a part: 原创, 图片, a month, a keyword."""
WHOLE = re.compile(r"containerid=107603(\d{5,12})(?:&|$)|/statuses/user_timeline\b")
"""The list of everything. Tabs have containers of their own (230413…_-_WEIBO_SECOND_PROFILE_WEIBO_ORI)."""
LEAST = 6
"""A page has ten; visitors see a few less. Fewer is a list cut to its pins, or in the middle."""
NOT_SHARED = re.compile("赞|推荐|广告|热门")
"""How an item of somebody else's is labelled that the account did not pass on."""


def post(item: dict[str, Any], page: Page, pinned: bool = False) -> Post:
    """One mblog. A retweet is the account's own act and counts; an edit time does not."""
    at, precision = when(text_at(item, "created_at").replace(" CST ", " +0800 "), page)
    title = text_at(item, "title", "text") or text_at(item, "title")
    mid = text_at(item, "mid") or text_at(item, "idstr") or text_at(item, "id")
    return Post(
        id=mid,
        title=(text_at(item, "text_raw") or extract.html_text_at(item, "text"))[:80],
        url=f"https://m.weibo.cn/detail/{mid}",
        published_at=at,
        precision=precision,
        pinned=pinned or title.startswith("置顶") or _is_top(item),
    )


def _is_top(item: dict[str, Any]) -> bool:
    return int_at(item, "mblogtype") == 2 or any(extract.flag_at(item, key) for key in ("isTop", "is_top"))


def author(item: dict[str, Any]) -> str:
    """The uid of the author of one mblog."""
    return text_at(item, "user", "idstr") or text_at(item, "user", "id")


def wanted(page: Page) -> str:
    """The uid that the request was for, where the address still says it."""
    match = UID_IN_URL.search(page.requested_url or page.url)
    return (match.group(1) or match.group(2)) if match else ""


def listed(page: Page, items: list[tuple[dict[str, Any], bool]]) -> Observation:
    """A list of mblogs: only the owner's. Lists mix in liked and recommended items of other people, and quick reposts
    (快转), which bear their author and are a sign of life of the owner."""
    whose = wanted(page) or extract.majority_owner(author(item) for item, _ in items)
    own = [(item, pinned) for item, pinned in items if author(item) == whose]
    require(whose and own, "no_own_items: 列表里没有本账号的微博")
    user = own[0][0]["user"]
    others = [item for item, _ in items if author(item) != whose] if wanted(page) else []
    shared = [at for item in others if (at := _shared_at(item, page))]
    count = next((n for item, _ in own if (n := int_at(item, "user", "statuses_count")) is not None), None)
    # A list shows the newest page only, so an account that is alive may hide behind pinned items: see crawler.claims.
    return make_observation(
        page,
        Platform.WEIBO,
        name=text_at(user, "screen_name"),
        account_id=whose,
        verified_body=_body(user),
        posts=[post(item, page, pinned) for item, pinned in own],
        post_count=count,
        counters=_counters(count),
        sign_at=max(shared, default=None),
        proves=extract.EVERYTHING if _from_the_top(page) else ~ClaimType.INACTIVE,
    )


def _counters(count: int | None) -> tuple[tuple[str, int], ...]:
    return (("statuses", count),) if count is not None else ()


def _shared_at(item: dict[str, Any], page: Page) -> datetime | None:
    """When somebody else's item in this list was published, unless it says that the account did not pass it on."""
    label = text_at(item, "title", "text") + text_at(item, "mblog_menu_new_style")
    if NOT_SHARED.search(label) or "promotion" in item or extract.flag_at(item, "isAd"):
        return None
    return post(item, page).published_at


def _from_the_top(page: Page) -> bool:
    """Whether the address asks for the first page of everything. Without an address nobody knows."""
    url = unquote(page.requested_url or page.url)
    return bool(WHOLE.search(url)) and extract.asks_only(page, HARMLESS)


def body(page: Page) -> Any:
    """What an answer holds: in an envelope, or bare as before 2018 and in the client's interface."""
    return json_at(page, "data") or json_at(page)


def cards(page: Page) -> list[dict[str, Any]]:
    """Cards and the cards inside group cards."""
    flat = []
    for card in dicts_at(body(page), "cards"):
        flat += [card, *dicts_at(card, "card_group")]
    return flat


def read_m_posts(page: Page) -> Observation:
    """containerid=107603UID: pinned items first, the rest newest first."""
    items = [
        (card["mblog"], text_at(card, "profile_type_id").startswith("proweibotop"))
        for card in cards(page)
        if isinstance(card.get("mblog"), dict)
    ]
    # cardlistInfo.total is what a visitor may page through (10, 20), not the number of all posts.
    return listed(page, items)


def read_statuses(page: Page) -> Observation:
    """statuses/user_timeline of the open platform, with the account's own authorisation."""
    found = dicts_at(extract.page_json(page), "statuses")
    return listed(page, [(item, False) for item in found])


def read_ajax_posts(page: Page) -> Observation:
    """weibo.com ajax lists: mymblog and searchProfile."""
    return listed(page, [(item, False) for item in dicts_at(extract.page_json(page), "data", "list")])


def read_profile(page: Page) -> Observation:
    """A profile: name, verification, number of posts. ``statuses_count`` 0 is the one positive sign of emptiness."""
    user = extract.get_path(body(page), "userInfo") or extract.get_path(body(page), "user")
    uid = require(text_at(user, "idstr") or text_at(user, "id"), "no_identity: 资料里没有 uid")
    count = int_at(user, "statuses_count")
    return make_observation(
        page,
        Platform.WEIBO,
        name=text_at(user, "screen_name"),
        account_id=uid,
        verified_body=_body(user),
        post_count=count,
        counters=_counters(count),
        **({"outcome": Outcome.EMPTY, "reason": "zero_posts: 微博数为 0"} if count == 0 else {}),
    )


def _body(user: Any) -> str:
    return text_at(user, "verified_reason") if extract.get_path(user, "verified") is not False else ""


def read_info(page: Page) -> Observation:
    """containerid=230283UID_-_INFO: 昵称 and verification text as cards; home cards name the uid only."""
    names, reasons = [], []
    for card in cards(page):
        if text_at(card, "item_name") == "昵称":
            names.append(text_at(card, "item_content"))
        if text_at(card, "item_type").startswith("verify"):
            reasons.append(text_at(card, "item_content"))
    uid = extract.majority_owner(re.findall(r"ouid:(\d{5,12})", page.text)) or extract.first(
        r"230(?:283|618)(\d{10})", page.text
    )
    require(uid, "no_identity: 资料卡片里没有 uid")
    return make_observation(
        page,
        Platform.WEIBO,
        name=names[0] if names else "",
        account_id=uid,
        verified_body=reasons[0] if reasons else "",
    )


def read_search(page: Page) -> Observation:
    """User search: everybody found; the first one fills the observation. No result is never "no account"."""
    users = [card["user"] for card in cards(page) if isinstance(card.get("user"), dict)]
    results = tuple(
        SearchHit(
            platform=Platform.WEIBO,
            name=text_at(user, "screen_name"),
            account_id=text_at(user, "id"),
            url=f"https://m.weibo.cn/u/{text_at(user, 'id')}",
            verified_body=_body(user),
        )
        for user in users
        if text_at(user, "screen_name") and text_at(user, "id")
    )
    top = require(results, "no_result: 搜索没有用户；不能证明账号不存在")[0]
    return make_observation(
        page, Platform.WEIBO, name=top.name, account_id=top.account_id, verified_body=top.verified_body, results=results
    )


def _has_card(key: str) -> Callable[[Page], bool]:
    return lambda page: any(key in card for card in cards(page))


def _is_home(page: Page) -> bool:
    return bool(cards(page)) and re.search(r'"2306?(?:283|18)\d{10}', page.text) is not None


def m_urls(target: Target) -> tuple[str, ...]:
    """Profile, then list, of one uid."""
    uid = target.account_id
    return (f"{API}?type=uid&value={uid}",) if uid.isdigit() else ()


def m_post_urls(target: Target) -> tuple[str, ...]:
    """The list of one uid."""
    uid = target.account_id
    return (f"{API}?type=uid&value={uid}&containerid=107603{uid}",) if uid.isdigit() else ()


SPEC = PlatformSpec(
    platform=Platform.WEIBO,
    hosts=("m.weibo.cn", "weibo.com", "weibo.cn", "s.weibo.com", "api.weibo.com"),
    delay_seconds=8.0,
    daily_budget=1000,
    sources=(
        PageSource(
            code="official",
            label="开放平台接口（微博列表）",
            proves=ClaimType.ACTIVE | ClaimType.INACTIVE | ClaimType.NAME | ClaimType.BODY,
            note="需账号本身授权",
            matches=lambda page: extract.has(page, "statuses"),
            read=read_statuses,
            least=LEAST,
        ),
        PageSource(
            code="m_posts",
            label="m.weibo.cn 微博列表",
            proves=ClaimType.ACTIVE | ClaimType.INACTIVE | ClaimType.NAME | ClaimType.BODY,
            note="须 ok:1 且有本账号带时间的非置顶微博，才可证明未更新；并与微博数对照",
            matches=_has_card("mblog"),
            read=read_m_posts,
            urls=m_post_urls,
            least=LEAST,
        ),
        PageSource(
            code="profile",
            label="资料（m.weibo.cn、weibo.com）",
            proves=ClaimType.INACTIVE | ClaimType.NAME | ClaimType.BODY,
            note="微博数用于对照变化；为 0 即确认无内容，此时才可证明未更新",
            matches=lambda page: (
                not pages.shown_status(page)
                and (isinstance(extract.get_path(body(page), "userInfo"), dict) or extract.has(page, "data", "user"))
            ),
            read=read_profile,
            urls=m_urls,
        ),
        PageSource(
            code="ajax_posts",
            label="weibo.com 微博列表",
            proves=ClaimType.ACTIVE | ClaimType.NAME | ClaimType.BODY,
            note="访客可见条数有限，混有他人微博",
            matches=lambda page: extract.has(page, "data", "list"),
            read=read_ajax_posts,
        ),
        *pages.SOURCES,
        PageSource(
            code="info",
            label="m.weibo.cn 资料卡片",
            proves=ClaimType.NAME | ClaimType.BODY,
            note="主页卡片只给出 uid",
            matches=lambda page: _has_card("item_name")(page) or _is_home(page),
            read=read_info,
        ),
        PageSource(
            code="search",
            label="m.weibo.cn 用户搜索",
            proves=ClaimType.NAME | ClaimType.BODY,
            note="只能证明有",
            matches=_has_card("user"),
            read=read_search,
        ),
    ),
)
