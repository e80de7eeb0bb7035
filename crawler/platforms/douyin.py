"""Douyin: lists are known to skip the newest items, so they can show activity and never silence."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import unquote

from crawler import dig
from crawler.dig import need, number, peek, rows, seen, unix, word
from crawler.page import Page, Unreadable
from crawler.source import PlatformSpec, Source, Target
from rules.model import Found, Observation, Outcome, Platform, Post, Precision, Proof

HIDDEN = ("is_delete", "in_reviewing", "is_prohibited")
"""Items only the owner sees."""


def post(item: dict[str, Any]) -> Post:
    """One aweme, snake or camel case. The id may be ten minutes older than the publication: a fallback."""
    aweme = word(item, "aweme_id") or word(item, "awemeId") or word(item, "item_id")
    at = unix(item, "create_time") or unix(item, "createTime")
    derived = None if at else from_id(aweme)
    return Post(
        id=aweme,
        title=(word(item, "desc") or word(item, "title"))[:80],
        url=f"https://www.douyin.com/video/{aweme}" if aweme.isdigit() else "",
        published_at=at or derived,
        precision=Precision.DERIVED if derived else Precision.SECOND,
        pinned=(item.get("is_top") or item.get("isTop") or dig.dig(item, "tag", "isTop")) in (1, True),
    )


def from_id(aweme: str) -> Any:
    """The time inside an aweme id."""
    value = number(aweme)
    return unix(value >> 32) if value else None


def who(user: Any) -> dict[str, str]:
    """Name, sec_uid and verified body of a user object, snake or camel case."""
    label = word(user, "account_cert_info")
    try:
        certified = word(json.loads(label), "label_text") if label.startswith("{") else ""
    except ValueError:
        certified = ""
    body = (
        word(user, "enterprise_verify_reason")
        or word(user, "enterpriseVerifyReason")
        or certified
        or word(user, "custom_verify")
        or word(user, "customVerify")
    )
    return {
        "name": word(user, "nickname"),
        "account_id": word(user, "sec_uid") or word(user, "secUid") or word(user, "uid"),
        "verified_body": body,
    }


def own(items: list[dict[str, Any]]) -> tuple[Any, list[dict[str, Any]]]:
    """The author whom most items name, and that author's public items."""
    whose = dig.owner(who(dig.dig(item, "author"))["account_id"] for item in items)
    mine = [item for item in items if who(dig.dig(item, "author"))["account_id"] == whose]
    public = [item for item in mine if not any(dig.dig(item, "status", flag) is True for flag in HIDDEN)]
    return dig.dig(mine, 0, "author"), public


def read_list(page: Page) -> Observation:
    """aweme/post: the list of one author."""
    user, items = own(rows(dig.data(page), "aweme_list"))
    facts = who(user)
    need(items, "no_own_items: 列表里没有可见的作品")
    return seen(
        page, Platform.DOUYIN, **facts, posts=[post(item) for item in items], post_count=number(user, "aweme_count")
    )


def read_detail(page: Page) -> Observation:
    """One video. A removed one says so, about the video alone."""
    item = dig.dig(dig.data(page), "aweme_detail")
    if item is None:
        why = need(word(dig.data(page), "filter_detail", "detail_msg"), "no_detail: 没有作品也没有说明")
        return seen(
            page, Platform.DOUYIN, outcome=Outcome.GONE, reason=f"video_gone: 作品已不可见（{why}），与账号状态无关"
        )
    facts = who(dig.dig(item, "author"))
    need(facts["account_id"], "no_identity: 作品没有作者")
    return seen(page, Platform.DOUYIN, **facts, posts=[post(item)])


def read_profile(page: Page) -> Observation:
    """user/profile/other, or the user object of RENDER_DATA."""
    return profile(page, dig.dig(dig.data(page), "user"), [])


def profile(page: Page, user: Any, items: list[dict[str, Any]]) -> Observation:
    """A profile. 已注销 and 已封禁 are flags of the platform's own; a missing user is not."""
    facts = who(user)
    need(facts["name"] or facts["account_id"], "no_identity: 资料里没有账号")
    count = number(user, "aweme_count") if dig.dig(user, "awemeCount") is None else number(user, "awemeCount")
    more: dict[str, Any] = {"post_count": count, "posts": [post(item) for item in items]}
    for flag, words in (("user_canceled", "账号已注销"), ("userCanceled", "账号已注销"), ("is_ban", "账号被封禁")):
        if dig.dig(user, flag) is True:
            more |= {"outcome": Outcome.GONE, "reason": f"account_gone: 抖音标明{words}"}
    if count == 0 and not items and "outcome" not in more:
        more |= {"outcome": Outcome.EMPTY, "reason": "zero_posts: 作品数为 0"}
    return seen(page, Platform.DOUYIN, **facts, **more)


def read_render_data(page: Page) -> Observation:
    """The user page as served until 2023: URL-encoded JSON with the user and the first posts."""
    raw = page.text.partition('id="RENDER_DATA"')[2].partition(">")[2].partition("<")[0]
    try:
        state = json.loads(unquote(raw))
    except (ValueError, RecursionError) as error:
        raise Unreadable("bad_render_data: RENDER_DATA 无法解析") from error
    for part in state.values() if isinstance(state, dict) else ():
        user = dig.dig(part, "user", "user") or dig.dig(part, "user")
        if word(user, "nickname"):
            return profile(page, user, rows(part, "post", "data"))
        detail = dig.dig(part, "aweme", "detail") or dig.dig(part, "videoDetail")
        if isinstance(detail, dict):
            author = dig.dig(detail, "authorInfo") or dig.dig(detail, "author")
            return seen(page, Platform.DOUYIN, **who(author), posts=[post(detail)])
    raise Unreadable("no_identity: RENDER_DATA 里没有账号，可能需要登录")


