"""Bilibili: unsigned endpoints only; a refusal comes as HTTP 200 with a negative code (see walls.yaml)."""

from __future__ import annotations

import re

from crawler.page import extract
from crawler.page.extract import dicts_at, int_at, json_at, make_observation, require, text_at
from crawler.page.page import Page
from crawler.platforms.bilibili.lists import LEAST, answered, read_feed, read_old_feed, read_video, read_videos
from crawler.platforms.spec import PageSource, PlatformSpec, Target
from rules.model import ClaimType, Observation, Outcome, Platform, SearchHit

BANNED = -2
MISSING = -404
OFFICIAL = ("Official", "official", "official_verify")
API = "https://api.bilibili.com/x"


def read_card(page: Page) -> Observation:
    """Name, verification text, counters. -404 and spacesta −2 are the card endpoint's own words."""
    if int_at(extract.page_json(page), "code") == MISSING:
        asked = extract.first(r"[?&]mid=(\d{1,20})", page.requested_url or page.url)
        reason = "account_gone: 哔哩哔哩提示账号不存在（-404）"
        return make_observation(page, Platform.BILIBILI, outcome=Outcome.GONE, reason=reason, account_id=asked)
    body = answered(page)
    card = extract.get_path(body, "card") or body
    official = next((found for key in OFFICIAL if (found := extract.get_path(card, key))), None)
    counts = [int_at(body, key) for key in ("archive_count", "article_count")]
    known = [count for count in counts if count is not None]
    gone = int_at(card, "spacesta") == BANNED or int_at(card, "silence") == 1
    return make_observation(
        page,
        Platform.BILIBILI,
        outcome=Outcome.GONE if gone else Outcome.OK,
        reason="account_gone: 哔哩哔哩标明账号已封禁" if gone else "",
        name=text_at(card, "name"),
        account_id=text_at(card, "mid"),
        verified_body=text_at(official, "title") or text_at(official, "desc"),
        # Dynamics are in neither number: they may be held against the list, and say nothing of volume or emptiness.
        counters=(("works", sum(known)),) if known else (),
    )


def read_master(page: Page) -> Observation:
    """live Master/info: name and the verification text in full."""
    info = extract.get_path(answered(page), "info")
    return make_observation(
        page,
        Platform.BILIBILI,
        name=text_at(info, "uname"),
        account_id=text_at(info, "uid"),
        verified_body=text_at(info, "official_verify", "desc"),
    )


def read_space(page: Page) -> Observation:
    """The space page's head: who it is. Its list is drawn by scripts."""
    title = extract.first(r"<title[^>]{0,100}>([^<]{1,120})", page.text)
    name = require(extract.first(r"^(.+?)的个人空间", title), "no_identity: 空间页没有名称")
    mid = extract.first(r"space\.bilibili\.com/(\d{1,20})", page.url + " " + page.text[:20000])
    return make_observation(page, Platform.BILIBILI, name=name, account_id=mid)


def is_card(page: Page) -> bool:
    """The card endpoint, or a saved answer of acc/info."""
    body = json_at(page, "data")
    return bool(
        text_at(body, "card", "mid") or (text_at(body, "mid") and any(extract.get_path(body, key) for key in OFFICIAL))
    )


def read_search(page: Page) -> Observation:
    """User search: everybody found; the first one fills the observation."""
    results = tuple(
        SearchHit(
            platform=Platform.BILIBILI,
            name=extract.html_text_at(user, "uname"),
            account_id=text_at(user, "mid"),
            url=f"https://space.bilibili.com/{text_at(user, 'mid')}",
            verified_body=text_at(user, "official_verify", "desc"),
        )
        for user in dicts_at(answered(page), "result")
        if text_at(user, "uname") and text_at(user, "mid")
    )
    top = require(results, "no_result: 没有用户；不能证明账号不存在")[0]
    facts = {"name": top.name, "account_id": top.account_id, "verified_body": top.verified_body}
    return make_observation(page, Platform.BILIBILI, results=results, **facts)


