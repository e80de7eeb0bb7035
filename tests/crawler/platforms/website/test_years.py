"""Years of year-less lists: the roll over New Year, pinned items, and columns that only their article ids date."""

from __future__ import annotations

from datetime import datetime

import pytest

from crawler.page.dates import parse_when
from crawler.platforms.website.years import by_article_ids, down_the_list
from rules.model import BEIJING

NOW = datetime(2026, 11, 21, tzinfo=BEIJING)
LISTS = [
    ("New Year", "01-05 12-29 12-20", None, "2026-01-05 2025-12-29 2025-12-20"),
    ("ids go on falling: the year turned", "03-08 11-05 10-01", [9, 8, 7], "2026-03-08 2025-11-05 2025-10-01"),
    ("ids rise: the first is pinned", "03-08 11-05 10-01", [3, 8, 7], "2026-03-08 2026-11-05 2026-10-01"),
    ("no ids, one above: the newest is assumed", "03-08 11-05 10-01", None, "2026-03-08 2026-11-05 2026-10-01"),
    ("no ids, three above", "05-08 04-01 03-08 11-05", None, "2026-05-08 2026-04-01 2026-03-08 2025-11-05"),
    ("disorder of days", "05-08 05-20 05-01", [9, 8, 7], "2026-05-08 2026-05-20 2026-05-01"),
    ("full dates stay", "01-05 2024-12-29 12-20", None, "2026-01-05 2024-12-29 2025-12-20"),
    ("twice round", "03-01 11-01 02-01 12-01", [9, 8, 7, 6], "2026-03-01 2025-11-01 2025-02-01 2024-12-01"),
]


@pytest.mark.parametrize(("why", "written", "ids", "expected"), LISTS, ids=[row[0] for row in LISTS])
def test_down_the_list(why: str, written: str, ids: list[int | None] | None, expected: str) -> None:
    whens = [when for text in written.split() if (when := parse_when(text, NOW))]
    given_ids = ids or [None] * len(whens)
    dates = down_the_list([when.at for when in whens], [when.year_inferred for when in whens], given_ids, NOW)
    assert " ".join(date.date().isoformat() for date in dates) == expected


def test_column_of_small_ids_is_of_another_year() -> None:
    later = [datetime(2026, month, 1, tzinfo=BEIJING) for month in (8, 7, 6, 5, 4)]
    old = datetime(2026, 11, 10, tzinfo=BEIJING)
    dates = by_article_ids([*later, old], [True] * 6, [109, 108, 107, 106, 105, 50])
    assert dates[-1].year == 2025
    # Four witnesses are too few to call a living column old.
    assert by_article_ids([*later[:4], old], [True] * 5, [109, 108, 107, 106, 50])[-1].year == 2026
