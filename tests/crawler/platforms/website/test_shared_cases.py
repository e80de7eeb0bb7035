"""The website rows of the shared cases: outcome, newest day and what may not be proved, as EXPECTED.tsv has them."""

from __future__ import annotations

import csv
from datetime import datetime
from pathlib import Path

import pytest

from crawler.observe.parse import parse_page
from crawler.page.page import Page
from rules.model import ClaimType, Outcome
from tests.conftest import SHARED

PAGES = SHARED / "cases" / "pages"
WALLS = ("c03b_", "c04b_", "c06_", "c06c_", "c08_", "c17b_")
"""Rows of walls, and of the article that was taken for one: held by the tests of walls."""


def rows() -> list[dict[str, str]]:
    table = PAGES / "EXPECTED.tsv"
    if not table.is_file():
        return []
    with table.open(encoding="utf-8") as lines:
        found = list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
    return [row for row in found if row["platform"] == "website" and not row["file"].startswith(WALLS)]


def page_of(row: dict[str, str], folder: Path = PAGES) -> Page:
    return Page(
        url=row["url"],
        body=(folder / row["file"]).read_bytes(),
        fetched_at=datetime.fromisoformat(row["read_at"]),
        status=int(row["http_status"]),
        headers={"content-type": "text/html"},
    )


@pytest.mark.skipif(not rows(), reason="../shared/cases is not beside the project")
@pytest.mark.parametrize("row", rows(), ids=lambda row: row["file"])
def test_page_is_read_as_expected(row: dict[str, str]) -> None:
    seen = parse_page(page_of(row), "website")
    assert seen.outcome.value in row["outcome"].split("|")
    asked = row["last_post"].split()
    days = [word for word in asked if not word.startswith("!")]
    newest = f"{seen.last_post_at:%Y-%m-%d}" if seen.last_post_at else ""
    assert newest.startswith(days[0]) if days else "!inactive" in asked or newest == ""
    assert not ("!inactive" in asked and seen.proves & ClaimType.INACTIVE)
    assert seen.outcome is Outcome.OK or not seen.proves & ~ClaimType.GONE
