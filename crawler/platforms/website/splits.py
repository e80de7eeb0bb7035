"""Puts together dates that a design cuts into neighbouring tags: a big day over a small year and month."""

from __future__ import annotations

import re
from datetime import datetime
from functools import lru_cache

from selectolax.lexbor import LexborNode

from crawler.page.dates import MONTHS, NAMED, When, parse_when
from crawler.platforms.website.document import TextNode

LONGEST_PART = 14
DEEP = 3
CHINESE_MONTHS = {f"{numeral}月": number for number, numeral in enumerate("一二三四五六七八九十", 1)} | {
    "十一月": 11,
    "十二月": 12,
}
MAY_BE_PART = re.compile(r"[\W_]*[\da-z一二三四五六七八九十]", re.I)
PARTS = {
    "day": re.compile(r"^[\W_]*(?P<day>\d{1,2})(?:st|nd|rd|th)?\s?日?[\W_]*$"),
    "month": re.compile(
        rf"^[\W_]*(?:(?P<month>\d{{1,2}})\s?月|(?P<han>[一二三四五六七八九十]{{1,2}}月)|{NAMED})[\W_]*$", re.I
    ),
    "year": re.compile(r"^[\W_]*(?P<year>20\d\d)\s?年?[\W_]*$"),
    "year_month": re.compile(
        rf"^[\W_]*(?:(?P<year>20\d\d)\s?[-/.年]\s?(?P<month>\d{{1,2}})\s?月?|{NAMED},? (?P<named_year>20\d\d)"
        r"|(?P<first>\d{1,2})\s?[-/.月][/\s]{0,3}(?P<then>20\d\d)\s?年?)[\W_]*$",
        re.I,
    ),
    "month_day": re.compile(r"^[\W_]*(?P<month>\d{1,2})\s?[-/.月]\s?(?P<day>\d{1,2})\s?日?[\W_]*$"),
}
ALIASES = {"first": "month", "then": "year", "named_year": "year"}
SPLITS = (
    ("day", "year_month"),
    ("year_month", "day"),
    ("year", "month", "day"),
    ("day", "month", "year"),
    ("month", "day", "year"),
    ("month_day", "year"),
    ("year", "month_day"),
    ("day", "month"),
    ("month", "day"),
)
MONTH_CLASS = re.compile(r"mon|yue", re.I)
DAY_CLASS = re.compile(r"day|\bri\b", re.I)
NUMBER = re.compile(r"\d{1,2}$")


def split_date(texts: list[TextNode], start: int, now: datetime) -> tuple[When, str, int] | None:
    """A date cut into two or three tags from ``start`` on, its shape and how many texts it takes; None where none."""
    if not (first := _parts(texts[start].text)):
        return None
    window = texts[start : start + 3]
    parts = [first, *(_parts(text.text) for text in window[1:])]
    for kinds in SPLITS:
        used = len(kinds)
        if used > len(parts) or not all(kind in part for kind, part in zip(kinds, parts, strict=False)):
            continue
        if _close(window[0].node, window[used - 1].node) and not (kinds[0] == "year" and _heads(*window[:2])):
            written, bare = _written([part[kind] for kind, part in zip(kinds, parts, strict=False)])
            if when := parse_when(written, now):
                return when, "bare" if bare else "split", used
    return _by_class(window, now) if "day" in first else None


def _heads(year: TextNode, behind: TextNode) -> bool:
    """True where a year stands over the items of a list: the day and month behind it have a link of their own."""
    outer = {node.mem_id for node in _above(year.node)}
    return any(node.css_first("a[href]") is not None for node in _above(behind.node) if node.mem_id not in outer)


def _above(node: LexborNode) -> list[LexborNode]:
    found: list[LexborNode] = []
    while node.parent is not None and len(found) < DEEP:
        node = node.parent
        found.append(node)
    return found


def _by_class(window: list[TextNode], now: datetime) -> tuple[When, str, int] | None:
    """11 over 05, where only the classes of their tags tell the month from the day."""
    if len(window) < 2 or not all(NUMBER.match(text.text) for text in window[:2]):
        return None
    names = [_class(text.node) for text in window[:2]]
    for month, day in ((0, 1), (1, 0)):
        if MONTH_CLASS.search(names[month]) and DAY_CLASS.search(names[day]):
            when = parse_when(f"{window[month].text}-{window[day].text}", now)
            return (when, "bare", 2) if when and _close(window[0].node, window[1].node) else None
    return None


def _class(node: LexborNode) -> str:
    return (node.parent.attributes.get("class") or "") if node.parent else ""


@lru_cache(4096)
def _parts(text: str) -> dict[str, re.Match[str]]:
    """Which parts of a date a whole text can be."""
    if len(text) > LONGEST_PART or not MAY_BE_PART.match(text):
        return {}
    return {kind: match for kind, pattern in PARTS.items() if (match := pattern.match(text))}


def _written(matches: list[re.Match[str]]) -> tuple[str, bool]:
    part = {ALIASES.get(key, key): value for match in matches for key, value in match.groupdict().items() if value}
    month = part.get("month") or CHINESE_MONTHS.get(part.get("han", "")) or MONTHS.get(part.get("name", "").lower(), 0)
    year = part.get("year")
    return (f"{year}-" if year else "") + f"{month}-{part['day']}", year is None


def _close(one: LexborNode, other: LexborNode) -> bool:
    """True where both stand under the same parent or grandparent, outside each other's items."""
    mine: set[int] = set()
    theirs: set[int] = set()
    for ids, node in ((mine, one), (theirs, other)):
        for _ in range(3):
            if node.parent is None:
                break
            node = node.parent
            ids.add(node.mem_id)
    return bool(mine & theirs)
