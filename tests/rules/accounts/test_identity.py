"""The stable id behind what people type: one account, one key, whatever address it was pasted from."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.accounts.identity import account_key, agrees, filed_ids, identity, stated_ids
from rules.model import Platform

SEC = "MS4wLjABAAAAdBrGekUlNXGPsc8rNnv_jDhN8koyuWDyrU3CrcvzmcQ"


@pytest.mark.parametrize(
    ("platform", "account_id", "url", "expected"),
    [
        (Platform.WEBSITE, "", "https://WWW.dlut.edu.cn/index.htm", "dlut.edu.cn"),
        (Platform.WEBSITE, "", "http://dlut.edu.cn", "dlut.edu.cn"),
        (Platform.WEBSITE, "", "http://dlut.edu.cn:80/", "dlut.edu.cn"),
        (Platform.WEBSITE, "", "http://dlut.edu.cn:81/", "dlut.edu.cn:81"),
        (Platform.WEBSITE, "", "cs.dlut.edu.cn:8080/", "cs.dlut.edu.cn:8080"),
        (Platform.WEBSITE, "", "https://cs.dlut.edu.cn:443/#/home", "cs.dlut.edu.cn"),
        (Platform.WEBSITE, "", "https://www.sias.edu.cn/xwzx/index.htm", "sias.edu.cn/xwzx"),
        (Platform.WEBSITE, "news.x.edu.cn", "", "news.x.edu.cn"),
        (Platform.WEBSITE, "", "http://[2001:db8::1]/", "[2001:db8::1]"),
        (Platform.WEBSITE, "", "暂无", ""),
        (Platform.WEIBO, "", "https://weibo.com/u/1663414103?refer_flag=1", "1663414103"),
        (Platform.WEIBO, "", "https://m.weibo.cn/u/1663414103", "1663414103"),
        (Platform.WEIBO, "", "https://weibo.com/1663414103/JxYzAb", "1663414103"),
        (Platform.WEIBO, "", "https://weibo.com/p/1002061663414103/home", "1663414103"),
        (Platform.WEIBO, "", "https://m.weibo.cn/api/container/getIndex?type=uid&value=1663414103", "1663414103"),
        (Platform.WEIBO, "", "https://weibo.com/QUST1950", "qust1950"),
        (Platform.WEIBO, "", "https://weibo.com/login", ""),
        (Platform.WEIBO, "微博UID：１６６３４１４１０３", "", "1663414103"),
        (Platform.WEIBO, "qust1950", "https://weibo.com/u/1663414103", "1663414103"),
        (Platform.WEIBO, "大连理工大学", "", ""),
        (Platform.WECHAT, "gh_fe02be2b2ff0", "", "gh_fe02be2b2ff0"),
        (Platform.WECHAT, "微信号：DLUT_1949", "", "dlut_1949"),
        (Platform.WECHAT, "", "https://mp.weixin.qq.com/s?__biz=MzIyNjMxOTY0NA==&mid=1&idx=1", "MzIyNjMxOTY0NA=="),
        (Platform.WECHAT, "", "https://mp.weixin.qq.com/s/AbCdEfGhIjKlMnOpQrStUv", ""),
        (Platform.DOUYIN, "dlut1949", f"https://www.douyin.com/user/{SEC}?vid=1", SEC),
        (Platform.DOUYIN, "Dlut.1949", "", "dlut.1949"),
        (Platform.BILIBILI, "UID：161775300", "", "161775300"),
        (Platform.BILIBILI, "", "https://space.bilibili.com/161775300/dynamic", "161775300"),
        (Platform.TOUTIAO, "", "https://www.toutiao.com/c/user/50025817786/", "50025817786"),
        (Platform.BAIJIAHAO, "", "https://baijiahao.baidu.com/u?app_id=1536767890123456", "1536767890123456"),
        (Platform.KUAISHOU, "", "https://www.kuaishou.com/profile/3x4abc", "3x4abc"),
        (Platform.ZHIHU, "", "https://www.zhihu.com/org/da-lian-li-gong", "da-lian-li-gong"),
        (Platform.TIEBA, "", "https://tieba.baidu.com/f?ie=utf-8&kw=%E5%A4%A7%E5%B7%A5", "大工"),
        (Platform.TIEBA, "大工吧", "", "大工"),
        (
            Platform.XIAOHONGSHU,
            "",
            "https://www.xiaohongshu.com/user/profile/5ff0e6410000000001008400",
            "5ff0e6410000000001008400",
        ),
        (Platform.QZONE, "", "https://user.qzone.qq.com/123456789", "123456789"),
        (Platform.APP, "", "https://apps.apple.com/cn/app/%E6%88%91/id904280696", "904280696"),
        (Platform.APP, "cn.edu.dlut.iDLUT", "", "cn.edu.dlut.iDLUT"),
        (Platform.GROUP, "123456789", "", "123456789"),
        (Platform.OTHER, "", "https://example.org/a", "example.org/a"),
    ],
)
def test_the_same_account_has_one_id(platform: Platform, account_id: str, url: str, expected: str) -> None:
    assert identity(platform, account_id, url) == expected


def test_keys_fall_back_to_the_name() -> None:
    assert account_key(Platform.WEIBO, "1663414103", "", "某校") == "weibo:1663414103"
    assert account_key(Platform.WECHAT, "", "", " 某校 图书馆Ａ ") == "wechat:name=某校图书馆a"


@pytest.mark.parametrize(
    ("platform", "account_id", "url", "expected"),
    [
        (Platform.WEIBO, "", "https://weibo.com/u/1000001", ["uid:1000001"]),
        (Platform.WEIBO, "1000001", "https://weibo.com/u/2000002", ["uid:1000001", "uid:2000002"]),
        (Platform.WEIBO, "1000001", "https://weibo.com/u/1000001", ["uid:1000001"]),
        (Platform.WEIBO, "https://weibo.com/u/1000001", "", ["uid:1000001"]),
        (Platform.BILIBILI, "", "https://space.bilibili.com/123456", ["mid:123456"]),
        (Platform.WECHAT, "微信号：Lib_Demo", "", ["handle:lib_demo"]),
        (Platform.TIEBA, "", "https://tieba.baidu.com/f?kw=示范大学", ["bar:示范大学"]),
        (Platform.TIEBA, "示范大学吧", "", ["bar:示范大学"]),
        (Platform.WEIBO, "", "", []),
    ],
)
def test_every_id_of_a_row(platform: Platform, account_id: str, url: str, expected: list[str]) -> None:
    assert [sorted(each) for each in filed_ids(platform, account_id, url)] == [[each] for each in expected]


@pytest.mark.parametrize(
    ("account_id", "ids", "url", "expected"),
    [
        ("1000001", (), "", ["uid:1000001"]),
        ("", (), "https://weibo.com/u/2000002", ["uid:2000002"]),
        ("1000001", (), "https://weibo.com/u/2000002", ["uid:1000001", "uid:2000002"]),
        ("不明的号", (), "https://weibo.com/u/2000002", []),  # anybody's
        ("123", (), "https://weibo.com/u/2000002", ["uid:123"]),  # shorter than any, and still claims to be one
        ("1000001", ("uid:1000001",), "", ["uid:1000001"]),
        ("", ("uid:3000003", "handle:"), "", ["uid:3000003"]),
    ],
)
def test_every_id_that_a_page_states(account_id: str, ids: tuple[str, ...], url: str, expected: list[str]) -> None:
    assert [sorted(each) for each in stated_ids(Platform.WEIBO, account_id, ids, url)] == [[each] for each in expected]


@pytest.mark.parametrize(
    ("filed", "stated", "expected"),
    [
        (["uid:1"], ["uid:1"], True),
        (["uid:1"], ["uid:2"], False),
        (["uid:1"], ["uid:1", "uid:2"], False),
        (["uid:1"], ["handle:a"], None),
        (["uid:1", "handle:a"], ["handle:a"], True),
        (["uid:1", "handle:a"], ["uid:1", "handle:b"], False),
        (["uid:1 handle:1"], ["handle:1"], True),
        (["uid:1 handle:1"], ["handle:2"], None),  # it may be a uid
        (["uid:1 handle:1"], ["handle:2", "uid:2"], False),
        (["uid:1"], ["uid:1 handle:1"], True),
        (["uid:2"], ["uid:1 handle:1"], False),
        ([], ["uid:1"], None),
        (["uid:1"], [], None),
    ],
)
def test_ids_agree(filed: list[str], stated: list[str], expected: bool | None) -> None:
    one, other = (tuple(frozenset(each.split()) for each in ids) for ids in (filed, stated))
    assert agrees(one, other) is expected


@given(st.sampled_from(Platform), st.text(max_size=60), st.text(max_size=80))
def test_nothing_typed_makes_it_fail(platform: Platform, account_id: str, url: str) -> None:
    found = identity(platform, account_id, url)
    assert "\n" not in found
    assert identity(platform, account_id, url) == found
    assert account_key(platform, account_id, url, "n").startswith(f"{platform}:")
