"""Finds the dates of items that stand in attributes: ``<time datetime>``, and the hint that shows up over a link."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from crawler.page.dates import When, parse_when
from crawler.platforms.website.document import ParsedPage
from crawler.platforms.website.stamps import MOST, DateStamp

HINT = re.compile(r"(?:发布|发表|添加|录入|更新)(?:时间|日期)\s*[:：]\s*(.{8,24})", re.S)
ZONED = re.compile(r"\d:\d\d(?::\d\d)?(?:\.\d+)?\s?(?:Z|UTC|GMT|[+-]\d\d:?\d\d)$")


def timed_stamps(document: ParsedPage, found: list[DateStamp], now: datetime) -> list[DateStamp]:
    """``found`` with the dates of ``<time datetime>``, which are exact where the text says 3 个月前."""
    if "<time" not in document.page.text:
        return found
    places = {text.node.mem_id: text for text in document.texts}
    known = {stamp.index: stamp for stamp in found}
    for node in document.tree.css("time[datetime]")[:MOST]:
        written = node.attributes.get("datetime") or ""
        inner = next((n for n in node.traverse(include_text=True) if n.mem_id in places), None)
        if inner is None or not (when := parse_when(written, now)) or when.year_inferred:
            continue
        text = places[inner.mem_id]
        shown = known.get(text.index)
        if shown is None or shown.shape not in ("full", "split") or _same_moment(written, when, shown.when):
            known[text.index] = DateStamp(text.index, text.node, when, "full")
    return [known[index] for index in sorted(known)]


def _same_moment(written: str, when: When, shown: When) -> bool:
    """True where the text is the attribute's day cut off in another zone: the attribute has the moment itself."""
    return ZONED.search(written) is not None and abs(when.at - shown.at) < timedelta(days=2)


def hinted_stamps(document: ParsedPage, now: datetime) -> list[DateStamp]:
    """The 发布时间 that older systems write into the title attribute of a link, a stamp at the link's own text."""
    found = []
    for link in document.links:
        match = HINT.search(link.node.attributes.get("title") or "")
        if match and link.index < len(document.texts) and (when := parse_when(match[1], now)):
            text = document.texts[link.index]
            found.append(DateStamp(text.index, text.node, when, "labelled"))
    return found
