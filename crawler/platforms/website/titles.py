"""What a link is called."""

from __future__ import annotations

import re

from selectolax.lexbor import LexborNode

from crawler.platforms.website.document import Document, squeeze
from crawler.platforms.website.stamps import is_date

TITLE = 120
EMPTY_TITLES = re.compile(
    r"^(?:更多|详情|查看|阅读|more|»|>+|\[?详细\]?|read more|下载|上一页|下一页|首页|尾页|末页|\d+"
    r"|[a大中小]|打印|关闭|收藏|分享|评论|举报|纠错|返回)\W*$",
    re.I,
)


def link_title(document: Document, anchor: LexborNode) -> str:
    """What a link is called; "" where that is nothing, a date, or 更多."""
    known = document.titles.get(anchor.mem_id)
    if known is None:
        title = _written_title(anchor)[:TITLE]
        known = document.titles[anchor.mem_id] = "" if EMPTY_TITLES.match(title) else title
    return known


def holds_text_only(node: LexborNode) -> bool:
    """True where a look for tags inside is needless."""
    first = node.first_child
    return first is not None and first.tag == "-text" and first.next is None


def _written_title(anchor: LexborNode) -> str:
    if title := squeeze(anchor.attributes.get("title") or ""):
        return title
    heading = None if holds_text_only(anchor) else anchor.css_first("h1, h2, h3, h4, h5, [class*=title], [class*=tit]")
    text = squeeze((heading or anchor).text(separator=" "))
    if is_date(text):
        return ""
    if not text and (image := anchor.css_first("img[alt]")):
        text = squeeze(image.attributes.get("alt") or "")
    return text
