"""What kind of page a page is, from the traces that content systems leave in the bytes, else from META and address."""

from __future__ import annotations

import re
from enum import StrEnum
from functools import lru_cache
from urllib.parse import urlsplit

from crawler.page.page import Page
from crawler.platforms.website.document import ParsedPage
from crawler.platforms.website.systems import Cms


class PageKind(StrEnum):
    """What a page is for. Values are the codes of our sources; NONE is a page we do not know."""

    HOME = "home"
    LIST = "list"
    ARTICLE = "article"
    FEED = "feed"
    SITEMAP = "sitemap"
    NONE = ""


VSB_COUNTER = re.compile(r"_jsq_\(\s*(\d+)\s*,\s*'([^']*)'[^,]{0,200},\s*(-?\d+)\s*,")
"""The visitor counter tells the column, the template and the article (-1: none): the surest trace of a page's kind."""
WEBPLUS_COUNTER = re.compile(r"_visitcount\?siteId=\d+&(?:amp;)?type=([123])")
"""The counter of this page's visits. `_visitcountdisplay` beside it shows other numbers too, the whole site's for one."""
WEBPLUS_DISPLAY = re.compile(r"_visitcountdisplay\?siteId=\d+&(?:amp;)?type=([123])")
HOME_PATH = re.compile(r"^/*(?:(?:_t\d+/)?(?:index|main|default|home)\.\w{3,5})?$", re.I)
ARTICLE_PATH = re.compile(
    r"(?:^|/)(?:info/\d+/\d+(?:-\d)?\.htm|c\d+a\d+/pagem?\.(?:htm|psp)|t20\d{6}_\d+\.s?html?|20\d\d[-/]?\d\d[-/]?\d\d/\w)"
    r"|[?&](?:newsid|articleid|aid|infoid|wbnewsid)=\d",
    re.I,
)
NUMBERED_PATH = re.compile(
    r"(?:^|/)(?:art|article|news|detail|show|content)(?=[\w/-]*\d\d)[\w/-]++\.\w{3,5}$|[?&](?:id|p)=\d", re.I
)
"""Articles in most systems, and columns in some."""
COLUMN_PATH = re.compile(
    r"(?:^|/)(?:[\w-]*(?:list|column|class|categor|channel|lanmu|more)[\w-]*|index[\w-]*|lm\d*)\.\w{3,5}(?:$|\?)", re.I
)
"""`list.php?id=3` and `newslist-12.html` are columns, whatever number they carry."""
ARTICLE_ID = re.compile(r"(?:^|/)info/\d+/(\d+)(?:-\d)?\.htm|(?:^|/)c\d+a(\d+)/page|newsid=(\d+)", re.I)
ARTICLE_META = frozenset(
    (
        "article:published_time",
        "firstpublishedtime",
        "articletitle",
        "apub:time",
        "publishdate",
        "weibo: article:create_at",
        "og:time",
    )
)
PAGE_TYPES = {"1": PageKind.HOME, "2": PageKind.LIST, "3": PageKind.ARTICLE}
FEED_START = re.compile(
    r"^\s*(?>(?:<\?[^>]*>|<!--(?:(?!-->).)*-->|<!DOCTYPE[^>]*>)\s*)*+<(rss|feed|rdf:RDF|urlset|sitemapindex)\b",
    re.S,
)
JSON_FEED = re.compile(r'^\s*\{.{0,400}"version"\s*:\s*"https?://(?:www\.)?jsonfeed\.org', re.S)
WEBPLUS_COLUMN = re.compile(r"_visitcount(?:display)?\?siteId=\d+&(?:amp;)?type=2&(?:amp;)?columnId=(\d+)")
OLD_PAGES = re.compile(r"/list(?!1\.)\d+\.(?:htm|psp)$|/[a-z]\w*/\d{1,4}\.htm$|[?&]page(?:no|num|index)?=", re.I)
"""Pages of a pager. VSB numbers backwards: of /tzgg.htm, /tzgg/1.htm is the OLDEST page."""
PAGER_TEXT = re.compile(r"共\s?\d+\s?条\s+(\d+)\s?/\s?\d+")


