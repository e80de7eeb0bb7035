"""Reads when one article was published; never from its body, which quotes laws, events and other articles."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from crawler.dates import When, parse_when
from crawler.platforms.website.document import Document, Text, squeeze
from crawler.platforms.website.layout import CLAUSE, DATE, NUMBER, PROSE, SEPARATORS, Layout
from crawler.platforms.website.marks import marked
from crawler.platforms.website.stamps import NOT_PUBLICATION, is_date

META_DATES = (
    "pubdate", "firstpublishedtime", "article:published_time", "publishdate", "apub:time", "og:time", "weibo: article:create_at",
    "datepublished", "article:create_at", "publish-date", "publish_date", "publishtime", "og:published_time",
    "og:release_date", "og:article:published_time", "rnews:datepublished", "sailthru.date", "parsely-pub-date",
    "dc.date.issued", "dcterms.issued", "dc.date", "dcterms.date", "dcterms.created", "dc.date.created", "date",
    "citation_publication_date", "citation_online_date", "cxenseparse:recs:publishtime", "article.published",
    "originalpublicationdate", "dateupdate",
)  # fmt: skip
"""META names that hold the publication date, in the order of trust. Times of the last edit are not among them."""
LABELS = re.compile(
    r"(?:发布|发表|发文|发稿|添加|录入|上传|公布|成文|发布于|发表于)\s?(?:时间|日期|于)?\s*[:：]?\s*$"
    r"|(?<![一-龥])(?:时间|日期|published|posted|date|veröffentlicht|erstellt|publié|stand|datum)"
    r"(?: on| am| le)?\s*[-:：]?\s*$",
    re.I,
)
LABEL_ENDS = frozenset("布表文稿加入传于间期dDnNmMeEtTéÉ")
"""The last letters of all labels; most dates stand behind something else."""
VENUE = re.compile(r"\W*(?:地\s*点|主讲人?|报告人|会议室)\s*[:：]")
BARE_LABEL = re.compile(r"(?<![一-龥])(?:时间|日期)\s*[:：]?\s*$")
SURE_WORDS = re.compile(r"发布|发表|发文|发稿|posted @")
FOREIGN_WORDS = re.compile(r"datum|veröffentlicht|erschienen|erstellt|published|publié", re.I)
SURE_LABEL = re.compile(r"(?:发布|发表|发文|发稿)(?:(?:时间|日期)\s*[:：]?|于\s*[:：]?)\s*$|posted @\s*$", re.I)
FOREIGN_LABEL = re.compile(
    r"(?:datum:|(?:veröffentlicht|erschienen|erstellt)(?: am)?:?|published(?: on)?:?|publié le:?)\s*$", re.I
)
STOP = re.compile(r"[a-zäöüéèß]{2}[.!?…][\"”»]?$")
EMPTY_LABEL = re.compile(r"^\W*(?:发布|发表|发文|发稿)(?:时间|日期)\s*[:：]?\s*$")
FEW = 2
CLOSE = 5
EDITED = re.compile(
    r"(?:更新|修改|编辑)(?:时间|日期|于)?\s*[:：]?\s*$|(?:updated|modified|aktualisiert)\W*(?:on|am)?\W*$", re.I
)
URL_DATES = (
    re.compile(r"/(20\d\d)[-/]?(\d\d)[-/]?(\d\d)(?=/|\D|$)"),
    re.compile(r"/t(20\d\d)(\d\d)(\d\d)_\d"),
    re.compile(r"/(20\d\d)/(\d{1,2})/(\d{1,2})/"),
)
JSON_DATE = re.compile(r'"datePublished"\s*:\s*"([^"\\]{8,40})"')


def published(layout: Layout, now: datetime, *, certain: bool = False) -> When | None:
    """The publication moment in the order of trust: META, JSON-LD, itemprop, labelled line, bare line, address.

    ``certain`` leaves out what a page that is no article may carry as well: a lone ``<time>``, a dated address.
    """
    document = layout.document
    for name in META_DATES:
        if (content := document.meta.get(name)) and (when := parse_when(content, now)):
            return when
    if when := _structured(document, now):
        return when
    if line := stated_line(layout, now):
        return line.when
    if when := _sole_label(layout, now, SURE_WORDS, SURE_LABEL) or _clocked(layout, now):
        return when
    if certain:
        return None
    if when := _from_address(document, now) or _end_of_title(document, now):
        return when
    return _sole_label(layout, now, FOREIGN_WORDS, FOREIGN_LABEL) or marked(layout, now) or _yearless(layout, now)


def _structured(document: Document, now: datetime) -> When | None:
    if '"datePublished"' in document.page.text:
        for script in document.tree.css('script[type="application/ld+json"]'):
            if (match := JSON_DATE.search(script.text())) and (when := parse_when(match[1], now)):
                return when
    for node in document.tree.css("[itemprop=datePublished], time[pubdate]"):
        written = node.attributes.get("datetime") or node.attributes.get("content") or node.text()
        if written and (when := parse_when(squeeze(written), now)):
            return when
    return None


@dataclass(frozen=True, slots=True)
class Line:
    """The text that states the date under the title; ``labelled`` where it says what date it is."""

    text: Text
    when: When
    labelled: bool


def stated_line(layout: Layout, now: datetime) -> Line | None:
    """The date in the lines between title and body: a labelled one wherever it stands there, then a bare one."""
    dated = [
        (text, text.text[match.start() :], layout.before(text, match.start()))
        for text in layout.lines
        if len(text.text) <= 2 * PROSE and NUMBER.search(text.text) and not _is_title(layout, text)
        for match in DATE.finditer(text.text)
    ]
    # Several lone dates are a list under the title (comments, related articles), not the article's own line.
    lone = sum(is_date(text.text) for text, _, _ in dated)
    ways: tuple[Callable[[str, str], bool], ...] = (_labelled, _alone, _edited) if lone <= FEW else (_labelled,)
    if dated and (place := _empty_label(layout)) is not None:
        dated = [line for line in dated if line[0].index < place or _labelled(line[0].text, line[2])]
    if dated and _announces(layout):
        dated = [line for line in dated if not BARE_LABEL.search(line[2])]
    for accept in ways:
        for text, written, before in dated:
            if accept(text.text, before) and (when := parse_when(written, now)):
                return Line(text, when, accept is _labelled)
    return _right_below(layout, now) if lone > FEW else None


def _empty_label(layout: Layout) -> int | None:
    """Where a 发布时间 stands whose date a script fills in: a bare date behind it is the body's."""
    lines = layout.lines
    for label, behind in pairwise(lines):
        if EMPTY_LABEL.search(label.text) and not DATE.search(behind.text):
            return label.index
    return None


