"""What a person pasted: a link, a share text from a phone, or a name; and which platform a link belongs to."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from urllib.parse import urlsplit

from rules.model import Platform

HOSTS: dict[str, Platform] = {
    "mp.weixin.qq.com": Platform.WECHAT,
    "weixin.sogou.com": Platform.WECHAT,
    "weibo.com": Platform.WEIBO,
    "weibo.cn": Platform.WEIBO,
    "t.cn": Platform.WEIBO,
    "douyin.com": Platform.DOUYIN,
    "iesdouyin.com": Platform.DOUYIN,
    "bilibili.com": Platform.BILIBILI,
    "b23.tv": Platform.BILIBILI,
    "toutiao.com": Platform.TOUTIAO,
    "baijiahao.baidu.com": Platform.BAIJIAHAO,
    "mbd.baidu.com": Platform.BAIJIAHAO,
    "author.baidu.com": Platform.BAIJIAHAO,
    "kuaishou.com": Platform.KUAISHOU,
    "gifshow.com": Platform.KUAISHOU,
    "chenzhongtech.com": Platform.KUAISHOU,
    "zhihu.com": Platform.ZHIHU,
    "tieba.baidu.com": Platform.TIEBA,
    "xiaohongshu.com": Platform.XIAOHONGSHU,
    "xhslink.com": Platform.XIAOHONGSHU,
    "qzone.qq.com": Platform.QZONE,
    "om.qq.com": Platform.PENGUIN,
    "apps.apple.com": Platform.APP,
    "itunes.apple.com": Platform.APP,
}
"""Hosts of platforms; a subdomain belongs to the longest entry it ends with. Everything else is a website."""

# A link inside Chinese text ends at a space, a CJK character or Chinese punctuation.
LINK = re.compile(r"https?://[^\s\u3000-\u303f\u4e00-\u9fff\uff00-\uffef\"'<>\u201c\u201d]+", re.I)
BARE = re.compile(r"^(?:[\w-]+\.)+[a-z]{2,}(?::\d+)?(?:/\S*)?$", re.I | re.A)
OTHER_SCHEME = re.compile(r"^[a-z][a-z0-9+.-]*:", re.I)
NAME_MOST = 200


class InvalidTarget(ValueError):
    """What was pasted names nothing to look at. Raised by `parse_target`; the scan says why and exits 2."""


@dataclass(frozen=True, slots=True)
class ScanTarget:
    """What to look at: a link with its platform, or a name alone."""

    platform: Platform | None
    url: str = ""
    name: str = ""


def platform_of(url: str) -> Platform:
    """The platform a link belongs to."""
    host = (urlsplit(url).hostname or "").lower()
    known = [suffix for suffix in HOSTS if host == suffix or host.endswith(f".{suffix}")]
    return HOSTS[max(known, key=len)] if known else Platform.WEBSITE


def parse_target(text: str) -> ScanTarget:
    """A suspect from pasted text: the first link in it, else a bare host, else a name. Raises UnusableTarget."""
    shown = "".join(
        c for c in unicodedata.normalize("NFC", text) if unicodedata.category(c) not in ("Cc", "Cf")
    ).strip()
    if not shown:
        raise InvalidTarget("没有写要核查的内容。请粘贴网址、分享文本，或填写账号名称。")
    links = LINK.findall(shown)
    if links:
        url = links[0].rstrip(".,;:!?)]}…")
        return ScanTarget(platform_of(url), url)
    if BARE.match(shown):
        return ScanTarget(platform_of(f"http://{shown}"), f"http://{shown}")
    if OTHER_SCHEME.match(shown) and " " not in shown:
        raise InvalidTarget(f"只能核查 http/https 网址，不能核查: {shown[:80]}")
    if len(shown) > NAME_MOST:
        raise InvalidTarget("文字太长，又没有网址。请只粘贴网址，或只填写账号名称。")
    return ScanTarget(None, name=shown)
