"""One web page parsed once: its texts and links in reading order, which every reader of this package shares."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from urllib.parse import urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from crawler.page.page import Page
from crawler.platforms.website.hostile import checked
from crawler.platforms.website.systems import Cms, cms

MAX_NODES = 200_000
LONGEST_URL = 1000
LONGEST_TITLE = 300
MOST_SAID = 500_000
"""Characters that are asked at once; real pages hold a tenth of that."""
WORD = re.compile(r"\w")
NOT_TEXT = frozenset(("script", "style", "noscript", "template", "textarea", "title", "svg"))
HEADINGS = frozenset(("h1", "h2", "h3", "h4"))
INVISIBLE = " \u200b\ufeff"
WIDE_DIGIT = re.compile(r"[\uff10-\uff19]")
WIDE = {ord(wide): chr(ord(wide) - 0xFEE0) for wide in "０１２３４５６７８９－／．："}
"""What an input method makes of the digits and signs of a date."""
SEGMENTS = r"(?:[\w~-][\w.~-]*/)*(?:[\w~-][\w.~-]*)?(?:\?[\w=&%.+-]+)?"
ROOTED = re.compile(rf"/(?!/){SEGMENTS}", re.A)
RELATIVE = re.compile(rf"(?=[\w~-]){SEGMENTS}", re.A)
"""Links without dots to resolve or oddities to repair, nine of ten: what `urljoin` makes of them is known beforehand."""


@dataclass(slots=True)
class TextNode:
    """One text node with a word in it. ``index`` is its place in the reading order."""

    index: int
    text: str
    node: LexborNode


@dataclass(slots=True)
class Link:
    """One ``a[href]``; ``index`` is the number of texts before it, so that links and texts share one order."""

    index: int
    href: str
    node: LexborNode


@dataclass(slots=True)
class Heading:
    """One h1 to h4; ``index`` is that of its first text."""

    index: int
    text: str
    node: LexborNode


@dataclass
class ParsedPage:
    """A parsed page. Build it with `parse`."""

    page: Page
    tree: LexborHTMLParser
    texts: list[TextNode] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    headings: list[Heading] = field(default_factory=list)
    titles: dict[int, str] = field(default_factory=dict)
    """What links are called, by the identity of their tags, as far as that was asked."""
    _addresses: dict[str, str] = field(default_factory=dict)

    @cached_property
    def title(self) -> str:
        """The text of ``<title>`` with its white space collapsed."""
        node = self.tree.css_first("title")
        # Where </title> is missing the parser takes the tags behind it for text.
        return squeeze(node.text().partition("<")[0])[:LONGEST_TITLE] if node else ""

    @cached_property
    def meta(self) -> dict[str, str]:
        """META name, property or itemprop (lower case) → content; the first non-empty of each."""
        found: dict[str, str] = {}
        for node in self.tree.css("meta[content]"):
            attributes = node.attributes
            content = squeeze(attributes.get("content") or "")
            for attribute in ("name", "property", "itemprop"):
                if content and (key := attributes.get(attribute)):
                    found.setdefault(key.strip().lower(), content)
        return found

    @cached_property
    def system(self) -> Cms:
        """The content system that made the page."""
        return cms(self.page)

    @cached_property
    def base(self) -> str:
        """What relative links hang on: the page's own address, "" for a saved file whose address is unknown."""
        return self.page.url if self.page.url.startswith(("http://", "https://")) else ""

    @cached_property
    def host(self) -> str:
        """The host that served the page, in lower case; "" where unknown."""
        try:
            return (urlsplit(self.base).hostname or "").lower()
        except ValueError:
            return ""

    @cached_property
    def said(self) -> str:
        """All texts, a line each: to ask once what else would be asked of each of them."""
        return "\n".join([text.text for text in self.texts])[:MOST_SAID]

    @cached_property
    def origin(self) -> str:
        """Scheme, host and port of the page's own address; "" where there is none."""
        try:
            parts = urlsplit(self.base)
        except ValueError:
            return ""
        return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""

    @cached_property
    def _folder(self) -> str:
        """What a relative link hangs on."""
        return urljoin(self.base, "x")[:-1]

    def absolute(self, href: str) -> str:
        """The link as an address; as written where the page's own is unknown; "" for scripts, mail and anchors."""
        known = self._addresses.get(href)
        if known is None:
            known = self._addresses[href] = self._absolute(href)
        return known

    def _absolute(self, href: str) -> str:
        if self.origin and len(href) <= LONGEST_URL:
            if ROOTED.fullmatch(href):
                return self.origin + href
            if RELATIVE.fullmatch(href):
                return self._folder + href
        href = href.strip()
        if (
            not href
            or len(href) > LONGEST_URL
            or href.startswith("#")
            or href.lower().startswith(("javascript:", "mailto:", "tel:", "data:"))
        ):
            return ""
        try:
            return urljoin(self.base, href).partition("#")[0]
        except ValueError:
            return ""


def parse(page: Page) -> ParsedPage:
    """The page parsed. Raises Unreadable for bodies that no browser would show as text."""
    return _walk(page, LexborHTMLParser(checked(page)))


def squeeze(text: str) -> str:
    """Runs of any white space as one blank, invisible characters dropped."""
    return " ".join(text.split()).strip(INVISIBLE)


def narrow(text: str) -> str:
    """２０２６－１１ as 2026-11; a text without full-width digits unchanged."""
    return text.translate(WIDE) if not text.isascii() and WIDE_DIGIT.search(text) else text


def _walk(page: Page, tree: LexborHTMLParser) -> ParsedPage:
    found = ParsedPage(page, tree)
    texts, links, raw = found.texts, found.links, False
    if tree.root is None:
        return found
    for count, node in enumerate(tree.root.traverse(include_text=True)):
        tag = node.tag
        if tag == "-text":
            content = node.text_content
            # Most texts of a page are the white space between its tags.
            if content and not content.isspace() and WORD.search(content) and not (raw and _is_raw(node)):
                texts.append(TextNode(len(texts), narrow(squeeze(content)), node))
        elif tag == "a":
            if href := node.attributes.get("href"):
                links.append(Link(len(texts), href, node))
        elif tag in HEADINGS:
            found.headings.append(Heading(len(texts), squeeze(node.text(separator=" ")), node))
        elif tag in NOT_TEXT:
            raw = True
            continue
        raw = raw and tag == "-text"
        if count > MAX_NODES:
            break
    return found


def _is_raw(node: LexborNode) -> bool:
    """True for what scripts and styles hold. A script's text comes right after it, and so does the text behind it."""
    return node.parent is None or node.parent.tag in NOT_TEXT
