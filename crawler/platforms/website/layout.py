"""Where an article's title, the lines about it and its body stand among the texts of the page."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property

from crawler.platforms.website.document import Heading, ParsedPage, TextNode
from crawler.platforms.website.stamps import FULL

DATE = re.compile(FULL, re.I)
NUMBER = re.compile(r"(?:19|20)\d\d|二[〇○零Ｏ]")
"""No date is without one of these, which is cheaper to ask."""
BODIES = "#vsb_content, .v_news_content, .wp_articlecontent, #vsb_content_2, #vsb_content_4, [itemprop=articleBody]"
PROSE = 90
"""Characters of one text beyond which it is the body, not a line about the article."""
CHINESE_PROSE = 18
"""The same for a text with a Chinese comma in it: notices begin with short paragraphs."""
WINDOW = 40
"""Texts after the title that may still be the lines about the article."""
ABOVE = 4
"""Texts before the title: some designs set the date right above it."""
BELOW = 8
SHORTEST = 4
SEPARATORS = re.compile(r"\s*[-_|–—]+\s*")
NOT_WORD = re.compile(r"[\W_]+")
CLAUSE = re.compile(r"[，。；]")
SENTENCE = re.compile(r"[，。；,.]")


class PageLayout:
    """The lazy look at one article page."""

    def __init__(self, document: ParsedPage) -> None:
        """Nothing is searched before it is asked for."""
        self.document = document

    @cached_property
    def title_place(self) -> int | None:
        """The index of the article's title: the heading, else the text, that ``<title>`` knows; None where none."""
        stated = self._stated_title
        whole, first = _plain(stated), _plain(SEPARATORS.split(stated)[0])
        texts = self.document.texts
        candidates: tuple[Sequence[Heading | TextNode], ...] = (self.document.headings, texts)
        for among in candidates:
            fitting = [(size, t.index) for t in among if (size := _same_title(t.text, whole, first))] if whole else []
            # Navigation names the article as well, and so does the body; the title is what stands last before the body.
            if self.body_place is not None:
                fitting = [pair for pair in fitting if pair[1] < self.body_place] or fitting
            if fitting:
                # The longest is the title; what is shorter is the site's or a column's name, which <title> holds too.
                if among is not texts:
                    return max(fitting, key=lambda pair: (pair[0], -pair[1]))[1]
                return max(fitting, key=lambda pair: (pair[0], self._has_date_below(pair[1]), pair[1]))[1]
        return next((h.index for h in self.document.headings if h.node.tag == "h1" and len(h.text) >= SHORTEST), None)

    def _has_date_below(self, place: int) -> bool:
        """True where a date follows soon: share buttons at the end of a page repeat the title, and nothing follows."""
        below = self.document.texts[place + 1 : place + 1 + BELOW]
        return any(len(t.text) <= PROSE and NUMBER.search(t.text) and DATE.search(t.text) for t in below)

    @cached_property
    def body_place(self) -> int | None:
        """The index of the first text of the article's body, where the content system marks it; else None."""
        body = self.document.tree.css_first(BODIES)
        if body is None:
            return None
        inside = {node.mem_id for node in body.traverse(include_text=True) if node.tag == "-text"}
        return next((text.index for text in self.document.texts if text.node.mem_id in inside), None)

    @cached_property
    def lines(self) -> list[TextNode]:
        """The texts about the article: from just above its title to the first prose or the body's own block."""
        texts, place, body = self.document.texts, self.title_place, self.body_place
        if place is None or (body is not None and place > body):
            return texts[max(0, body - WINDOW) : body] if body is not None else []
        end = min(place + 1 + WINDOW, len(texts) if body is None else body)
        for text in texts[place + 1 : end]:
            if _is_prose(text.text):
                end = text.index
                break
        return texts[max(0, place - ABOVE) : end]

    @cached_property
    def window(self) -> list[TextNode]:
        """The texts from the title on, prose among them, up to the body where that is known."""
        if self.title_place is None:
            return []
        end = self.title_place + 1 + WINDOW
        return self.document.texts[self.title_place + 1 : end if self.body_place is None else min(end, self.body_place)]

    @cached_property
    def headline(self) -> str:
        """The article's own title: META, else the text that ``<title>`` knows, else the first part of ``<title>``."""
        if title := self.document.meta.get("articletitle"):
            return title
        if self.title_place is not None and self.title_place < len(self.document.texts):
            whole = next((h.text for h in self.document.headings if h.index == self.title_place), "")
            return whole or self.document.texts[self.title_place].text
        return SEPARATORS.split(self._stated_title)[0]

    @property
    def _stated_title(self) -> str:
        meta = self.document.meta
        return meta.get("articletitle") or self.document.title or meta.get("og:title", "")

    def before(self, text: TextNode, start: int) -> str:
        """What is written right before position ``start`` of a text, its left neighbour's end included."""
        # A title may end in 报名时间 and is no label.
        labelled = text.index > 0 and text.index - 1 != self.title_place
        neighbour = self.document.texts[text.index - 1].text[-20:] if labelled else ""
        return f"{neighbour}\n{text.text[:start]}"


def _is_prose(text: str) -> bool:
    if len(text) > PROSE:
        return SENTENCE.search(text) is not None and not (NUMBER.search(text) and DATE.search(text[:PROSE]))
    return len(text) > CHINESE_PROSE and CLAUSE.search(text) is not None


def _same_title(text: str, whole: str, first: str) -> int:
    """How much of ``<title>`` a text says; 0 where it says something else."""
    start = text[:2]
    if start.isalnum() and start[: len(whole)] not in whole:
        return 0
    plain = _plain(text)
    if len(plain) < SHORTEST:
        return len(plain) if len(plain) > 1 and plain == first else 0
    same = whole.startswith(plain) or (len(plain) >= 2 * SHORTEST and plain in whole) or plain.startswith(whole)
    return len(plain) if same else 0


def _plain(text: str) -> str:
    return NOT_WORD.sub("", text)