def read_rendered(page: Page) -> Observation:
    """The list as a browser drew it. It shows no times: those in the ids are marked derived."""
    root = dig.tree(page)
    posts = []
    for item in dig.find(
        root, '//*[@data-e2e="scroll-list"]//li[.//a[contains(@href,"/video/") or contains(@href,"/note/")]]'
    ):
        aweme = dig.first(
            r"/(?:video|note)/(\d{15,20})",
            dig.shown(item, './/a[contains(@href,"/video/") or contains(@href,"/note/")]/@href'),
        )
        tag = dig.shown(item, './/*[contains(@class,"user-video-tag")]')
        posts.append(
            Post(
                id=aweme,
                title=dig.shown(item, ".//img/@alt")[:80],
                url=f"https://www.douyin.com/video/{aweme}",
                published_at=from_id(aweme),
                precision=Precision.DERIVED,
                pinned="置顶" in tag,
            )
        )
    name = dig.shown(root, '//*[@data-e2e="user-info"]//h1') or dig.first(
        r"<title[^>]{0,100}>([^<]{1,60})的抖音", page.text
    )
    account = dig.first(r"/user/(MS4wLjAB[\w-]{20,120})", dig.address(page))
    return seen(page, Platform.DOUYIN, name=name, account_id=account, posts=need(posts, "empty_list: 列表是空的"))


def read_people(page: Page) -> Observation:
    """A list of users (search, relation): what a person sees of each is the 抖音号; sec_uid is in the address."""
    users = [
        dig.dig(row, "user_info") or row for row in rows(dig.data(page), "data") + rows(dig.data(page), "user_list")
    ]
    results = tuple(
        Found(
            platform=Platform.DOUYIN,
            name=facts["name"],
            account_id=word(user, "unique_id") or word(user, "short_id"),
            url=f"https://www.douyin.com/user/{facts['account_id']}",
            verified_body=facts["verified_body"],
        )
        for user in users
        if (facts := who(user))["name"]
    )
    top = need(results, "no_result: 没有用户；不能证明账号不存在")[0]
    return seen(
        page,
        Platform.DOUYIN,
        name=top.name,
        account_id=top.account_id,
        verified_body=top.verified_body,
        results=results,
    )


def read_official(page: Page) -> Observation:
    """open.douyin.com video list, with the account's own authorisation."""
    posts = [post(item) for item in rows(dig.data(page), "data", "list")]
    return seen(page, Platform.DOUYIN, posts=need(posts, "empty_list: 列表是空的"))


def urls(target: Target) -> tuple[str, ...]:
    """The user page, for what it is worth."""
    return (f"https://www.douyin.com/user/{target.account_id}",) if target.account_id.startswith("MS4wLjAB") else ()


LIST_NOTE = "列表会漏掉最新作品，只能证明在更新"
SPEC = PlatformSpec(
    platform=Platform.DOUYIN,
    hosts=("www.douyin.com", "open.douyin.com"),
    delay_seconds=15.0,
    daily_budget=300,
    sources=(
        Source(
            code="official",
            label="开放平台 视频列表",
            proves=Proof.ACTIVE,
            note="需账号本身授权",
            recognises=lambda page: bool(word(peek(page, "data", "list", 0), "item_id")),
            read=read_official,
        ),
        Source(
            code="profile",
            label="资料接口",
            proves=Proof.NAME | Proof.BODY | Proof.GONE,
            note="需签名，仅读留存；注销、封禁以平台标记为准",
            recognises=lambda page: bool(peek(page, "user")) and dig.has(page, "status_code"),
            read=read_profile,
        ),
        Source(
            code="render_data",
            label="用户页（RENDER_DATA）",
            proves=Proof.ACTIVE | Proof.NAME | Proof.BODY | Proof.GONE,
            note="今多为验证页；" + LIST_NOTE,
            recognises=lambda page: 'id="RENDER_DATA"' in page.text,
            read=read_render_data,
            urls=urls,
        ),
        Source(
            code="list",
            label="作品列表接口",
            proves=Proof.ACTIVE | Proof.NAME | Proof.BODY,
            note="需签名，仅读留存；" + LIST_NOTE,
            recognises=lambda page: dig.has(page, "aweme_list"),
            read=read_list,
        ),
        Source(
            code="rendered",
            label="用户页（浏览器所见）",
            proves=Proof.ACTIVE | Proof.NAME,
            note="无时间，由编号推算；" + LIST_NOTE,
            browser=True,
            recognises=lambda page: 'data-e2e="scroll-list"' in page.text,
            read=read_rendered,
            urls=urls,
        ),
        Source(
            code="detail",
            label="单个作品",
            proves=Proof.ACTIVE | Proof.NAME | Proof.BODY,
            note="只证明这一个",
            recognises=lambda page: dig.has(page, "aweme_detail"),
            read=read_detail,
        ),
        Source(
            code="people",
            label="用户搜索或关系列表",
            proves=Proof.NAME | Proof.BODY,
            note="只能证明有",
            recognises=lambda page: any(
                word(peek(page, key, 0, *extra), "nickname")
                for key in ("data", "user_list")
                for extra in ((), ("user_info",))
            ),
            read=read_people,
        ),
    ),
)
