"""A page counts only for the account it says it belongs to, in whatever kind of id it says so."""

from __future__ import annotations

import json
from typing import Any

import pytest

from crawler.observe.attribute import attribute_page
from crawler.page.page import Page
from crawler.platforms.spec import Target
from rules.accounts.identity import agrees, filed_ids, stated_ids
from rules.model import ClaimType, Outcome, Platform
from rules.platforms import UNPOLLED
from tests.conftest import NOW

GH, BIZ, OTHER_BIZ = "gh_0123456789ab", "MzI0MDAwMDAwMQ==", "MjM5MDAwMDAwMg=="
SEC, OTHER_SEC = "MS4wLjABAAAA" + "a" * 24, "MS4wLjABAAAA" + "b" * 24


@pytest.mark.parametrize(
    ("platform", "filed", "stated", "same"),
    [
        (Platform.WECHAT, (GH, ""), (GH, ()), True),
        (Platform.WECHAT, ("gh_ffffffffffff", ""), (GH, ()), False),
        (Platform.WECHAT, ("", f"https://mp.weixin.qq.com/s?__biz={BIZ}&mid=1"), (GH, (f"biz:{BIZ}",)), True),
        (Platform.WECHAT, ("", f"https://mp.weixin.qq.com/s?__biz={BIZ}&mid=1"), (GH, (f"biz:{OTHER_BIZ}",)), False),
        (Platform.WECHAT, (GH, f"https://mp.weixin.qq.com/s?__biz={BIZ}&mid=1"), (GH, (f"biz:{OTHER_BIZ}",)), False),
        (Platform.WECHAT, ("微信号：LCDX_lib", ""), ("lcdx_lib", ()), True),
        (Platform.WECHAT, ("lcdx_lib", ""), ("lcdx_fake", ()), False),
        (Platform.WECHAT, ("lcdx_lib", ""), (GH, (f"biz:{BIZ}",)), None),
        (Platform.WECHAT, (BIZ.rstrip("="), ""), (GH, (f"biz:{BIZ}",)), True),
        (Platform.ZHIHU, ("", "https://www.zhihu.com/org/lin-chuan"), ("bie-ren", ()), False),
        (Platform.KUAISHOU, ("3xabcdefgh1234", ""), ("3xabcdefgh9999", ()), False),
        (Platform.DOUYIN, ("lcdx2020", ""), (SEC, ("number:lcdx2020",)), True),
        (Platform.DOUYIN, ("lcdx2020", ""), (SEC, ("number:other", "uid:12345678")), False),
        (Platform.DOUYIN, ("12345678", ""), (SEC, ("number:other", "uid:12345678")), True),
        (Platform.DOUYIN, ("12345678", ""), (SEC, ("number:87654321", "uid:99999999")), False),
        (Platform.DOUYIN, (SEC, ""), (OTHER_SEC, ()), False),
        (
            Platform.TIEBA,
            ("", "https://tieba.baidu.com/home/main?id=tb.1.aaaaaaaa.bb"),
            ("tb.1.cccccccc.dd", ()),
            False,
        ),
        (Platform.TIEBA, ("临川大学吧", ""), ("21621159", ("bar:临川大学",)), True),
        (Platform.XIAOHONGSHU, ("5f0000000000000000000001", ""), ("5f0000000000000000000002", ()), False),
        (Platform.XIAOHONGSHU, ("lcdx_xhs", ""), ("other_xhs", ()), False),
        (Platform.BILIBILI, ("11", ""), ("12", ()), False),
        (Platform.TOUTIAO, ("4377795668", ""), ("4377795669", ()), False),
        (Platform.APP, ("1500000001", ""), ("1500000002", ()), False),
    ],
)
def test_ids_of_one_kind_decide(
    platform: Platform, filed: tuple[str, str], stated: tuple[str, tuple[str, ...]], same: bool | None
) -> None:
    assert agrees(filed_ids(platform, *filed), stated_ids(platform, *stated)) is same


