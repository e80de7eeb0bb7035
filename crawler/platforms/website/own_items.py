"""Decides which items of a page are the site's or the column's own, and finds article links where nothing is dated."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from crawler.platforms.website.counters import NEAR
from crawler.platforms.website.document import ParsedPage, squeeze
from crawler.platforms.website.items import DatedItem, ancestors
from crawler.platforms.website.kinds import article_id, column_id, is_article
from crawler.platforms.website.systems import Cms
from crawler.platforms.website.titles import EMPTY_TITLES, TITLE, link_title
from rules.model import Post

COLUMN_IN_URL = re.compile(r"(?:^|/)(?:info/(\d+)/\d|c(\d+)a\d)")
PAGER = "[id^=wp_paging], .p_pages, .pb_sys_common, [id^=fanye], .pagination, .pagelist, .page, .pages"
MOST_UNDATED = 100
LIKE_A_TITLE = 8
"""Characters from which a link is called like an article, not like a column."""
FILES = re.compile(r"\.(?:pdf|docx?|xlsx?|pptx?|zip|rar|jpe?g|png|gif|mp4)$", re.I)


def own_column(document: ParsedPage, found: list[DatedItem]) -> list[DatedItem]:
    """Of a column's page, the items of that column: not what a side bar repeats from elsewhere on the site.

    The content system's visitor counter tells the column's number and the addresses of its articles carry it. Where
    none does (a column of columns), the block that holds the pager is the column's.
    """
    number = column_id(document)
    own = {
        item.column
        for item in found
        if number and (match := COLUMN_IN_URL.search(item.url)) and number in match.groups()
    }
    if own:
        return [item for item in found if item.column in own]
    pager = document.tree.css_first(PAGER)
    blocks = {item.column for item in found}
    for node in ancestors(pager, {})[:NEAR] if pager else ():
        inside = {node.mem_id} | {inner.mem_id for inner in node.css("*")}
        if held := blocks & inside:
            return [item for item in found if item.column in held]
    return found if document.system is not Cms.WEBPLUS else []


def own_hosts(document: ParsedPage, found: list[DatedItem]) -> list[DatedItem]:
    """Without what a sub-site shows of its siblings: a dead department stays dead under the university's news ticker.

    The university's own portal (www. or the bare domain) rightly collects its siblings' news; links to other domains
    (a WeChat article, a newspaper) were put there by the editors themselves and count.
    """
    domain = _domain(document.host)
    if document.host.removeprefix("www.") == domain:
        return found
    here = f"{document.origin}/"
    return [item for item in found if item.url.startswith(here) or _counts(_host(item.url), document.host)]


def _counts(host: str, own: str) -> bool:
    return host in ("", own) or _domain(host) != _domain(own)


def hides_newer(dated: list[DatedItem], links: tuple[Post, ...]) -> bool:
    """True where a link without a date leads to an article entered after every dated one: silence is then not shown."""
    newest = max((article_id(item.url) or 0 for item in dated), default=0)
    return newest > 0 and any((article_id(post.url) or 0) > newest for post in links)


def is_own_link(document: ParsedPage, url: str) -> bool:
    """True for an address of the site's own domain, and where either address is unknown."""
    host = _host(url)
    return not host or not document.host or _domain(host) == _domain(document.host)


def undated_titles(document: ParsedPage, dated: list[DatedItem]) -> set[str]:
    """Own links without a date that are called like articles: where they outnumber the dated ones, the dates say little.

    What was entered before the newest dated article is left out, as far as running numbers tell.
    """
    known = {item.url for item in dated} | {item.title for item in dated}
    newest = max((article_id(item.url) or 0 for item in dated), default=0)
    found: set[str] = set()
    for link in document.links:
        url = document.absolute(link.href)
        if not url or url in known or not is_own_link(document, url) or FILES.search(url):
            continue
        number = article_id(url)
        if number is not None and number < newest:
            continue
        title = link_title(document, link.node)
        if len(title) >= LIKE_A_TITLE and title not in known:
            found.add(url)
    return found


def titled(document: ParsedPage) -> tuple[Post, ...]:
    """Own links that are called like articles, whatever their addresses look like."""
    named = undated_titles(document, [])
    links = (
        (url, link_title(document, link.node))
        for link in document.links
        if (url := document.absolute(link.href)) in named
    )
    return tuple({url: Post(id=url, title=title, url=url) for url, title in links}.values())[:MOST_UNDATED]


def undated(document: ParsedPage) -> tuple[Post, ...]:
    """Links to articles, each address once, for pages that date nothing."""
    unique: dict[str, Post] = {}
    for link in document.links:
        url = document.absolute(link.href)
        if url and url not in unique and is_article(url):
            title = squeeze(link.node.attributes.get("title") or "") or squeeze(link.node.text(separator=" "))
            if len(title) >= 4 and not EMPTY_TITLES.match(title):
                unique[url] = Post(id=url, title=title[:TITLE], url=url)
    return tuple(unique.values())[:MOST_UNDATED]


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:
        return ""


def _domain(host: str) -> str:
    """The registered domain, near enough: three labels under .edu.cn and its like, else two."""
    labels = host.split(".")
    return ".".join(labels[-3 if len(labels) > 2 and labels[-1] == "cn" and len(labels[-2]) <= 3 else -2 :])
