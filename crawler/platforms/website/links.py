"""Which pages of a site are worth a request after its home page: columns that carry news, feeds, the sitemap."""

from __future__ import annotations

import re
from urllib.parse import urljoin, urlsplit

from crawler.page.page import Page
from crawler.platforms.spec import Target
from crawler.platforms.website.document import ParsedPage, squeeze
from crawler.platforms.website.kinds import COLUMN_PATH, OLD_PAGES, PageKind, is_article
from crawler.platforms.website.reading import reading

MOST = 6
WORTH = (
    (3, re.compile(r"新闻|要闻|动态|快讯|通知|公告|news|notice", re.I)),
    (2, re.compile(r"公示|学术|讲座|活动|党建|工作|信息|资讯|更多|more|>>|»", re.I)),
    (1, re.compile(r"招生|招聘|科研|教学|学生|媒体")),
)
FILES = re.compile(
    r"\.(?:pdf|docx?|xlsx?|pptx?|zip|rar|7z|jpe?g|png|gif|bmp|svg|mp[34]|avi|wmv|flv|exe|apk|css|js|ico)$", re.I
)
LIST_PATH = re.compile(r"/[\w-]+\.(?:s?html?|psp)$|list\.jsp|/(?:index|list)\.\w+$|/[\w-]+/$", re.I)
FEED_TYPES = (
    'link[type="application/rss+xml"]',
    'link[type="application/atom+xml"]',
    'link[type="application/feed+json"]',
)


def follow(page: Page, target: Target) -> tuple[str, ...]:
    """Up to six addresses on the site's own hosts, the most telling first. Empty where the page cannot be read."""
    look = reading(page)
    if look.kind is not PageKind.HOME or not look.document.host:
        return ()
    found = look.document
    hosts = own_hosts(found, target)
    feeds = [found.absolute(n.attributes.get("href") or "") for kind in FEED_TYPES for n in found.tree.css(kind)]
    ranked = sorted(_columns(found, {item.link.href for item in look.dated}).items(), key=lambda pair: -pair[1])
    columns = [url for url, _ in ranked if is_own(url, hosts)]
    candidates = [*columns[: MOST - 2], *feeds[:1], urljoin(found.base, "/sitemap.xml"), *columns[MOST - 2 :]]
    chosen = dict.fromkeys(url for url in candidates if url != page.url and is_own(url, hosts))
    return tuple(chosen)[:MOST]


def _columns(found: ParsedPage, articles: set[str]) -> dict[str, int]:
    """Column addresses with their worth: newsy names first, then "more" links, which stand above a list of items."""
    worth: dict[str, int] = {}
    for link in found.links:
        url = found.absolute(link.href)
        path = urlsplit(url).path if url else ""
        if link.href in articles or is_article(url) or FILES.search(path) or OLD_PAGES.search(url):
            continue
        name = squeeze(link.node.text()) or link.node.attributes.get("title") or ""
        if not (LIST_PATH.search(path or "/") or COLUMN_PATH.search(path)) or len(name) > 16:
            continue
        value = next((value for value, pattern in WORTH if pattern.search(name)), 0)
        if value:
            worth[url] = max(worth.get(url, 0), value)
    return worth


def own_hosts(found: ParsedPage, target: Target) -> set[str]:
    """The hosts a site answers under, without www."""
    return {host.lower().removeprefix("www.") for host in (*target.hosts, found.host)}


def is_own(url: str, hosts: set[str]) -> bool:
    """Whether an address is on one of these hosts."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and (parts.hostname or "").lower().removeprefix("www.") in hosts
