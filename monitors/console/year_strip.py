"""The year of an account, one cell a day: posted, seen without a post, out of sight, gone, not looked at. Drawn and said."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from rules.model import AccountState, LabeledEnum, Outcome

WEEKS, CELL, LEFT, TOP = 53, 11, 24, 14
DAY = timedelta(days=1)


class DayKind(LabeledEnum):
    """What is known of one day of an account. A day nobody looked at is unknown, never quiet."""

    POSTED = "posted", "发布了内容"
    QUIET = "quiet", "看到了，没有新内容"
    GONE = "gone", "显示已注销或封禁"
    BLOCKED = "blocked", "查看了但没有看到"
    UNSEEN = "unseen", "没有查看"


@dataclass(frozen=True, slots=True)
class YearStrip:
    """53 weeks up to a day. ``marks``: the outline of each kind's cells; ``months``: (x, label) along the top."""

    days: Mapping[date, DayKind]
    marks: tuple[tuple[DayKind, str], ...]
    months: tuple[tuple[int, str], ...]
    by_month: tuple[tuple[str, Mapping[DayKind, int]], ...]

    @property
    def width(self) -> int:
        """Of the drawing."""
        return LEFT + WEEKS * CELL

    @property
    def height(self) -> int:
        """Of the drawing."""
        return TOP + 7 * CELL

    @property
    def text(self) -> str:
        """The same in one sentence."""
        counts = Counter(self.days.values())
        said = "，".join(f"{kind.label} {counts[kind]} 天" for kind in DayKind if counts[kind])
        return f"{min(self.days):%Y年%-m月%-d日}至{max(self.days):%Y年%-m月%-d日}：{said}。"


def year_strip(
    today: date,
    posts: Mapping[date, int],
    looks: Mapping[date, frozenset[Outcome]],
    seen: AccountState | None,
) -> YearStrip:
    """The strip that ends today, its first column beginning on a Monday."""
    first = first_day(today)
    listed = _listed(seen)
    days = {day: _kind(day, posts, looks, listed) for day in _days(first, today)}
    marks = tuple((kind, _outline([day for day, its in days.items() if its is kind], first)) for kind in DayKind)
    return YearStrip(days, tuple(mark for mark in marks if mark[1]), _months(first, today), _by_month(days))


def first_day(today: date) -> date:
    """Where the strip begins."""
    return today - timedelta(days=today.weekday() + 7 * (WEEKS - 1))


def _days(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first += DAY


def _listed(seen: AccountState | None) -> tuple[date, date] | None:
    """Whole days between which every own post was listed: a day without one was quiet, whenever anybody looked."""
    if seen is None or seen.listed_from is None or seen.listed_to is None:
        return None
    return seen.listed_from.date() + DAY, seen.listed_to.date() - DAY


def _kind(
    day: date,
    posts: Mapping[date, int],
    looks: Mapping[date, frozenset[Outcome]],
    listed: tuple[date, date] | None,
) -> DayKind:
    shown = looks.get(day, frozenset())
    if posts.get(day):
        return DayKind.POSTED
    if Outcome.GONE in shown and Outcome.OK not in shown:
        return DayKind.GONE
    if any(outcome.is_fact for outcome in shown) or (listed and listed[0] <= day <= listed[1]):
        return DayKind.QUIET
    return DayKind.BLOCKED if shown else DayKind.UNSEEN


def _outline(days: list[date], first: date) -> str:
    """One path for all cells of a kind: a tenth of what single rectangles weigh."""
    parts = []
    for day in days:
        week, weekday = divmod((day - first).days, 7)
        parts.append(f"M{LEFT + week * CELL} {TOP + weekday * CELL}h9v9h-9z")
    return "".join(parts)


def _months(first: date, last: date) -> tuple[tuple[int, str], ...]:
    starts = [day for day in _days(first, last) if day.day == 1]
    marks = ((LEFT + (day - first).days // 7 * CELL, f"{day.month}月") for day in starts)
    return tuple(mark for mark in marks if mark[0] < LEFT + (WEEKS - 2) * CELL)


def _by_month(days: Mapping[date, DayKind]) -> tuple[tuple[str, Mapping[DayKind, int]], ...]:
    months: dict[str, Counter[DayKind]] = {}
    for day, kind in days.items():
        months.setdefault(f"{day.year}年{day.month}月", Counter())[kind] += 1
    return tuple(months.items())
