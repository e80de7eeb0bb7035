"""Baijiahao: article pages carry the account and its 认证; the list of an account needs a browser fingerprint."""

from __future__ import annotations

import re
from typing import Any

from lxml.html import HtmlElement

from crawler.page import extract
from crawler.page.extract import css, make_observation, require, text_at, when, xpath_text
from crawler.page.page import Page
from crawler.platforms.spec import PageSource, PlatformSpec, Target
from rules.model import ClaimType, Observation, Platform, Post

EDITED = re.compile(r"(?:更新|修改|编辑)(?:时间|于|日期)?\s*[:：]?\s*\d")


def read_article(page: Page) -> Observation:
    """One article: the account, its 认证, and the one post."""
    root = extract.tree(page)
    linked = extract.embedded(page.text, "application/ld+json")
    name = xpath_text(root, f"//*[{css('author-name')}]") or text_at(linked, "author", "name")
    name = name or extract.first(r'"(?:author_name|authorName)"\s*:\s*"([^"]{1,60})"', page.text)
    account = extract.first(r'[?&]app_id=(\d{8,20})|"?\bapp(?:_id|id|Id)"?\s*:\s*"?(\d{13,20})', page.text)
    require(name or account, "no_identity: 文章页没有作者")
    return make_observation(
        page,
        Platform.BAIJIAHAO,
        name=name,
        account_id=account,
        verified_body=xpath_text(root, f"//*[{css('account-authentication')}]"),
        posts=[_post(page, root, linked)],
    )


def _post(page: Page, root: HtmlElement, linked: Any) -> Post:
    """The visible 发布时间 may lack the year; ``dateUpdate`` is an edit, and lends its year only where both agree."""
    visible = xpath_text(root, f"//span[{css('date')}]") + " " + xpath_text(root, f"//span[{css('time')}]")
    stamp = xpath_text(root, '//meta[@itemprop="datePublished"]/@content') or extract.either(
        linked, "pubDate", "datePublished"
    )
    at, precision = when(
        stamp or _with_year(visible, xpath_text(root, '//meta[@itemprop="dateUpdate"]/@content')), page
    )
    title = xpath_text(root, f"//*[{css('article-title')}]") or text_at(linked, "title") or xpath_text(root, "//title")
    ident = extract.first(r"[?&]id=(\d{15,20})", page.url)
    ident = ident or extract.first(r"baijiahao\.baidu\.com/s\?id=(\d{15,20})", page.text)
    url = f"https://baijiahao.baidu.com/s?id={ident}" if ident else page.url
    return Post(id=ident or title, title=title, url=url, published_at=at, precision=precision)


def _with_year(visible: str, edited: str) -> str:
    """The edit's full time where it is the same day and minute as the visible one: then nothing was edited."""
    if EDITED.search(visible):
        return ""
    month_day = re.search(r"(\d{1,2})-(\d{1,2})\s+(\d{1,2}:\d{2})", visible)
    full = re.search(r"\d{4}-(\d{1,2})-(\d{1,2})[T ](\d{1,2}:\d{2})", edited)
    return edited if month_day and full and month_day.groups() == full.groups() else visible


def read_author(page: Page) -> Observation:
    """baijiahao.baidu.com/u?app_id=: who it is; the list is fetched by a signed script."""
    user = extract.get_path(extract.embedded(page.text, "window.runtime"), "user")
    account = (
        extract.first(r"[?&]app_id=(\d{8,20})", page.url)
        or text_at(user, "app_id")
        or text_at(user, "third_id")
        or text_at(user, "uk")
    )
    name = require(text_at(user, "nickname") or text_at(user, "display_name"), "no_identity: 主页没有名称")
    return make_observation(
        page,
        Platform.BAIJIAHAO,
        name=name,
        account_id=account,
        verified_body=text_at(user, "vip_info") or text_at(user, "v_info"),
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
        PageSource(
            code="article",
            label="文章页",
            proves=ClaimType.ACTIVE | ClaimType.NAME | ClaimType.BODY,
            note="只证明这一篇",
            matches=is_article,
            read=read_article,
            urls=article_urls,
        ),
        PageSource(
            code="author",
            label="作者主页",
            proves=ClaimType.NAME,
            note="列表需签名，只读名称",
            matches=lambda page: "window.runtime" in page.text,
            read=read_author,
            urls=lambda target: (
                (f"https://baijiahao.baidu.com/u?app_id={target.account_id}",) if target.account_id.isdigit() else ()
            ),
        ),
    ),
)