def _right_below(layout: Layout, now: datetime) -> Line | None:
    """A lone date right below the title with no link near it, though other articles' dates follow a short body."""
    if layout.title_place is None:
        return None
    for text in layout.document.texts[layout.title_place + 1 : layout.title_place + 1 + CLOSE]:
        if (tag := text.node.parent) is not None and tag.tag == "a":
            return None
        if NUMBER.search(text.text) and (match := DATE.search(text.text)):
            behind = layout.document.texts[text.index + 1 : text.index + 2]
            linked = any(other.node.parent is not None and other.node.parent.tag == "a" for other in behind)
            lone = not linked and _alone(text.text, layout.before(text, match.start()))
            when = parse_when(text.text[match.start() :], now) if lone else None
            return Line(text, when, labelled=False) if when else None
    return None


def _is_title(layout: Layout, text: Text) -> bool:
    """True for the article's own title, or another's, that has a day in it: 2024年11月19日活动报道."""
    parent = text.node.parent
    titled = text.index == layout.title_place or (parent is not None and parent.tag in ("a", "h1"))
    return titled and not is_date(text.text)


def _announces(layout: Layout) -> bool:
    """True where 时间：… and 地点：… under the title are what the article announces, not when it was published."""
    return any(VENUE.match(text.text) for text in layout.window)


def _labelled(text: str, before: str) -> bool:
    words = before.rstrip().rstrip("-:：").rstrip()
    return words[-1:] in LABEL_ENDS and LABELS.search(before) is not None


def _alone(text: str, before: str) -> bool:
    # A date with its weekday is the "today" that site headers show.
    if NOT_PUBLICATION.search(before) or EDITED.search(before) or "星期" in text:
        return False
    # "来源：本站 2019-05-18 10:00": a line about the article; prose goes on behind its date and ends in a stop.
    return is_date(text) or (len(text) <= PROSE and CLAUSE.search(text) is None and STOP.search(text) is None)


def _edited(text: str, before: str) -> bool:
    return EDITED.search(before) is not None


def _sole_label(layout: Layout, now: datetime, words: re.Pattern[str], label: re.Pattern[str]) -> When | None:
    """A 发布时间 that stands anywhere, below the body for one, provided the page has just one: a list has many."""
    if not words.search(layout.document.said):
        return None
    labelled = [
        text.text[match.start() :]
        for text in layout.document.texts
        if len(text.text) <= PROSE and NUMBER.search(text.text) and (match := DATE.search(text.text))
        if label.search(layout.before(text, match.start()))
    ]
    return parse_when(labelled[0], now) if len(labelled) == 1 else None


def _clocked(layout: Layout, now: datetime) -> When | None:
    """A lone date with its time of day behind a summary of the article; several are another list."""
    lone = [text.text for text in layout.window if ":" in text.text and is_date(text.text) and DATE.search(text.text)]
    return parse_when(lone[0], now) if 0 < len(lone) <= FEW and not _announces(layout) else None


def _yearless(layout: Layout, now: datetime) -> When | None:
    """11-18 10:20 or 昨天 10:20 under the title, as portals write in the year itself."""
    lone = [text.text for text in layout.lines if ":" in text.text and is_date(text.text)]
    return parse_when(lone[0], now) if len(lone) == 1 and not _announces(layout) else None


def _end_of_title(document: Document, now: datetime) -> When | None:
    """``<title>`` that ends in "| 23.05.2011"."""
    last = SEPARATORS.split(document.title)[-1]
    return parse_when(last, now) if NUMBER.search(last) and is_date(last) else None


def _from_address(document: Document, now: datetime) -> When | None:
    """The date in the article's own address: its URL, else the canonical one."""
    canonical = document.tree.css_first("link[rel=canonical][href]")
    link = (canonical.attributes.get("href") or "") if canonical else ""
    for address in (document.base, link, document.meta.get("og:url", "")):
        for pattern in URL_DATES:
            if (match := pattern.search(address)) and (when := parse_when("-".join(match.groups()), now)):
                return when
    return None
