"""Reads when one article was published; never from its body, which quotes laws, events and other articles."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from crawler.page.dates import When, parse_when
from crawler.platforms.website.dateline import FEW, announces, month_line, relative_line, stated_line
from crawler.platforms.website.document import ParsedPage, squeeze
from crawler.platforms.website.layout import DATE, NUMBER, PROSE, SEPARATORS, PageLayout
from crawler.platforms.website.marks import marked
from crawler.platforms.website.stamps import is_date
from rules.model import Precision

META_DATES = (
    "pubdate", "firstpublishedtime", "article:published_time", "publishdate", "apub:time", "og:time", "weibo: article:create_at",
    "datepublished", "article:create_at", "publish-date", "publish_date", "publishtime", "og:published_time",
    "og:release_date", "og:article:published_time", "rnews:datepublished", "sailthru.date", "parsely-pub-date",
    "dc.date.issued", "dcterms.issued", "dc.date", "dcterms.date", "dcterms.created", "dc.date.created", "date",
    "citation_publication_date", "citation_online_date", "cxenseparse:recs:publishtime", "article.published",
    "originalpublicationdate", "dateupdate",
)  # fmt: skip
"""META names that hold the publication date, in the order of trust. Times of the last edit are not among them."""
SURE_WORDS = re.compile(r"发布|发表|发文|发稿|posted @")
FOREIGN_WORDS = re.compile(r"datum|veröffentlicht|erschienen|erstellt|published|publié", re.I)
SURE_LABEL = re.compile(r"(?:发布|发表|发文|发稿)(?:(?:时间|日期)\s*[:：]?|于\s*[:：]?)\s*$|posted @\s*$", re.I)
FOREIGN_LABEL = re.compile(
    r"(?:datum:|(?:veröffentlicht|erschienen|erstellt)(?: am)?:?|published(?: on)?:?|publié le:?)\s*$", re.I
)
URL_DATES = (
    re.compile(r"/(20\d\d)[-/]?(\d\d)[-/]?(\d\d)(?=/|\D|$)"),
    re.compile(r"/t(20\d\d)(\d\d)(\d\d)_\d"),
    re.compile(r"/(20\d\d)/(\d{1,2})/(\d{1,2})/"),
)
VISIT = timedelta(minutes=10)
"""How far the clock of the server may be from ours."""
JSON_DATE = re.compile(r'"datePublished"\s*:\s*"([^"\\]{8,40})"')


def published(layout: PageLayout, now: datetime, *, certain: bool = False) -> When | None:
    """The publication moment in the order of trust: META, JSON-LD, itemprop, labelled line, bare line, address.

    ``certain`` leaves out what a page that is no article may carry as well: a lone ``<time>``, a dated address.
    """
    document = layout.document
    for name in META_DATES:
        if (content := document.meta.get(name)) and (when := parse_when(content, now)) and not is_visit(when, now):
            return when
    if (when := _structured(document, now)) and not is_visit(when, now):
        return when
    if line := stated_line(layout, now):
        return line.when
    if when := relative_line(layout, now):
        return when
    if when := _sole_label(layout, now, SURE_WORDS, SURE_LABEL) or _clocked(layout, now):
        return when
    if certain:
        return None
    if when := _from_address(document, now) or _end_of_title(document, now):
        return when
    return (
        _sole_label(layout, now, FOREIGN_WORDS, FOREIGN_LABEL)
        or marked(layout, now)
        or _yearless(layout, now)
        or month_line(layout, now)
    )


def is_visit(when: When, now: datetime) -> bool:
    """True for the day, or the minutes, of the visit: a template writes the present into META of whatever it shows."""
    if when.precision is Precision.DAY:
        first = when.at.replace(hour=0, minute=0, second=0, microsecond=0)
        return first <= now < first + timedelta(days=1)
    return when.at - VISIT <= now <= when.at + VISIT


def _structured(document: ParsedPage, now: datetime) -> When | None:
    if '"datePublished"' in document.page.text:
        for script in document.tree.css('script[type="application/ld+json"]'):
            if (match := JSON_DATE.search(script.text())) and (when := parse_when(match[1], now)):
                return when
    for node in document.tree.css("[itemprop=datePublished], time[pubdate]"):
        written = node.attributes.get("datetime") or node.attributes.get("content") or node.text()
        if written and (when := parse_when(squeeze(written), now)):
            return when
    return None


def _sole_label(layout: PageLayout, now: datetime, words: re.Pattern[str], label: re.Pattern[str]) -> When | None:
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


def _clocked(layout: PageLayout, now: datetime) -> When | None:
    """A lone date with its time of day behind a summary of the article; several are another list."""
    lone = [text.text for text in layout.window if ":" in text.text and is_date(text.text) and DATE.search(text.text)]
    return parse_when(lone[0], now) if 0 < len(lone) <= FEW and not announces(layout) else None


def _yearless(layout: PageLayout, now: datetime) -> When | None:
    """11-18 10:20 or 昨天 10:20 under the title, as portals write in the year itself."""
    lone = [text.text for text in layout.lines if ":" in text.text and is_date(text.text)]
    return parse_when(lone[0], now) if len(lone) == 1 and not announces(layout) else None


def _end_of_title(document: ParsedPage, now: datetime) -> When | None:
    """``<title>`` that ends in "| 23.05.2011"."""
    last = SEPARATORS.split(document.title)[-1]
    return parse_when(last, now) if NUMBER.search(last) and is_date(last) else None


def _from_address(document: ParsedPage, now: datetime) -> When | None:
    """The date in the article's own address: its URL, else the canonical one."""
    canonical = document.tree.css_first("link[rel=canonical][href]")
    link = (canonical.attributes.get("href") or "") if canonical else ""
    for address in (document.base, link, document.meta.get("og:url", "")):
        for pattern in URL_DATES:
            if (match := pattern.search(address)) and (when := parse_when("-".join(match.groups()), now)):
                return when
    return None
