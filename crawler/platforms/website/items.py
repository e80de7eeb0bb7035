"""Joins the lone dates of a page with the links they belong to: the dated items of its columns."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from selectolax.lexbor import LexborNode

from crawler.platforms.website.attributes import hinted_stamps, timed_stamps
from crawler.platforms.website.counters import NEAR, without_counters
from crawler.platforms.website.document import Link, ParsedPage
from crawler.platforms.website.kinds import is_article
from crawler.platforms.website.stamps import DateStamp, loose_stamps, stamps
from crawler.platforms.website.tables import under_a_plan
from crawler.platforms.website.titles import holds_text_only, link_title
from rules.model import Post

PAPERS = re.compile(
    r"doi\.org/|arxiv\.org/|ieee\.org/|acm\.org/|springer\.com/|sciencedirect\.com/|aclweb\.org/|cnki\.net/"
)
"""A scholar's list of papers is dated and linked like a news column, and says nothing of the site."""
READERS = re.compile(r"comment|pinglun|reply|guestbook|liuyan|评论|留言", re.I)
"""Blocks, and addresses, of what readers wrote: their comments keep no site alive."""
DEEPEST = 64
REPEATS = {
    "full": 2,
    "short": 3,
    "split": 2,
    "relative": 2,
    "bare": 3,
    "month": 3,
    "labelled": 2,
    "leading": 3,
    "trailing": 3,
}
"""How many items must look alike before such a date is believed. A lone 11-20 may be a score, a size, a page number."""
WITH_YEAR = 2
"""Full dates in a design after which a year-less one in the same tags is believed alone."""
WITHOUT_YEAR = ("bare", "relative")
"""The shapes in which the newest items of such a design are written: 11-20, 前天."""
TOP = re.compile(r"置顶|\[顶\]|【顶】")
MOST_TEXT = 500
CATEGORY = re.compile(r"[\[【(（〔<].{1,12}[\]】)）〕>]$")


@dataclass(slots=True)
class DatedItem:
    """One dated link. ``column`` names the block it stands in (the identity of the block's tag)."""

    stamp: DateStamp
    link: Link
    title: str
    url: str
    column: int
    pinned: bool


def items(document: ParsedPage, now: datetime) -> list[DatedItem]:
    """The dated items of the page, in reading order. Empty where the page shows no dated list."""
    found = _believable(_joined(document, timed_stamps(document, stamps(document, now), now)))
    for others in (loose_stamps, hinted_stamps):
        if not found:
            found = _believable(_joined(document, others(document, now)))
    return found


def posts(found: list[DatedItem]) -> tuple[Post, ...]:
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
            year_inferred=item.stamp.when.year_inferred,
        )
        unique.setdefault(key, post)
    return tuple(unique.values())


def _joined(document: ParsedPage, found: list[DateStamp]) -> list[tuple[DatedItem, str]]:
    """Every stamp that has a link of its own, with the signature that items of one design share."""
    known: dict[int, list[LexborNode]] = {}
    readers: dict[int, bool] = {}
    chains = [ancestors(stamp.node, known) for stamp in found]
    found, chains = without_counters(document, found, chains)
    holding = Counter(node.mem_id for chain in chains for node in chain)
    indexes = [link.index for link in document.links]
    joined = []
    for stamp, chain in zip(found, chains, strict=True):
        link = _own_link(document, stamp, chain, holding) or _neighbour(document, stamp, chain, indexes)
        if link is None or _foreign(link.href) or _by_readers(chain, readers) or under_a_plan(chain):
            continue
        if not (title := link_title(document, link.node)):
            continue
        # The largest block around the date that holds no other date is the item; around it stands the column.
        alone = sum(1 for node in chain if holding[node.mem_id] == 1)
        root = chain[min(alone, len(chain) - 1)]
        pinned = TOP.search(title if alone == 0 else chain[alone - 1].text()[:MOST_TEXT]) is not None
        item = DatedItem(stamp, link, title, document.absolute(link.href), root.mem_id, pinned)
        joined.append((item, f"{stamp.shape} {_mark(chain[0])} {_mark(chain[1]) if len(chain) > 1 else ''}"))
    return joined


def _by_readers(chain: list[LexborNode], known: dict[int, bool]) -> bool:
    for node in chain[:NEAR]:
        if (says := known.get(node.mem_id)) is None:
            name = f"{node.id or ''} {node.attributes.get('class') or ''}"
            says = known[node.mem_id] = READERS.search(name) is not None
        if says:
            return True
    return False


