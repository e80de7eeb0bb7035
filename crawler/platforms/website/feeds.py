"""Reads what a site publishes for machines: RSS, Atom and JSON feeds, and sitemaps."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import feedparser
from selectolax.lexbor import LexborHTMLParser

from crawler.page.dates import When, parse_when
from crawler.page.page import MAX_BYTES, Page, Unreadable
from rules.model import Post

MOST = 500
"""Newest items kept of a feed or sitemap; a sitemap may hold 50,000."""


def feed_posts(page: Page) -> tuple[str | None, tuple[Post, ...]]:
    """The feed's own title and its items. Raises Unreadable where nothing in it is an item."""
    if len(page.body) > MAX_BYTES:
        raise Unreadable("too_large: 订阅源过大，未读取")
    if page.text.lstrip()[:1] == "{":
        return _json_feed(page)
    # Without a base address and with sanitising off nothing is fetched and nothing is rewritten.
    parsed: Any = feedparser.parse(page.text, sanitize_html=False, resolve_relative_uris=False)
    found = tuple(_entry(entry, page.fetched_at) for entry in parsed.entries[:MOST])
    if not found:
        raise Unreadable("no_items: 订阅源中没有条目，不能说明网站情况")
    return parsed.feed.get("title") or None, found


def _entry(entry: Any, now: datetime) -> Post:
    # `updated` alone is an edit time, yet Atom makes it mandatory and many feeds give nothing else.
    written = entry.get("published") or entry.get("updated") or ""
    url = entry.get("link") or ""
    return _post(entry.get("id") or url, entry.get("title") or "", url, parse_when(written, now))


def _json_feed(page: Page) -> tuple[str | None, tuple[Post, ...]]:
    feed = page.json()
    entries = feed.get("items") if isinstance(feed, dict) else None
    if not isinstance(entries, list) or not entries:
        raise Unreadable("no_items: 订阅源中没有条目，不能说明网站情况")
    found = []
    for entry in entries[:MOST]:
        if isinstance(entry, dict):
            when = parse_when(str(entry.get("date_published") or ""), page.fetched_at)
            url = str(entry.get("url") or "")
            found.append(_post(str(entry.get("id") or url), str(entry.get("title") or ""), url, when))
    title = feed.get("title")
    return title if isinstance(title, str) else None, tuple(found)


def _post(identifier: str, title: str, url: str, when: When | None) -> Post:
    if when is None:
        return Post(id=identifier or title, title=title, url=url)
    return Post(id=identifier or title, title=title, url=url, published_at=when.at, precision=when.precision)


def sitemap_posts(page: Page) -> tuple[Post, ...]:
    """Addresses with their ``lastmod``, newest first. Raises Unreadable where there is none.

    A static site regenerates every page at once, so ``lastmod`` may show that a site lives, never that it is silent.
    """
    if len(page.body) > MAX_BYTES:
        raise Unreadable("too_large: 站点地图过大，未读取")
    found = []
    for node in LexborHTMLParser(page.text).css("url, sitemap"):
        address, changed = node.css_first("loc"), node.css_first("lastmod")
        url = address.text(strip=True) if address else ""
        if url:
            found.append(
                _post(url, "", url, parse_when(changed.text(strip=True), page.fetched_at) if changed else None)
            )
    if not found:
        raise Unreadable("no_items: 站点地图中没有网址")
    dated = sorted((post for post in found if post.published_at), key=_newest, reverse=True)
    return tuple((dated or found)[:MOST])


def _newest(post: Post) -> str:
    return json.dumps(post.published_at, default=str)
