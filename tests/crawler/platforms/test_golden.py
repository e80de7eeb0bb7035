"""Each fixture page gives exactly the facts written beside it, and every platform and source has such pages."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from pathlib import Path

import pytest

from crawler.observe.parse import parse_page
from crawler.page.page import MAX_BYTES, Page
from crawler.platforms import ALIASES, MODULES, SPECS, spec_of, table
from rules.model import ClaimType, Outcome, Platform
from rules.platforms import UNPOLLED
from tests.conftest import NOW
from tests.support.pages import CASES, Case, facts

GOLDEN = [case for case in CASES if "/wall_" not in case.name]
OURS = sorted(set(MODULES) - {"website"})


@pytest.mark.parametrize("case", GOLDEN, ids=lambda case: case.name)
def test_page_gives_these_facts(case: Case) -> None:
    assert facts(parse_page(case.page(), case.platform)) == case.expect


@pytest.mark.parametrize("case", GOLDEN, ids=lambda case: case.name)
def test_reading_again_later_gives_the_same(case: Case) -> None:
    # Relative dates follow the fetch, not the moment of reading.
    seen, again = parse_page(case.page(), case.platform), parse_page(case.page(), case.platform)
    assert seen == again
    assert all(
        post.published_at is None or post.published_at <= seen.observed_at + timedelta(days=1) for post in seen.posts
    )


@pytest.mark.parametrize("key", OURS)
def test_platform_has_a_good_and_a_refused_page(key: str) -> None:
    platform = spec_of(key).platform
    mine = [parse_page(case.page(), case.platform) for case in CASES if spec_of(case.platform).platform is platform]
    assert any(seen.outcome is Outcome.OK for seen in mine)
    assert any(seen.outcome is Outcome.BLOCKED for seen in mine)


@pytest.mark.parametrize("key", OURS)
def test_source_has_a_page(key: str) -> None:
    platform = spec_of(key).platform
    shown = {seen.source for case in GOLDEN if (seen := parse_page(case.page(), case.platform)).platform is platform}
    assert {source.code for source in spec_of(key).sources} <= shown


@pytest.mark.parametrize("key", OURS)
def test_source_codes_are_distinct(key: str) -> None:
    codes = [source.code for source in spec_of(key).sources]
    assert len(codes) == len(set(codes))


def test_no_weak_source_proves_silence() -> None:
    # Every source that may say "silent" was argued for in docs/platforms.md; adding one is a decision.
    silent = {
        f"{key}/{source.code}" for key in OURS for source in spec_of(key).sources if source.proves & ClaimType.INACTIVE
    }
    assert silent == {
        "wechat/official", "weibo/official", "weibo/m_posts", "weibo/profile", "bilibili/feed", "app/lookup", "app/app",
    }  # fmt: skip


def test_every_platform_and_alias_is_listed() -> None:
    assert set(SPECS) == set(MODULES) | set(ALIASES)
    assert len(SPECS) == len(MODULES) + len(ALIASES)
    assert {platform for platform in Platform if platform.value not in SPECS} == UNPOLLED
    watched = {spec_of(key).platform for key in MODULES}
    assert watched == set(Platform) - {Platform.CHANNELS, Platform.MINIPROGRAM, Platform.GROUP, Platform.OTHER}
    assert spec_of("appstore") is spec_of(Platform.APP)
    with pytest.raises(KeyError):
        spec_of("myspace")


def test_insisting_on_a_source() -> None:
    case = next(case for case in GOLDEN if case.name == "weibo/m_profile")
    assert parse_page(case.page(), "weibo", "profile").outcome is Outcome.OK
    assert parse_page(case.page(), "weibo", "m_posts").outcome is Outcome.UNREADABLE


def test_too_large_a_page_is_not_read() -> None:
    seen = parse_page(Page("", b" " * (MAX_BYTES + 1), NOW), "weibo")
    assert seen.outcome is Outcome.UNREADABLE
    assert seen.reason.startswith("too_large")


def test_account_level_gone_needs_the_platforms_own_words() -> None:
    for case in GOLDEN:
        seen = parse_page(case.page(), case.platform)
        if seen.proves & ClaimType.GONE:
            assert seen.reason.startswith("account_gone"), case.name
        if seen.reason.startswith(("article_gone", "video_gone")):
            assert not seen.proves & (ClaimType.GONE | ClaimType.ACTIVE | ClaimType.INACTIVE), case.name


def test_table_names_every_source_once() -> None:
    text = table()
    for key in MODULES:
        for source in spec_of(key).sources:
            assert f"| {source.label} | `{source.code}` |" in text
    assert len(text.splitlines()) == len(set(text.splitlines()))


def test_results_carry_the_address_they_came_from() -> None:
    case = next(case for case in GOLDEN if case.name == "weibo/m_search")
    page = dataclasses.replace(case.page(), address="203.0.113.5")
    assert parse_page(page, "weibo").address == "203.0.113.5"


def test_the_documents_table_is_current() -> None:
    assert table() in (Path(__file__).parents[3] / "docs" / "platforms.md").read_text("utf-8")
