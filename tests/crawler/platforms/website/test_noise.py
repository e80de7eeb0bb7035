"""Noise and hostile pages: no exception but the reader's own, no date out of nothing, and no minute-long parse."""

from __future__ import annotations

import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crawler.page.page import MAX_BYTES, Page, PageError
from crawler.platforms.spec import Target
from crawler.platforms.website import SPEC
from crawler.platforms.website.links import follow
from rules.model import Observation, Outcome, Platform
from tests.conftest import NOW
from tests.support.website import FIXTURES, Told

SLOW = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
TARGET = Target(platform=Platform.WEBSITE, key="website:example.edu.cn")
HOSTILE = {
    "nested": "<div>" * 100_000,
    "nested and closed": "<div>" * 100_000 + "</div>" * 100_000,
    "formatting": "<b><i>" * 100_000,
    "tables": "<table>" * 100_000,
    "attributes": "<div " + " ".join(f"a{i}=1" for i in range(100_000)) + ">",
    "comments": "<!-- -->" * 200_000 + "<html>",
    "title": "<title>" + "-_" * 1_000_000 + "</title>",
    "digits in links": ('<a href="/news/' + "1" * 900 + '">标题标题</a>') * 3000,
    "dates": "<p>" + "2024-01-01 " * 500_000,
    "angles": "<" * 1_000_000,
}


def read_bare(page: Page) -> Observation | None:
    """What the reader makes of a page, without `crawler.observe.parse`'s safety net; None where it refuses."""
    for source in SPEC.sources:
        if source.matches(page):
            try:
                seen = source.read(page)
                follow(page, TARGET)
            except PageError:
                return None
            return seen
    return None


@SLOW
@given(st.binary(max_size=3000))
def test_random_bytes_are_nothing(body: bytes) -> None:
    assert read_bare(Page("", body, NOW)) is None


@SLOW
@given(
    st.text(max_size=400), st.sampled_from(["<html><body>{}</body></html>", "<div><h1>{}</h1><p>{}</p>", "<ul><li>{}"])
)
def test_random_text_has_no_date(text: str, frame: str) -> None:
    seen = read_bare(Page("http://example.edu.cn/", frame.replace("{}", text).encode("utf-8", "ignore"), NOW))
    assert seen is None or seen.last_post_at is None


@SLOW
@given(st.sampled_from(FIXTURES), st.binary(max_size=30), st.data())
def test_spliced_pages(told: Told, noise: bytes, data: st.DataObject) -> None:
    body = told.path.read_bytes()
    start = data.draw(st.integers(0, len(body)))
    end = data.draw(st.integers(start, min(len(body), start + 200)))
    seen = read_bare(told.page(body[:start] + noise + body[end:]))
    assert seen is None or seen.outcome is Outcome.OK


@SLOW
@given(st.sampled_from(FIXTURES), st.data())
def test_truncated_pages(told: Told, data: st.DataObject) -> None:
    body = told.path.read_bytes()
    read_bare(told.page(body[: data.draw(st.integers(0, len(body)))]))


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_page_is_refused_quickly(name: str) -> None:
    page = Page("http://example.edu.cn/", HOSTILE[name].encode(), NOW)
    started = time.perf_counter()
    assert read_bare(page) is None
    assert time.perf_counter() - started < 10


@pytest.mark.parametrize(
    "body", [b"", b" \n ", b"\x00" * 5000, b"\x89PNG\r\n\x1a\n" + b"\x00\xff" * 999, b"x" * (MAX_BYTES + 1)]
)
def test_bodies_that_are_no_page(body: bytes) -> None:
    assert read_bare(Page("http://example.edu.cn/", body, NOW)) is None
