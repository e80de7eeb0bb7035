"""The 17 known failures of other systems (blocked read as inactive, and its kin), each as a test in our terms."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from crawler.observe.parse import PARSER_ERRORS, parse_page
from crawler.page.page import Page
from crawler.platforms import spec_of
from rules.model import ClaimType, Observation, Outcome
from tests.conftest import NOW
from tests.support.pages import CASES, Case

BY_NAME = {case.name: case for case in CASES}


def seen(name: str, **changes: Any) -> Observation:
    case: Case = BY_NAME[name]
    return parse_page(replace(case.page(), **changes), case.platform)


def says_nothing(observation: Observation) -> bool:
    """No fact about the account, and nothing that could move a date or a verdict."""
    return not (
        observation.outcome.is_fact or observation.proves or observation.posts or observation.last_post_at
        or observation.post_count is not None
    )  # fmt: skip


def test_wewe_rss_zero_articles_is_not_an_update() -> None:
    assert says_nothing(seen("wechat/wall_empty_success"))
    assert says_nothing(seen("wechat/wall_empty_success_4"))
    assert says_nothing(seen("wechat/feed_without_items"))


def test_wewe_rss_blocked_account_is_a_state_with_a_reason() -> None:
    blocked = seen("wechat/wall_weread")
    assert blocked.outcome is Outcome.BLOCKED
    assert blocked.reason.startswith("weread: ")


def test_mediacrawler_weibo_empty_answer_is_not_a_ban() -> None:
    for name in (
        "weibo/wall_no_content",
        "weibo/wall_no_content_2",
        "weibo/wall_empty_list",
        "weibo/wall_empty_list_2",
    ):
        assert says_nothing(seen(name))


@pytest.mark.parametrize("body", [b"", b"blocked", b"  \n"])
def test_mediacrawler_douyin_empty_or_blocked_body_is_blocked(body: bytes) -> None:
    assert (
        parse_page(Page("https://www.douyin.com/aweme/v1/web/aweme/post/", body, NOW), "douyin").outcome
        is Outcome.BLOCKED
    )


def test_weibo_crawler_captcha_is_an_outcome_not_a_prompt() -> None:
    assert seen("weibo/wall_captcha").outcome is Outcome.BLOCKED
    assert seen("weibo/wall_captcha_2").outcome is Outcome.BLOCKED


def test_changedetection_a_failed_look_carries_no_facts() -> None:
    assert says_nothing(seen("weibo/m_posts_pinned_first", status=503))


def test_changedetection_429_then_200_changes_nothing() -> None:
    before = seen("weibo/m_posts_pinned_first")
    assert seen("weibo/m_posts_pinned_first", status=429).outcome is Outcome.BLOCKED
    assert seen("weibo/m_posts_pinned_first") == before


def test_uptime_kuma_an_exception_is_not_down(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(page: Page) -> Observation:
        raise ZeroDivisionError

    spec = spec_of("weibo")
    broken = replace(spec, sources=tuple(replace(source, read=fail) for source in spec.sources))
    monkeypatch.setattr("crawler.observe.parse.spec_of", lambda key: broken)
    before = PARSER_ERRORS["profile"]
    result = seen("weibo/m_profile")
    assert result.outcome is Outcome.UNREADABLE
    assert result.reason.startswith("reader_error: ")
    assert PARSER_ERRORS["profile"] == before + 1


@pytest.mark.parametrize("status", [418, 429, 432, 403, 500, 404])
def test_maigret_an_odd_status_is_no_answer(status: int) -> None:
    assert says_nothing(seen("weibo/m_profile", status=status))


def test_maigret_a_default_page_is_no_account() -> None:
    assert says_nothing(seen("wechat/unknown_page"))
    assert says_nothing(seen("xiaohongshu/profile_login_wall"))


def test_rsshub_lists_that_omit_items_prove_no_silence() -> None:
    for name in (
        "douyin/list",
        "douyin/rendered_no_times",
        "weibo/ajax_mymblog_liked_item",
        "weibo/m_posts_pinned_only",
    ):
        assert not seen(name).proves & ClaimType.INACTIVE


def test_rsshub_expired_cookie_is_blocked() -> None:
    assert seen("weibo/wall_login_3").outcome is Outcome.BLOCKED


def test_browsertrix_captcha_page_is_not_content() -> None:
    assert seen("any/wall_captcha_widget").outcome is Outcome.BLOCKED


def test_is_antibot_cdn_headers_are_no_block() -> None:
    headers = {"server": "Imperva", "x-iinfo": "1-2-3", "cf-ray": "x", "set-cookie": "acw_tc=1; visid_incap_1=2"}
    assert seen("toutiao/article_2019", headers=headers).outcome is Outcome.OK


def test_we_mp_rss_missing_article_body_is_never_silent() -> None:
    case = BY_NAME["wechat/article"]
    body = case.path.read_bytes().replace(b'id="js_content"', b'id="gone"')
    assert parse_page(case.page(body), "wechat").outcome is Outcome.OK
    assert parse_page(case.page(b"<html><body>" + b"x" * 4000 + b"</body></html>"), "wechat").reason.startswith(
        "unknown_page"
    )


def test_city_scrapers_a_true_zero_is_not_a_failure() -> None:
    assert seen("weibo/m_profile_zero_posts").outcome is Outcome.EMPTY
    assert seen("douyin/profile_zero_posts").outcome is Outcome.EMPTY


def test_juriscraper_dates_ahead_of_the_fetch_are_no_publications() -> None:
    case = BY_NAME["weibo/m_posts_pinned_first"]
    body = case.path.read_bytes().replace(b"Wed Nov 18 11:00:31 +0800 2026", b"Wed Nov 18 11:00:31 +0800 2105")
    result = parse_page(case.page(body), "weibo")
    assert [post.published_at for post in result.posts if post.id == "9"] == [None]
