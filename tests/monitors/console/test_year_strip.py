"""A day that nobody looked at is unknown, never quiet; the drawing and the words say the same."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

import pytest

from monitors.console.year_strip import DayKind, YearStrip, year_strip
from rules.model import BEIJING, AccountState, Outcome

TODAY = date(2026, 11, 21)
OK, BLOCKED, GONE, UNREADABLE = Outcome.OK, Outcome.BLOCKED, Outcome.GONE, Outcome.UNREADABLE


def day(back: int) -> date:
    return TODAY - timedelta(days=back)


def strip(seen: AccountState | None = None) -> YearStrip:
    looks = {
        day(1): frozenset({OK}),
        day(2): frozenset({BLOCKED}),
        day(3): frozenset({GONE}),
        day(4): frozenset({OK, BLOCKED}),
        day(5): frozenset({UNREADABLE}),
        day(6): frozenset({GONE, OK}),
    }
    return year_strip(TODAY, {day(0): 2, day(5): 1}, looks, seen)


@pytest.mark.parametrize(
    ("back", "kind"),
    [
        (0, DayKind.POSTED),
        (1, DayKind.QUIET),
        (2, DayKind.BLOCKED),
        (3, DayKind.GONE),
        (4, DayKind.QUIET),
        (5, DayKind.POSTED),
        (6, DayKind.QUIET),
        (7, DayKind.UNSEEN),
        (300, DayKind.UNSEEN),
    ],
)
def test_what_is_known_of_a_day(back: int, kind: DayKind) -> None:
    assert strip().days[day(back)] is kind


def test_a_list_that_holds_every_post_shows_the_days_between() -> None:
    """Whole days inside the list's span only; the edges may have had posts that it does not reach."""
    start, end = (datetime(2026, 10, n, 15, tzinfo=BEIJING) for n in (1, 20))
    known = strip(AccountState(listed_from=start, listed_to=end)).days
    assert [known[date(2026, 10, n)].value for n in (1, 2, 19, 20)] == ["unseen", "quiet", "quiet", "unseen"]


def test_drawing_and_words_agree() -> None:
    """As many cells of each kind as the sentence and the months say, on 53 weeks that end today."""
    made = strip()
    assert min(made.days).weekday() == 0
    assert max(made.days) == TODAY
    drawn = {kind: outline.count("M") for kind, outline in made.marks}
    said = {label: int(number) for label, number in re.findall(r"[：，]([^，：]+|[^：]+?) (\d+) 天", made.text)}
    assert drawn == {kind: list(made.days.values()).count(kind) for kind in drawn}
    assert sum(drawn.values()) == len(made.days)
    assert sum(said.values()) == len(made.days)
    assert {kind: sum(counts[kind] for _, counts in made.by_month) for kind in drawn} == drawn
    assert made.text.startswith("2025年11月17日至2026年11月21日：发布了内容 2 天")
