"""Bilibili: unsigned endpoints only; a refusal comes as HTTP 200 with a negative code (see walls.yaml)."""

from __future__ import annotations

import re

from crawler.page import extract
from crawler.page.extract import need, number, peek, rows, seen, word
from crawler.page.page import Page
from crawler.platforms.bilibili.lists import answered, read_feed, read_old_feed, read_video, read_videos
from crawler.platforms.spec import PlatformSpec, Source, Target
from rules.model import Found, Observation, Outcome, Platform, Proof

BANNED = -2
MISSING = -404
OFFICIAL = ("Official", "official", "official_verify")
API = "https://api.bilibili.com/x"


def read_card(page: Page) -> Observation:
    """Name, verification text, counters. -404 and spacesta −2 are the card endpoint's own words."""
    if number(extract.data(page), "code") == MISSING:
        return seen(
            page, Platform.BILIBILI, outcome=Outcome.GONE, reason="account_gone: 哔哩哔哩提示账号不存在（-404）"
        )
    body = answered(page)
    card = extract.dig(body, "card") or body
    official = next((found for key in OFFICIAL if (found := extract.dig(card, key))), None)
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


def read_master(page: Page) -> Observation:
    """live Master/info: name and the verification text in full."""
    info = extract.dig(answered(page), "info")
    return seen(
        page,
        Platform.BILIBILI,
        name=word(info, "uname"),
        account_id=word(info, "uid"),
        verified_body=word(info, "official_verify", "desc"),
    )


def read_space(page: Page) -> Observation:
    """The space page's head: who it is. Its list is drawn by scripts."""
    title = extract.first(r"<title[^>]{0,100}>([^<]{1,120})", page.text)
    name = need(extract.first(r"^(.+?)的个人空间", title), "no_identity: 空间页没有名称")
    mid = extract.first(r"space\.bilibili\.com/(\d{1,20})", page.url + " " + page.text[:20000])
    return seen(page, Platform.BILIBILI, name=name, account_id=mid)


def is_card(page: Page) -> bool:
    """The card endpoint, or a saved answer of acc/info."""
    body = peek(page, "data")
    return bool(word(body, "card", "mid") or (word(body, "mid") and any(extract.dig(body, key) for key in OFFICIAL)))


def read_search(page: Page) -> Observation:
    """User search: everybody found; the first one fills the observation."""
    results = tuple(
        Found(
            platform=Platform.BILIBILI,
            name=extract.prose(user, "uname"),
            account_id=word(user, "mid"),
            url=f"https://space.bilibili.com/{word(user, 'mid')}",
            verified_body=word(user, "official_verify", "desc"),
        )
        for user in rows(answered(page), "result")
        if word(user, "uname") and word(user, "mid")
    )
    top = need(results, "no_result: 没有用户；不能证明账号不存在")[0]
    facts = {"name": top.name, "account_id": top.account_id, "verified_body": top.verified_body}
    return seen(page, Platform.BILIBILI, results=results, **facts)


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
            recognises=lambda page: is_card(page) or is_missing(page),
            read=read_card,
            urls=lambda target: _uid(target, f"{API}/web-interface/card?mid="),
        ),
        Source(
            code="old_feed",
            label="空间动态（旧接口）",
            proves=Proof.ACTIVE | Proof.NAME,
            note="仅读留存",
            recognises=lambda page: (
                extract.has(page, "data", "cards", 0, "desc") or extract.has(page, "data", "card", "desc")
            ),
            read=read_old_feed,
        ),
        Source(
            code="dynamic",
            label="单条动态",
            proves=Proof.ACTIVE | Proof.NAME | Proof.BODY,
            note="只证明这一条",
            recognises=lambda page: bool(peek(page, "data", "item", "modules")),
            read=read_feed,
        ),
        Source(
            code="video",
            label="单个视频",
            proves=Proof.ACTIVE | Proof.NAME,
            note="只证明这一个",
            recognises=lambda page: any(
                word(peek(page, *path), "mid") for path in (("data", "owner"), ("data", "View", "owner"))
            ),
            read=read_video,
        ),
        Source(
            code="search",
            label="用户搜索",
            proves=Proof.NAME | Proof.BODY,
            note="需签名，仅读留存；只能证明有",
            recognises=lambda page: bool(word(peek(page, "data", "result", 0, "uname"))),
            read=read_search,
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
            recognises=lambda page: extract.has(page, "data", "info", "uname"),
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
