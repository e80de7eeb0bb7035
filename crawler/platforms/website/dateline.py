"""The line under an article's title that states its date, and what must not be taken for it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from crawler.page.dates import When, parse_when
from crawler.platforms.website.document import TextNode
from crawler.platforms.website.items import ancestors
from crawler.platforms.website.layout import CLAUSE, DATE, NUMBER, PROSE, PageLayout
from crawler.platforms.website.stamps import BARE_LABEL, MONTHLY, NOT_PUBLICATION, RANGE, RELATIVE, VENUE, is_date
from crawler.platforms.website.tables import under_a_plan

LABELS = re.compile(
    r"(?:发布|发表|发文|发稿|添加|录入|上传|公布|发布于|发表于)\s?(?:时间|日期|于)?\s*[:：]?\s*$"
    r"|(?<![一-龥])(?:时间|日期|published|posted|date|veröffentlicht|erstellt|publié|stand|datum)"
    r"(?: on| am| le)?\s*[-:：]?\s*$",
    re.I,
)
LABEL_ENDS = frozenset("布表文稿加入传于间期dDnNmMeEtTéÉ")
"""The last letters of all labels; most dates stand behind something else."""
AGO = re.compile(rf"(?:^|[\s|｜:：于])(?P<ago>{RELATIVE}(?:\s?\d{{1,2}}:\d{{2}})?)(?=$|[\s|｜,，])")
STOP = re.compile(r"[a-zäöüéèß]{2}[.!?…][\"”»]?$")
EMPTY_LABEL = re.compile(r"^\W*(?:发布|发表|发文|发稿)(?:时间|日期)\s*[:：]?\s*$")
FEW = 2
"""Lone dates under a title above which they are a list."""
CLOSE = 5
"""Texts below the title among which its own date stands."""
EDITED = re.compile(
    r"(?:更新|修改|编辑)(?:时间|日期|于)?\s*[:：]?\s*$|(?:updated|modified|aktualisiert)\W*(?:on|am)?\W*$", re.I
)


@dataclass(frozen=True, slots=True)
class Dateline:
    """The text that states the date under the title; ``labelled`` where it says what date it is."""

    text: TextNode
    when: When
    labelled: bool


def stated_line(layout: PageLayout, now: datetime) -> Dateline | None:
    """The date in the lines between title and body: a labelled one wherever it stands there, then a bare one."""
    dated = [
        (text, text.text[match.start() :], layout.before(text, match.start()))
        for text in layout.lines
        if len(text.text) <= 2 * PROSE and NUMBER.search(text.text) and not _is_title(layout, text)
        for match in DATE.finditer(text.text)
        if RANGE.match(text.text, match.start()) is None and not under_a_plan(ancestors(text.node, {}))
    ]
    # Several lone dates are a list under the title (comments, related articles), not the article's own line.
    lone = sum(is_date(text.text) for text, _, _ in dated)
    ways: tuple[Callable[[str, str], bool], ...] = (_labelled, _alone, _edited) if lone <= FEW else (_labelled,)
    if dated and (place := _empty_label(layout)) is not None:
        dated = [line for line in dated if line[0].index < place or _labelled(line[0].text, line[2])]
    if dated and announces(layout):
        dated = [line for line in dated if not BARE_LABEL.search(line[2])]
    for accept in ways:
        for text, written, before in dated:
            if accept(text.text, before) and (when := parse_when(written, now)):
                return Dateline(text, when, accept is _labelled)
    return _right_below(layout, now) if lone > FEW else None


def relative_line(layout: PageLayout, now: datetime) -> When | None:
    """3小时前, alone, before the source, or behind 发布于, right under the title: portals write so of what is new."""
    place = layout.title_place
    for text in layout.lines:
        near = place is not None and place < text.index <= place + CLOSE
        match = AGO.search(text.text) if near and len(text.text) <= PROSE else None
        parent = text.node.parent
        if (
            match
            and not (parent is not None and parent.tag == "a")
            and not EDITED.search(layout.before(text, match.start("ago")))
        ):
            return parse_when(match["ago"], now)
    return None


def month_line(layout: PageLayout, now: datetime) -> When | None:
    """发布时间：2026年11月, where the lines about the article tell no day."""
    for text in layout.lines:
        if (match := MONTHLY.match(text.text)) and _labelled(text.text, layout.before(text, match.start(1))):
            return parse_when(match[1], now)
    return None


def _empty_label(layout: PageLayout) -> int | None:
    """Where a 发布时间 stands whose date a script fills in: a bare date behind it is the body's."""
    lines = layout.lines
    for label, behind in pairwise(lines):
        if EMPTY_LABEL.search(label.text) and not DATE.search(behind.text):
            return label.index
    return None


def _right_below(layout: PageLayout, now: datetime) -> Dateline | None:
    """A lone date right below the title with no link near it, though other articles' dates follow a short body."""
    if layout.title_place is None:
        return None
    for text in layout.document.texts[layout.title_place + 1 : layout.title_place + 1 + CLOSE]:
        if (tag := text.node.parent) is not None and tag.tag == "a":
            return None
        if NUMBER.search(text.text) and (match := DATE.search(text.text)):
            if under_a_plan(ancestors(text.node, {})):
                return None
            behind = layout.document.texts[text.index + 1 : text.index + 2]
            linked = any(other.node.parent is not None and other.node.parent.tag == "a" for other in behind)
            lone = not linked and _alone(text.text, layout.before(text, match.start()))
            when = parse_when(text.text[match.start() :], now) if lone else None
            return Dateline(text, when, labelled=False) if when else None
    return None


def _is_title(layout: PageLayout, text: TextNode) -> bool:
    """True for the article's own title, or another's, that has a day in it: 2024年11月19日活动报道."""
    parent = text.node.parent
    titled = text.index == layout.title_place or (parent is not None and parent.tag in ("a", "h1"))
    return titled and not is_date(text.text)


def announces(layout: PageLayout) -> bool:
    """True where 时间：… and 地点：… under the title are what the article announces, not when it was published."""
    return any(VENUE.search(text.text) for text in layout.window if len(text.text) <= 2 * PROSE)


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
