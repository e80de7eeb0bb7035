"""Zhihu: profiles in js-initialData, lists and columns as JSON; most of it is refused to anonymous readers today."""

from __future__ import annotations

from typing import Any

from crawler.page import extract
from crawler.page.extract import css, find, need, number, peek, rows, seen, shown, unix, when, word
from crawler.page.page import Page
from crawler.platforms.spec import PlatformSpec, Source, Target
from rules.model import Found, Observation, Platform, Post, Precision, Proof


def token(user: Any) -> str:
    """The address name of a person or organisation: what a register holds, though an owner may change it."""
    return word(user, "url_token") or word(user, "urlToken") or word(user, "slug")


def badge(user: Any) -> str:
    """Words of the verification badge; 优秀答主 and the like are honours, no verification."""
    for key in ("badgeV2", "badge_v2"):
        details = rows(user, key, "detailBadges") + rows(user, key, "detail_badges")
        verified = not details or any(word(each, "type") == "identity" for each in details)
        if verified and (text := word(user, key, "title")):
            return text
    for each in rows(user, "badge"):
        if word(each, "type") in ("", "identity"):
            return extract.either(each, "description", "title")
    return ""


def post(item: dict[str, Any], page: Page) -> Post:
    """An article, answer or pin; ``updated`` is an edit."""
    at = unix(item, "created") or unix(item, "created_time") or unix(item, "createdTime") or unix(item, "publishedTime")
    precision = Precision.SECOND
    if not at:
        at, precision = when(word(item, "publishedTime") or word(item, "created"), page)
    title = word(item, "title") or word(item, "question", "title") or word(item, "question", "name")
    ident = word(item, "id") or word(item, "slug")
    return Post(
        id=ident,
        title=title or extract.prose(item, "excerpt")[:80],
        url=word(item, "url"),
        published_at=at,
        precision=precision,
    )


def read_api(page: Page) -> Observation:
    """api/v4 …/articles, answers, pins of one member."""
    items = [extract.dig(row, "target") or row for row in rows(extract.data(page), "data") or rows(extract.data(page))]
    whose = extract.owner(token(extract.dig(item, "author")) for item in items)
    own = [item for item in items if token(extract.dig(item, "author")) == whose]
    author = extract.dig(need(whose and own, "no_identity: 列表里没有作者")[0], "author")
    return seen(
        page,
        Platform.ZHIHU,
        name=word(author, "name"),
        account_id=whose,
        verified_body=badge(author),
        posts=[post(item, page) for item in own],
        post_count=number(extract.data(page), "paging", "totals"),
    )


def read_state(page: Page) -> Observation:
    """js-initialData: a member's page, an article, or a search page, told apart by which entities have content."""
    state = extract.dig(extract.embedded(page.text, 'id="js-initialData"'), "initialState")
    entities = extract.dig(state, "entities")
    users = {word(user, "urlToken"): user for user in _values(entities, "users") if word(user, "name")}
    asked = extract.first(r"zhihu\.com/(?:people|org)/([\w-]{1,60})", extract.address(page))
    items = _values(entities, "articles") + _values(entities, "answers") + _values(entities, "pins")
    slug = extract.first(
        r"zhihu\.com/column/([\w-]{1,60})|zhuanlan\.zhihu\.com/(?!p/)([\w-]{1,60})", extract.address(page)
    )
    column = next((each for each in _values(entities, "columns") if slug and word(each, "urlToken") == slug), None)
    if column:
        return column_of(page, column)
    if not users and not items:
        return read_search(page)
    written = extract.owner(token(extract.dig(item, "author")) for item in items)
    whose = asked if asked in users else (written or next(iter(users), ""))
    user = users.get(whose) or next((a for item in items if token(a := extract.dig(item, "author")) == whose), None)
    need(word(user, "name"), "no_identity: 页面上没有账号")
    own = [item for item in items if token(extract.dig(item, "author")) == whose]
    counts = [number(user, key) for key in ("answerCount", "articlesCount", "pinsCount", "zvideoCount")]
    known = [count for count in counts if count is not None]
    return seen(
        page,
        Platform.ZHIHU,
        name=word(user, "name"),
        account_id=whose,
        verified_body=badge(user),
        posts=[post(item, page) for item in own],
        post_count=sum(known) if known else None,
    )


def _values(value: Any, key: str) -> list[dict[str, Any]]:
    found = extract.dig(value, key)
    return [item for item in found.values() if isinstance(item, dict)] if isinstance(found, dict) else []


