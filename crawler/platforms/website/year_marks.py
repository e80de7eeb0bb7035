"""What else than its own text tells the year of a year-less date: its link, a heading above the list, the titles around it."""

from __future__ import annotations

import re
from collections import Counter
from datetime import datetime, timedelta
from itertools import pairwise

from selectolax.lexbor import LexborNode

from crawler.page.dates import infer_year, parse_when
from crawler.platforms.website.document import ParsedPage, TextNode
from rules.model import BEIJING

FULL_PATHS = (
    re.compile(r"/(20[0-4]\d)[-/_]?(0[1-9]|1[0-2])[-/_]?([0-2]\d|3[01])(?=/|\D|$)"),
    re.compile(r"(?<!\d)(20[0-4]\d)(0[1-9]|1[0-2])([0-2]\d|3[01])(?:\d{4}(?:\d\d)?(?:\d{3})?)?(?!\d)"),
    re.compile(r"/(20[0-4]\d)/(\d{1,2})/(\d{1,2})/"),
    re.compile(r"(?<!\d)(20[0-4]\d)[-_](0[1-9]|1[0-2])[-_]([0-2]\d|3[01])(?!\d)"),
)
WRITTEN = re.compile(r"20[0-4]\d\s?[-/.年]\s?\d{1,2}\s?[-/.月]\s?\d{1,2}")
MONTH_PATHS = (re.compile(r"/(20[0-4]\d)[-/_]?(0[1-9]|1[0-2])/"), re.compile(r"/(20[0-4]\d)/(\d{1,2})/"))
YEAR_PATH = re.compile(r"/(20[0-4]\d)(?=/)")
HEADS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6", "dt", "th", "caption", "summary"))
YEAR_CLASS = re.compile(r"year|nian", re.I)
HEADING = re.compile(r"^[\W_]*(20[0-4]\d)(\s?年(?:度)?)?[\W_]*$")
GROUP = re.compile(
    r"^[\W_]*(?:(20[0-4]\d)(?:\s?年[一-龥]{0,6})?|二[〇○零]([二三四])([〇○零一二三四五六七八九])年[一-龥]{0,6})[\W_]*$"
)
"""2025年大事记, 二〇二五年: a heading where several years have one, and no link."""
NUMERALS = {numeral: str(value) for value, numeral in enumerate("零一二三四五六七八九")} | dict.fromkeys("〇○", "0")
TITLE_YEAR = re.compile(r"(?<![\d.])(20[0-4]\d)(?=\s?(?:年|届|级|学年|[-—/－]20\d\d))")
WITNESSES = 2
"""Titles of a column that must name a year before it is believed that none of its items is much younger."""
SPRING = (3, 31)
"""Until when a year's reports, lists and awards are published in the next."""
AHEAD = timedelta(days=1)


def by_link(url: str, folders: frozenset[str], date: datetime, now: datetime) -> datetime | None:
    """The date with the year that its own link bears (/2023/0620/c12a34/page.htm), None where it bears none.

    ``folders``: the years that name a folder of the site, see `year_folders`.
    """
    for patterns in (FULL_PATHS, MONTH_PATHS, (YEAR_PATH,)):
        for pattern in patterns:
            match = pattern.search(url)
            if match and not (pattern is YEAR_PATH and match[1] in folders) and (near := _near(match, date, now)):
                return near
    return None


def by_attributes(nodes: list[LexborNode], date: datetime, now: datetime) -> datetime | None:
    """The full date of the same day that an item hides in its tags: a hint over the link, data-date, datetime."""
    for node in nodes:
        for name, value in node.attributes.items():
            if name in ("href", "src", "class", "style") or not value or "20" not in value:
                continue
            for match in WRITTEN.finditer(value):
                said = parse_when(match[0], now)
                if said and (said.at.month, said.at.day) == (date.month, date.day):
                    return date.replace(year=said.at.year)
    return None