def is_missing(page: Page) -> bool:
    """−404 as the card endpoint answers it; a vanished endpoint answers −404 as well."""
    url = page.requested_url or page.url
    return (
        json_at(page, "code") == MISSING
        and ("/card" in url or not url)
        and "啥都木有" in text_at(json_at(page, "message"))
    )


def _uid(target: Target, url: str) -> tuple[str, ...]:
    return (url + target.account_id,) if re.fullmatch(r"\d{1,20}", target.account_id) else ()


SPEC = PlatformSpec(
    platform=Platform.BILIBILI,
    hosts=("api.bilibili.com", "space.bilibili.com", "api.live.bilibili.com"),
    delay_seconds=8.0,
    daily_budget=800,
    sources=(
        PageSource(
            code="feed",
            label="空间动态",
            proves=ClaimType.ACTIVE | ClaimType.INACTIVE | ClaimType.NAME | ClaimType.BODY,
            note="须有本账号非置顶动态；常被 −352 拦截；与投稿数对照",
            matches=lambda page: bool(json_at(page, "data", "items", 0, "modules")),
            read=read_feed,
            least=LEAST,
            urls=lambda target: _uid(target, f"{API}/polymer/web-dynamic/v1/feed/space?host_mid="),
        ),
        PageSource(
            code="card",
            label="名片接口",
            proves=ClaimType.NAME | ClaimType.BODY | ClaimType.GONE,
            note="投稿数用于对照变化；“已注销”以平台的明确答复为准",
            matches=lambda page: is_card(page) or is_missing(page),
            read=read_card,
            urls=lambda target: _uid(target, f"{API}/web-interface/card?mid="),
        ),
        PageSource(
            code="old_feed",
            label="空间动态（旧接口）",
            proves=ClaimType.ACTIVE | ClaimType.NAME,
            note="仅读留存",
            matches=lambda page: (
                extract.has(page, "data", "cards", 0, "desc") or extract.has(page, "data", "card", "desc")
            ),
            read=read_old_feed,
        ),
        PageSource(
            code="dynamic",
            label="单条动态",
            proves=ClaimType.ACTIVE | ClaimType.NAME | ClaimType.BODY,
            note="只证明这一条",
            matches=lambda page: bool(json_at(page, "data", "item", "modules")),
            read=read_feed,
        ),
        PageSource(
            code="video",
            label="单个视频",
            proves=ClaimType.ACTIVE | ClaimType.NAME,
            note="只证明这一个",
            matches=lambda page: any(
                text_at(json_at(page, *path), "mid") for path in (("data", "owner"), ("data", "View", "owner"))
            ),
            read=read_video,
        ),
        PageSource(
            code="search",
            label="用户搜索",
            proves=ClaimType.NAME | ClaimType.BODY,
            note="需签名，仅读留存；只能证明有",
            matches=lambda page: bool(text_at(json_at(page, "data", "result", 0, "uname"))),
            read=read_search,
        ),
        PageSource(
            code="videos",
            label="投稿列表",
            proves=ClaimType.ACTIVE,
            note="需签名，仅读留存；不含动态、专栏",
            matches=lambda page: bool(json_at(page, "data", "list", "vlist") or json_at(page, "data", "archives")),
            read=read_videos,
        ),
        PageSource(
            code="master",
            label="直播间主播信息",
            proves=ClaimType.NAME | ClaimType.BODY,
            note="认证全文",
            matches=lambda page: extract.has(page, "data", "info", "uname"),
            read=read_master,
        ),
        PageSource(
            code="space",
            label="空间页",
            proves=ClaimType.NAME,
            note="列表由脚本绘制，只读名称",
            matches=lambda page: "的个人空间" in page.text[:20000] and not page.text.lstrip().startswith("{"),
            read=read_space,
            urls=lambda target: _uid(target, "https://space.bilibili.com/"),
            browser=True,
        ),
    ),
)