def machine_kind(page: Page) -> PageKind:
    """FEED or SITEMAP by how the body starts, else NONE."""
    start = page.text[:2000]
    if match := FEED_START.search(start):
        return PageKind.SITEMAP if match.group(1) in ("urlset", "sitemapindex") else PageKind.FEED
    return PageKind.FEED if JSON_FEED.search(start) else PageKind.NONE


def stated_kind(document: ParsedPage) -> PageKind:
    """The kind the content system or the page's own meta data states; NONE where nothing does."""
    system = document.system
    if system is Cms.VSB and (kind := _vsb_kind(document)):
        return kind
    if system is Cms.WEBPLUS and (kind := _webplus_kind(document)):
        return kind
    if document.meta.get("og:type", "").lower() in ("article", "news") or not ARTICLE_META.isdisjoint(document.meta):
        return PageKind.ARTICLE
    if not document.host:
        return PageKind.NONE
    parts = urlsplit(document.base)
    if is_article(f"{parts.path}?{parts.query}"):
        return PageKind.ARTICLE
    return PageKind.HOME if HOME_PATH.match(parts.path) and not parts.query else PageKind.NONE


def _vsb_kind(document: ParsedPage) -> PageKind:
    # The last counter is the page's own: a mirror or an embedded block may bring another before it.
    if counters := VSB_COUNTER.findall(document.page.text):
        _, template, article = counters[-1]
        if article != "-1":
            return PageKind.ARTICLE
        return PageKind.HOME if _is_vsb_home(document, template) else PageKind.LIST
    if kind := PAGE_TYPES.get(document.meta.get("pagetype", "")):
        return kind
    return PageKind.ARTICLE if "_newscontent_fromname" in document.page.text else PageKind.NONE


def _is_vsb_home(document: ParsedPage, template: str) -> bool:
    """The home page has a template called index, or nothing but the site's name for keywords and title."""
    keywords, title = document.meta.get("keywords", ""), document.title
    if keywords and title.endswith(keywords) and title != keywords and title[: -len(keywords)][-1:] in "-_|":
        return False
    return "index" in template.rpartition("/")[2].lower() or (bool(keywords) and "," not in keywords)


def _webplus_kind(document: ParsedPage) -> PageKind:
    text = document.page.text
    if match := WEBPLUS_COUNTER.search(text) or WEBPLUS_DISPLAY.search(text):
        return PAGE_TYPES[match.group(1)]
    return PageKind.ARTICLE if document.tree.css_first(".arti_title, .arti_metas, .arti_update") else PageKind.NONE


@lru_cache(16384)
def is_article(address: str) -> bool:
    """True for addresses written as those of single articles are."""
    if ARTICLE_PATH.search(address) is not None:
        return True
    return NUMBERED_PATH.search(address) is not None and COLUMN_PATH.search(address) is None


@lru_cache(16384)
def article_id(url: str) -> int | None:
    """The running number that the content system gave the article: larger means entered later."""
    match = ARTICLE_ID.search(url)
    return int(match.group(1) or match.group(2) or match.group(3)) if match else None


def column_id(document: ParsedPage) -> str:
    """The number of the column whose page this is, as the content system's counter states it; "" where unknown."""
    if match := WEBPLUS_COLUMN.search(document.page.text):
        return match[1]
    counters = VSB_COUNTER.findall(document.page.text)
    return str(counters[-1][0]) if counters else ""


def is_later_page(document: ParsedPage) -> bool:
    """True for page 2 and on of a pager: what it holds is old by design."""
    if document.host and OLD_PAGES.search(document.base):
        return True
    current = document.tree.css_first(".p_no_d, em.curr_page")
    if current is not None:
        return current.text(strip=True) not in ("1", "")
    return any((match := PAGER_TEXT.search(text.text)) and match[1] != "1" for text in document.texts)
