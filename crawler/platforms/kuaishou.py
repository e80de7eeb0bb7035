"""Kuaishou: GraphQL answers. Result 50 with an empty list is a refusal that looks like an empty account."""

from __future__ import annotations

from crawler import dig
from crawler.dig import need, number, rows, seen, unix, word
from crawler.page import Page
from crawler.source import PlatformSpec, Source
from rules.model import Found, Observation, Platform, Post, Proof


def read_profile(page: Page) -> Observation:
    """visionProfile: name and id."""
    user = dig.dig(dig.data(page), "data", "visionProfile", "userProfile")
    profile = dig.dig(user, "profile")
    name = need(word(profile, "user_name"), "no_identity: 资料里没有名称")
    body = word(profile, "verifiedDetail", "description") or word(user, "verifiedDetail", "description")
    return seen(
        page,
        Platform.KUAISHOU,
        name=name,
        account_id=word(profile, "user_id") or word(profile, "user_id_str"),
        verified_body=body,
        post_count=number(user, "ownerCount", "photo_public"),
    )


def read_list(page: Page) -> Observation:
    """visionProfilePhotoList: works of one author."""
    feeds = rows(dig.data(page), "data", "visionProfilePhotoList", "feeds")
    whose = dig.owner(word(feed, "author", "id") for feed in feeds)
    own = [feed for feed in feeds if word(feed, "author", "id") == whose]
    posts = [
        Post(
            id=word(feed, "photo", "id"),
            title=word(feed, "photo", "caption")[:80],
            url=f"https://www.kuaishou.com/short-video/{word(feed, 'photo', 'id')}",
            published_at=unix(feed, "photo", "timestamp", per_second=1000),
            pinned=dig.dig(feed, "photo", "profileUserTopPhoto") is True,
        )
        for feed in need(own, "empty_list: 列表是空的")
        if word(feed, "photo", "id")
    ]
    return seen(page, Platform.KUAISHOU, name=word(own[0], "author", "name"), account_id=whose, posts=posts)


def read_search(page: Page) -> Observation:
    """visionSearchUser: accounts found."""
    users = rows(dig.data(page), "data", "visionSearchUser", "users")
    results = tuple(
        Found(
            platform=Platform.KUAISHOU,
            name=word(user, "user_name"),
            account_id=word(user, "user_id"),
            url=f"https://www.kuaishou.com/profile/{word(user, 'user_id')}",
            verified_body=word(user, "verifiedDetail", "description"),
        )
        for user in users
        if word(user, "user_name")
    )
    top = need(results, "no_result: 没有用户；不能证明账号不存在")[0]
    return seen(
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
        Source(
            code="list",
            label="作品列表",
            proves=Proof.ACTIVE | Proof.NAME,
            note="需签名，仅读留存；不签名时返回空列表",
            recognises=lambda page: dig.has(page, "data", "visionProfilePhotoList", "feeds"),
            read=read_list,
        ),
        Source(
            code="profile",
            label="资料",
            proves=Proof.NAME | Proof.BODY,
            note="需签名，仅读留存",
            recognises=lambda page: dig.has(page, "data", "visionProfile", "userProfile"),
            read=read_profile,
        ),
        Source(
            code="search",
            label="用户搜索",
            proves=Proof.NAME | Proof.BODY,
            note="只能证明有",
            recognises=lambda page: dig.has(page, "data", "visionSearchUser", "users"),
            read=read_search,
        ),
    ),
)
