"""The website reader's own fixture pages, written in the shapes real sites have, and the real captures in ../shared."""

from __future__ import annotations

import calendar
import csv
import json
import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from crawler.observe.parse import parse_page
from crawler.page.page import Page
from rules.model import BEIJING, Observation
from tests.support.pages import facts

ROOT = Path(__file__).parent.parent / "pages" / "website"
SHARED_SAMPLES = Path(__file__).parents[3] / "shared" / "samples"
HAND_READ = {
    "website/qust_home_2022.html": "2022-01-13",
    "website/cqjtu_yz_home.html": "2022-03-31",
    "website/henu_rsc_home.html": "2023-05-25",
    "website/cqupt_home.html": "2024-11-29",
    "website/sz1cz_list_tdhd_nodate.html": "2022-06-21",
}
"""Newest item of pages whose dates the index could not read (no year, or a date cut into two tags), read by eye."""


@dataclass(frozen=True)
class Told:
    """One fixture page and what reading it must give."""

    name: str
    path: Path
    told: dict[str, Any]

    def page(self, body: bytes | None = None) -> Page:
        body = self.path.read_bytes() if body is None else body
        return Page(url=self.told["url"], body=body, fetched_at=datetime.fromisoformat(self.told["fetched_at"]))


@dataclass(frozen=True)
class Capture:
    """One real page, its kind and the day of its newest item ("" where it shows none)."""

    file: str
    kind: str
    day: str
    page: Page


def fixtures() -> list[Told]:
    found = []
    for expected in sorted(ROOT.glob("*.expected.json")):
        stem = expected.name.removesuffix(".expected.json")
        (path,) = (path for path in ROOT.glob(f"{stem}.*") if path != expected)
        found.append(Told(stem, path, json.loads(expected.read_text("utf-8"))))
    return found


FIXTURES = fixtures()


def captures(samples: Path, platform: str) -> list[Capture]:
    with (samples / "INDEX.tsv").open(encoding="utf-8") as lines:
        rows = [row for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE) if row["kind"] != "gold"]
    return [
        Capture(
            row["file"],
            row["kind"],
            HAND_READ.get(row["file"], row["last_post"][:10]),
            Page(url="", body=(samples / row["file"]).read_bytes(), fetched_at=month_end(row["captured"])),
        )
        for row in rows
        if row["platform"] == platform
    ]


def month_end(captured: str) -> datetime:
    """The end of the month of capture (2022-04), of the last year named (2019-2023), or of this project's present."""
    stated = re.findall(r"(\d{4})(?:-(\d{2})(?!\d))?", captured) or [("2026", "")]
    year, month = int(stated[-1][0]), int(stated[-1][1] or 12)
    return datetime(year, month, calendar.monthrange(year, month)[1], 23, 0, tzinfo=BEIJING)


def day_read(page: Page) -> str:
    """The day our reader gives a page, "" for none."""
    at = parse_page(page, "website").last_post_at
    return at.date().isoformat() if at else ""


def everything(seen: Observation) -> dict[str, Any]:
    """The facts the platforms' fixtures write, and those only websites have."""
    told = facts(seen)
    for key, value in (("bylines", seen.bylines), ("columns", seen.columns)):
        if value:
            told[key] = list(value)
    return told