def year_folders(document: ParsedPage, articles: set[str]) -> frozenset[str]:
    """Years under which the whole site lies since its last redesign: its own address or its columns bear them too."""
    counted = Counter(
        match[1]
        for link in document.links
        if link.href not in articles and (match := YEAR_PATH.search(document.absolute(link.href)))
    )
    own = YEAR_PATH.search(document.base)
    return frozenset(year for year, count in counted.items() if count >= WITNESSES) | {own[1] if own else ""}


def _near(match: re.Match[str], date: datetime, now: datetime) -> datetime | None:
    """The month and day of ``date`` in the year nearest to what the link says, never ahead of ``now``."""
    numbers = [int(number) for number in match.groups()]
    month, day = (*numbers[1:], *(date.month, min(date.day, 28))[len(numbers) - 1 :])
    try:
        said = datetime(numbers[0], month, day, tzinfo=BEIJING)
    except ValueError:
        return None
    years = [numbers[0]] if len(numbers) == 1 else [said.year + step for step in (0, -1, 1)]
    found = [moved for year in years if (moved := in_year(date, year)) and moved <= now + AHEAD]
    return min(found, key=lambda moved: abs(moved - said), default=None)


def in_year(date: datetime, year: int) -> datetime | None:
    """The same month, day and time in another year; None for a 29 February that it lacks."""
    try:
        return date.replace(year=year)
    except ValueError:
        return None


def year_headings(document: ParsedPage, places: list[int]) -> dict[int, int]:
    """For each date (by the place of its text), the year that heads its group; {} where years are but a row of tabs.

    A heading is a text that is nothing but a year, and is followed by dates before the next one.
    """
    years = [(text, match) for text in document.texts if len(text.text) <= 12 and (match := HEADING.match(text.text))]
    marks = [(text.index, int(match[1])) for text, match in years if match[2] or _is_heading(text)]
    return _below(marks, places) or _below(_groups(document), places)


def _groups(document: ParsedPage) -> list[tuple[int, int]]:
    """Texts that begin with a year, where there are several years of them."""
    texts = [(text, match) for text in document.texts if len(text.text) <= 14 and (match := GROUP.match(text.text))]
    marks = [
        (text.index, int(match[1] or f"20{NUMERALS[match[2]]}{NUMERALS[match[3]]}"))
        for text, match in texts
        if text.node.parent is None or text.node.parent.tag != "a"
    ]
    return marks if len({year for _, year in marks}) >= WITNESSES else []


def _below(marks: list[tuple[int, int]], places: list[int]) -> dict[int, int]:
    ordered = sorted(places)
    heads = []
    for place, (index, year) in enumerate(marks):
        end = marks[place + 1][0] if place + 1 < len(marks) else ordered[-1] + 1 if ordered else 0
        below = [at for at in ordered if index < at < end]
        tab = any(abs(index - other) == 1 for other, _ in marks if other != index)
        if below and not tab:
            heads.append((below, year))
    if any(before == after for (_, before), (_, after) in pairwise(heads)):
        return {}
    return {at: year for below, year in heads for at in below}


def _is_heading(text: TextNode) -> bool:
    """True for a bare number that its tag or class calls a year or a heading; any other may count something."""
    parent = text.node.parent
    if parent is None:
        return False
    return parent.tag in HEADS or YEAR_CLASS.search(parent.attributes.get("class") or "") is not None


def by_titles(titles: list[str], now: datetime) -> datetime | None:
    """The latest moment the items of one column can be of, as the years in their titles tell; None where they tell none."""
    named = [max(int(year) for year in years) for title in titles if (years := TITLE_YEAR.findall(title))]
    if len(named) < WITNESSES or max(named) >= now.year - 1:
        return None
    return datetime(max(named) + 1, *SPRING, tzinfo=BEIJING)


def under(date: datetime, ceiling: datetime) -> datetime:
    """The same month, day and time in the newest year not after the ceiling."""
    midnight = infer_year(date.month, date.day, ceiling)
    return date if midnight is None else date.replace(year=midnight.year)
