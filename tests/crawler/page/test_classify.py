"""Every signature has a page that it, and no earlier one, explains; ordinary pages that mention walls stay readable."""

from __future__ import annotations

from datetime import datetime

import pytest

from crawler.observe.parse import parse_page
from crawler.page.block_signatures import markers, signatures
from crawler.page.classify import PageSignals, match_block_page
from crawler.page.page import Page
from crawler.platforms import MODULES, spec_of
from rules.model import BEIJING, Outcome, Platform
from tests.support.pages import CASES, Case

WALLS = [case for case in CASES if "/wall_" in case.name]
NOW = datetime(2026, 11, 20, 10, tzinfo=BEIJING)


@pytest.mark.parametrize("case", WALLS, ids=lambda case: case.name)
def test_wall_is_no_fact(case: Case) -> None:
    seen = parse_page(case.page(), case.platform)
    assert seen.outcome.value == case.expect["outcome"]
    assert seen.reason.partition(":")[0] == case.expect["reason"]
    assert not seen.outcome.is_fact
    assert not seen.proves
    assert not seen.posts


def test_every_signature_has_a_page() -> None:
    explained = {id(match_block_page(case.page(), spec_of(case.platform).platform)) for case in WALLS}
    missing = {
        f"{platform.value}/{signature.code}: {signature}"
        for platform in {spec_of(key).platform for key in MODULES}
        for signature in signatures(platform)
        if id(signature) not in explained
    }
    assert not missing


def page(text: str, url: str = "https://www.example.edu.cn/info/1/2.htm", status: int = 200) -> Page:
    return Page(url, text.encode(), NOW, status=status)


ARTICLE = "<html><head><title>{title}</title></head><body><h1>{title}</h1><p>发布时间：2026-11-01</p><p>{text}</p></body></html>"


@pytest.mark.parametrize(
    "text",
    [
        "近期有同学反映选课系统提示“访问过于频繁”，请稍后再试。",
        "登录统一身份认证平台时须输入验证码，请完成验证后继续。",
        "本资源仅限校内访问，校外用户请使用 VPN。",
        "访问被拦截的同学请联系信息中心。",
        "请在微信客户端打开链接报名。",
    ],
)
@pytest.mark.parametrize("platform", [Platform.WEBSITE, Platform.WECHAT, Platform.WEIBO])
def test_short_article_that_mentions_a_wall_stays_readable(text: str, platform: Platform) -> None:
    assert match_block_page(page(ARTICLE.format(title="关于网络服务的通知", text=text)), platform) is None


def test_normal_page_with_a_cdn_script_stays_readable() -> None:
    # is-antibot #60, Browsertrix #1135: a vendor's script on a normal page is no wall.
    scripts = (
        '<script src="https://static.geetest.com/v4/gt4.js"></script><script>var acw_sc__v2, _cf_chl_opt;</script>'
    )
    links = "".join(f'<li><a href="/{n}.htm">通知 {n}</a><span>2026-11-{n:02}</span></li>' for n in range(1, 20))
    assert (
        match_block_page(
            page(f"<html><head><title>示例大学</title>{scripts}</head><body><ul>{links}</ul></body></html>"),
            Platform.WEBSITE,
        )
        is None
    )


def test_query_that_quotes_a_wall_is_not_one() -> None:
    url = "https://www.example.edu.cn/goto.htm?back=https%3A%2F%2Fa%2Fcas%2Flogin&u=passport.weibo.com/visitor"
    for platform in (Platform.WEBSITE, Platform.WEIBO):
        assert match_block_page(page("<p>" + "正文" * 400, url), platform) is None


def test_redirect_that_was_not_followed_names_its_wall() -> None:
    answer = Page(
        "https://weibo.com/u/1",
        b"",
        NOW,
        status=302,
        headers={"location": "https://passport.weibo.com/visitor/visitor?entry=miniblog"},
    )
    found = match_block_page(answer, Platform.WEIBO)
    assert found is not None
    assert found.code == "visitor"


@pytest.mark.parametrize("status", [401, 403, 405, 407, 412, 414, 418, 429, 432, 444, 451, 461, 471, 521])
@pytest.mark.parametrize("key", sorted(MODULES))
def test_refusing_statuses_block_everywhere(key: str, status: int) -> None:
    assert parse_page(page("<p>" + "正文" * 400, status=status), key).outcome is Outcome.BLOCKED


@pytest.mark.parametrize("status", [301, 304, 404, 410, 500, 502, 503, 504])
@pytest.mark.parametrize("key", sorted(MODULES))
def test_other_statuses_are_unreadable_and_never_gone(key: str, status: int) -> None:
    assert parse_page(page("<p>" + "正文" * 400, status=status), key).outcome is Outcome.UNREADABLE


@pytest.mark.parametrize("key", sorted(MODULES))
def test_success_without_a_body_is_blocked(key: str) -> None:
    assert parse_page(page(""), key).outcome is Outcome.BLOCKED


def test_no_signature_claims_a_fact() -> None:
    for platform in Platform:
        assert all(not signature.outcome.is_fact for signature in signatures(platform))


@pytest.mark.parametrize("platform", list(Platform))
def test_every_marker_is_found_though_only_its_fragment_is_looked_for(platform: Platform) -> None:
    for mark in {mark for signature in signatures(platform) for mark in signature.marker}:
        look = PageSignals(page(f"<script>a{mark}b</script>"), (), markers(platform))
        assert mark in look.marks
    assert not PageSignals(page("<script>ordinary</script>"), (), markers(platform)).marks
