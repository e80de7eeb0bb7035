"""Bilibili: unsigned endpoints only; a refusal comes as HTTP 200 with a negative code (see walls.yaml)."""

from __future__ import annotations

import re
from typing import Any

from crawler import dig
from crawler.dig import need, number, peek, rows, seen, unix, when, word
from crawler.page import Page, Unreadable
from crawler.source import PlatformSpec, Source, Target
from rules.model import Observation, Outcome, Platform, Post, Precision, Proof

BANNED = -2
MISSING = -404
API = "https://api.bilibili.com/x"
EPOCH = 1_498_838_400
"""Dynamic ids count from here: (id >> 32) + EPOCH is the time of publication, ±2 s."""


def answered(page: Page) -> Any:
    """``data`` of an answer with code 0; any other code that is no known wall is unreadable."""
    code = number(dig.data(page), "code")
    if code != 0:
        raise Unreadable(f"api_{code}: 哔哩哔哩返回错误码 {code}")
    return need(dig.dig(dig.data(page), "data"), "no_data: 返回成功但没有数据")


def read_card(page: Page) -> Observation:
    """x/web-interface/card: name, verification text, counters. -404 and spacesta −2 are the platform's own words."""
    if number(dig.data(page), "code") == MISSING:
        return seen(
            page, Platform.BILIBILI, outcome=Outcome.GONE, reason="account_gone: 哔哩哔哩提示账号不存在（-404）"
        )
    body = answered(page)
    card = dig.dig(body, "card")
    official = dig.dig(card, "Official") or dig.dig(card, "official_verify")
    counts = [number(body, key) for key in ("archive_count", "article_count")]
    gone = number(card, "spacesta") == BANNED
    return seen(
        page,
        Platform.BILIBILI,
        outcome=Outcome.GONE if gone else Outcome.OK,
        reason="account_gone: 哔哩哔哩标明账号已封禁" if gone else "",
        name=word(card, "name"),
        account_id=word(card, "mid"),
        verified_body=word(official, "title") or word(official, "desc"),
        # Dynamics are in neither counter, so zero is no proof of emptiness.
        post_count=sum(count for count in counts if count) if any(count is not None for count in counts) else None,
    )


def read_feed(page: Page) -> Observation:
    """The dynamics of one space. Forwards count as the account's own; items of other authors do not."""
    items = rows(answered(page), "items")
    whose = dig.first(r"[?&]host_mid=(\d+)", page.requested_url or page.url)
    whose = whose or dig.owner(word(_author(item), "mid") for item in items)
    own = [item for item in items if word(_author(item), "mid") == whose]
    author = _author(need(own, "no_own_items: 动态里没有本账号的内容")[0])
    return seen(
        page,
        Platform.BILIBILI,
        name=word(author, "name"),
        account_id=whose,
        verified_body=word(author, "official_verify", "desc") or word(author, "official", "title"),
        posts=[_post(item, page) for item in own],
    )


def _author(item: dict[str, Any]) -> Any:
    modules = dig.dig(item, "modules")
    if isinstance(modules, list):  # the opus page carries a list of one-key modules
        return next(
            (module["module_author"] for module in modules if isinstance(module, dict) and "module_author" in module),
            None,
        )
    return dig.dig(modules, "module_author")


def _post(item: dict[str, Any], page: Page) -> Post:
    ident = word(item, "id_str")
    author = _author(item)
    at, precision = unix(author, "pub_ts"), Precision.SECOND
    if not at:
        at, precision = when(word(author, "pub_time"), page)
    if not at and ident.isdigit():
        at, precision = unix((int(ident[:20]) >> 32) + EPOCH), Precision.DERIVED
    return Post(
        id=ident,
        title=_title(dig.dig(item, "modules", "module_dynamic")),
        url=f"https://t.bilibili.com/{ident}",
        published_at=at,
        precision=precision,
        pinned=word(item, "modules", "module_tag", "text") == "置顶",
    )


def _title(dynamic: Any) -> str:
    """The words of one dynamic, wherever its kind keeps them."""
    major = dig.dig(dynamic, "major")
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
    title = next((text for place in places if (text := word(major, *place))), "") or word(dynamic, "desc", "text")
    live = dig.dig(major, "live_rcmd", "content")
    if not title and isinstance(live, str):
        title = dig.first(r'"title"\s*:\s*"((?:[^"\\]|\\.){1,100})"', live)
    return title[:80]


