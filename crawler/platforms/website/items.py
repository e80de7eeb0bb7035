"""Joins the lone dates of a page with the links they belong to: the dated items of its columns."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from urllib.parse import urlsplit

from selectolax.lexbor import LexborNode

from crawler.platforms.website.document import Document, Link, squeeze
from crawler.platforms.website.kinds import ARTICLE_PATH, Cms, article_id, cms, column_id
from crawler.platforms.website.stamps import STRICT, Stamp, loose_stamps, stamps
from crawler.platforms.website.years import by_article_ids, down_the_list
from rules.model import Post

PAPERS = re.compile(r"doi\.org/|arxiv\.org/|ieee\.org/|acm\.org/|springer\.com/|sciencedirect\.com/|aclweb\.org/|cnki\.net/")
"""A scholar's list of papers is dated and linked like a news column, and says nothing of the site."""
DEEPEST = 64
NEAR = 6
"""How many tags above its date the link of an item may hang."""
REPEATS = {"full": 2, "short": 3, "split": 2, "relative": 2, "bare": 3, "labelled": 2, "leading": 3, "trailing": 3}
"""How many items must look alike before such a date is believed. A lone 11-20 may be a score, a size, a page number."""
TOP = re.compile(r"置顶|\[顶\]|【顶】")
TITLE = 120
EMPTY_TITLES = re.compile(
    r"^(?:更多|详情|查看|阅读|more|»|>+|\[?详细\]?|read more|下载|上一页|下一页|首页|尾页|末页|\d+)\W*$", re.I
)


@dataclass(slots=True)
class Item:
    """One dated link. ``column`` names the block it stands in (the identity of the block's tag)."""

    stamp: Stamp
    link: Link
    title: str
    url: str
    column: int
    pinned: bool = False


def items(document: Document, now: datetime) -> list[Item]:
    """The dated items of the page, in reading order, years inferred. Empty where the page shows no dated list."""
    found = _believable(_joined(document, stamps(document, now)))
    if not found:
        found = _believable(_joined(document, loose_stamps(document, now)))
    _infer_years(found, now)
    return found


def own_column(document: Document, found: list[Item]) -> list[Item]:
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
    for node in _ancestors(pager)[:NEAR] if pager else ():
        inside = {node.mem_id} | {inner.mem_id for inner in node.css("*")}
        if held := blocks & inside:
            return [item for item in found if item.column in held]
    return found if cms(document.page) is not Cms.WEBPLUS else []


def own_hosts(document: Document, found: list[Item]) -> list[Item]:
    """Without what a sub-site shows of its siblings: a dead department stays dead under the university's news ticker.

    The university's own portal (www. or the bare domain) rightly collects its siblings' news; links to other domains
    (a WeChat article, a newspaper) were put there by the editors themselves and count.
    """
    domain = _domain(document.host)
    if document.host.removeprefix("www.") == domain:
        return found
    return [item for item in found if (host := _host(item.url)) in ("", document.host) or _domain(host) != domain]


def undated(document: Document) -> tuple[Post, ...]:
    """Links to articles, each address once, for pages that date nothing."""
    unique: dict[str, Post] = {}
    for link in document.links:
        url = document.absolute(link.href)
        if url and ARTICLE_PATH.search(url) and url not in unique:
            title = squeeze(link.node.attributes.get("title") or "") or squeeze(link.node.text(separator=" "))
            if len(title) >= 4 and not EMPTY_TITLES.match(title):
                unique[url] = Post(id=url, title=title[:TITLE], url=url)
    return tuple(unique.values())[:MOST_UNDATED]


MOST_UNDATED = 100


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:
        return ""


def _domain(host: str) -> str:
    """The registered domain, near enough: three labels under .edu.cn and its like, else two."""
    labels = host.split(".")
    return ".".join(labels[-3 if len(labels) > 2 and labels[-1] == "cn" and len(labels[-2]) <= 3 else -2 :])


COLUMN_IN_URL = re.compile(r"(?:^|/)(?:info/(\d+)/\d|c(\d+)a\d)")
PAGER = "[id^=wp_paging], .p_pages, .pb_sys_common, [id^=fanye], .pagination, .pagelist, .page, .pages"


def posts(found: list[Item]) -> tuple[Post, ...]:
    """Items as posts, each address once: the same article in a carousel and in a list is one publication."""
    unique: dict[str, Post] = {}
    for item in found:
        key = item.url or item.title
        post = Post(
            id=key,
            title=item.title,
            url=item.url,
            published_at=item.stamp.when.at,
            precision=item.stamp.when.precision,
            pinned=item.pinned,
        )
        unique.setdefault(key, post)
    return tuple(unique.values())


