"""What was read from one page for one account, and for which moments it would be read just so again."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from crawler.observe.attribute import attribute_page
from crawler.observe.linked_posts import linked_post_urls
from crawler.page.moment import Moment, MomentSpan
from crawler.page.page import Page
from crawler.platforms.spec import PageSource, PlatformSpec, Target
from rules.model import Observation, Outcome, Platform
from storage.serialization import dump

HERE = Path(__file__).parents[2]
READERS = (
    "crawler/page",
    "crawler/observe",
    "crawler/platforms",
    "rules/accounts",
    "rules/model",
    "rules/platforms.py",
)
"""Whatever decides how a page is read: with one byte of it changed, every page is read anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageReading:
    """``seen`` with what a visit does next: the pages that this one leads to, and the single posts that it links to.

    ``lasting``: the moment of the fetch is no part of it; it is the same at any from ``earliest`` to ``latest``.
    """

    seen: Observation
    next_urls: tuple[str, ...] = ()
    links: tuple[tuple[str, str], ...] = ()
    lasting: bool = False
    earliest: datetime | None = None
    latest: datetime | None = None

    def holds(self, at: datetime) -> bool:
        """Whether the same bytes, fetched at this moment, would be read the same."""
        after = self.earliest is None or self.earliest <= at
        return self.lasting and after and (self.latest is None or at <= self.latest)


def read_page(
    page: Page, target: Target, spec: PlatformSpec, source: PageSource | None, *, asked: bool, follow: bool
) -> tuple[PageReading, Page]:
    """The reading, and the page as it was read: whoever asks it more need not parse it again.

    ``source``: by which the page was fetched, if known; ``asked``: the page is the one that the source names, no further
    one; ``follow``: what it leads to is wanted.
    """
    span = MomentSpan(page.fetched_at)
    page = replace(page, fetched_at=span.moment())
    seen = attribute_page(page, target, source.code if source and asked else None)
    leads = source or next((each for each in spec.sources if each.code == seen.source), None)
    wanted = follow and seen.outcome is Outcome.OK and leads is not None
    urls = leads.next_urls(page, target) if wanted and leads else ()
    website = spec.platform is Platform.WEBSITE and seen.outcome is Outcome.OK
    links = tuple(linked_post_urls(page).items()) if website else ()
    seen = _unwatched(seen, span)
    reading = PageReading(
        seen=seen, next_urls=urls, links=links, lasting=not span.used, earliest=span.earliest, latest=span.latest
    )
    return reading, page


def _unwatched(seen: Observation, span: MomentSpan) -> Observation:
    """With plain times; one that is the moment of the fetch itself is of no other."""
    changes: dict[str, Any] = {
        "observed_at": _plain(seen.observed_at),
        "posts": tuple(replace(post, published_at=_plain(post.published_at)) for post in seen.posts),
        "results": tuple(replace(hit, last_post_at=_plain(hit.last_post_at)) for hit in seen.results),
        "sign_at": _plain(seen.sign_at),
    }
    times = (*(post.published_at for post in seen.posts), *(hit.last_post_at for hit in seen.results), seen.sign_at)
    if any(isinstance(at, Moment) for at in times):
        span.used = True
        return replace(seen, **changes)
    return replace(seen, observed_at=changes["observed_at"])


def _plain(at: datetime | None) -> datetime | None:
    return at.plain() if isinstance(at, Moment) else at


def reader_of(target: Target, spec: PlatformSpec, source: PageSource | None, *, asked: bool, follow: bool) -> str:
    """What else a reading depends on, as one word: the program, and what it knew of the account. Empty where it cannot be
    told, for a reader from outside the project."""
    if not all(each.read.__module__.startswith("crawler.") for each in spec.sources):
        return ""
    what = f"{program()} {source.code if source else ''} {asked} {follow} {dump(target)}"
    return hashlib.sha256(what.encode()).hexdigest()[:24]


@cache
def program() -> str:
    """The hash of everything that reads pages."""
    digest = hashlib.sha256()
    for path in _files():
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _files() -> Iterator[Path]:
    for place in READERS:
        path = HERE / place
        found = sorted(path.rglob("*")) if path.is_dir() else [path]
        yield from (each for each in found if each.suffix in (".py", ".yaml"))
