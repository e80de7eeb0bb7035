"""A post's date never moves once it was seen: what the first sight of each post of a website tells of its date."""

from __future__ import annotations

import zlib
from dataclasses import replace
from datetime import date, datetime, time

from rules.model import BEIJING, AccountState, ClaimType, FirstDate, Observation, Post, Precision

KEPT = 500
"""Posts of one site that are remembered, those seen last: a home page and six columns show some 250."""


def with_first_dates(seen: AccountState, look: Observation) -> tuple[AccountState, Observation]:
    """The look with every date bound by the first sight of its post, and what is now remembered of them.

    A year that the page leaves out is known where the post was fresh when it was first seen, and unknown for good where
    it was not. A list whose newest date is thus known shows silence like any other (``silence_if_known``).
    """
    known = {first.post: first for first in seen.first_dates}
    posts = []
    for post in look.posts:
        if post.published_at is not None and post.published_at <= look.observed_at:
            first = _first(known.pop(_mark(post), None), post, post.published_at, look.observed_at)
            known[first.post] = first
            post = _bound(post, post.published_at, first)
        posts.append(post)
    proves = look.proves
    if look.silence_if_known and _newest_is_known(posts):
        proves |= ClaimType.INACTIVE
    return replace(seen, first_dates=tuple(known.values())[-KEPT:]), replace(look, posts=tuple(posts), proves=proves)


def _first(before: FirstDate | None, post: Post, at: datetime, seen_at: datetime) -> FirstDate:
    """What is remembered of a post after one more sight of it: the earlier day, and a year as soon as a page states it."""
    day, known = at.astimezone(BEIJING).date(), post.is_dated(seen_at)
    if before is None:
        return FirstDate(post=_mark(post), day=day, known=known)
    if not post.year_inferred and not before.known:
        return FirstDate(post=before.post, day=day, known=True)
    return replace(before, day=min(before.day, day))


def _bound(post: Post, at: datetime, first: FirstDate) -> Post:
    if at.astimezone(BEIJING).date() == first.day:
        return replace(post, year_inferred=not first.known)
    precision = Precision.MONTH if post.precision is Precision.MONTH else Precision.DAY
    return replace(post, published_at=_start(first.day), precision=precision, year_inferred=not first.known)


def _newest_is_known(posts: list[Post]) -> bool:
    dated = [(post.published_at, not post.year_inferred) for post in posts if post.published_at]
    return bool(dated) and max(dated)[1]


def _start(day: date) -> datetime:
    return datetime.combine(day, time(), BEIJING)


def _mark(post: Post) -> str:
    """Eight characters for a post: its address and title together, for a page may link every item to itself."""
    return f"{zlib.crc32(f'{post.id} {post.title}'.encode()):08x}"
