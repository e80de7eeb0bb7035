"""Kinds of pages that once proved what they cannot: partial lists, pins, empty dates, ended accounts, others' works."""

from __future__ import annotations

from typing import Any

import pytest

from crawler.observe.claims import placeholder
from rules.model import ClaimType, Observation, Outcome
from tests.support.platform_answers import API, LIST, SPACE, TEN, UID, bilibili, blog, dynamic, read_answer, weibo


def test_a_whole_first_page_of_old_posts_shows_silence() -> None:
    assert ClaimType.INACTIVE in weibo(TEN).proves


@pytest.mark.parametrize(
    "url",
    [
        LIST + "&page=2",
        LIST + "&since_id=4781413147084961",
        f"{API}?containerid=230413{UID}_-_WEIBO_SECOND_PROFILE_WEIBO_PIC&page_type=03",
        f"{API}?containerid=107603{UID}_-_feature_ori",
        f"https://weibo.com/ajax/statuses/mymblog?uid={UID}&page=1&feature=1",
        "",
    ],
)
def test_a_part_of_a_list_shows_none(url: str) -> None:
    seen = weibo(TEN, url)
    assert seen.outcome is Outcome.OK
    assert ClaimType.ACTIVE in seen.proves
    assert ClaimType.INACTIVE not in seen.proves


@pytest.mark.parametrize(
    "url",
    [
        f"{API}?containerid=100103type%3D1%26q%3D%E4%B8%B4%E5%B7%9D&page_type=searchall",
        f"{API}?containerid=100103type%3D61%26q%3Dx",
        f"{API}?containerid=100808aabb_-_sort_time",
        "https://weibo.com/ajax/statuses/likelist?uid=9010000777",
        "https://api.weibo.com/2/statuses/friends_timeline.json",
        "https://api.weibo.com/2/statuses/mentions.json",
    ],
)
def test_what_others_wrote_is_nobodys_list(url: str) -> None:
    seen = weibo(TEN, url)
    assert seen.outcome is Outcome.UNREADABLE
    assert not seen.posts


@pytest.mark.parametrize("pin", [{"isTop": "1"}, {"isTop": 1}, {"isTop": True}, {"mblogtype": 2}, {"mblogtype": "2"}])
@pytest.mark.parametrize("unmarked", [0, 1, 2])
def test_a_list_cut_to_its_pins_shows_none(pin: dict[str, Any], unmarked: int) -> None:
    cards = [blog(n, **pin) for n in range(3)] + [blog(10 + n) for n in range(unmarked)]
    assert ClaimType.INACTIVE not in weibo(cards).proves


def test_a_short_list_of_an_account_with_few_posts_is_whole() -> None:
    cards = [blog(n) for n in range(3)]
    for card in cards:
        card["mblog"]["user"]["statuses_count"] = 3
    assert ClaimType.INACTIVE in weibo(cards, total=3).proves


@pytest.mark.parametrize("empty", ["Thu Jan 01 08:00:00 +0800 1970", "", "Mon Jan 01 00:00:00 +0800 1900"])
def test_one_post_without_a_date_may_be_the_newest(empty: str) -> None:
    seen = weibo([blog(99, empty), *TEN])
    assert ClaimType.INACTIVE not in seen.proves
    assert str(seen.last_post_at)[:10] == "2025-05-20"


def test_twenty_hours_ahead_is_not_published() -> None:
    seen = weibo([blog(99, "Sun Nov 22 06:00:00 +0800 2026"), *TEN])
    assert str(seen.last_post_at)[:10] == "2025-05-20"


def test_a_quick_repost_is_a_sign_of_life_and_a_liked_post_none() -> None:
    other = blog(99, "Fri Nov 20 09:00:00 +0800 2026", "2803301701")
    seen = weibo([other, *TEN])
    assert ClaimType.INACTIVE not in seen.proves
    assert seen.sign_at is not None
    other["mblog"]["title"] = {"text": "他赞过的微博"}
    assert ClaimType.INACTIVE in weibo([other, *TEN]).proves


TWELVE = [dynamic(n) for n in range(12)]


def test_a_space_shows_silence_only_from_its_top() -> None:
    assert ClaimType.INACTIVE in bilibili(TWELVE).proves
    for more in ("&offset=900", "&type=video", "&keyword=x", "&page=2"):
        assert ClaimType.INACTIVE not in bilibili(TWELVE, SPACE + more).proves
    searched = SPACE.replace("/feed/space?", "/feed/space/search?") + "&page=1&offset=&keyword=x"
    assert ClaimType.INACTIVE not in bilibili(TWELVE, searched).proves


