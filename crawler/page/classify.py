"""Says what kind of answer a page is before any reader looks: a wall, an error, or (None) something to be read.

Signatures are data (`walls.yaml`). A wall never becomes a fact: its outcome is blocked or unreadable, whatever HTTP
status or success code it wears. Words alone condemn nothing: title, text and markers count only on a page that says
little, so an article about captchas, or a normal page that carries a CDN's script, stays readable.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import unquote, urlsplit

from crawler.page.block_signatures import Signature, contents, markers, signatures, signatures_without_text
from crawler.page.extract import get_path, page_json
from crawler.page.page import Page, Unreadable
from rules.model import Platform

LITTLE = 600
"""Visible characters up to which a page "says little". The longest wall of the captures says 330."""
FEW_LINKS = 8
"""A page with more links than this has navigation, and walls have none."""
LARGE = 256 * 1024
"""Longer pages are not looked into for words. The longest message page of the captures has 39 KB."""
HEAD, TAIL = 16 * 1024, 4 * 1024
"""How much of a page is searched for markers. Eighty strings over 200 KB would cost 4 ms."""
LARGE_JSON = 64 * 1024
"""Longer JSON is an answer, not a refusal; the readers check its codes themselves."""
DAY = r"(?:19|20)\d\d\s?[-/.年]\s?\d{1,2}\s?[-/.月]\s?\d{1,2}"
ARTICLE = re.compile(
    rf"(?:发布|发表|更新|发文|录入|上传|添加|创建)(?:时间|日期|人|者|单位|部门)\s*[:：]|来源\s*[:：]|"
    r"(?:浏览|点击|阅读|访问)(?:次数|量|数|人次)?\s*[:：]|(?<![\u4e00-\u9fff])(?:作者|编辑|责编|供稿|撰稿|审核|签发|文/|图/)\s*[:：]|"
    rf"(?<![\u4e00-\u9fff])(?:时间|日期)\s*[:：]\s*{DAY}(?!\s?日?\s?\d{{0,2}}[:：]?\d{{0,2}}\s?(?:至|到|起|~|—|-))|"
    r"上一篇\s*[:：]|下一篇\s*[:：]|当前位置\s*[:：]"
)
"""What a publication has and a wall has not, however short it is. 维护时间：2026-11-20 22:00 至 … is no date of one."""
DATED = re.compile(rf"(?:^|\n)[\s\[(（【]*{DAY}\s?日?(?:\s+\d{{1,2}}:\d{{2}}(?::\d{{2}})?)?[\s\])）】]*(?:\n|$)")
"""A full date alone in its element, as stands under the heading of an article."""


@dataclass(frozen=True)
class PageSignals:
    """What the signatures ask about one page, each worked out at most once."""

    page: Page
    content: tuple[str, ...] = ()
    """What a real page of the platform carries."""
    markers: tuple[tuple[bytes, tuple[bytes, ...]], ...] = ()
    """What walls carry: by fragment, see `crawler.page.block_signatures.markers`."""

    @cached_property
    def places(self) -> tuple[str, ...]:
        """Host and path of the final address and of an unfollowed redirect; never the query, which quotes others."""
        return tuple(_place(url) for url in (self.page.url, self.page.headers.get("location", "")) if url)

    @cached_property
    def is_json(self) -> bool:
        """Whether the body opens like JSON."""
        return self.page.text[:64].lstrip()[:1] in ("{", "[")

    @cached_property
    def json(self) -> Any:
        """The body as JSON where it is short enough to be an error; else None."""
        if not self.is_json or len(self.page.text) > LARGE_JSON:
            return None
        try:
            return page_json(self.page)
        except Unreadable:
            return None

    @cached_property
    def title(self) -> str:
        """The text of <title>."""
        text = self.page.text
        at = text.find("<title", 0, LARGE)
        at = text.find("<TITLE", 0, LARGE) if at < 0 else at
        match = re.compile(r"[^>]*>([^<]{0,200})</", re.I).match(text, at + 6) if at >= 0 else None
        return match.group(1).strip() if match else ""

    @cached_property
    def said(self) -> str:
        """The visible text, as far as needed to know whether it is little."""
        return visible_text(self.page.text)

    @cached_property
    def bare(self) -> bool:
        """Whether this is a web page without the platform's content structure."""
        if self.is_json or len(self.page.text) > LARGE:
            return False
        return not self.has(self.content)

    @cached_property
    def edges(self) -> bytes:
        """Where walls carry their marks; a long script between is somebody's library. Bytes are searched faster."""
        text = self.page.text
        return (text if len(text) <= HEAD + TAIL else text[:HEAD] + text[-TAIL:]).encode("utf-8", "ignore")

    @cached_property
    def marks(self) -> frozenset[str]:
        """The markers that stand there."""
        edges = self.edges
        near = (group for fragment, group in self.markers if fragment in edges)
        return frozenset(mark.decode() for group in near for mark in group if mark in edges)

    def has(self, marks: tuple[str, ...]) -> bool:
        """Whether one of these strings stands anywhere in the raw page."""
        return any(mark in self.page.text for mark in marks)

    @cached_property
    def short(self) -> bool:
        """Whether the page says little enough to be a wall."""
        if self.is_json or len(self.page.text) > LARGE:
            return False
        return len(self.said) <= LITTLE and not ARTICLE.search(self.said) and not self._is_article

    @cached_property
    def _is_article(self) -> bool:
        """A heading, a date alone in its element, and words beside them. A wall may have one of the three."""
        return bool(HEADING.search(self.page.text)) and bool(DATED.search(self.pieces))

    @cached_property
    def pieces(self) -> str:
        """The visible text, one element a line."""
        return visible_text(self.page.text, "\n")

    @cached_property
    def silent(self) -> bool:
        """Whether the page shows nobody anything and works by a script."""
        return self.short and not self.said.strip() and "<script" in self.page.text.lower()

    @cached_property
    def asked(self) -> str:
        """The address as asked for, its query and all."""
        return unquote(self.page.requested_url or self.page.url)


