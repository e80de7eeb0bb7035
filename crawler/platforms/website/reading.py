"""One page looked at once: its parse, kind and dated items, shared by the five recognisers, the reader and `follow`."""

from __future__ import annotations

import re
from functools import cached_property

from crawler.page.page import Page, PageError
from crawler.platforms.website.article import is_visit, published
from crawler.platforms.website.closing import successor
from crawler.platforms.website.column_order import settle
from crawler.platforms.website.dateline import stated_line
from crawler.platforms.website.document import ParsedPage, parse
from crawler.platforms.website.inline_data import inline_posts
from crawler.platforms.website.items import DatedItem, items
from crawler.platforms.website.kinds import PageKind, machine_kind, stated_kind
from crawler.platforms.website.layout import PageLayout
from crawler.platforms.website.not_content import fault
from crawler.platforms.website.own_items import own_hosts, undated
from crawler.platforms.website.placeholder_pages import notice
from crawler.platforms.website.spam import HIJACKED, hijacked
from rules.model import Post

LIVELY = 3
"""Dated or article-like links from which a page that states no kind counts as a list; as columns, as a home page."""

BREADCRUMB = re.compile(r"(?:当前|所在|现在的?|您的)位置|[Yy]ou are here")
"""What every page but the home page shows."""
NEAR_TITLE = 5
HEADLINE = 10
"""Characters from which a title is no column's name."""


class PageAnalysis:
    """The lazy look at one page. Get it with `reading`."""

    def __init__(self, page: Page) -> None:
        """Nothing is read before it is asked for."""
        self.page = page

    @cached_property
    def document(self) -> ParsedPage:
        """The parsed page. Raises Unreadable where there is nothing to parse."""
        return parse(self.page)

    @cached_property
    def layout(self) -> PageLayout:
        """Title, lines and body, for articles."""
        return PageLayout(self.document)

    @cached_property
    def fault(self) -> str:
        """Why the page is none of the site's content ("code: 中文"), "" where it may be."""
        if hijacked(self.document):
            return HIJACKED
        found = fault(self.document)
        return (notice(self.document) or found) if found else ""

    @cached_property
    def successor(self) -> tuple[str, str] | None:
        """The sentence in which the site declares its end, and the address it names."""
        return successor(self.document)

    @cached_property
    def dated(self) -> list[DatedItem]:
        """The dated items of the site's own hosts, in reading order; none where a template dates all of them today."""
        now = self.page.fetched_at
        found = own_hosts(self.document, settle(items(self.document, now), now, self.document))
        made = all(is_visit(item.stamp.when, now) for item in found)
        return [] if len(found) >= LIVELY and made else found

    @cached_property
    def inline(self) -> tuple[Post, ...]:
        """The dated rows of the page's script data."""
        return inline_posts(self.document, self.page.fetched_at)

    @cached_property
    def undated(self) -> tuple[Post, ...]:
        """Links to articles, without dates."""
        return undated(self.document)

    @cached_property
    def kind(self) -> PageKind:
        """What the page is: as its content system states it, else as its structure shows. Never raises."""
        if kind := machine_kind(self.page):
            return kind
        try:
            return stated_kind(self.document) or self._structural_kind() or self._kind_of_the_rest()
        except PageError:
            return PageKind.NONE

    def _structural_kind(self) -> PageKind:
        when = published(self.layout, self.page.fetched_at, certain=True)
        listed = {item.stamp.when.at for item in self.dated}
        titled = len(self.layout.headline) >= HEADLINE and when is not None and when.at not in listed
        if when and (len(self.dated) < LIVELY or titled or self._heads_its_page()):
            return PageKind.ARTICLE
        if len({item.column for item in self.dated}) >= LIVELY and not BREADCRUMB.search(self.document.said):
            return PageKind.HOME
        if len(self.dated) >= LIVELY or len(self.undated) >= LIVELY:
            return PageKind.LIST
        lone = self.layout.title_place is not None and published(self.layout, self.page.fetched_at)
        return PageKind.ARTICLE if lone else PageKind.NONE

    def _kind_of_the_rest(self) -> PageKind:
        """A page without items of its own that says all the same what it is: closed, broken, or drawn by a script."""
        if self.successor:
            return PageKind.HOME
        return PageKind.LIST if self.fault or self.inline else PageKind.NONE

    def _heads_its_page(self) -> bool:
        """True where a title longer than a column's, or a label, has a date under it that belongs to no item."""
        if (line := stated_line(self.layout, self.page.fetched_at)) is None:
            return False
        below = line.text.index - (self.layout.title_place or 0)
        sure = len(self.layout.headline) >= HEADLINE or (line.labelled and 0 < below <= NEAR_TITLE)
        return sure and line.text.index not in {item.stamp.index for item in self.dated}


def reading(page: Page) -> PageAnalysis:
    """The page's one reading. It lives as long as the page does, as a cached property would."""
    kept = vars(page).get("_website")
    if not isinstance(kept, PageAnalysis):
        kept = vars(page)["_website"] = PageAnalysis(page)
    return kept
