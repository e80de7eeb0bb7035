"""Zhihu: profiles in js-initialData, lists and columns as JSON; most of it is refused to anonymous readers today."""

from __future__ import annotations

import re
from typing import Any

from crawler.page import extract
from crawler.page.extract import (
    css,
    dicts_at,
    find,
    json_at,
    make_observation,
    require,
    text_at,
    unix_time_at,
    when,
    xpath_text,
)
from crawler.page.page import Page, Unreadable
from crawler.platforms.spec import PageSource, PlatformSpec, Target
from rules.model import ClaimType, Observation, Outcome, Platform, Post, Precision, SearchHit

ASKED = r"/(?:members|moments|people|org)/([\w-]{1,60})"
"""Whose list or page an address asks for."""
HASH = 32
CLOSED = (
    "is_banned",
    "isBanned",
    "is_baned",
    "is_deleted",
    "isDeleted",
    "is_canceled",
    "isCanceled",
    "is_hanged",
    "isHanged",
)
STATUS = re.compile("ban|hang|cancel|封|注销|停用", re.I)
"""How account_status calls an account that has ended."""


def token(user: Any) -> str:
    """The address name of a person or organisation: what a register holds, though an owner may change it."""
    return text_at(user, "url_token") or text_at(user, "urlToken") or text_at(user, "slug")


def ids(user: Any) -> tuple[str, ...]:
    """Every id that a user object states; the long one is never changed."""
    stated = {"token": token(user), "hash": text_at(user, "id") if len(text_at(user, "id")) == HASH else ""}
    return tuple(f"{kind}:{value}" for kind, value in stated.items() if value)


def _ended(user: Any) -> dict[str, Any]:
    """What an account is whose owner or the platform has ended it: its numbers are zero, and it is not empty."""
    status = [
        text_at(each, "id") or text_at(each, "name")
        for each in dicts_at(user, "account_status") + dicts_at(user, "accountStatus")
    ]
    flags = [flag for flag in CLOSED if extract.flag_at(user, flag)]
    ended = flags or [each for each in status if STATUS.search(each)]
    return {"outcome": Outcome.GONE, "reason": "account_gone: 知乎标明账号已封禁或注销"} if ended else {}


def badge(user: Any) -> str:
    """Words of the verification badge; 优秀答主 and the like are honours, no verification."""
    for key in ("badgeV2", "badge_v2"):
        details = dicts_at(user, key, "detailBadges") + dicts_at(user, key, "detail_badges")
        verified = not details or any(text_at(each, "type") == "identity" for each in details)
        if verified and (text := text_at(user, key, "title")):
            return text
    for each in dicts_at(user, "badge"):
        if text_at(each, "type") in ("", "identity"):
            return extract.either(each, "description", "title")
    return ""


def post(item: dict[str, Any], page: Page) -> Post:
    """An article, answer or pin; ``updated`` is an edit."""
    at = (
        unix_time_at(item, "created")
        or unix_time_at(item, "created_time")
        or unix_time_at(item, "createdTime")
        or unix_time_at(item, "publishedTime")
    )
    precision = Precision.SECOND
    if not at:
        at, precision = when(text_at(item, "publishedTime") or text_at(item, "created"), page)
    title = text_at(item, "title") or text_at(item, "question", "title") or text_at(item, "question", "name")
    ident = text_at(item, "id") or text_at(item, "slug")
    return Post(
        id=ident,
        title=title or extract.html_text_at(item, "excerpt")[:80],
        url=text_at(item, "url"),
        published_at=at,
        precision=precision,
    )


def read_api(page: Page) -> Observation:
    """api/v4 …/articles, answers, pins of one member."""
    items = [
        extract.get_path(row, "target") or row
        for row in dicts_at(extract.page_json(page), "data") or dicts_at(extract.page_json(page))
    ]
    # Activities hold what others wrote and the member voted up.
    asked = extract.first(ASKED, page.requested_url or page.url)
    whose = asked or extract.majority_owner(token(extract.get_path(item, "author")) for item in items)
    own = [item for item in items if token(extract.get_path(item, "author")) == whose]
    author = extract.get_path(require(whose and own, "no_identity: 列表里没有作者")[0], "author")
    return make_observation(
        page,
        Platform.ZHIHU,
        name=text_at(author, "name"),
        account_id=whose,
        verified_body=badge(author),
        ids=ids(author),
        posts=[post(item, page) for item in own],
    )