def _joined(document: Document, found: list[Stamp]) -> list[tuple[Item, str]]:
    """Every stamp that has a link of its own, with the signature that items of one design share."""
    chains = [_ancestors(stamp.node) for stamp in found]
    holding = Counter(node.mem_id for chain in chains for node in chain)
    indexes = [link.index for link in document.links]
    joined = []
    for stamp, chain in zip(found, chains, strict=True):
        link = _own_link(document, stamp, chain, holding) or _neighbour(document, stamp, chain, indexes)
        if link is None:
            continue
        title = _title(link, stamp)
        if not title or EMPTY_TITLES.match(title) or PAPERS.search(link.href):
            continue
        root = next((node for node in chain if holding[node.mem_id] > 1), chain[-1])
        item = Item(stamp, link, title, document.absolute(link.href), root.mem_id)
        item.pinned = any(TOP.search(text.text) for text in document.texts[max(0, stamp.index - 3) : stamp.index + 4])
        joined.append((item, f"{stamp.shape} {_mark(chain[0])} {_mark(chain[1]) if len(chain) > 1 else ''}"))
    return joined


def _ancestors(node: LexborNode) -> list[LexborNode]:
    chain: list[LexborNode] = []
    parent = node.parent
    while parent is not None and parent.tag not in ("html", "-document") and len(chain) < DEEPEST:
        chain.append(parent)
        parent = parent.parent
    return chain


def _mark(node: LexborNode) -> str:
    return f"{node.tag}.{node.attributes.get('class') or ''}"


def _own_link(document: Document, stamp: Stamp, chain: list[LexborNode], holding: Counter[int]) -> Link | None:
    """The link in the smallest block around the date, provided the block holds no other date."""
    for node in chain[:NEAR]:
        if holding[node.mem_id] > 1 or node.tag in ("body", "form"):
            return None
        nearby = [node] if node.tag == "a" and node.attributes.get("href") else node.css("a[href]")
        links = [Link(stamp.index, anchor.attributes.get("href") or "", anchor) for anchor in nearby[:12]]
        links = [link for link in links if (title := _title(link, stamp)) and not EMPTY_TITLES.match(title)]
        if links and len(nearby) <= 12:
            return max(links, key=lambda link: (bool(document.absolute(link.href)), len(_title(link, stamp))))
    return None


def _neighbour(document: Document, stamp: Stamp, chain: list[LexborNode], indexes: list[int]) -> Link | None:
    """In flat designs (links and dates as siblings): the nearest link before the date, else the one right after."""
    if not chain:
        return None
    family = {node.mem_id for node in chain[:3]}
    place = bisect_right(indexes, stamp.index)
    for candidate in (place - 1, place):
        if 0 <= candidate < len(document.links):
            link = document.links[candidate]
            near = abs(link.index - stamp.index) <= 3
            if near and family & {node.mem_id for node in _ancestors(link.node)[:3]}:
                return link
    return None


def _title(link: Link, stamp: Stamp) -> str:
    node = link.node
    if title := squeeze(node.attributes.get("title") or ""):
        return title[:TITLE]
    heading = node.css_first("h1, h2, h3, h4, h5, [class*=title], [class*=tit]")
    text = squeeze((heading or node).text(separator=" "))
    if STRICT.match(text):
        return ""
    if not text and (image := node.css_first("img[alt]")):
        text = squeeze(image.attributes.get("alt") or "")
    return text[:TITLE]


def _believable(joined: list[tuple[Item, str]]) -> list[Item]:
    """Only dates that repeat in one design with different links; a lone full date needs a link to an article."""
    alike: defaultdict[str, set[str]] = defaultdict(set)
    for item, signature in joined:
        alike[signature].add(item.url or item.title)
    kept = []
    for item, signature in joined:
        lone = item.stamp.shape in ("full", "split") and len(item.title) >= 6 and ARTICLE_PATH.search(item.url)
        if len(alike[signature]) >= REPEATS[item.stamp.shape] or lone:
            kept.append(item)
    return kept


def _infer_years(found: list[Item], now: datetime) -> None:
    columns: defaultdict[int, list[Item]] = defaultdict(list)
    for item in found:
        columns[item.column].append(item)
    for column in columns.values():
        _set(column, down_the_list([i.stamp.when.at for i in column], _inferred(column), _ids(column), now))
        _mark_pinned(column)
    if any(_inferred(found)):
        _set(found, by_article_ids([i.stamp.when.at for i in found], _inferred(found), _ids(found)))


def _inferred(found: list[Item]) -> list[bool]:
    return [item.stamp.when.year_inferred for item in found]


def _ids(found: list[Item]) -> list[int | None]:
    return [article_id(item.url) for item in found]


def _set(found: list[Item], dates: list[datetime]) -> None:
    for item, date in zip(found, dates, strict=True):
        if date != item.stamp.when.at:
            when = item.stamp.when
            item.stamp.when = type(when)(date, when.precision, when.year_inferred)


def _mark_pinned(column: list[Item]) -> None:
    """Old items above newer ones at the head of a list that otherwise runs newest first."""
    dates = [item.stamp.when.at for item in column]
    newest = max(range(len(dates)), key=dates.__getitem__)
    rest = dates[newest:]
    if 0 < newest <= len(dates) // 2 and all(a >= b for a, b in pairwise(rest)):
        for item in column[:newest]:
            item.pinned = True
