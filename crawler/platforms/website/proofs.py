"""What the dates of a page prove: life, silence, or silence once the year of its newest item is known."""

from __future__ import annotations

import re
from datetime import timedelta

from crawler.page.dates import infer_year
from crawler.page.page import Page
from crawler.platforms.website.items import DatedItem, posts
from crawler.platforms.website.kinds import PageKind, is_later_page
from crawler.platforms.website.own_items import hides_newer, is_own_link, undated_titles
from crawler.platforms.website.reading import PageAnalysis
from rules.model import ClaimType, Post

ENDING = 4000
FUTURE = timedelta(days=1)
ENOUGH = 2
"""Dated items below which a page cannot show that a site is silent."""
EMPTY_FIELD = re.compile(
    r"^\W*(?:0000|0001|1[0-8]\d\d|19[0-8]\d|2000)[-/.年](?:0?1|12|00)[-/.月](?:0?1|3[01]|00)日?(?:\D|$)", re.M
)
"""1970-01-01, 1900-01-01, 1899-12-30, 0000-00-00: what a list shows of an item whose date was never filled in."""


def shown_by_list(look: PageAnalysis, dated: list[DatedItem]) -> tuple[ClaimType, bool]:
    """What the dates of a list prove, and whether they would prove silence if only the newest one's year were known.

    A year that nothing tells proves life only while it is fresh, and never silence.
    """
    shown = life(posts(dated), look.page)
    if not _shows_silence(look, dated):
        return shown, False
    known = [item.stamp.when.at for item in dated if not item.stamp.when.year_inferred]
    inferred = [item.stamp.when.at for item in dated if item.stamp.when.year_inferred]
    # What order, ids and titles made older is a guess; only the newest possible year speaks for a living site.
    newest = [infer_year(at.month, at.day, look.page.fetched_at + FUTURE) or at for at in inferred]
    if known and max(newest, default=max(known)) <= max(known):
        return shown | ClaimType.INACTIVE, False
    return shown, all(at.date() == possible.date() for at, possible in zip(inferred, newest, strict=True))


def life(found: tuple[Post, ...], page: Page) -> ClaimType:
    return ClaimType.ACTIVE if any(post.is_dated(page.fetched_at) for post in found) else ClaimType.NONE


def _shows_silence(look: PageAnalysis, dated: list[DatedItem]) -> bool:
    # What the editors link to elsewhere has somebody else's dates.
    own = [item for item in dated if is_own_link(look.document, item.url)]
    # An older page of a pager, or pinned items alone, hold old dates on the liveliest site.
    if len(own) < ENOUGH or all(item.pinned for item in dated) or is_later_page(look.document):
        return False
    # What a connection that broke did not deliver may be the newest column.
    if "</html" not in look.page.text[-ENDING:].lower():
        return False
    # An item whose date field is empty may be the newest of all.
    if EMPTY_FIELD.search(look.document.said):
        return False
    if look.kind is PageKind.HOME and len(undated_titles(look.document, dated)) > len(own):
        return False
    return look.kind is PageKind.LIST or not hides_newer(dated, look.undated)
