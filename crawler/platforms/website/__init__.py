"""Ordinary websites: home, column, article, feed and sitemap pages of any content system, read from the bytes alone."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from crawler.page.page import Blocked, Page, Unreadable
from crawler.platforms.spec import PageSource, PlatformSpec, Target
from crawler.platforms.website.article import published
from crawler.platforms.website.bylines import bylines
from crawler.platforms.website.feeds import feed_posts, sitemap_posts
from crawler.platforms.website.items import posts
from crawler.platforms.website.kinds import PageKind, stated_kind
from crawler.platforms.website.leads import leads
from crawler.platforms.website.links import follow
from crawler.platforms.website.naming import account_id, columns, host_id, site_name
from crawler.platforms.website.own_items import own_column, titled
from crawler.platforms.website.placeholder_pages import notice
from crawler.platforms.website.proofs import life, shown_by_list
from crawler.platforms.website.reading import LIVELY, PageAnalysis, reading
from crawler.platforms.website.subject import CHANGED, is_no_school
from crawler.platforms.website.systems import Cms, cms
from rules.model import FRESH, ClaimType, Observation, Outcome, Platform, Post

__all__ = ["SPEC", "Cms", "cms"]

WALLS = re.compile(
    r"访问被拦截|请求存在威胁|安全验证|请输入验证码|滑动验证|人机验证|仅限校内|仅限校园网|校内访问|统一身份认证|访问过于频繁|拒绝访问"
    r"|\$_ts\s*=|access denied|just a moment|checking your browser|webvpn|/cas/login|authserver/login",
    re.I,
)
"""Words that make an unreadable page a blocked one. `crawler.page.classify` knows far more and looks first."""
SENTENCE = 80
"""Characters kept of what a site declares."""
MOST_WALL_LINKS = 12


def read_listing(page: Page) -> Observation:
    """A home or column page: its dated items. Without dates: ok, posts undated, and it proves the name at most."""
    look = reading(page)
    if look.fault or is_no_school(look):
        raise Unreadable(look.fault or CHANGED)
    dated = own_column(look.document, look.dated) if look.kind is PageKind.LIST else look.dated
    if look.kind is PageKind.HOME and look.successor and not _is_fresh(posts(dated), page):
        return _ended(look, *look.successor)
    name, sure = site_name(look.document, look.kind)
    proves = ClaimType.NAME if sure else ClaimType.NONE
    if dated:
        shown, silent = shown_by_list(look, dated)
        return _observation(look, posts=posts(dated), name=name, proves=proves | shown, silence_if_known=silent)
    if look.inline:
        # What the script leaves out of its first screen is not known.
        return _observation(look, posts=look.inline, name=name, proves=proves | life(look.inline, page))
    links = look.undated if len(look.undated) >= LIVELY or look.kind is not PageKind.HOME else titled(look.document)
    if len(links) < LIVELY:
        raise _refusal(page, "no_items: 页面上没有可识别的文章，不能说明网站情况")
    return _observation(look, posts=links, name=name, proves=proves, reason="undated: 列表未标注日期，不能判断更新情况")


def _is_fresh(found: tuple[Post, ...], page: Page) -> bool:
    """True where the page goes on publishing, whatever a sentence on it says."""
    return any(post.published_at and post.published_at >= page.fetched_at - FRESH for post in found)


def _ended(look: PageAnalysis, sentence: str, address: str) -> Observation:
    """The site itself declares that it is no longer updated, and where to go. Raises Unreadable where it names no place."""
    if not address:
        raise Unreadable(f"site_closed: 网站声明“{sentence[:SENTENCE]}”")
    reason = f"moved: 网站声明“{sentence[:SENTENCE]}”，新地址 {address}"
    return _observation(look, outcome=Outcome.MOVED, moved_to=address, reason=reason)


def read_article(page: Page) -> Observation:
    """One article: its own date, title and the roles named on it. It can show life and bylines, never silence."""
    look = reading(page)
    if look.fault:
        raise Unreadable(look.fault)
    document = look.document
    title, when = look.layout.headline, published(look.layout, page.fetched_at)
    if not title or (when is None and stated_kind(document) is not PageKind.ARTICLE):
        raise _refusal(page, "not_article: 不是可识别的文章页")
    name, sure = site_name(document, PageKind.ARTICLE)
    proves = ClaimType.NAME if sure else ClaimType.NONE
    post = Post(id=document.base or document.meta.get("og:url") or title, title=title, url=document.base)
    if when is None:
        return _observation(look, posts=(post,), name=name, proves=proves, reason="undated: 文章未标注发布时间")
    post = replace(post, published_at=when.at, precision=when.precision, year_inferred=when.year_inferred)
    proves |= life((post,), page)
    return _observation(look, posts=(post,), name=name, proves=proves, bylines=bylines(look.layout))


def read_feed(page: Page) -> Observation:
    """A feed. It names itself, which need not be the site's name, and may leave whole columns out: never silence."""
    _, found = feed_posts(page)
    return _machine(page, PageKind.FEED, found)


