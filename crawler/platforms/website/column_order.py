"""What the order of a column tells about its items: the year a date leaves out, and which item is pinned."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import datetime
from itertools import pairwise

from selectolax.lexbor import LexborNode

from crawler.platforms.website.counters import NEAR
from crawler.platforms.website.document import ParsedPage
from crawler.platforms.website.items import DatedItem
from crawler.platforms.website.kinds import article_id
from crawler.platforms.website.year_marks import (
    AHEAD,
    by_attributes,
    by_link,
    by_titles,
    in_year,
    under,
    year_folders,
    year_headings,
)
from crawler.platforms.website.years import DISORDER, by_article_ids, down_the_list

EARLIER, LATER = 2, 3
"""Fully dated articles that must have been entered before, or after, an item for their dates to tell its year."""


def settle(found: list[DatedItem], now: datetime, document: ParsedPage) -> list[DatedItem]:
    """The items with the years and pins that only their links, headings, titles and neighbours tell.

    A year that one of these tells is known; the others stay marked as inferred.
    """
    if any(_inferred(found)):
        _marked_years(found, now, document)
    columns: defaultdict[int, list[DatedItem]] = defaultdict(list)
    for item in found:
        columns[item.column].append(item)
    for column in columns.values():
        if any(_inferred(column)):
            # What the titles tell bounds the list, but leaves its years inferred.
            latest = by_titles([item.title for item in column], now) or now
            _set(column, down_the_list([i.stamp.when.at for i in column], _inferred(column), _ids(column), latest))
            _between(column, now)
        _mark_pinned(column)
    if any(_inferred(found)):
        _set(found, by_article_ids([i.stamp.when.at for i in found], _inferred(found), _ids(found)))
        _between_ids(found, now)
    return found


def _marked_years(found: list[DatedItem], now: datetime, document: ParsedPage) -> None:
    """The years that stand in the item's own link, and in the headings of a list grouped by year."""
    open_items = [item for item in found if item.stamp.when.year_inferred]
    heads = year_headings(document, [item.stamp.index for item in open_items])
    folders = year_folders(document, {item.link.href for item in found})
    for item in open_items:
        at = item.stamp.when.at
        known = by_attributes(_tags(item), at, now) or by_link(item.url, folders, at, now)
        if known is None and item.stamp.index in heads:
            known = in_year(at, heads[item.stamp.index])
        if known and known <= now + AHEAD:
            _know(item, known)


def _tags(item: DatedItem) -> list[LexborNode]:
    """The link of an item, and what stands around its date as far as the item goes."""
    node, found = item.stamp.node.parent, [item.link.node]
    while node is not None and node.mem_id != item.column and len(found) <= NEAR:
        found.append(node)
        node = node.parent
    return found


def _between(column: list[DatedItem], now: datetime) -> None:
    """In a column that runs newest first, the dates below (and above) leave only one year for the item between them."""
    lowest: list[datetime | None] = [None]
    for item in reversed(column):
        when, below = item.stamp.when, lowest[-1]
        lowest.append(below if when.year_inferred else max(when.at, below or when.at))
    above = now
    for item, below in zip(column, reversed(lowest[:-1]), strict=True):
        if not item.stamp.when.year_inferred:
            above = item.stamp.when.at
        elif below:
            _know_sole(item, below, above)


def _between_ids(found: list[DatedItem], now: datetime) -> None:
    """The same by the running numbers of articles, wherever on the page these stand.

    What was entered after the articles of this year is of this year; what was entered before those of an older year is
    no younger than they are, and stays inferred where nothing bounds it from below.
    """
    numbered = sorted((number, place) for place, item in enumerate(found) if (number := article_id(item.url)))
    whens = [found[place].stamp.when for _, place in numbered]
    known = [None if when.year_inferred else when.at for when in whens]
    later, earlier = _latest(known[::-1], LATER)[::-1], _latest(known, EARLIER)
    for (_, place), when, low, high in zip(numbered, whens, earlier, later, strict=True):
        if not when.year_inferred:
            continue
        if high and when.at > high + DISORDER:
            found[place].stamp.when = replace(when, at=under(when.at, high + DISORDER))
        if low:
            _know_sole(found[place], low, high or now)


def _latest(dates: list[datetime | None], enough: int) -> list[datetime | None]:
    """For each place the latest of the known dates before it; None while there are fewer than it takes to tell."""
    latest: list[datetime | None] = []
    newest, count = None, 0
    for date in dates:
        latest.append(newest if count >= enough else None)
        if date is not None:
            newest, count = max(date, newest or date), count + 1
    return latest


def _know_sole(item: DatedItem, low: datetime, high: datetime) -> None:
    at = item.stamp.when.at
    fitting = [
        moved
        for year in range(low.year - 1, high.year + 2)
        if (moved := in_year(at, year)) and low - DISORDER <= moved <= high + DISORDER and moved <= high + AHEAD
    ]
    if len(fitting) == 1:
        _know(item, fitting[0])


def _know(item: DatedItem, at: datetime) -> None:
    item.stamp.when = replace(item.stamp.when, at=at, year_inferred=False)


def _inferred(found: list[DatedItem]) -> list[bool]:
    return [item.stamp.when.year_inferred for item in found]


def _ids(found: list[DatedItem]) -> list[int | None]:
    return [article_id(item.url) for item in found]


def _set(found: list[DatedItem], dates: list[datetime]) -> None:
    for item, date in zip(found, dates, strict=True):
        if date != item.stamp.when.at:
            item.stamp.when = replace(item.stamp.when, at=date)


def _mark_pinned(column: list[DatedItem]) -> None:
    """Old items above newer ones at the head of a list that otherwise runs newest first."""
    dates = [item.stamp.when.at for item in column]
    newest = max(range(len(dates)), key=dates.__getitem__)
    rest = dates[newest:]
    if 0 < newest <= len(dates) // 2 and all(a >= b for a, b in pairwise(rest)):
        for item in column[:newest]:
            item.pinned = True
