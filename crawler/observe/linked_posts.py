"""Links on a school's own pages to single posts of accounts: pages anybody may open, each of which names its author."""

from __future__ import annotations

import re

from crawler.page.page import Page
from rules.model import Platform

PER_PAGE = 8
"""Links taken from one page, the first ones: the newest stand at the top."""
POSTS = (
    ("mp.weixin.qq.com/s/", Platform.WECHAT, re.compile(r"https?://(mp\.weixin\.qq\.com/s/[\w-]{16,32})")),
    ("toutiao.com/", Platform.TOUTIAO, re.compile(r"https?://(www\.toutiao\.com/(?:article/|i|a)\d{15,20})")),
    ("baijiahao.baidu.com/s", Platform.BAIJIAHAO, re.compile(r"https?://(baijiahao\.baidu\.com/s\?id=\d{12,20})")),
)
"""What stands in every such link, whose it is, and the link. Other platforms' single posts are behind walls."""


def linked_post_urls(page: Page) -> dict[str, str]:
    """Addresses of single posts with the platform's code, in the page's order; the same post once."""
    found = {
        match.start(): (f"https://{match.group(1)}", platform.value)
        for mark, platform, link in POSTS
        if mark in page.text
        for match in link.finditer(page.text)
    }
    linked = dict(pair for _, pair in sorted(found.items()))
    return dict(list(linked.items())[:PER_PAGE])