def read_state(page: Page) -> Observation:
    """js-initialData: a member's page, an article, or a search page, told apart by which entities have content."""
    state = extract.get_path(extract.embedded(page.text, 'id="js-initialData"'), "initialState")
    entities = extract.get_path(state, "entities")
    users = {text_at(user, "urlToken"): user for user in _values(entities, "users") if text_at(user, "name")}
    asked = extract.first(r"zhihu\.com/(?:people|org)/([\w-]{1,60})", extract.address(page))
    items = _values(entities, "articles") + _values(entities, "answers") + _values(entities, "pins")
    slug = extract.first(
        r"zhihu\.com/column/([\w-]{1,60})|zhuanlan\.zhihu\.com/(?!p/)([\w-]{1,60})", extract.address(page)
    )
    column = next((each for each in _values(entities, "columns") if slug and text_at(each, "urlToken") == slug), None)
    if column:
        return column_of(page, column)
    if not users and not items:
        return read_search(page)
    written = extract.majority_owner(token(extract.get_path(item, "author")) for item in items)
    if asked and users and asked not in users:
        raise Unreadable("identity_mismatch: 页面显示的不是地址所指的账号，账号可能已更换个性网址，需人工确认")
    whose = asked or written or next(iter(users), "")
    user = users.get(whose) or next(
        (a for item in items if token(a := extract.get_path(item, "author")) == whose), None
    )
    require(text_at(user, "name"), "no_identity: 页面上没有账号")
    own = [item for item in items if token(extract.get_path(item, "author")) == whose]
    return make_observation(
        page,
        Platform.ZHIHU,
        name=text_at(user, "name"),
        account_id=whose,
        verified_body=badge(user),
        ids=ids(user),
        posts=[post(item, page) for item in own],
        **_ended(user),
    )


def _values(value: Any, key: str) -> list[dict[str, Any]]:
    found = extract.get_path(value, key)
    return [item for item in found.values() if isinstance(item, dict)] if isinstance(found, dict) else []


def read_search(page: Page) -> Observation:
    """A search page as drawn: the people and organisations behind the results."""
    results: dict[str, SearchHit] = {}
    for card in find(extract.tree(page), f"//*[{css('SearchResult-Card')} or {css('List-item')}]"):
        url = xpath_text(card, './/a[contains(@href,"/people/") or contains(@href,"/org/")]/@href')
        name = xpath_text(card, f'.//*[{css("AuthorInfo")}]//meta[@itemprop="name"]/@content') or xpath_text(
            card, f".//a[{css('UserLink-link')}]"
        )
        # An answer opens with its author in bold and has no link.
        name = name or xpath_text(card, './/*[@itemprop="answer"]//*[@itemprop="text"]/b[1]')
        account = extract.first(r"/(?:people|org)/([\w-]{1,60})", url)
        if name:
            results.setdefault(
                account or name, SearchHit(platform=Platform.ZHIHU, name=name, account_id=account, url=url)
            )
    return make_observation(
        page, Platform.ZHIHU, results=tuple(require(results, "no_result: 没有结果；不能证明账号不存在").values())
    )


def read_column(page: Page) -> Observation:
    """A column (专栏) as JSON, of 2015 or of today."""
    return column_of(page, extract.page_json(page))


def column_of(page: Page, column: Any) -> Observation:
    """A column: its own name and slug; the creator is somebody else's identity. No number of Zhihu's counts everything."""
    return make_observation(
        page,
        Platform.ZHIHU,
        name=extract.either(column, "name", "title"),
        account_id=extract.either(column, "slug", "url_token", "urlToken", "id"),
    )


