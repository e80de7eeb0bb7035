"""What the order of a column tells about its items: the year a date leaves out, and which item is pinned."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from itertools import pairwise

from crawler.platforms.website.items import DatedItem
from crawler.platforms.website.kinds import article_id
from crawler.platforms.website.years import by_article_ids, down_the_list


def settle(found: list[DatedItem], now: datetime) -> list[DatedItem]:
    """The items with the years and pins that only their neighbours tell."""
    columns: defaultdict[int, list[DatedItem]] = defaultdict(list)
    for item in found:
        columns[item.column].append(item)
    for column in columns.values():
        _set(column, down_the_list([i.stamp.when.at for i in column], _inferred(column), _ids(column), now))
        _mark_pinned(column)
    if any(_inferred(found)):
        _set(found, by_article_ids([i.stamp.when.at for i in found], _inferred(found), _ids(found)))
    return found


def _inferred(found: list[DatedItem]) -> list[bool]:
    return [item.stamp.when.year_inferred for item in found]


def _ids(found: list[DatedItem]) -> list[int | None]:
    return [article_id(item.url) for item in found]


def _set(found: list[DatedItem], dates: list[datetime]) -> None:
    for item, date in zip(found, dates, strict=True):
        if date != item.stamp.when.at:
            when = item.stamp.when
            item.stamp.when = type(when)(date, when.precision, when.year_inferred)


def _mark_pinned(column: list[DatedItem]) -> None:
    """Old items above newer ones at the head of a list that otherwise runs newest first."""
    dates = [item.stamp.when.at for item in column]
    newest = max(range(len(dates)), key=dates.__getitem__)
    rest = dates[newest:]
    if 0 < newest <= len(dates) // 2 and all(a >= b for a, b in pairwise(rest)):
        for item in column[:newest]:
            item.pinned = True
