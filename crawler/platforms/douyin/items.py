"""Douyin's users and works as every answer of its interfaces and pages writes them."""

from __future__ import annotations

import json
import re
from typing import Any

from crawler.page import extract
from crawler.page.extract import int_at, make_observation, require, text_at, unix_time_at
from crawler.page.page import Page, Unreadable
from rules.model import Observation, Outcome, Platform, Post, Precision

HIDDEN = ("is_delete", "in_reviewing", "is_prohibited")
"""Items only the owner sees."""


def post(item: dict[str, Any]) -> Post:
    """One aweme, snake or camel case. The id may be ten minutes older than the publication: a fallback."""
    aweme = text_at(item, "aweme_id") or text_at(item, "awemeId") or text_at(item, "item_id")
    at = unix_time_at(item, "create_time") or unix_time_at(item, "createTime")
    derived = None if at else from_id(aweme)
    return Post(
        id=aweme,
        title=(text_at(item, "desc") or text_at(item, "title"))[:80],
        url=f"https://www.douyin.com/video/{aweme}" if aweme.isdigit() else "",
        published_at=at or derived,
        precision=Precision.DERIVED if derived else Precision.SECOND,
        pinned=any(extract.flag_at(item, *path) for path in (("is_top",), ("isTop",), ("tag", "isTop"))),
    )


def from_id(aweme: str) -> Any:
    """The time inside an aweme id."""
    value = int_at(aweme)
    return unix_time_at(value >> 32) if value else None


def who(user: Any) -> dict[str, str]:
    """Name, sec_uid and verified body of a user object, snake or camel case."""
    try:
        certified = text_at(json.loads(extract.get_path(user, "account_cert_info")), "label_text")
    except (TypeError, ValueError, RecursionError):
        certified = text_at(user, "accountCertInfo", "labelText")
    body = (
        text_at(user, "enterprise_verify_reason")
        or text_at(user, "enterpriseVerifyReason")
        or certified
        or text_at(user, "custom_verify")
        or text_at(user, "customVerify")
    )
    return {
        "name": text_at(user, "nickname"),
        "account_id": text_at(user, "sec_uid") or text_at(user, "secUid") or text_at(user, "uid"),
        "verified_body": body,
    }


def ids(user: Any) -> tuple[str, ...]:
    """Every id that a user object states: people know the 抖音号, addresses the sec_uid."""
    number_shown = next(
        (
            text
            for key in ("unique_id", "uniqueId", "short_id", "shortId")
            if (text := text_at(user, key)) not in ("", "0")
        ),
        "",
    )
    stated = {
        "sec_uid": text_at(user, "sec_uid") or text_at(user, "secUid"),
        "uid": text_at(user, "uid"),
        "number": number_shown,
    }
    return tuple(f"{kind}:{value}" for kind, value in stated.items() if value)


def own(items: list[dict[str, Any]], asked: str = "") -> tuple[Any, list[dict[str, Any]]]:
    """The author who was asked for, else the one all items name, and that author's public items. Joint works (共创) in an
    author's list bear the partner; lists of liked works look the same."""
    named = [who(extract.get_path(item, "author"))["account_id"] for item in items]
    whose = asked if asked in named else extract.majority_owner(named)
    mine = [item for item, name in zip(items, named, strict=True) if name == whose]
    public = [item for item in mine if not any(extract.get_path(item, "status", flag) is True for flag in HIDDEN)]
    return extract.get_path(mine, 0, "author"), public


PRIVATE = (
    "secret", "is_secret", "isSecret", "is_private", "isPrivate", "is_private_account", "isPrivateAccount",
    "show_private_banner", "showPrivateBanner", "user_not_see", "userNotSee",
)  # fmt: skip
"""Flags of an account whose works only followers see: its numbers are those of a stranger's view."""
CLOSED = {
    "user_canceled": "账号已注销", "userCanceled": "账号已注销", "user_deleted": "账号已注销", "userDeleted": "账号已注销",
    "user_cancelled": "账号已注销", "is_canceled": "账号已注销", "is_deleted": "账号已注销",
    "is_ban": "账号被封禁", "isBan": "账号被封禁", "is_banned": "账号被封禁", "isBanned": "账号被封禁",
}  # fmt: skip
"""Flags by which the platform itself says that an account has ended."""
CANCELLED, BANNED = re.compile("注销"), re.compile("封禁|封停|封号|违规|违反")


def closed(user: Any) -> str:
    """How the platform says that the account has ended; empty where it does not."""
    for flag, words in CLOSED.items():
        if extract.flag_at(user, flag):
            return words
    told = special(user)
    return "账号已注销" if CANCELLED.search(told) else "账号被封禁" if BANNED.search(told) else ""


def hidden(user: Any) -> str:
    """Why a visitor sees nothing of an account that may well publish; empty where everybody sees it."""
    if any(extract.flag_at(user, flag) for flag in PRIVATE):
        return special(user) or "私密账号"
    return special(user) or ("账号已将访客拉黑" if extract.flag_at(user, "is_block") else "")


def special(user: Any) -> str:
    """The words of ``special_state_info``: 私密账号, 账号已注销, 账号被封禁. State 0 is the ordinary one."""
    state = extract.get_path(user, "special_state_info") or extract.get_path(user, "specialStateInfo")
    code = int_at(state, "special_state") or int_at(state, "specialState")
    return (text_at(state, "title") or text_at(state, "content") or f"特殊状态 {code}") if code else ""


def profile(page: Page, user: Any, items: list[dict[str, Any]]) -> Observation:
    """A profile. 已注销 and 已封禁 are the platform's own words; a missing user is not. What is private is not empty."""
    facts = who(user)
    require(facts["name"] or facts["account_id"], "no_identity: 资料里没有账号")
    stated = {**facts, "ids": ids(user), "posts": [post(item) for item in items]}
    if words := closed(user):
        return make_observation(
            page, Platform.DOUYIN, **stated, outcome=Outcome.GONE, reason=f"account_gone: 抖音标明{words}"
        )
    if words := hidden(user):
        raise Unreadable(f"account_private: 抖音标明“{words}”，访客看不到作品，不能说明账号是否更新")
    count = int_at(user, "aweme_count") if extract.get_path(user, "awemeCount") is None else int_at(user, "awemeCount")
    counted = {"post_count": count, "counters": (("works", count),) if count is not None else ()}
    empty = {"outcome": Outcome.EMPTY, "reason": "zero_posts: 作品数为 0"} if count == 0 and not items else {}
    return make_observation(page, Platform.DOUYIN, **stated, **counted, **empty)


def detail(page: Page, item: Any, removed: Any) -> Observation:
    """One work. A removed one says so, about the work alone."""
    if item is None:
        why = require(extract.either(removed, "detail_msg", "notice", "filter_reason"), "no_detail: 没有作品也没有说明")
        return make_observation(
            page, Platform.DOUYIN, outcome=Outcome.GONE, reason=f"video_gone: 作品已不可见（{why}），与账号状态无关"
        )
    author = extract.get_path(item, "author")
    facts = who(author)
    require(facts["account_id"] or facts["name"], "no_identity: 作品没有作者")
    return make_observation(page, Platform.DOUYIN, **facts, ids=ids(author), posts=[post(item)])