def read_member(page: Page) -> Observation:
    """api/v4/members/TOKEN: a person or organisation."""
    user = extract.page_json(page)
    return make_observation(
        page,
        Platform.ZHIHU,
        name=text_at(user, "name"),
        account_id=token(user),
        verified_body=badge(user),
        ids=ids(user),
        **_ended(user),
    )


def read_old_profile(page: Page) -> Observation:
    """A person's or organisation's page before 2017: who it is. Its activities mix in what others wrote."""
    root = extract.tree(page)
    name = xpath_text(root, f"//*[{css('title-section')}]//*[{css('name')}]")
    link = (
        '//*[contains(@class,"profile-navbar")]//a[starts-with(@href,"/people/") or starts-with(@href,"/org/")]/@href'
    )
    account = extract.first(r"/(?:people|org)/([\w-]{1,60})", extract.address(page) or xpath_text(root, link))
    return make_observation(page, Platform.ZHIHU, name=require(name, "no_identity: 主页没有名称"), account_id=account)


def read_article(page: Page) -> Observation:
    """One article as JSON: its author and time."""
    item = extract.page_json(page)
    author = extract.get_path(item, "author")
    name = require(text_at(author, "name"), "no_identity: 文章没有作者")
    return make_observation(
        page,
        Platform.ZHIHU,
        name=name,
        account_id=token(author),
        verified_body=badge(author),
        ids=ids(author),
        posts=[post(item, page)],
    )


def is_list(page: Page) -> bool:
    """A page of items with authors, in an envelope or bare."""
    return (bool(json_at(page, "data", 0)) and extract.has(page, "paging")) or isinstance(
        json_at(page, 0, "author"), dict
    )


def is_column(page: Page) -> bool:
    """A column object, of 2015 or of today."""
    return extract.has(page, "postsCount") or (
        extract.has(page, "articles_count") and text_at(json_at(page, "type")) == "column"
    )


def urls(target: Target) -> tuple[str, ...]:
    """The member's page."""
    return (target.url,) if "zhihu.com/" in target.url else ()


SPEC = PlatformSpec(
    platform=Platform.ZHIHU,
    hosts=("www.zhihu.com", "zhuanlan.zhihu.com"),
    delay_seconds=15.0,
    daily_budget=200,
    sources=(
        PageSource(
            code="list",
            label="文章、回答列表接口",
            proves=ClaimType.ACTIVE | ClaimType.NAME | ClaimType.BODY,
            note="需签名，仅读留存",
            matches=is_list,
            read=read_api,
        ),
        PageSource(
            code="page",
            label="个人、机构、文章或搜索页",
            proves=ClaimType.ACTIVE | ClaimType.NAME | ClaimType.BODY,
            note="常被拦截",
            matches=lambda page: 'id="js-initialData"' in page.text,
            read=read_state,
            urls=urls,
        ),
        PageSource(
            code="old_profile",
            label="个人、机构页（旧）",
            proves=ClaimType.NAME,
            note="2017 年前，仅读留存",
            matches=lambda page: "zm-profile-header" in page.text and "title-section" in page.text,
            read=read_old_profile,
        ),
        PageSource(
            code="column",
            label="专栏",
            proves=ClaimType.NAME,
            note="文章数用于对照变化",
            matches=is_column,
            read=read_column,
        ),
        PageSource(
            code="member",
            label="个人、机构资料接口",
            proves=ClaimType.NAME | ClaimType.BODY | ClaimType.GONE,
            note="需签名，仅读留存；封禁、注销以平台标记为准",
            matches=lambda page: extract.has(page, "url_token") and extract.has(page, "user_type"),
            read=read_member,
        ),
        PageSource(
            code="article",
            label="单篇文章、回答接口",
            proves=ClaimType.ACTIVE | ClaimType.NAME,
            note="只证明这一篇",
            matches=lambda page: (
                isinstance(json_at(page, "author"), dict)
                and any(extract.has(page, key) for key in ("publishedTime", "created", "created_time"))
            ),
            read=read_article,
        ),
    ),
)
