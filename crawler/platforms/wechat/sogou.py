"""Sogou's WeChat search: a partial, late index. What it shows exists; what it does not show proves nothing."""

from __future__ import annotations

import re

from lxml.html import HtmlElement

from crawler.page import extract
from crawler.page.extract import css, find, make_observation, require, unix_time_at, xpath_text
from crawler.page.page import Page
from crawler.platforms.spec import PageSource, PlatformSpec, Target
from crawler.platforms.wechat.lists import article_id
from rules.model import ClaimType, Observation, Platform, Post, SearchHit

NOTE = "收录不全且滞后：只能证明有，不能证明无"
NOTHING = "no_result: 搜狗没有结果；收录不全，不能证明账号不存在"


def read_accounts(page: Page) -> Observation:
    """type=1: accounts with 微信号, 微信认证 and the newest article known: whose they are, the asker must judge by id."""
    blocks = require(find(extract.tree(page), '//li[starts-with(@id,"sogou_vr_11002301_box_")]'), NOTHING)
    results = tuple(_account(block) for block in blocks)
    if page.requested_url or page.url:
        return make_observation(page, Platform.WECHAT, results=results)
    # A saved page without its address: nobody knows what was asked, so the first answer is shown.
    top, block = results[0], blocks[0]
    link = find(block, './/a[starts-with(@uigs,"account_article")]') or find(
        block, f".//dl[{_labelled('最近文章')}]//a"
    )
    title = extract.tidy(link[0].text_content()) if link else ""
    post = Post(id=title, title=title, url=link[0].get("href", "") if link else "", published_at=top.last_post_at)
    return make_observation(
        page,
        Platform.WECHAT,
        name=top.name,
        account_id=top.account_id,
        verified_body=top.verified_body,
        posts=(post,) if link else (),
        results=results,
    )


def _account(block: HtmlElement) -> SearchHit:
    return SearchHit(
        platform=Platform.WECHAT,
        name=xpath_text(block, f".//p[{css('tit')}]/a"),
        account_id=xpath_text(block, './/label[@name="em_weixinhao"]'),
        url=xpath_text(block, f".//p[{css('tit')}]/a/@href"),
        verified_body=xpath_text(block, f".//dl[{_labelled('认证')}]/dd"),
        last_post_at=unix_time_at(
            extract.first(r"timeConvert\('(\d+)'\)", xpath_text(block, f".//dl[{_labelled('最近文章')}]/dd"))
        ),
    )


def _labelled(label: str) -> str:
    """A dl by its dt. The words "document.write(authname('2'))" precede the label of 认证."""
    return f'contains(dt, "{label}：")'


def read_articles(page: Page) -> Observation:
    """type=2: articles of any account. The first one's account fills the observation, with its own articles only."""
    blocks = require(find(extract.tree(page), '//li[starts-with(@id,"sogou_vr_11002601_box_")]'), NOTHING)
    hits = [_article(block) for block in blocks]
    top = hits[0][0]
    results: dict[str, SearchHit] = {}
    for found, _ in hits:
        best = results.setdefault(found.name, found)
        if found.last_post_at and (not best.last_post_at or found.last_post_at > best.last_post_at):
            results[found.name] = found
    if page.requested_url or page.url:
        return make_observation(page, Platform.WECHAT, results=tuple(results.values()))
    return make_observation(
        page,
        Platform.WECHAT,
        name=top.name,
        account_id=top.account_id,
        results=tuple(results.values()),
        posts=[post for found, post in hits if found.name == top.name],
    )


def _article(block: HtmlElement) -> tuple[SearchHit, Post]:
    at = unix_time_at(xpath_text(block, './/div[contains(@class,"s-p")]/@t')) or unix_time_at(
        extract.first(r"timeConvert\('(\d+)'\)", block.text_content())
    )
    link = xpath_text(block, ".//h3/a/@href")
    account = './/a[contains(@class,"account")]'
    name = xpath_text(block, account) or xpath_text(block, './/span[contains(@class,"all-time-y2")]')
    title = xpath_text(block, ".//h3")
    # The openid in @i belongs to Sogou's application, not to the account.
    found = SearchHit(platform=Platform.WECHAT, name=name, url=xpath_text(block, account + "/@href"), last_post_at=at)
    return found, Post(id=article_id(link) if "mp.weixin" in link else title, title=title, url=link, published_at=at)


def read_hot(page: Page) -> Observation:
    """The mobile list fragment: articles of many accounts; nobody's list, so only results."""
    results = [
        SearchHit(
            platform=Platform.WECHAT,
            name=xpath_text(item, ".//span/@data-sourcename"),
            last_post_at=unix_time_at(xpath_text(item, ".//span/@data-lastmodified")),
        )
        for item in find(extract.tree(page), "//li[.//span[@data-sourcename]]")
    ]
    return make_observation(
        page, Platform.WECHAT, results=tuple(require([row for row in results if row.name], NOTHING))
    )


def read_web(page: Page) -> Observation:
    """Ordinary web search: pages somebody may have to look at. Encrypted links stay as they are."""
    results = [
        SearchHit(platform=Platform.WEBSITE, name=extract.tidy(head.text_content()), url=xpath_text(head, ".//a/@href"))
        for head in find(extract.tree(page), f"//h3[{css('vr-title')} or {css('vrTitle')} or {css('pt')}]")
    ]
    return make_observation(
        page, Platform.WECHAT, results=tuple(require([row for row in results if row.name], NOTHING))
    )


def has_no_result(page: Page) -> bool:
    """The search page's own "nothing found"."""
    return bool(re.search(r'id="noresult_part1_container"|暂无与.{1,80}相关的|呃\.\.\. *没有找到', page.text))


def read_nothing(page: Page) -> Observation:
    """Raises: an empty search is no fact about any account."""
    require("", NOTHING)
    raise AssertionError


def _search(kind: int) -> PageSource:
    return PageSource(
        code="sogou_account" if kind == 1 else "sogou_article",
        label="搜狗微信搜索（账号）" if kind == 1 else "搜狗微信搜索（文章）",
        proves=ClaimType.ACTIVE,
        note=NOTE,
        matches=lambda page: f"sogou_vr_1100{'2301' if kind == 1 else '2601'}_box_" in page.text,
        read=read_accounts if kind == 1 else read_articles,
        urls=lambda target: _urls(target, kind),
    )


def _urls(target: Target, kind: int) -> tuple[str, ...]:
    from urllib.parse import quote

    return (f"https://weixin.sogou.com/weixin?type={kind}&query={quote(target.name)}",) if target.name else ()


SOURCES = (
    _search(1),
    _search(2),
    PageSource(
        code="sogou_hot",
        label="搜狗微信列表（移动版）",
        proves=ClaimType.NONE,
        note=NOTE,
        matches=lambda page: "data-sourcename=" in page.text,
        read=read_hot,
    ),
    PageSource(
        code="sogou_web",
        label="搜狗网页搜索",
        proves=ClaimType.NONE,
        note="只用于发现",
        matches=lambda page: 'class="vrwrap' in page.text or "vr-title" in page.text,
        read=read_web,
    ),
    PageSource(
        code="sogou_nothing",
        label="搜狗无结果",
        proves=ClaimType.NONE,
        note="不能证明账号不存在",
        matches=has_no_result,
        read=read_nothing,
    ),
)
SPEC = PlatformSpec(
    platform=Platform.WECHAT,
    sources=SOURCES,
    hosts=("weixin.sogou.com", "www.sogou.com"),
    delay_seconds=15.0,
    daily_budget=200,
)