def read_search(page: Page) -> Observation:
    """A search page as drawn: the people and organisations behind the results."""
    results: dict[str, Found] = {}
    for card in find(extract.tree(page), f"//*[{css('SearchResult-Card')} or {css('List-item')}]"):
        url = shown(card, './/a[contains(@href,"/people/") or contains(@href,"/org/")]/@href')
        name = shown(card, f'.//*[{css("AuthorInfo")}]//meta[@itemprop="name"]/@content') or shown(
            card, f".//a[{css('UserLink-link')}]"
        )
        # An answer opens with its author in bold and has no link.
        name = name or shown(card, './/*[@itemprop="answer"]//*[@itemprop="text"]/b[1]')
        account = extract.first(r"/(?:people|org)/([\w-]{1,60})", url)
        if name:
            results.setdefault(account or name, Found(platform=Platform.ZHIHU, name=name, account_id=account, url=url))
    return seen(page, Platform.ZHIHU, results=tuple(need(results, "no_result: 没有结果；不能证明账号不存在").values()))


def read_column(page: Page) -> Observation:
    """A column (专栏) as JSON, of 2015 or of today."""
    return column_of(page, extract.data(page))


def column_of(page: Page, column: Any) -> Observation:
    """A column: its own name and slug; the creator is somebody else's identity."""
    counts = [number(column, key) for key in ("postsCount", "articles_count", "articlesCount")]
    return seen(
        page,
        Platform.ZHIHU,
        name=extract.either(column, "name", "title"),
        account_id=extract.either(column, "slug", "url_token", "urlToken", "id"),
        post_count=next((count for count in counts if count is not None), None),
    )


def read_member(page: Page) -> Observation:
    """api/v4/members/TOKEN: a person or organisation."""
    user = extract.data(page)
    counts = [number(user, key) for key in ("answer_count", "articles_count", "pins_count", "zvideo_count")]
    known = [count for count in counts if count is not None]
    return seen(
        page,
        Platform.ZHIHU,
        name=word(user, "name"),
        account_id=token(user),
        verified_body=badge(user),
        post_count=sum(known) if known else None,
    )


def read_old_profile(page: Page) -> Observation:
    """A person's or organisation's page before 2017: who it is. Its activities mix in what others wrote."""
    root = extract.tree(page)
    name = shown(root, f"//*[{css('title-section')}]//*[{css('name')}]")
    link = (
        '//*[contains(@class,"profile-navbar")]//a[starts-with(@href,"/people/") or starts-with(@href,"/org/")]/@href'
    )
    account = extract.first(r"/(?:people|org)/([\w-]{1,60})", extract.address(page) or shown(root, link))
    return seen(page, Platform.ZHIHU, name=need(name, "no_identity: 主页没有名称"), account_id=account)


def read_article(page: Page) -> Observation:
    """One article as JSON: its author and time."""
    item = extract.data(page)
    author = extract.dig(item, "author")
    name = need(word(author, "name"), "no_identity: 文章没有作者")
    return seen(
        page, Platform.ZHIHU, name=name, account_id=token(author), verified_body=badge(author), posts=[post(item, page)]
    )


def is_list(page: Page) -> bool:
    """A page of items with authors, in an envelope or bare."""
    return (bool(peek(page, "data", 0)) and extract.has(page, "paging")) or isinstance(peek(page, 0, "author"), dict)


def is_column(page: Page) -> bool:
    """A column object, of 2015 or of today."""
    return extract.has(page, "postsCount") or (
        extract.has(page, "articles_count") and word(peek(page, "type")) == "column"
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
        Source(
            code="list",
            label="文章、回答列表接口",
            proves=Proof.ACTIVE | Proof.NAME | Proof.BODY,
            note="需签名，仅读留存",
            recognises=is_list,
            read=read_api,
        ),
        Source(
            code="page",
            label="个人、机构、文章或搜索页",
            proves=Proof.ACTIVE | Proof.NAME | Proof.BODY,
            note="常被拦截",
            recognises=lambda page: 'id="js-initialData"' in page.text,
            read=read_state,
            urls=urls,
        ),
        Source(
            code="old_profile",
            label="个人、机构页（旧）",
            proves=Proof.NAME,
            note="2017 年前，仅读留存",
            recognises=lambda page: "zm-profile-header" in page.text and "title-section" in page.text,
            read=read_old_profile,
        ),
        Source(
            code="column",
            label="专栏",
            proves=Proof.NAME,
            note="文章数用于对照变化",
            recognises=is_column,
            read=read_column,
        ),
        Source(
            code="member",
            label="个人、机构资料接口",
            proves=Proof.NAME | Proof.BODY,
            note="需签名，仅读留存",
            recognises=lambda page: extract.has(page, "url_token") and extract.has(page, "user_type"),
            read=read_member,
        ),
        Source(
            code="article",
            label="单篇文章、回答接口",
            proves=Proof.ACTIVE | Proof.NAME,
            note="只证明这一篇",
            recognises=lambda page: (
                isinstance(peek(page, "author"), dict)
                and any(extract.has(page, key) for key in ("publishedTime", "created", "created_time"))
            ),
            read=read_article,
        ),
    ),
)
