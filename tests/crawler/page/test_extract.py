"""The helpers that every reader shares, where a mistake would show in no single page."""

from __future__ import annotations

import pytest

from crawler.page import extract
from crawler.page.page import Page
from tests.conftest import NOW


@pytest.mark.parametrize(
    ("ids", "whose"),
    [
        (["a", "a", "b"], "a"),
        (["a", "a", "b", "c"], "a"),
        (["", "a", ""], "a"),
        (["a", "b"], ""),
        (["a", "a", "b", "b"], ""),
        (["a", "a", "b", "c", "d"], ""),
        ([], ""),
    ],
)
def test_a_list_belongs_to_whom_half_of_it_names(ids: list[str], whose: str) -> None:
    assert extract.majority_owner(ids) == whose


@pytest.mark.parametrize(
    ("raw", "tidied"),
    [
        ("A&amp;B &#x4e2d;\u200b 国", "A&B 中 国"),
        ("/s?src=3&timestamp=1&copy=2", "/s?src=3&timestamp=1&copy=2"),
        ("/s?src=3&amp;timestamp=1", "/s?src=3&timestamp=1"),
    ],
)
def test_tidy_keeps_addresses(raw: str, tidied: str) -> None:
    assert extract.tidy(raw) == tidied


@pytest.mark.parametrize(
    ("markup", "text"),
    [("早<b>安</b>", "早安"), ("早安<img style='width:1rem", "早安"), ("3 < 4", "3"), ("<br />早", "早")],
)
def test_plain_drops_whole_and_cut_tags(markup: str, text: str) -> None:
    assert extract.plain(markup) == text


def test_a_saved_page_says_where_it_is_from() -> None:
    saved = '<link rel="canonical" href="https://www.zhihu.com/people/a">'
    assert extract.address(Page("", saved.encode(), NOW)) == "https://www.zhihu.com/people/a"
    assert extract.address(Page("https://b.example/", saved.encode(), NOW)) == "https://b.example/"
    assert extract.address(Page("", b"<p>", NOW)) == ""