def test_a_newer_joint_work_or_collection_is_a_sign_of_life() -> None:
    assert (
        ClaimType.INACTIVE not in bilibili([dynamic(99, 999, 1795000000, pub_action="与他人联合创作"), *TWELVE]).proves
    )
    assert ClaimType.INACTIVE in bilibili([dynamic(99, 999, 1700000000, type="AUTHOR_TYPE_UGC_SEASON"), *TWELVE]).proves


def test_a_stranger_in_a_space_is_none() -> None:
    assert ClaimType.INACTIVE in bilibili([dynamic(99, 999, 1795000000), *TWELVE]).proves


def test_bilibili_pins_are_known_by_the_author_module() -> None:
    assert ClaimType.INACTIVE not in bilibili([dynamic(n, is_top=True) for n in range(8)]).proves


SEC = "MS4wLjABAAAA" + "x" * 24
PROFILE = f"https://www.douyin.com/aweme/v1/web/user/profile/other/?sec_user_id={SEC}"


@pytest.mark.parametrize(
    ("flags", "outcome"),
    [
        ({}, Outcome.EMPTY),
        ({"secret": 1}, Outcome.UNREADABLE),
        ({"special_state_info": {"special_state": 4, "title": "私密账号"}}, Outcome.UNREADABLE),
        ({"special_state_info": {"special_state": 0, "title": ""}}, Outcome.EMPTY),
        ({"user_deleted": True}, Outcome.GONE),
        ({"special_state_info": {"special_state": 1, "title": "账号已注销"}}, Outcome.GONE),
        ({"special_state_info": {"special_state": 2, "title": "该账号因违规被封禁"}}, Outcome.GONE),
        ({"is_ban": True}, Outcome.GONE),
        ({"is_block": True}, Outcome.UNREADABLE),
    ],
)
def test_a_private_or_ended_account_is_not_empty(flags: dict[str, Any], outcome: Outcome) -> None:
    user = {"sec_uid": SEC, "uid": "1234567890", "nickname": "临川大学", "aweme_count": 0, **flags}
    seen = read_answer("douyin", {"status_code": 0, "user": user}, PROFILE)
    assert seen.outcome is outcome
    assert seen.post_count == (0 if outcome is Outcome.EMPTY else None)


def test_gone_needs_to_say_who() -> None:
    user = {"nickname": "临川大学", "aweme_count": 0, "user_canceled": True}
    assert read_answer("douyin", {"status_code": 0, "user": user}, "").outcome is Outcome.UNREADABLE


@pytest.mark.parametrize(
    "name",
    ["账号已注销", "「已注销」", "[已重置]", "帐号已注销", "该账号已被封禁", "用户已注销", "已注销用户", "已重置", "用户6123456789", "bili_12345678901", "知乎用户",
     "【该用户已被封禁】"],
)  # fmt: skip
def test_a_placeholder_is_no_name(name: str) -> None:
    assert placeholder(name)


@pytest.mark.parametrize(
    "name",
    ["临川大学", "用户体验实验室", "临川大学注销办理中心", "抖音研究所", "匿名者", "小红薯合作社", "重置密码服务台"],
)
def test_a_name_is_no_placeholder(name: str) -> None:
    assert not placeholder(name)


def feed(*items: tuple[str, str, str]) -> Observation:
    rows = "".join(f"<item><title>{t}</title><link>{u}</link><pubDate>{d}</pubDate></item>" for t, u, d in items)
    text = f'<?xml version="1.0"?><rss version="2.0"><channel><title>临川大学</title>{rows}</channel></rss>'
    return read_answer("wechat", text, "https://rss.linchuan.example/wx.xml")


def link(number: int, mid: bool = True) -> str:
    if not mid:
        return f"https://mp.weixin.qq.com/s/AbCdEfGhIjKlMnOpQrSt{number:02}"
    return f"https://mp.weixin.qq.com/s?__biz=MzA5MDAwMDAwMQ==&amp;mid={2650000000 + number}&amp;idx=1"


STAMP = "Thu, 19 Nov 2026 06:00:{:02} +0800"