OWN_ADDRESS = {
    Platform.WECHAT: f"https://mp.weixin.qq.com/s?__biz={BIZ}&mid=1",
    Platform.WEIBO: "https://weibo.com/u/1234567890",
    Platform.DOUYIN: f"https://www.douyin.com/user/{SEC}",
    Platform.BILIBILI: "https://space.bilibili.com/12345678",
    Platform.TOUTIAO: "https://www.toutiao.com/c/user/4377795668/",
    Platform.BAIJIAHAO: "https://author.baidu.com/home/1234567890",
    Platform.KUAISHOU: "https://www.kuaishou.com/profile/3xabcdefgh1234",
    Platform.ZHIHU: "https://www.zhihu.com/org/lin-chuan",
    Platform.TIEBA: "https://tieba.baidu.com/home/main?id=tb.1.aaaaaaaa.bb",
    Platform.XIAOHONGSHU: "https://www.xiaohongshu.com/user/profile/5f0000000000000000000001",
    Platform.QZONE: "https://user.qzone.qq.com/123456789",
    Platform.PENGUIN: "https://om.qq.com/page/OwnPage00001",
    Platform.APP: "https://apps.apple.com/cn/app/id1500000001",
}


@pytest.mark.parametrize("platform", OWN_ADDRESS)
@pytest.mark.parametrize("stated", ["?" * 41, "x" * 200])
def test_an_address_does_not_answer_for_an_id_that_nobody_understands(platform: Platform, stated: str) -> None:
    url = OWN_ADDRESS[platform]
    filed = filed_ids(platform, "", url)
    assert agrees(filed, stated_ids(platform, "", (), url)) is True
    assert agrees(filed, stated_ids(platform, stated, (), url)) is not True


@pytest.mark.parametrize(
    "platform", [Platform.WEIBO, Platform.BILIBILI, Platform.TOUTIAO, Platform.BAIJIAHAO, Platform.QZONE, Platform.APP]
)
def test_a_number_of_any_length_is_another_account(platform: Platform) -> None:
    url = OWN_ADDRESS[platform]
    assert agrees(filed_ids(platform, "", url), stated_ids(platform, "7", (), url)) is False


def test_every_platform_with_public_pages_has_an_address_here() -> None:
    assert set(OWN_ADDRESS) == set(Platform) - UNPOLLED - {Platform.WEBSITE}


@pytest.mark.parametrize(
    ("platform", "filed", "url", "answer"),
    [
        (
            Platform.WEIBO,
            "1234567890",
            "https://m.weibo.cn/api/container/getIndex?type=uid&value=1234567890",
            {"ok": 1, "data": {"userInfo": {"id": 123, "screen_name": "别人", "statuses_count": 9}}},
        ),
        (
            Platform.APP,
            "1500000001",
            "https://itunes.apple.com/lookup?country=cn&id=1500000001",
            {
                "resultCount": 1,
                "results": [
                    {"trackId": 99, "trackName": "临川大学", "currentVersionReleaseDate": "2019-03-19T20:30:00Z"}
                ],
            },
        ),
    ],
)
def test_an_answer_about_a_number_too_short_to_be_real_counts_for_nobody(
    platform: Platform, filed: str, url: str, answer: dict[str, Any]
) -> None:
    target = Target(platform=platform, key=f"{platform}:{filed}", name="临川大学", filed_id=filed, url=url)
    seen = attribute(target, json.dumps(answer).encode(), url)
    assert (seen.outcome, seen.proves, seen.post_count) == (Outcome.UNREADABLE, ClaimType.NONE, None)


def article(name: str, account: str, biz: str) -> bytes:
    return (
        f'<html><body><div id="js_article"><a id="js_name">{name}</a></div><script>var nickname = "{name}";'
        f'var user_name = "{account}"; var biz = "{biz}"; var ct = "1795140000"; var mid = "1";</script></body></html>'
    ).encode()


URL = "https://mp.weixin.qq.com/s/AbCdEfGhIjKlMnOpQrStUv"


