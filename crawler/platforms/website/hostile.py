"""Turns away what is no page, and what was made to choke the parser, before the parser sees it."""

from __future__ import annotations

import re

from crawler.page.page import MAX_BYTES, Page, Unreadable

MAX_DEPTH = 1500
SUSPICIOUS = 4000
"""Tags in a page below which nobody can nest deep enough to hurt. The parser is quadratic in depth: 100,000 nested
tags cost it 15 seconds, so pages with more tags are measured first."""
NEVER_NESTS = re.compile(
    r"area|base|br|col|embed|hr|img|input|link|meta|param|source|track|wbr|p|li|t[dhr]|d[td]|option", re.I
)
HUGE_TAG = re.compile(r"<[a-zA-Z][^<>]{20000,}")
QUOTED = re.compile(r"""\"[^\"]*\"|'[^']*'""")
MOST_ATTRIBUTES = 1000
"""The parser is quadratic in attributes too: 100,000 on one tag cost 17 seconds."""
TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")


def checked(page: Page) -> str:
    """The text of a page that is safe to parse. Raises Unreadable for the others."""
    if not page.body.strip():
        raise Unreadable("empty_page: 页面内容为空")
    if len(page.body) > MAX_BYTES:
        raise Unreadable("too_large: 页面过大，未读取")
    text = page.text
    if "<" not in text or text.count("\x00") > 16 or text.count("\ufffd") > len(text) // 20:
        raise Unreadable("not_html: 不是网页，内容为二进制或纯文本")
    if text.count("<") > SUSPICIOUS and _depth(text) > MAX_DEPTH:
        raise Unreadable("hostile_page: 页面标签嵌套异常，未读取")
    if any(QUOTED.sub("", match[0]).count(" ") > MOST_ATTRIBUTES for match in HUGE_TAG.finditer(text)):
        raise Unreadable("hostile_page: 页面标签属性异常，未读取")
    return text


def _depth(text: str) -> int:
    """An upper estimate of how deep the tags nest, without building anything."""
    depth = deepest = 0
    for closing, name in TAG.findall(text):
        if not NEVER_NESTS.fullmatch(name):
            depth = max(0, depth - 1) if closing else depth + 1
            deepest = max(deepest, depth)
    return deepest