@lru_cache(4096)
def _foreign(href: str) -> bool:
    """True for the addresses of what is no publication of the site."""
    return READERS.search(href) is not None or PAPERS.search(href) is not None


def ancestors(node: LexborNode, known: dict[int, list[LexborNode]]) -> list[LexborNode]:
    """Parents up to the body, nearest first. ``known`` saves siblings the common part of the climb."""
    fresh: list[LexborNode] = []
    rest: list[LexborNode] = []
    parent = node.parent
    while parent is not None and parent.tag not in ("html", "-document") and len(fresh) < DEEPEST:
        if (met := known.get(parent.mem_id)) is not None:
            rest = met
            break
        fresh.append(parent)
        parent = parent.parent
    chain = (fresh + rest)[:DEEPEST]
    for place, ancestor in enumerate(fresh):
        known[ancestor.mem_id] = chain[place:]
    return chain


def _mark(node: LexborNode) -> str:
    return f"{node.tag}.{node.attributes.get('class') or ''}"


def _own_link(document: ParsedPage, stamp: DateStamp, chain: list[LexborNode], holding: Counter[int]) -> Link | None:
    """The link in the smallest block around the date, provided the block holds no other date."""
    for node in chain[:NEAR]:
        tag = node.tag
        if holding[node.mem_id] > 1 or tag in ("body", "form"):
            return None
        if holds_text_only(node) and tag != "a":
            continue
        nearby = [node] if tag == "a" and node.attributes.get("href") else node.css("a[href]")
        titled = [anchor for anchor in nearby if link_title(document, anchor)] if len(nearby) <= 12 else []
        if titled:
            best = titled[0] if len(titled) == 1 else max(titled, key=lambda anchor: _worth(document, anchor))
            return Link(stamp.index, best.attributes.get("href") or "", best)
    return None


def _worth(document: ParsedPage, anchor: LexborNode) -> tuple[bool, bool, bool, int]:
    """The link to the item is no [category], is a real address, says its title outright, and is the longest."""
    attributes = anchor.attributes
    real = bool(document.absolute(attributes.get("href") or ""))
    title = link_title(document, anchor)
    return CATEGORY.match(title) is None, real, bool(attributes.get("title")), len(title)


def _neighbour(document: ParsedPage, stamp: DateStamp, chain: list[LexborNode], indexes: list[int]) -> Link | None:
    """In flat designs (links and dates as siblings): the nearest link before the date, else the one right after."""
    if not chain:
        return None
    family = {node.mem_id for node in chain[:3]}
    place = bisect_right(indexes, stamp.index)
    for candidate in (place - 1, place):
        if 0 <= candidate < len(document.links):
            link = document.links[candidate]
            near = abs(link.index - stamp.index) <= 3
            if near and family & {node.mem_id for node in ancestors(link.node, {})[:3]}:
                return link
    return None


def _believable(joined: list[tuple[DatedItem, str]]) -> list[DatedItem]:
    """Only dates that repeat in one design with different links; a lone full date needs a link to an article."""
    alike: defaultdict[str, set[str]] = defaultdict(set)
    for item, signature in joined:
        alike[signature].add(item.url or item.title)
    # This year's items often leave the year out, and this week's say 前天; those below them in the same tags do not.
    designs = {
        signature.partition(" ")[2]
        for signature, urls in alike.items()
        if not signature.startswith(WITHOUT_YEAR) and len(urls) >= WITH_YEAR
    }
    slides = {signature for signature in alike if _counts_slides(joined, signature)}
    kept = []
    for item, signature in joined:
        if signature in slides:
            continue
        lone = item.stamp.shape in ("full", "split") and len(item.title) >= 6 and is_article(item.url)
        mixed = item.stamp.shape in WITHOUT_YEAR and signature.partition(" ")[2] in designs
        if len(alike[signature]) >= REPEATS[item.stamp.shape] or lone or mixed:
            kept.append(item)
    return kept


def _counts_slides(joined: list[tuple[DatedItem, str]], signature: str) -> bool:
    """True for 01/05, 02/05, 03/05: slides are counted so, columns are not."""
    dates = [item.stamp.when.at for item, other in joined if other == signature and item.stamp.shape == "bare"]
    return len({date.day for date in dates}) == 1 and [date.month for date in dates] == list(range(1, len(dates) + 1))
