"""Baijiahao: article pages carry the account and its 认证; the list of an account needs a browser fingerprint."""

from __future__ import annotations

import re
from typing import Any

from lxml.html import HtmlElement

from crawler.page import extract
from crawler.page.extract import css, need, seen, shown, when, word
from crawler.page.page import Page
from crawler.platforms.spec import PlatformSpec, Source, Target
from rules.model import Observation, Platform, Post, Proof


def read_article(page: Page) -> Observation:
    """One article: the account, its 认证, and the one post."""
    root = extract.tree(page)
    linked = extract.embedded(page.text, "application/ld+json")
    name = shown(root, f"//*[{css('author-name')}]") or word(linked, "author", "name")
    name = name or extract.first(r'"(?:author_name|authorName)"\s*:\s*"([^"]{1,60})"', page.text)
    account = extract.first(r'[?&]app_id=(\d{8,20})|"?\bapp(?:_id|id|Id)"?\s*:\s*"?(\d{13,20})', page.text)
    need(name or account, "no_identity: 文章页没有作者")
    return seen(
        page,
        Platform.BAIJIAHAO,
        name=name,
        account_id=account,
        verified_body=shown(root, f"//*[{css('account-authentication')}]"),
        posts=[_post(page, root, linked)],
    )


def _post(page: Page, root: HtmlElement, linked: Any) -> Post:
    """The meta time equals the visible 发布时间, which lacks the year."""
    visible = shown(root, f"//span[{css('date')}]") + " " + shown(root, f"//span[{css('time')}]")
    stamp = shown(root, '//meta[@itemprop="dateUpdate" or @itemprop="datePublished"]/@content')
    at, precision = when(stamp or extract.either(linked, "pubDate", "datePublished") or visible, page)
    title = shown(root, f"//*[{css('article-title')}]") or word(linked, "title") or shown(root, "//title")
    ident = extract.first(r"[?&]id=(\d{15,20})", page.url)
    ident = ident or extract.first(r"baijiahao\.baidu\.com/s\?id=(\d{15,20})", page.text)
    url = f"https://baijiahao.baidu.com/s?id={ident}" if ident else page.url
    return Post(id=ident or title, title=title, url=url, published_at=at, precision=precision)


def read_author(page: Page) -> Observation:
    """baijiahao.baidu.com/u?app_id=: who it is; the list is fetched by a signed script."""
    user = extract.dig(extract.embedded(page.text, "window.runtime"), "user")
    account = (
        extract.first(r"[?&]app_id=(\d{8,20})", page.url)
        or word(user, "app_id")
        or word(user, "third_id")
        or word(user, "uk")
    )
    name = need(word(user, "nickname") or word(user, "display_name"), "no_identity: 主页没有名称")
    return seen(
        page,
        Platform.BAIJIAHAO,
        name=name,
        account_id=account,
        verified_body=word(user, "vip_info") or word(user, "v_info"),
    )


def is_article(page: Page) -> bool:
    """By the author block of the old page or the linked data of the new one."""
    text = page.text
    if "author-name" in text or "article-source-bjh" in text:
        return "baijiahao" in text or "bjh" in text  # other sites name their authors so as well
    return bool(re.search(r'application/ld\+json"?>\s*\{[^<]{0,4000}"pubDate"', text)) and "appid" in text


def article_urls(target: Target) -> tuple[str, ...]:
    """Only an article address can be asked for with a use."""
    return (target.url,) if "baijiahao.baidu.com/s?" in target.url else ()


SPEC = PlatformSpec(
    platform=Platform.BAIJIAHAO,
    hosts=("baijiahao.baidu.com", "author.baidu.com"),
    delay_seconds=10.0,
    daily_budget=300,
    sources=(
        Source(
            code="article",
            label="文章页",
            proves=Proof.ACTIVE | Proof.NAME | Proof.BODY,
            note="只证明这一篇",
            recognises=is_article,
            read=read_article,
            urls=article_urls,
        ),
        Source(
            code="author",
            label="作者主页",
            proves=Proof.NAME,
            note="列表需签名，只读名称",
            recognises=lambda page: "window.runtime" in page.text,
            read=read_author,
            urls=lambda target: (
                (f"https://baijiahao.baidu.com/u?app_id={target.account_id}",) if target.account_id.isdigit() else ()
            ),
        ),
    ),
)
