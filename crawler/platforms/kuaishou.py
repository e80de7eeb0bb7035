"""Kuaishou: GraphQL answers. Result 50 with an empty list is a refusal that looks like an empty account."""

from __future__ import annotations

from typing import Any

from crawler.page import extract
from crawler.page.extract import need, number, peek, rows, seen, unix, word
from crawler.page.page import Page
from crawler.platforms.spec import PlatformSpec, Source
from rules.model import Found, Observation, Platform, Post, Proof


def answer(page: Page, name: str) -> Any:
    """The part of an answer: under its GraphQL name, or bare as the mobile interface gives it."""
    return peek(page, "data", name) or peek(page)


def who(user: Any) -> str:
    """The id of an author: the short one of web addresses, else the number."""
    return extract.either(user, "userEid", "userId", "user_id", "id")


def read_profile(page: Page) -> Observation:
    """visionProfile: name and id."""
    user = extract.dig(answer(page, "visionProfile"), "userProfile")
    profile = extract.dig(user, "profile")
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
    feeds = rows(answer(page, "visionProfilePhotoList"), "feeds")
    whose = extract.owner(author(feed) for feed in feeds)
    own = need([feed for feed in feeds if whose and author(feed) == whose], "no_own_items: 列表为空，或作者各不相同")
    name = word(own[0], "author", "name") or word(own[0], "userName")
    return seen(page, Platform.KUAISHOU, name=name, account_id=whose, posts=[post(feed) for feed in own])


def read_work(page: Page) -> Observation:
    """visionVideoDetail: one work and its author."""
    work = answer(page, "visionVideoDetail")
    whose = need(author(work), "no_identity: 作品没有作者")
    return seen(page, Platform.KUAISHOU, name=word(work, "author", "name"), account_id=whose, posts=[post(work)])


def author(feed: dict[str, Any]) -> str:
    """Whose work one entry is."""
    return who(extract.dig(feed, "author") or feed)


def post(feed: dict[str, Any]) -> Post:
    """One work."""
    photo = extract.dig(feed, "photo") or feed
    ident = extract.either(photo, "id", "photoId", "photo_id")
    return Post(
        id=ident,
        title=word(photo, "caption")[:80],
        url=f"https://www.kuaishou.com/short-video/{ident}",
        published_at=unix(photo, "timestamp", per_second=1000),
        pinned=extract.dig(photo, "profileUserTopPhoto") is True,
    )


def read_search(page: Page) -> Observation:
    """visionSearchUser: accounts found."""
    users = rows(answer(page, "visionSearchUser"), "users")
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
            recognises=lambda page: bool(rows(answer(page, "visionProfilePhotoList"), "feeds")),
            read=read_list,
        ),
        Source(
            code="profile",
            label="资料",
            proves=Proof.NAME | Proof.BODY,
            note="需签名，仅读留存",
            recognises=lambda page: bool(extract.dig(answer(page, "visionProfile"), "userProfile")),
            read=read_profile,
        ),
        Source(
            code="work",
            label="单个作品",
            proves=Proof.ACTIVE | Proof.NAME,
            note="只证明这一个",
            recognises=lambda page: bool(word(peek(page, "data", "visionVideoDetail", "photo", "id"))),
            read=read_work,
        ),
        Source(
            code="search",
            label="用户搜索",
            proves=Proof.NAME | Proof.BODY,
            note="只能证明有",
            recognises=lambda page: bool(rows(answer(page, "visionSearchUser"), "users")),
            read=read_search,
        ),
    ),
)