def read_sitemap(page: Page) -> Observation:
    """A sitemap: addresses with the time of their last change."""
    return _machine(page, PageKind.SITEMAP, sitemap_posts(page))


def _machine(page: Page, kind: PageKind, found: tuple[Post, ...]) -> Observation:
    return Observation(
        platform=Platform.WEBSITE,
        source=kind.value,
        url=page.url,
        observed_at=page.fetched_at,
        outcome=Outcome.OK,
        account_id=host_id(page.url),
        posts=found,
        proves=ClaimType.ACTIVE if any(post.published_at for post in found) else ClaimType.NONE,
        address=page.address or None,
    )


def _observation(look: PageAnalysis, **facts: Any) -> Observation:
    return Observation(
        platform=Platform.WEBSITE,
        source=look.kind.value,
        url=look.page.url,
        observed_at=look.page.fetched_at,
        account_id=account_id(look.document),
        # Only the home page shows every column; what an article leaves out is no missing column.
        columns=columns(look.document, {item.link.href for item in look.dated}) if look.kind is PageKind.HOME else (),
        address=look.page.address or None,
        **{"outcome": Outcome.OK, **facts},
    )


def _refusal(page: Page, reason: str) -> Blocked | Unreadable:
    if _is_wall(page):
        return Blocked("wall: 访问被拦截或要求登录、验证")
    if len(re.findall(r"<script", page.text[:20_000], re.I)) and not reading(page).document.texts:
        return Unreadable("script_only: 页面内容由脚本生成，未取到正文")
    return Unreadable(notice(reading(page).document) or reason)


def _is_wall(page: Page) -> bool:
    """True for a page that is a wall: a menu of many links names 统一身份认证 as well, and stands in nobody's way."""
    document = reading(page).document
    begins = document.title if len(document.links) > MOST_WALL_LINKS else page.text[:20_000]
    return WALLS.search(begins) is not None


def _is(kind: PageKind) -> Callable[[Page], bool]:
    return lambda page: reading(page).kind is kind


def _home(target: Target) -> tuple[str, ...]:
    """The filed address; the host alone where only that is filed. https is tried by the redirect, not by us."""
    if target.url:
        return (target.url,)
    host = target.account_id or next(iter(target.hosts), "")
    return (f"http://{host}/",) if host else ()


LISTED = ClaimType.ACTIVE | ClaimType.INACTIVE | ClaimType.NAME
SPEC = PlatformSpec(
    platform=Platform.WEBSITE,
    sources=(
        PageSource(
            code=PageKind.HOME, label="网站首页", proves=LISTED, matches=_is(PageKind.HOME), read=read_listing,
            urls=_home, next_urls=follow, fallback_urls=leads, note="各栏目混排，取全部栏目日期之最大值；顺序不代表新旧",
        ),
        PageSource(
            code=PageKind.LIST, label="栏目列表", proves=LISTED, matches=_is(PageKind.LIST), read=read_listing,
            note="只看本栏目，不看侧栏；历史分页不能证明停更",
        ),
        PageSource(
            code=PageKind.ARTICLE, label="文章页", proves=ClaimType.ACTIVE | ClaimType.NAME, matches=_is(PageKind.ARTICLE),
            read=read_article, note="只取发布时间，不取正文中的日期",
        ),
        PageSource(
            code=PageKind.FEED, label="RSS 等订阅源", proves=ClaimType.ACTIVE, matches=_is(PageKind.FEED),
            read=read_feed, note="可能只含部分栏目，不能证明停更",
        ),
        PageSource(
            code=PageKind.SITEMAP, label="站点地图", proves=ClaimType.ACTIVE, matches=_is(PageKind.SITEMAP),
            read=read_sitemap, note="所列修改时间在整站静态化时会全部刷新",
        ),
    ),
)  # fmt: skip
"""An account of this platform is a host. Its hosts are the target's own, so the spec names none."""
