"""Small pages and answers of ../shared/cases that once gave a wrong fact: every platform but websites, and the walls."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest

from crawler.observe.parse import parse_page
from crawler.page.page import Page
from rules.model import BEIJING, ClaimType, Observation, Precision
from tests.conftest import SHARED

PAGES = SHARED / "cases" / "pages"
WALLS = frozenset({"c03b", "c04b", "c06", "c06c", "c08", "c13", "c17b"})
"""Rows of websites that ask for the verdict, which comes before any reader."""
NO_FLAG = frozenset({"!inactive", "!name"})


@dataclass(frozen=True)
class Row:
    """One line of EXPECTED.tsv."""

    file: str
    platform: str
    url: str
    at: datetime
    status: int
    outcomes: frozenset[str]
    told: tuple[str, ...]

    def look(self) -> Observation:
        page = Page(self.url, (PAGES / self.file).read_bytes(), self.at, status=self.status)
        return parse_page(page, self.platform)


def _row(line: dict[str, str]) -> Row:
    at = datetime.fromisoformat(line["read_at"]).astimezone(BEIJING)
    told = tuple(line["last_post"].split())
    outcomes = frozenset(line["outcome"].split("|"))
    return Row(line["file"], line["platform"], line["url"], at, int(line["http_status"]), outcomes, told)


def _rows() -> list[Row]:
    table: Path = PAGES / "EXPECTED.tsv"
    if not table.is_file():
        return []
    with table.open(encoding="utf-8", newline="") as lines:
        rows = [_row(line) for line in csv.DictReader(lines, delimiter="\t")]
    return [row for row in rows if row.platform != "website" or row.file.partition("_")[0] in WALLS]


ROWS = _rows()
needs_cases = pytest.mark.skipif(not ROWS, reason="the small pages are not beside the project: ../shared/cases")


@needs_cases
def test_the_rows_are_there() -> None:
    assert len(ROWS) >= 46


@needs_cases
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.file)
def test_the_page_gives_the_right_facts(row: Row) -> None:
    seen = row.look()
    assert seen.outcome.value in row.outcomes, seen.reason
    days = [told for told in row.told if told[:2] == "20"]
    last = seen.last_post_at
    precision = next((post.precision for post in seen.posts if post.published_at == last), None)
    if days:
        assert last is not None
        written = last.strftime("%Y-%m" if precision is Precision.MONTH else "%Y-%m-%d")
        assert written == days[0]
    elif not NO_FLAG.intersection(row.told) and not any(told.startswith("count=") for told in row.told):
        assert last is None
    if "!inactive" in row.told:
        assert ClaimType.INACTIVE not in seen.proves
    if "!name" in row.told:
        assert ClaimType.NAME not in seen.proves
    for told in row.told:
        if told.startswith("count="):
            wanted = told.removeprefix("count=")
            assert seen.post_count == (None if wanted == "none" else int(wanted))
