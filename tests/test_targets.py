"""Pasted text becomes something to look at, or a plain refusal."""

import pytest

from rules.accounts.pasted_target import InvalidTarget, parse_target
from rules.model import Platform


@pytest.mark.parametrize(
    ("text", "platform", "url"),
    [
        (
            "8.43 复制打开抖音，看看【示范大学的作品】开学第一课 https://v.douyin.com/iABC123/ q@T.yG 08/12",
            Platform.DOUYIN,
            "https://v.douyin.com/iABC123/",
        ),
        (
            "【示范大学表白墙】https://mp.weixin.qq.com/s/AbC_d-1，快来看",
            Platform.WECHAT,
            "https://mp.weixin.qq.com/s/AbC_d-1",
        ),
        ("分享@示范大学 的微博http://t.cn/A6xyz。", Platform.WEIBO, "http://t.cn/A6xyz"),
        ("https://m.weibo.cn/u/1663414103?from=1", Platform.WEIBO, "https://m.weibo.cn/u/1663414103?from=1"),
        ("www.bit.edu.cn", Platform.WEBSITE, "http://www.bit.edu.cn"),
        ("https://notweibo.com/u/1", Platform.WEBSITE, "https://notweibo.com/u/1"),
        ("http://127.0.0.1:8080/x", Platform.WEBSITE, "http://127.0.0.1:8080/x"),
    ],
)
def test_links(text: str, platform: Platform, url: str) -> None:
    suspect = parse_target(text)
    assert (suspect.platform, suspect.url) == (platform, url)


def test_a_name_is_a_name() -> None:
    suspect = parse_target("  北理工表白墙\u200b ")
    assert (suspect.platform, suspect.url, suspect.name) == (None, "", "北理工表白墙")


@pytest.mark.parametrize("text", ["", " \u200b ", "javascript:alert(1)", "file:///etc/passwd", "字" * 500])
def test_refused(text: str) -> None:
    with pytest.raises(InvalidTarget, match=r"核查|网址"):
        parse_target(text)
