"""What a stored page said, for people: what was read from it, in which line it stood, and which check fetched it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from lxml import etree, html

from crawler.observe.parse import parse_page
from crawler.page.page import Page
from monitors.app_context import AppContext
from rules.model import BEIJING, Observation, Post
from rules.platforms import platform_of
from storage.crawl_runs import CrawlRun
from storage.evidence import StoredPage

RUN = re.compile(r"\d{4}-\d\d-\d\d\.(.+)-\d+-\d{3}\.\d+\.[0-9a-f]{24}")
"""The run in an evidence id: the name of the file it stands in, without process and part."""
TITLE_PART = 24
"""Characters of a title that find its line: pages shorten long ones."""
LONGEST_LINE = 400
TAGS = ("a", "li", "p", "td", "tr", "h1", "h2", "h3", "h4", "span", "div")
FEW = 8
MARK = "outline:4px solid #d9480f !important;outline-offset:3px !important;background:#fff3bf !important;color:#111 !important"
MARKED_ID = "xunjian-marked-line"


@dataclass(frozen=True, slots=True)
class EvidenceReading:
    """``observation`` is what was recorded when the page was fetched, or read from its bytes just now where ``recorded``
    is False. ``line`` is the line the newest post stood in, "" where none was found; ``run`` the check that fetched it."""

    observation: Observation
    recorded: bool
    account: str
    newest: Post | None
    line: str
    run: CrawlRun | None


def read_evidence(context: AppContext, evidence: str, stored: StoredPage) -> EvidenceReading:
    """What a stored page said. Never raises for what the page holds: a page that says nothing is read as that."""
    found = RUN.fullmatch(evidence)
    run = found[1] if found else ""
    account, seen = context.store.observations.by_evidence(run, evidence) or ("", None)
    page = Page(**vars(stored))
    look = seen or parse_page(page, platform_of(stored.url).value)
    newest = newest_post(look)
    line = line_of(page, newest) if newest else ""
    return EvidenceReading(look, seen is not None, account, newest, line, context.store.crawl_runs.one(run))


def newest_post(look: Observation) -> Post | None:
    """The newest dated own post; None where nothing is dated."""
    dated = [post for post in look.posts if post.published_at]
    return max(dated, key=lambda post: post.published_at or look.observed_at, default=None)


def line_of(page: Page, post: Post) -> str:
    """The line of the page in which a post stands, with its date where that stands beside it; "" where it is not found."""
    tree = document_of(page)
    element = element_of(tree, post) if tree is not None else None
    if element is not None:
        return _line(element)[:LONGEST_LINE]
    at = page.text.find(post.title[:TITLE_PART]) if post.title else -1
    return " ".join(page.text[max(at - 60, 0) : at + 160].split()) if at >= 0 else ""


def document_of(page: Page) -> html.HtmlElement | None:
    """The page as a tree; None for an interface's answer and for what is no markup at all."""
    text = page.text.lstrip()
    if not text or text[0] in "{[":
        return None
    try:
        return html.document_fromstring(re.sub(r"^<\?xml[^>]*\?>", "", text))
    except (etree.ParserError, ValueError):
        return None


def element_of(tree: html.HtmlElement, post: Post) -> html.HtmlElement | None:
    """The smallest element that holds the post's title and its date; else the smallest with the title, whole or its
    beginning."""
    title, dates = "".join(post.title.split()), _dates(post.published_at)
    for wanted in dict.fromkeys((title, title[:TITLE_PART])):
        holders = _holders(tree, wanted)
        lines = (_dated_line(each, dates) for each in holders if dates)
        if holders:
            return next((line for line in lines if line is not None), holders[0])
    return None


def _holders(tree: html.HtmlElement, wanted: str) -> list[html.HtmlElement]:
    """Elements that hold these words, blanks aside, the smallest first; a few, for a page may repeat a title for ever."""
    if not wanted:
        return []
    sizes = [
        (len(text), n, each)
        for n, each in enumerate(tree.iter(*TAGS))
        if wanted in (text := "".join(_line(each).split()))
    ]
    return [each for _, _, each in sorted(sizes, key=lambda found: found[:2])[:FEW]]


def _dated_line(element: html.HtmlElement, dates: re.Pattern[str]) -> html.HtmlElement | None:
    """The element, or the nearest one around it, that also says the date; None where that is no line any more."""
    line: html.HtmlElement | None = element
    while line is not None and len(text := _line(line)) <= LONGEST_LINE:
        if dates.search(text):
            return line
        line = line.getparent()
    return None


def marked(page: Page, post: Post | None) -> str:
    """The page's markup with the post's line marked, for a picture; "" where there is no page to make one of."""
    tree = document_of(page)
    if tree is None:
        return ""
    element = element_of(tree, post) if post else None
    if element is not None:
        element.set("style", f"{element.get('style', '')};{MARK}")
        element.set("id", MARKED_ID)
    found: str = html.tostring(tree, encoding="unicode", doctype="<!doctype html>")
    return found


def _line(element: html.HtmlElement) -> str:
    return " ".join(str(element.text_content()).split())


def _dates(moment: datetime | None) -> re.Pattern[str] | None:
    """A day as pages write it: 2026-11-20, 11/20, 2026年11月20日, 11.20, 20 2026-11, 20261120."""
    if moment is None:
        return None
    day = moment.astimezone(BEIJING)
    month, date = rf"0?{day.month}", rf"0?{day.day}"
    spaced = rf"(?<!\d){month}\s*[-/.月]\s*{date}(?!\d)|(?<!\d){date}\s+{day.year}\s*[-/.年]\s*{month}(?!\d)"
    return re.compile(rf"{spaced}|{day:%Y%m%d}")
