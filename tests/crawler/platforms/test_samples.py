"""Captured pages in ../shared: the right outcome, name, id, body and newest time. Skipped where they are missing."""

from __future__ import annotations

import gzip
from datetime import datetime
from pathlib import Path

import pytest

from crawler.observe.parse import parse_page
from crawler.page.classify import match_block_page
from crawler.page.page import Page
from rules.model import BEIJING, Platform
from tests.conftest import SHARED

SAMPLES = SHARED / "samples"
AT = datetime(2026, 9, 1, 12, tzinfo=BEIJING)
FACTS = [
    line.split("|")
    for line in (Path(__file__).with_name("samples.txt").read_text("utf-8").splitlines())
    if line and not line.startswith("#")
]


@pytest.mark.parametrize("row", FACTS, ids=lambda row: row[0])
def test_captured_page(row: list[str]) -> None:
    path = SAMPLES / row[0]
    if not path.is_file():
        pytest.skip("captured pages are not beside the project: ../shared/samples")
    body = path.read_bytes()
    page = Page("", gzip.decompress(body) if path.suffix == ".gz" else body, AT)
    seen = parse_page(page, path.parent.name)
    last = seen.last_post_at.isoformat() if seen.last_post_at else ""
    told = [seen.outcome.value, seen.source, seen.name or "", seen.account_id or "", seen.verified_body or "", last,
            str(len(seen.posts)), str(len(seen.results))]  # fmt: skip
    assert told == row[1:]


@pytest.mark.parametrize("platform", [Platform.WEBSITE, Platform.WECHAT, Platform.WEIBO, Platform.BAIJIAHAO])
def test_no_ordinary_captured_page_is_taken_for_a_wall(platform: Platform) -> None:
    paths = [path for folder in ("website", "htmldate") for path in sorted((SAMPLES / folder).glob("*.html"))]
    if not paths:
        pytest.skip("captured pages are not beside the project: ../shared/samples")
    walls = {
        path.name: found.code
        for path in paths
        if (found := match_block_page(Page("", path.read_bytes(), AT), platform))
    }
    assert not walls