def test_items_that_all_bear_one_moment_have_no_date() -> None:
    assert feed(*[(f"文{n}", link(n), STAMP.format(n)) for n in range(5)]).last_post_at is None
    assert feed(*[(f"文{n}", link(n, mid=False), STAMP.format(n)) for n in range(12)]).last_post_at is None


def test_one_mass_message_of_several_articles_keeps_its_date() -> None:
    one = link(1)
    assert feed(*[(f"文{n}", one.replace("idx=1", f"idx={n}"), STAMP.format(0)) for n in range(1, 4)]).last_post_at


@pytest.mark.parametrize(
    "title",
    [
        "WeReadError401 账号失效",
        "登录已过期，请重新扫码登录",
        "【错误】Cookie 已失效",
        "Token expired",
        "抓取失败：频率限制",
    ],
)
def test_a_bridges_own_error_is_no_post(title: str) -> None:
    seen = feed((title, "https://rss.linchuan.example/login", STAMP.format(0)))
    assert seen.outcome is Outcome.BLOCKED
    mixed = feed(
        (title, "https://rss.linchuan.example/login", STAMP.format(0)),
        ("通知", link(1), "Mon, 01 Jun 2026 08:00:00 +0800"),
    )
    assert str(mixed.last_post_at)[:10] == "2026-06-01"


def test_an_article_about_a_failed_login_is_an_article() -> None:
    assert feed(("关于统一身份认证登录失效的通知", link(1), STAMP.format(0))).last_post_at


@pytest.mark.parametrize(
    ("written", "day"),
    [("Thu, 19 Nov 2026 20:30:00 -0000", "2026-11-20"), ("Thu, 19 Nov 2026 20:30:00 CST", "2026-11-19"),
     ("Thu, 19 Nov 2026 20:30:00 GMT", "2026-11-20"), ("Thu, 19 Nov 2026 20:30:00", "2026-11-19"),
     ("Thu, 19 Nov 2026 20:30:00 +0800 (CST)", "2026-11-19"), ("Thu, 19 Nov 2026 20:30:00 GMT+8", "2026-11-19")],
)  # fmt: skip
def test_zones_of_a_feed(written: str, day: str) -> None:
    assert str(feed(("通知", link(1), written)).last_post_at)[:10] == day


def test_an_edit_is_no_publication() -> None:
    news = [{"title": "x", "url": "http://mp.weixin.qq.com/s?__biz=MzI3&mid=1&idx=1"}]
    item = {"article_id": "a", "update_time": 1795000000, "content": {"news_item": news, "update_time": 1795000000}}
    url = "https://api.weixin.qq.com/cgi-bin/freepublish/batchget?account=gh_0123456789ab&whole=1"
    seen = read_answer("wechat", {"total_count": 1, "item_count": 1, "item": [item]}, url)
    assert seen.last_post_at is None
    assert not seen.proves
    page = '<p class="author-name">甲</p><div class="article-source-bjh">bjh</div><meta itemprop="dateUpdate" content="{}"/>{}'
    edited = read_answer(
        "baijiahao", page.format("2026-11-20 10:00:00", '<span class="date">发布时间：2024-03-05</span>'), ""
    )
    assert str(edited.last_post_at)[:10] == "2024-03-05"
    same = read_answer(
        "baijiahao",
        page.format("2024-03-05 10:00:09", '<span class="date">03-05</span><span class="time">10:00</span>'),
        "",
    )
    assert str(same.last_post_at)[:16] == "2024-03-05 10:00"


def test_up_voted_answers_are_not_the_voters() -> None:
    def act(verb: str, token: str, at: int) -> dict[str, Any]:
        return {"verb": verb, "target": {"id": at, "created_time": at, "author": {"url_token": token, "name": token}}}

    rows = [act("MEMBER_VOTEUP_ANSWER", "bie-ren", 1795000000 + n) for n in range(4)] + [
        act("ANSWER_CREATE", "lin-chuan", 1736388000)
    ]
    url = "https://www.zhihu.com/api/v3/moments/lin-chuan/activities?limit=7"
    seen = read_answer("zhihu", {"data": rows, "paging": {"is_end": False}}, url)
    assert (seen.account_id, str(seen.last_post_at)[:10]) == ("lin-chuan", "2025-01-09")
    only_others = read_answer("zhihu", {"data": rows[:4], "paging": {"is_end": False}}, url)
    assert only_others.outcome is Outcome.UNREADABLE