def matches(signature: Signature, look: PageSignals) -> bool:
    """Whether every condition holds, cheapest first."""
    return (
        (not signature.status or any(look.page.status in span for span in signature.status))
        and (not signature.url or any(signature.url.search(place) for place in look.places))
        and (not signature.asked or bool(signature.asked.search(look.asked)))
        and all(_holds(look.json, path, values) for path, values in signature.json)
        and (not signature.title or (look.short and bool(signature.title.fullmatch(look.title))))
        and (not signature.text or (look.short and bool(signature.text.search(look.said))))
        and (not signature.marker or (look.short and not look.marks.isdisjoint(signature.marker)))
        and (not signature.raw or look.has(signature.raw))
        and (not signature.silent or look.silent)
        and (not signature.script or bool(signature.script.search(look.page.text[:HEAD])))
        and (not signature.empty or not look.page.text or look.page.text.isspace())
        # Last, because it searches the whole page: words count only where the platform's content is missing.
        and (not (signature.title or signature.text or signature.marker or signature.raw) or look.bare)
    )


def match_block_page(page: Page, platform: Platform) -> Signature | None:
    """The first signature that explains this page as a wall or an error; None where a reader should look."""
    look = PageSignals(page, contents(platform), markers(platform))
    for signature in signatures(platform) if look.short else signatures_without_text(platform):
        if matches(signature, look):
            return signature
    return None


def explain(signature: Signature, page: Page) -> str:
    """Code and Chinese reason as they stand in Observation.reason."""
    return f"{signature.code}: {signature.reason}".format(status=page.status)


def visible_text(text: str, between: str = " ") -> str:
    """Visible text of a page, up to a little over `LITTLE` characters; more than `LITTLE` where there are many links.

    A linear scan that stops early: regular expressions over broken markup are quadratic.
    """
    kept: list[str] = []
    absent: set[str] = set()
    length = links = at = 0
    while at < len(text) and length <= LITTLE:
        tag = text.find("<", at)
        piece = text[at : tag if tag >= 0 else None].strip()
        if piece:
            kept.append(piece)
            length += len(piece)
        if tag < 0:
            break
        links += text[tag + 1 : tag + 3].lower() in LINK
        if links > FEW_LINKS:
            return " " * (LITTLE + 1)
        at = _after(text, tag, absent)
    return html.unescape(between.join(kept))


LINK = ("a ", "a\n", "a\t")
HEADING = re.compile(r"<h[1-4][\s>]", re.I)
SILENT = {"script": "</script", "style": "</style", "title": "</title", "svg": "</svg", "!--": "--"}
SILENT_STARTS = "sStT!"


def _after(text: str, tag: int, absent: set[str]) -> int:
    """Where reading goes on after the tag at ``tag``; ``absent`` remembers which ends were looked for in vain."""
    if text[tag + 1 : tag + 2] not in SILENT_STARTS:
        return text.find(">", tag) + 1 or len(text)
    name = text[tag + 1 : tag + 8].lower()
    silent = next((end for start, end in SILENT.items() if name.startswith(start)), "")
    # Sites of an older age shout their tags.
    for end in dict.fromkeys((silent, silent.upper())):
        if end and end not in absent:
            close = text.find(end, tag + 4)
            if close >= 0:
                return text.find(">", close) + 1 or len(text)
            absent.add(end)
    close = text.find(">", tag)
    return len(text) if close < 0 else close + 1


def _place(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return parts.netloc + parts.path


def _holds(value: Any, path: tuple[str, ...], wanted: tuple[Any, ...]) -> bool:
    """Whether the JSON has one of the wanted values at this path."""
    if not isinstance(value, dict):
        return False
    parent = get_path(value, *path[:-1])
    present = isinstance(parent, dict) and path[-1] in parent
    return any(_equals(get_path(value, *path), want, present) for want in wanted)


def _equals(found: Any, want: Any, present: bool) -> bool:
    match want:
        case "<present>":
            return present and found is not None
        case "<absent>":
            return not present
        case "<empty>":
            return present and found in (None, "", [], {})
        case "<nonzero>":
            return isinstance(found, int | str) and found not in (0, "0", "", False)
        case str() if want.startswith("~"):
            return isinstance(found, str) and re.search(want[1:], found) is not None
    return type(found) is type(want) and bool(found == want)
