"""What a link is called."""

from __future__ import annotations

import re

from selectolax.lexbor import LexborNode

from crawler.platforms.website.document import WORD, ParsedPage, squeeze
from crawler.platforms.website.stamps import is_date

TITLE = 120
LONG = 60
SHORTEST = 6
EMPTY_TITLES = re.compile(
    r"^(?:更多|详情|查看|阅读|more|»|>+|\[?详细\]?|read more|下载|上一页|下一页|首页|尾页|末页|\d+"
    r"|[a大中小]|打印|关闭|收藏|分享|评论|举报|纠错|返回)\W*$",
    re.I,
)

NAMES_TITLE = re.compile(r"^\s*(?:文章|新闻|信息)?标题\s*[:：]\s*")
HINTS = re.compile(r"\s*(?:作\s*者|(?:发布|发表|添加|录入|更新)(?:时间|日期|人|者)|点击(?:数|次数)?)\s*[:：]")
"""Older systems write title, author and time into the hint over a link."""
DATE_PART = re.compile(r"(?:\d{1,2}|(?:20\d\d\s?[-/.年]\s?)?\d{1,2}(?:\s?[-/.月]\s?\d{1,2})?\s?[月日]?|20\d\d年?)$")


def link_title(document: ParsedPage, anchor: LexborNode) -> str:
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


def _without_dates(node: LexborNode) -> str:
    """What a tag says, less the date that many designs put into the link, whole or cut up (20 over 2026-05).

    Of a card that holds title and summary alike, the first line is the title.
    """
    text = squeeze(node.text(separator=" "))
    if not text[:1].isdigit() and not text[-1:].isdigit() and len(text) <= LONG:
        return text
    parts = [squeeze(part.text_content or "") for part in node.traverse(include_text=True) if part.tag == "-text"]
    said = [part for part in parts if WORD.search(part)]
    while len(said) > 1 and DATE_PART.match(said[0]):
        said.pop(0)
    while len(said) > 1 and DATE_PART.match(said[-1]):
        said.pop()
    if len(text) > LONG or any(is_date(part) for part in said):
        said = [part for part in said if len(part) >= SHORTEST and not is_date(part)][:1] or said
    return " ".join(said)


def _written_title(anchor: LexborNode) -> str:
    if title := squeeze(HINTS.split(NAMES_TITLE.sub("", anchor.attributes.get("title") or ""))[0]):
        return title
    heading = None if holds_text_only(anchor) else anchor.css_first("h1, h2, h3, h4, h5, [class*=title], [class*=tit]")
    text = _without_dates(heading or anchor)
    if is_date(text):
        return ""
    if not text and (image := anchor.css_first("img[alt]")):
        text = squeeze(image.attributes.get("alt") or "")
    return text
