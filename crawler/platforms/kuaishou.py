"""Kuaishou: GraphQL answers. Result 50 with an empty list is a refusal that looks like an empty account."""

from __future__ import annotations

from typing import Any

from crawler.page import extract
from crawler.page.extract import dicts_at, json_at, make_observation, require, text_at, unix_time_at
from crawler.page.page import Page, Unreadable
from crawler.platforms.spec import PageSource, PlatformSpec
from rules.model import ClaimType, Observation, Platform, Post, SearchHit


def answer(page: Page, name: str) -> Any:
    """The part of an answer: under its GraphQL name, or bare as the mobile interface gives it."""
    return json_at(page, "data", name) or json_at(page)


def who(user: Any) -> str:
    """The id of an author: the short one of web addresses, else the number."""
    return extract.either(user, "userEid", "userId", "user_id", "id")


NOT_SHOWN = (
    "isBanned",
    "is_banned",
    "userBanned",
    "user_banned",
    "isDeleted",
    "userDeleted",
    "isPrivate",
    "isPrivacy",
    "privacy",
    "is_private",
    "privacyUser",
)
"""Flags of an account whose works nobody, or no visitor, sees."""


def read_profile(page: Page) -> Observation:
    """visionProfile: name and id."""
    user = extract.get_path(answer(page, "visionProfile"), "userProfile")
    profile = extract.get_path(user, "profile")
    name = require(text_at(profile, "user_name"), "no_identity: 资料里没有名称")
    if any(extract.flag_at(part, flag) for part in (user, profile) for flag in NOT_SHOWN):
        raise Unreadable("account_hidden: 快手标明账号被封禁、已注销或设为私密，不能说明是否更新，需人工确认")
    body = text_at(profile, "verifiedDetail", "description") or text_at(user, "verifiedDetail", "description")
    return make_observation(
        page,
        Platform.KUAISHOU,
        name=name,
        account_id=text_at(profile, "user_id") or text_at(profile, "user_id_str"),
        verified_body=body,
    )


def read_list(page: Page) -> Observation:
    """visionProfilePhotoList: works of one author."""
    feeds = dicts_at(answer(page, "visionProfilePhotoList"), "feeds")
    whose = extract.majority_owner(author(feed) for feed in feeds)
    own = require([feed for feed in feeds if whose and author(feed) == whose], "no_own_items: 列表为空，或作者各不相同")
    name = text_at(own[0], "author", "name") or text_at(own[0], "userName")
    return make_observation(page, Platform.KUAISHOU, name=name, account_id=whose, posts=[post(feed) for feed in own])


def read_work(page: Page) -> Observation:
    """visionVideoDetail: one work and its author."""
    work = answer(page, "visionVideoDetail")
    whose = require(author(work), "no_identity: 作品没有作者")
    return make_observation(
        page, Platform.KUAISHOU, name=text_at(work, "author", "name"), account_id=whose, posts=[post(work)]
    )


def author(feed: dict[str, Any]) -> str:
    """Whose work one entry is."""
    return who(extract.get_path(feed, "author") or feed)


def post(feed: dict[str, Any]) -> Post:
    """One work."""
    photo = extract.get_path(feed, "photo") or feed
    ident = extract.either(photo, "id", "photoId", "photo_id")
    return Post(
        id=ident,
        title=text_at(photo, "caption")[:80],
        url=f"https://www.kuaishou.com/short-video/{ident}",
        published_at=unix_time_at(photo, "timestamp", per_second=1000),
        pinned=extract.flag_at(photo, "profileUserTopPhoto"),
    )


def read_search(page: Page) -> Observation:
    """visionSearchUser: accounts found."""
    users = dicts_at(answer(page, "visionSearchUser"), "users")
    results = tuple(
        SearchHit(
            platform=Platform.KUAISHOU,
            name=text_at(user, "user_name"),
            account_id=text_at(user, "user_id"),
            url=f"https://www.kuaishou.com/profile/{text_at(user, 'user_id')}",
            verified_body=text_at(user, "verifiedDetail", "description"),
        )
        for user in users
        if text_at(user, "user_name")
    )
    top = require(results, "no_result: 没有用户；不能证明账号不存在")[0]
    return make_observation(
        page,
        Platform.KUAISHOU,
        name=top.name,
        account_id=top.account_id,
        verified_body=top.verified_body,
        results=results,
    )


SPEC = PlatformSpec(
    platform=Platform.KUAISHOU,
    hosts=("www.kuaishou.com",),
    delay_seconds=15.0,
    daily_budget=200,
    sources=(
        PageSource(
            code="list",
            label="作品列表",
            proves=ClaimType.ACTIVE | ClaimType.NAME,
            note="需签名，仅读留存；不签名时返回空列表",
            matches=lambda page: bool(dicts_at(answer(page, "visionProfilePhotoList"), "feeds")),
            read=read_list,
        ),
        PageSource(
            code="profile",
            label="资料",
            proves=ClaimType.NAME | ClaimType.BODY,
            note="需签名，仅读留存",
            matches=lambda page: bool(extract.get_path(answer(page, "visionProfile"), "userProfile")),
            read=read_profile,
        ),
        PageSource(
            code="work",
            label="单个作品",
            proves=ClaimType.ACTIVE | ClaimType.NAME,
            note="只证明这一个",
            matches=lambda page: bool(text_at(json_at(page, "data", "visionVideoDetail", "photo", "id"))),
            read=read_work,
        ),
        PageSource(
            code="search",
            label="用户搜索",
            proves=ClaimType.NAME | ClaimType.BODY,
            note="只能证明有",
            matches=lambda page: bool(dicts_at(answer(page, "visionSearchUser"), "users")),
            read=read_search,
        ),
    ),
)
