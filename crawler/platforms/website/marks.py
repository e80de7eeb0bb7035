"""Reads the publication date that an article's own tags mark: ``<time>``, a class called date, the data behind the page."""

from __future__ import annotations

import re
from datetime import datetime

from selectolax.lexbor import LexborNode

from crawler.page.dates import When, parse_when
from crawler.platforms.website.document import ParsedPage, squeeze
from crawler.platforms.website.layout import PageLayout
from crawler.platforms.website.stamps import LONGEST, is_date

TIMES = "article time[datetime], main time[datetime], header time[datetime], time[datetime]"
CLASSES = "[class*=date], [class*=Date], [class*=time], [class*=publish], [class*=created], [class*=posted]"
ELSEWHERE = re.compile(
    r"comment|reply|related|recommend|sidebar|widget|teaser|footer|\bnav|menu|ticker|calendar|event|recent|archive"
    r"|modif|update|edit|popular|latest|list-?item",
    re.I,
)
"""Blocks of other articles, of readers and of edits."""
DATA = re.compile(
    r"""["'](?:date_?published|first-?_?publi(?:shed|cation)(?:-?_?date|_?at)?|published(?:First|Date|_?at|On|Time)"""
    r"""|publi(?:sh|cation)_?-?(?:date|time)|pub_?date)["']\s*:\s*["']([^"'\\]{8,40})["']""",
    re.I,
)
CLIMB = 8
FEW = 3
"""Distinct days among the marked dates above which the page is a list of other articles."""


def marked(layout: PageLayout, now: datetime) -> When | None:
    """The date marked by a tag, else by the data that draws the page. None where several articles could be meant."""
    document = layout.document
    if (node := document.tree.css_first(TIMES)) and (when := parse_when(node.attributes.get("datetime") or "", now)):
        return when
    return _by_class(layout, now) or _in_data(document, now)


def _by_class(layout: PageLayout, now: datetime) -> When | None:
    """A lone date in a tag whose class says so: the first behind the title, else the first of few."""
    texts = {text.node.mem_id: text.index for text in layout.document.texts}
    place = layout.title_place or 0
    found: list[tuple[int, When]] = []
    for node in layout.document.tree.css(CLASSES):
        written = squeeze(node.text(separator=" "))
        if len(written) > LONGEST or not is_date(written) or _stands_elsewhere(node):
            continue
        inner = next((n for n in node.traverse(include_text=True) if n.mem_id in texts), None)
        if inner is not None and (when := parse_when(written, now)) and not when.year_inferred:
            found.append((texts[inner.mem_id], when))
    if not found or len({when.at.date() for _, when in found}) > FEW:
        return None
    behind = [when for index, when in found if index >= place]
    return behind[0] if behind else found[0][1]


def _stands_elsewhere(node: LexborNode) -> bool:
    climbed: LexborNode | None = node
    for _ in range(CLIMB):
        if climbed is None or climbed.tag in ("body", "-document"):
            return False
        if climbed.tag in ("aside", "footer", "nav"):
            return True
        attributes = climbed.attributes
        if ELSEWHERE.search(f"{attributes.get('class') or ''} {attributes.get('id') or ''}"):
            return True
        climbed = climbed.parent
    return False


def _in_data(document: ParsedPage, now: datetime) -> When | None:
    """What the page's scripts know of it, provided they know one day only."""
    known = [when for match in DATA.finditer(document.page.text) if (when := parse_when(match[1], now))]
    return known[0] if len({when.at.date() for when in known}) == 1 else None
