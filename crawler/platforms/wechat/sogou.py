"""Sogou's WeChat search: a partial, late index. What it shows exists; what it does not show proves nothing."""

from __future__ import annotations

import re

from lxml.html import HtmlElement

from crawler.page import extract
from crawler.page.extract import css, find, need, seen, shown, unix
from crawler.page.page import Page
from crawler.platforms.spec import PlatformSpec, Source, Target
from crawler.platforms.wechat.lists import article_id
from rules.model import Found, Observation, Platform, Post, Proof

NOTE = "收录不全且滞后：只能证明有，不能证明无"
NOTHING = "no_result: 搜狗没有结果；收录不全，不能证明账号不存在"


def read_accounts(page: Page) -> Observation:
    """type=1: accounts with 微信号, 微信认证 and the newest article known; the first one fills the observation."""
    blocks = need(find(extract.tree(page), '//li[starts-with(@id,"sogou_vr_11002301_box_")]'), NOTHING)
    results = tuple(_account(block) for block in blocks)
    top, block = results[0], blocks[0]
    link = find(block, './/a[starts-with(@uigs,"account_article")]') or find(
        block, f".//dl[{_labelled('最近文章')}]//a"
    )
    title = extract.tidy(link[0].text_content()) if link else ""
    post = Post(id=title, title=title, url=link[0].get("href", "") if link else "", published_at=top.last_post_at)
    return seen(
        page,
        Platform.WECHAT,
        name=top.name,
        account_id=top.account_id,
        verified_body=top.verified_body,
        posts=(post,) if link else (),
        results=results,
    )


def _account(block: HtmlElement) -> Found:
    return Found(
        platform=Platform.WECHAT,
        name=shown(block, f".//p[{css('tit')}]/a"),
        account_id=shown(block, './/label[@name="em_weixinhao"]'),
        url=shown(block, f".//p[{css('tit')}]/a/@href"),
        verified_body=shown(block, f".//dl[{_labelled('认证')}]/dd"),
        last_post_at=unix(extract.first(r"timeConvert\('(\d+)'\)", shown(block, f".//dl[{_labelled('最近文章')}]/dd"))),
    )


def _labelled(label: str) -> str:
    """A dl by its dt. The words "document.write(authname('2'))" precede the label of 认证."""
    return f'contains(dt, "{label}：")'


def read_articles(page: Page) -> Observation:
    """type=2: articles of any account. The first one's account fills the observation, with its own articles only."""
    blocks = need(find(extract.tree(page), '//li[starts-with(@id,"sogou_vr_11002601_box_")]'), NOTHING)
    hits = [_article(block) for block in blocks]
    top = hits[0][0]
    results: dict[str, Found] = {}
    for found, _ in hits:
        best = results.setdefault(found.name, found)
        if found.last_post_at and (not best.last_post_at or found.last_post_at > best.last_post_at):
            results[found.name] = found
    return seen(
        page,
        Platform.WECHAT,
        name=top.name,
        account_id=top.account_id,
        results=tuple(results.values()),
        posts=[post for found, post in hits if found.name == top.name],
    )


def _article(block: HtmlElement) -> tuple[Found, Post]:
    at = unix(shown(block, './/div[contains(@class,"s-p")]/@t')) or unix(
        extract.first(r"timeConvert\('(\d+)'\)", block.text_content())
    )
    link = shown(block, ".//h3/a/@href")
    account = './/a[contains(@class,"account")]'
    name = shown(block, account) or shown(block, './/span[contains(@class,"all-time-y2")]')
    title = shown(block, ".//h3")
    # The openid in @i belongs to Sogou's application, not to the account.
    found = Found(platform=Platform.WECHAT, name=name, url=shown(block, account + "/@href"), last_post_at=at)
    return found, Post(id=article_id(link) if "mp.weixin" in link else title, title=title, url=link, published_at=at)


def read_hot(page: Page) -> Observation:
    """The mobile list fragment: articles of many accounts; nobody's list, so only results."""
    results = [
        Found(
            platform=Platform.WECHAT,
            name=shown(item, ".//span/@data-sourcename"),
            last_post_at=unix(shown(item, ".//span/@data-lastmodified")),
        )
        for item in find(extract.tree(page), "//li[.//span[@data-sourcename]]")
    ]
    return seen(page, Platform.WECHAT, results=tuple(need([row for row in results if row.name], NOTHING)))


def read_web(page: Page) -> Observation:
    """Ordinary web search: pages somebody may have to look at. Encrypted links stay as they are."""
    results = [
        Found(platform=Platform.WEBSITE, name=extract.tidy(head.text_content()), url=shown(head, ".//a/@href"))
        for head in find(extract.tree(page), f"//h3[{css('vr-title')} or {css('vrTitle')} or {css('pt')}]")
    ]
    return seen(page, Platform.WECHAT, results=tuple(need([row for row in results if row.name], NOTHING)))


def has_no_result(page: Page) -> bool:
    """The search page's own "nothing found"."""
    return bool(re.search(r'id="noresult_part1_container"|暂无与.{1,80}相关的|呃\.\.\. *没有找到', page.text))


def read_nothing(page: Page) -> Observation:
    """Raises: an empty search is no fact about any account."""
    need("", NOTHING)
    raise AssertionError


def _search(kind: int) -> Source:
    return Source(
        code="sogou_account" if kind == 1 else "sogou_article",
        label="搜狗微信搜索（账号）" if kind == 1 else "搜狗微信搜索（文章）",
        proves=Proof.ACTIVE,
        note=NOTE,
        recognises=lambda page: f"sogou_vr_1100{'2301' if kind == 1 else '2601'}_box_" in page.text,
        read=read_accounts if kind == 1 else read_articles,
        urls=lambda target: _urls(target, kind),
    )


def _urls(target: Target, kind: int) -> tuple[str, ...]:
    from urllib.parse import quote

    return (f"https://weixin.sogou.com/weixin?type={kind}&query={quote(target.name)}",) if target.name else ()


SOURCES = (
    _search(1),
    _search(2),
    Source(
        code="sogou_hot",
        label="搜狗微信列表（移动版）",
        proves=Proof.NONE,
        note=NOTE,
        recognises=lambda page: "data-sourcename=" in page.text,
        read=read_hot,
    ),
    Source(
        code="sogou_web",
        label="搜狗网页搜索",
        proves=Proof.NONE,
        note="只用于发现",
        recognises=lambda page: 'class="vrwrap' in page.text or "vr-title" in page.text,
        read=read_web,
    ),
    Source(
        code="sogou_nothing",
        label="搜狗无结果",
        proves=Proof.NONE,
        note="不能证明账号不存在",
        recognises=has_no_result,
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