def read_master(page: Page) -> Observation:
    """live Master/info: name and the verification text in full."""
    info = dig.dig(answered(page), "info")
    return seen(
        page,
        Platform.BILIBILI,
        name=word(info, "uname"),
        account_id=word(info, "uid"),
        verified_body=word(info, "official_verify", "desc"),
    )


def read_space(page: Page) -> Observation:
    """The space page's head: who it is. Its list is drawn by scripts."""
    title = dig.first(r"<title[^>]*>([^<]{1,120})", page.text)
    name = need(dig.first(r"^(.+?)的个人空间", title), "no_identity: 空间页没有名称")
    mid = dig.first(r"space\.bilibili\.com/(\d{1,20})", page.url + " " + page.text[:20000])
    return seen(page, Platform.BILIBILI, name=name, account_id=mid)


def read_videos(page: Page) -> Observation:
    """A list of videos (arc/search as saved, or 合集): vlist or archives with their own author."""
    body = answered(page)
    items = rows(body, "list", "vlist") or rows(body, "archives")
    whose = dig.first(r"[?&](?:mid|host_mid)=(\d+)", page.requested_url or page.url) or dig.owner(
        word(item, "mid") for item in items
    )
    own = [item for item in items if word(item, "mid") in ("", whose)]
    posts = [
        Post(
            id=word(item, "bvid"),
            title=word(item, "title"),
            url=f"https://www.bilibili.com/video/{word(item, 'bvid')}",
            published_at=unix(item, "created") or unix(item, "pubdate"),
        )
        for item in need(own, "empty_list: 视频列表是空的")
    ]
    # The author of one video may be a partner in a joint work, so the name is taken only from an own item.
    return seen(
        page,
        Platform.BILIBILI,
        name=word(own[0], "author"),
        account_id=whose,
        posts=posts,
        post_count=number(body, "page", "count"),
    )


def is_missing(page: Page) -> bool:
    """−404 as the card endpoint answers it; a vanished endpoint answers −404 as well."""
    url = page.requested_url or page.url
    return peek(page, "code") == MISSING and ("/card" in url or not url) and "啥都木有" in word(peek(page, "message"))


def _uid(target: Target, url: str) -> tuple[str, ...]:
    return (url + target.account_id,) if re.fullmatch(r"\d{1,20}", target.account_id) else ()


SPEC = PlatformSpec(
    platform=Platform.BILIBILI,
    hosts=("api.bilibili.com", "space.bilibili.com", "api.live.bilibili.com"),
    delay_seconds=8.0,
    daily_budget=800,
    sources=(
        Source(
            code="feed",
            label="空间动态",
            proves=Proof.ACTIVE | Proof.INACTIVE | Proof.NAME | Proof.BODY,
            note="须有本账号非置顶动态；常被 −352 拦截；与投稿数对照",
            recognises=lambda page: bool(peek(page, "data", "items", 0, "modules")),
            read=read_feed,
            urls=lambda target: _uid(target, f"{API}/polymer/web-dynamic/v1/feed/space?host_mid="),
        ),
        Source(
            code="card",
            label="名片接口",
            proves=Proof.NAME | Proof.BODY | Proof.GONE,
            note="投稿数用于对照变化；−404、spacesta −2 为平台明示",
            recognises=lambda page: dig.has(page, "data", "card") or is_missing(page),
            read=read_card,
            urls=lambda target: _uid(target, f"{API}/web-interface/card?mid="),
        ),
        Source(
            code="videos",
            label="投稿列表",
            proves=Proof.ACTIVE,
            note="需签名，仅读留存；不含动态、专栏",
            recognises=lambda page: bool(peek(page, "data", "list", "vlist") or peek(page, "data", "archives")),
            read=read_videos,
        ),
        Source(
            code="master",
            label="直播间主播信息",
            proves=Proof.NAME | Proof.BODY,
            note="认证全文",
            recognises=lambda page: dig.has(page, "data", "info", "uname"),
            read=read_master,
        ),
        Source(
            code="space",
            label="空间页",
            proves=Proof.NAME,
            note="列表由脚本绘制，只读名称",
            recognises=lambda page: "的个人空间" in page.text[:20000] and not page.text.lstrip().startswith("{"),
            read=read_space,
            urls=lambda target: _uid(target, "https://space.bilibili.com/"),
            browser=True,
        ),
    ),
)
