"""The goals on real captures: the exact day of the newest item, and no date where a page shows none or is a wall."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from crawler.observe.parse import parse_page
from rules.model import Outcome
from tests.support.website import captures, day_read

GOAL = 0.98
FOREIGN_GOAL = 0.85
"""Foreign news is no part of our trade; kept as a check that the reader is not fitted to two content systems."""


@pytest.mark.parametrize("kind", ["home", "list", "article"])
def test_exact_day_on_chinese_pages(shared: Path, kind: str) -> None:
    pages = [capture for capture in captures(shared / "samples", "website") if capture.kind == kind and capture.day]
    wrong = {capture.file: day for capture in pages if (day := day_read(capture.page)) != capture.day}
    assert len(wrong) <= (1 - GOAL) * len(pages), wrong


def test_exact_day_on_foreign_articles(shared: Path) -> None:
    pages = captures(shared / "samples", "htmldate")
    right = Counter(day_read(capture.page) == capture.day for capture in pages)
    assert right[True] >= FOREIGN_GOAL * len(pages)


def test_pages_without_dates_get_none(shared: Path) -> None:
    for capture in captures(shared / "samples", "website"):
        if not capture.day:
            assert day_read(capture.page) == "", capture.file


def test_blocked_pages_of_any_platform_get_no_date(shared: Path) -> None:
    samples = shared / "samples"
    rows = [line.split("\t") for line in (samples / "INDEX.tsv").read_text("utf-8").splitlines()[1:]]
    for platform in sorted({row[1] for row in rows if row[2] == "blocked"}):
        for capture in captures(samples, platform):
            if capture.kind == "blocked":
                look = parse_page(capture.page, "website")
                assert look.outcome is not Outcome.OK, capture.file
                assert look.last_post_at is None, capture.file


def test_pinned_captures_mark_the_old_item(shared: Path) -> None:
    # The other capture named so holds two blocks of different age, and no pinned item.
    pages = [capture for capture in captures(shared / "samples", "website") if "yjsjx_PINNED" in capture.file]
    assert pages
    for capture in pages:
        assert [post.pinned for post in parse_page(capture.page, "website").posts[:2]] == [True, False], capture.file
