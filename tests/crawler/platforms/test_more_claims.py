"""The same kinds of page in other words and shapes: flags as text, unknown parameters, bridges in trouble, other owners."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from rules.model import ClaimType, Outcome
from tests.support.platform_answers import LIST, SPACE, TEN, UID, bilibili, blog, dynamic, read_answer, weibo

SHOWN = ClaimType.ACTIVE | ClaimType.INACTIVE
SEC = "MS4wLjABAAAAxyzabcdefghijklmnopqrstuvwx"


def unix(written: str) -> int:
    return int(datetime.fromisoformat(f"{written}+08:00").timestamp())


@pytest.mark.parametrize(
    "part",
    [
        "&is_search=1&q=abc",
        "&starttime=1700000000&endtime=1710000000",
        "&is_ori=1",
        "&month=5",
        "&stat_date=202505",
        "&page=02",
    ],
)
def test_whatever_an_address_asks_for_that_we_do_not_know_may_be_a_part(part: str) -> None:
    assert ClaimType.INACTIVE in weibo(TEN, LIST + "&page=1&luicode=10000011").proves
    assert ClaimType.INACTIVE not in weibo(TEN, LIST + part).proves
    assert ClaimType.INACTIVE not in bilibili([dynamic(n) for n in range(12)], SPACE + part).proves


@pytest.mark.parametrize(
    "pin", [{"isTop": "true"}, {"is_top": "1"}, {"title": {"text": "置顶微博"}}, {"title": "置顶"}]
)
def test_pins_in_other_shapes(pin: dict[str, Any]) -> None:
    assert ClaimType.INACTIVE not in weibo([blog(n, **pin) for n in range(8)]).proves


def test_a_dynamic_without_time_and_with_a_small_number_has_no_date() -> None:
    seen = bilibili([dynamic(n, at=0) for n in range(8)])
    assert (seen.last_post_at, seen.proves & SHOWN) == (None, ClaimType.NONE)


def douyin(**user: Any) -> Any:
    stated = {"sec_uid": SEC, "uid": "1234567890", "nickname": "临川大学", "aweme_count": 0, **user}
    url = f"https://www.douyin.com/aweme/v1/web/user/profile/other/?sec_user_id={SEC}"
    return read_answer("douyin", {"status_code": 0, "user": stated}, url)


@pytest.mark.parametrize(
    "flag", [{"secret": "1"}, {"is_private_account": 1}, {"show_private_banner": 1}, {"isPrivate": "true"}]
)
def test_a_private_account_is_not_empty_however_it_says_so(flag: dict[str, Any]) -> None:
    seen = douyin(**flag)
    assert (seen.outcome, seen.post_count) == (Outcome.UNREADABLE, None)


@pytest.mark.parametrize("flag", [{"user_cancelled": 1}, {"is_banned": "1"}, {"is_deleted": True}])
def test_an_ended_account_is_gone_however_it_says_so(flag: dict[str, Any]) -> None:
    assert (douyin(**flag).outcome, douyin(**flag).post_count) == (Outcome.GONE, None)


@pytest.mark.parametrize(
    "path",
    [
        "mix/listcollection",
        "history/read",
        "familiar/feed",
        "poi/aweme",
        "hot/search/list",
    ],
)
def test_lists_of_what_others_made_are_nobodys(path: str) -> None:
    work = {
        "aweme_id": "7300000000000000000",
        "create_time": unix("2025-01-10"),
        "author": {"sec_uid": SEC, "nickname": "别人"},
    }
    seen = read_answer(
        "douyin", {"status_code": 0, "aweme_list": [work] * 3}, f"https://www.douyin.com/aweme/v1/web/{path}/?x=1"
    )
    assert (seen.outcome, seen.posts) == (Outcome.UNREADABLE, ())


TROUBLE = [
    "该公众号今日抓取次数已达上限", "您的会员已到期，请续费", "服务已停用", "RSSHub 发生了一些意外错误", "微信登录已掉线", "抓取任务异常，请联系管理员",
    "Looks like something went wrong", "TooManyRequests", "账号被封禁，请更换账号", "更新失败",
]  # fmt: skip


def feed(*items: tuple[str, str, str]) -> Any:
    rows = "".join(
        f"<item><title>{title}</title><link>{link}</link><pubDate>{at}</pubDate></item>" for title, link, at in items
    )
    body = f'<?xml version="1.0"?><rss version="2.0"><channel><title>临川大学</title>{rows}</channel></rss>'
    return read_answer("wechat", body, "https://rss.linchuan.example/wx.xml")


@pytest.mark.parametrize("title", TROUBLE)
def test_a_bridge_in_trouble_publishes_nothing(title: str) -> None:
    report = (title, "https://rss.mou.edu.cn/login", "Fri, 20 Nov 2026 09:00:00 +0800")
    assert feed(report).outcome is Outcome.BLOCKED
    seen = feed(
        report,
        (
            "开学典礼",
            "https://mp.weixin.qq.com/s?__biz=MzA5MDAwMDAwMQ==&amp;mid=1&amp;idx=1",
            "Wed, 01 Apr 2026 09:00:00 +0800",
        ),
    )
    assert str(seen.last_post_at)[:10] == "2026-04-01"


def test_an_article_of_wechat_may_speak_of_trouble() -> None:
    link = "https://mp.weixin.qq.com/s?__biz=MzA5MDAwMDAwMQ==&amp;mid=1&amp;idx=1"
    assert feed((TROUBLE[2], link, "Wed, 18 Nov 2026 09:00:00 +0800")).outcome is Outcome.OK


def test_the_zone_in_the_midst_of_a_moment_is_chinas() -> None:
    link = "https://mp.weixin.qq.com/s?__biz=MzA5MDAwMDAwMQ==&amp;mid=1&amp;idx=1"
    assert str(feed(("开学典礼", link, "Wed Nov 18 20:30:00 CST 2026")).last_post_at)[:16] == "2026-11-18 20:30"


def test_the_time_of_an_edit_is_not_the_publication_of_baijiahao() -> None:
    shown = '<span class="date">更新时间：2026-11-20</span><span class="time">10:00</span>'
    page = (
        f'<html><body><p class="author-name">临川大学</p>{shown}<div class="article-source-bjh">bjh</div></body></html>'
    )
    assert read_answer("baijiahao", page, "https://baijiahao.baidu.com/s?id=1750000000000000001").last_post_at is None


def zhihu(token: str) -> dict[str, Any]:
    return {"id": "0", "url_token": token, "name": "别人", "user_type": "people"}


OTHERS = [
    ("zhihu", zhihu("bie-ren"), "https://www.zhihu.com/api/v4/members/linchuan-daxue"),
    ("weibo", {"ok": 1, "data": {"userInfo": {"id": 9010000999, "screen_name": "别人", "statuses_count": 3}}}, f"https://m.weibo.cn/api/container/getIndex?type=uid&value={UID}"),
    ("bilibili", {"code": 0, "data": {"card": {"mid": "99", "name": "别人", "Official": {"title": ""}}}}, "https://api.bilibili.com/x/web-interface/card?mid=12345678"),
    ("douyin", {"status_code": 0, "user": {"sec_uid": SEC[:-4] + "zzzz", "nickname": "别人", "aweme_count": 3}}, f"https://www.douyin.com/aweme/v1/web/user/profile/other/?sec_user_id={SEC}"),
    ("app", {"resultCount": 1, "results": [{"trackId": 1500000002, "trackName": "别人", "kind": "software", "currentVersionReleaseDate": "2019-01-01T00:00:00Z"}]}, "https://itunes.apple.com/lookup?country=cn&id=1500000001"),
    ("kuaishou", {"data": {"visionProfile": {"userProfile": {"profile": {"user_name": "别人", "user_id": "3xabcdefgh9999"}}}}}, "https://www.kuaishou.com/profile/3xabcdefgh1234"),
    ("tieba", '<html><title>别人吧-百度贴吧</title><body><ul><li class="j_thread_list" data-tid="1"><a class="j_th_tit">帖</a></li></ul></body></html>', "https://tieba.baidu.com/f?kw=%C1%D9%B4%A8%B4%F3%D1%A7"),
    ("baijiahao", '<html><body><p class="author-name">别人</p><a href="/u?app_id=1600000000000002">bjh</a></body></html>', "https://baijiahao.baidu.com/u?app_id=1600000000000001"),
    ("wechat", '<div id="js_article"></div><script>var nickname="别人";var user_name="gh_0123456789ab";var biz="MjM5MDAwMDAwMg==";var ct="1795140000";</script>', "https://mp.weixin.qq.com/s?__biz=MzI0MDAwMDAwMQ==&mid=1&idx=1"),
]  # fmt: skip


@pytest.mark.parametrize(("platform", "body", "url"), OTHERS, ids=[each[0] for each in OTHERS])
def test_a_page_that_shows_another_account_than_its_address_names_says_nothing(
    platform: str, body: Any, url: str
) -> None:
    seen = read_answer(platform, body, url)
    assert (seen.outcome, seen.name, seen.posts) == (Outcome.UNREADABLE, None, ())


def test_a_forum_asked_for_in_the_old_encoding_is_itself() -> None:
    page = '<html><title>临川大学吧-百度贴吧</title><body><ul><li class="j_thread_list" data-tid="1"><a class="j_th_tit">帖</a></li></ul></body></html>'
    assert read_answer("tieba", page, "https://tieba.baidu.com/f?kw=%C1%D9%B4%A8%B4%F3%D1%A7").name == "临川大学吧"
