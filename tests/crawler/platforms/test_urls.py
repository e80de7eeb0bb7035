"""What is asked first for an account, from its row of the register alone."""

from __future__ import annotations

import pytest

from crawler.platforms import spec_of
from crawler.platforms.spec import Target
from rules.model import Platform

ALBUM = "https://mp.weixin.qq.com/mp/appmsgalbum?__biz=MzI0MDAwMDAwMQ==&action=getalbum&album_id=1&f=json"


def asked(platform: Platform, account: str, url: str, name: str = "示范大学") -> dict[str, str]:
    """Source code → address."""
    target = Target(platform=platform, key=f"{platform}:{account}", name=name, account_id=account, url=url)
    return {source.code: found for source in spec_of(platform).sources for found in source.urls(target)}


@pytest.mark.parametrize(
    ("url", "source"),
    [("https://mp.weixin.qq.com/s/AbCdEfGhIjKlMnOpQrStUv", "article"), (ALBUM, "album"),
     ("https://rss.example.edu.cn/feeds/MP_WXS_1.xml", "feed"), ("http://rss.example.edu.cn/gh_0123456789ab", "feed"),
     ("https://rss.example.edu.cn/feeds/1.json", "feed_json")],
)  # fmt: skip
def test_a_wechat_row_may_hold_an_article_an_album_or_a_feed(url: str, source: str) -> None:
    found = asked(Platform.WECHAT, "gh_0123456789ab", url)
    assert found.pop(source) == url
    assert all(address.startswith("https://weixin.sogou.com/") for address in found.values())


@pytest.mark.parametrize(
    "url", ["", "https://mp.weixin.qq.com/s?__biz=MzI=&mid=1&idx=1&sn=2", "https://weixin.sogou.com/link?url=x", "ftp://x/1.xml",
            "http://[bad", "https://mp.weixin.qq.com/mp/profile_ext?action=home&__biz=MzI="],
)  # fmt: skip
def test_of_other_wechat_addresses_nothing_is_asked(url: str) -> None:
    found = asked(Platform.WECHAT, "gh_0123456789ab", url)
    assert url not in found.values()
