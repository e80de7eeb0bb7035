"""Gives year-less dates of a list their years: newest first, rolling back where the order or the article ids say so."""

from __future__ import annotations

from datetime import datetime, timedelta

from crawler.platforms.website.year_marks import under as _under

DISORDER = timedelta(days=45)
"""An older item above a newer one by less than this is an editor's disorder; by more, the year has turned."""
WITNESSES = 5
"""Later-entered articles that must all be older before an item is moved back a year by its id alone."""


def down_the_list(dates: list[datetime], inferred: list[bool], ids: list[int | None], now: datetime) -> list[datetime]:
    """The dates of one column, top to bottom, with inferred years corrected where the list runs newest first.

    A step up (03-08 above 11-05) is a year turning when the article ids go on falling, or when at least three items
    ran down before it. Otherwise the upper item is pinned, and the lower one keeps the newest year: to be too
    generous delays a finding, to be too strict accuses a living site.
    """
    result: list[datetime] = []
    ceiling = now + timedelta(days=1)
    for place, date in enumerate(dates):
        if inferred[place]:
            date = _under(date, ceiling)
            above = result[-1] if result else None
            if above and date - above > DISORDER and _year_turned(place, ids, result):
                ceiling = above
                date = _under(date, ceiling)
        result.append(date)
    return result


def _year_turned(place: int, ids: list[int | None], above: list[datetime]) -> bool:
    mine, theirs = ids[place], ids[place - 1]
    if mine is not None and theirs is not None:
        return mine < theirs
    return place >= 3 and all(above[i] >= above[i + 1] - DISORDER for i in range(place - 1))


def by_article_ids(dates: list[datetime], inferred: list[bool], ids: list[int | None]) -> list[datetime]:
    """Moves an inferred date back a year when every later-entered article of the page (at least five) is older.

    A column of another year on the same home page gives itself away by its small article ids.
    """
    result = list(dates)
    numbered = sorted((i for i, number in enumerate(ids) if number is not None), key=lambda i: -(ids[i] or 0))
    newest_above: list[datetime] = []
    for place in numbered:
        if inferred[place] and len(set(newest_above)) >= WITNESSES:
            ceiling = max(newest_above) + DISORDER
            if result[place] > ceiling:
                result[place] = _under(result[place], ceiling)
        newest_above.append(result[place])
    return result
