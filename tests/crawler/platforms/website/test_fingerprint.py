"""Fingerprints: an imitation stays close to what it copies, strangers stay far, and no page makes it fail."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

from crawler.page.page import Page
from crawler.platforms.website.fingerprint import fingerprint, similarity
from tests.conftest import NOW
from tests.support.website import FIXTURES, captures

IMITATION = 0.6
STRANGERS = 0.4


def clone(body: bytes) -> Page:
    """What SEO clones do: another name, an injected block, the rest as copied."""
    text = (
        body.decode("utf-8")
        .replace("示例大学", "某某外卖")
        .replace("</body>", "<div><a href=x>下注平台</a></div></body>")
    )
    return Page("http://other.example/", text.encode(), NOW)


def test_same_page_is_one() -> None:
    for told in FIXTURES:
        if told.path.suffix == ".html":
            mark = fingerprint(told.page())
            assert similarity(mark, mark) == 1.0


def test_imitation_is_near_and_keeps_the_icp_number() -> None:
    told = next(told for told in FIXTURES if told.name == "vsb_home_yearless")
    original, copy = fingerprint(told.page()), fingerprint(clone(told.path.read_bytes()))
    assert similarity(original, copy) > IMITATION
    assert "10000001" in original.footer & copy.footer


def test_real_sites_are_strangers_to_each_other(shared: Path) -> None:
    marks = {
        capture.file.removeprefix("website/"): fingerprint(capture.page)
        for capture in captures(shared / "samples", "website")
    }
    sites = {name: name.split("_")[0] for name in marks}
    assert all(
        similarity(marks[one], marks[other]) < STRANGERS
        for one, other in combinations(marks, 2)
        if sites[one] != sites[other]
    )