def attribute(target: Target, body: bytes, url: str = URL) -> Any:
    return attribute_page(Page(url, body, NOW.replace(day=28)), target)


@pytest.mark.parametrize(
    "filed",
    [
        {"filed_id": "lcdx_lib", "account_id": "lcdx_lib", "url": URL},
        {"account_id": BIZ, "url": f"https://mp.weixin.qq.com/s?__biz={BIZ}&mid=1"},
        {"url": URL},
    ],
)
def test_an_article_of_somebody_else_counts_for_nobody(filed: dict[str, Any]) -> None:
    target = Target(platform=Platform.WECHAT, key="wechat:x", name="临川大学图书馆", **filed)
    seen = attribute(target, article("某日报", GH, OTHER_BIZ))
    assert seen.outcome is Outcome.UNREADABLE
    assert seen.reason.startswith("identity_mismatch: ")
    assert not seen.posts
    assert not seen.proves


def test_a_name_alone_shows_activity_and_no_more() -> None:
    target = Target(platform=Platform.WECHAT, key="wechat:lcdx_lib", name="临川大学图书馆", account_id="lcdx_lib")
    seen = attribute(target, article("临川大学图书馆", GH, BIZ))
    assert seen.outcome is Outcome.OK
    assert seen.proves == ClaimType.ACTIVE
    assert seen.account_id is None


def test_a_question_is_nobodys_account() -> None:
    target = Target(platform=Platform.WECHAT, key="search:link:x")
    assert attribute(target, article("某日报", GH, BIZ)).account_id == GH


SOGOU = "https://weixin.sogou.com/weixin?type=1&query=x"


def box(number: int, account: str, name: str = "临川大学") -> str:
    return (
        f'<li id="sogou_vr_11002301_box_{number}"><p class="tit"><a href="/link?url={number}">{name}</a></p>'
        f'<label name="em_weixinhao">{account}</label><dl><dt>最近文章：</dt><dd><a uigs="account_article_0">文</a>'
        "<script>document.write(timeConvert('1795140000'))</script></dd></dl></li>"
    )


@pytest.mark.parametrize(
    ("filed_id", "boxes", "outcome"),
    [
        ("lcdx", ("lcdx",), Outcome.OK),
        (
            "lcdx",
            ("lcdx_fake1", "lcdx"),
            Outcome.UNREADABLE,
        ),  # "lcdx" is no 微信号: two of one name, nobody knows which
        ("lcdx_real", ("lcdx_fake1", "lcdx_real"), Outcome.OK),
        ("lcdx_real", ("lcdx_fake1",), Outcome.UNREADABLE),
        (GH, ("lcdx_one", "lcdx_two"), Outcome.UNREADABLE),
        (GH, ("lcdx_one",), Outcome.OK),
    ],
)
def test_of_two_accounts_of_one_name_only_the_filed_one_counts(
    filed_id: str, boxes: tuple[str, ...], outcome: Outcome
) -> None:
    target = Target(platform=Platform.WECHAT, key=f"wechat:{filed_id}", name="临川大学", filed_id=filed_id)
    body = "".join(box(number, account) for number, account in enumerate(boxes))
    assert attribute(target, f"<html><body>{body}</body></html>".encode(), SOGOU).outcome is outcome


def test_an_app_found_by_name_shows_no_silence() -> None:
    target = Target(platform=Platform.APP, key="app:name=临川大学", name="临川大学")
    found = {
        "trackId": 1500000001,
        "trackName": "临川大学",
        "currentVersionReleaseDate": "2019-01-01T00:00:00Z",
        "kind": "software",
    }
    body = json.dumps({"resultCount": 1, "results": [found]}).encode()
    seen = attribute(target, body, "https://itunes.apple.com/search?country=cn&entity=software&term=x")
    assert ClaimType.INACTIVE not in seen.proves
    other = attribute(
        Target(platform=Platform.APP, key="app:name=x", name="别的"), body, "https://itunes.apple.com/search?term=x"
    )
    assert other.outcome is Outcome.UNREADABLE
