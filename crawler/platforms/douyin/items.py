"""Douyin's users and works as every answer of its interfaces and pages writes them."""

from __future__ import annotations

import json
from typing import Any

from crawler.page import extract
from crawler.page.extract import int_at, make_observation, require, text_at, unix_time_at
from crawler.page.page import Page
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
        pinned=(item.get("is_top") or item.get("isTop") or extract.get_path(item, "tag", "isTop")) in (1, True),
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


def own(items: list[dict[str, Any]]) -> tuple[Any, list[dict[str, Any]]]:
    """The author whom most items name, and that author's public items."""
    whose = extract.majority_owner(who(extract.get_path(item, "author"))["account_id"] for item in items)
    mine = [item for item in items if who(extract.get_path(item, "author"))["account_id"] == whose]
    public = [item for item in mine if not any(extract.get_path(item, "status", flag) is True for flag in HIDDEN)]
    return extract.get_path(mine, 0, "author"), public


def profile(page: Page, user: Any, items: list[dict[str, Any]]) -> Observation:
    """A profile. 已注销 and 已封禁 are flags of the platform's own; a missing user is not."""
    facts = who(user)
    require(facts["name"] or facts["account_id"], "no_identity: 资料里没有账号")
    count = int_at(user, "aweme_count") if extract.get_path(user, "awemeCount") is None else int_at(user, "awemeCount")
    more: dict[str, Any] = {"post_count": count, "posts": [post(item) for item in items]}
    for flag, words in (("user_canceled", "账号已注销"), ("userCanceled", "账号已注销"), ("is_ban", "账号被封禁")):
        if extract.get_path(user, flag) is True:
            more |= {"outcome": Outcome.GONE, "reason": f"account_gone: 抖音标明{words}"}
    if count == 0 and not items and "outcome" not in more:
        more |= {"outcome": Outcome.EMPTY, "reason": "zero_posts: 作品数为 0"}
    return make_observation(page, Platform.DOUYIN, **facts, **more)


def detail(page: Page, item: Any, removed: Any) -> Observation:
    """One work. A removed one says so, about the work alone."""
    if item is None:
        why = require(extract.either(removed, "detail_msg", "notice", "filter_reason"), "no_detail: 没有作品也没有说明")
        return make_observation(
            page, Platform.DOUYIN, outcome=Outcome.GONE, reason=f"video_gone: 作品已不可见（{why}），与账号状态无关"
        )
    facts = who(extract.get_path(item, "author"))
    require(facts["account_id"] or facts["name"], "no_identity: 作品没有作者")
    return make_observation(page, Platform.DOUYIN, **facts, posts=[post(item)])
