"""Finds the texts of a page that are nothing but a date: how lists, unlike prose, show when an item was published."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from selectolax.lexbor import LexborNode

from crawler.dates import NAMED, When, parse_when
from crawler.platforms.website.document import Document, Text

LONGEST = 48
LONGEST_PART = 14
MOST = 2000
"""Dates of one page that are looked at: real pages hold up to 300, and what follows is not linear in them."""
LABEL = r"(?:(?:发布|发表|添加|录入|发文|上传|更新|编辑)?(?:时间|日期)|发布于|发表于|发布|posted on|published|date)"
PLAN = r"(?:截|止|举办|开幕|活动|会议|讲座|报告|考试|报名|预约|开标|开始|结束|开放|召开|有效|出生|生日|入学|入职|毕业|登录|访问|今|现在|当前|最后|更新|修改)"
ANY_LABEL = rf"(?:(?![一-龥]{{0,3}}{PLAN})[一-龥]{{1,4}}[:：])"
"""日间：2020-12-02: whatever a designer calls it, unless it names a plan or an edit."""
TIME = r"(?:[\s,T日]{0,3}(?:um |at )?\d{1,2}:\d{2}(?::\d{2})?\s?(?:[ap]\.?m\b\.?|Uhr)?)?"
WEEKDAY = r"(?:\W{0,3}(?:星期|周)[一二三四五六日天])?"
FULL = (
    r"(?:(?:19|20)\d\d\s?[-/.年]\s?\d{1,2}\s?[-/.月]\s?\d{1,2}(?!\d)\s?[日号]?"
    r"|[二][〇○零Ｏ][〇○零Ｏ一二三四五六七八九]{2}年[一二三四五六七八九十]{1,2}月[一二三四五六七八九十]{1,3}日"
    r"|\d{1,2}\.\s?\d{1,2}\.\s?(?:19|20)\d\d(?!\d)"
    r"|\d{1,2}(?:st|nd|rd|th)?\.? " + NAMED.replace("(?P<name>", "(?:") + r",? 20\d\d"
    r"|\d{1,2}/\d{1,2}/(?:19|20)\d\d(?!\d)"
    r"|" + NAMED.replace("(?P<name>", "(?:") + r" \d{1,2}(?:st|nd|rd|th)?,? 20\d\d)"
)
SHORT = r"(?:\d\d[-/.]\d\d[-/.]\d\d(?!\d))"
BARE = r"(?:\d{2}\s?[-/.]\s?\d{2}(?!\d)|\d{1,2}\s?月\s?\d{1,2}\s?[日号]?)"
"""Two digits each where no word says month or day: 1/5 is a slide of five, 3.5 a score, 1-2 a chapter."""
RELATIVE = r"(?:刚刚|\d{1,2}\s?(?:分钟|小时|天)前|今天|昨天|前天)"
STRICT = re.compile(
    rf"^[\W_]*(?:{LABEL}[\s:：]*|{ANY_LABEL}\s*)?(?:(?P<full>{FULL})|(?P<short>{SHORT})|(?P<relative>{RELATIVE})|(?P<bare>{BARE}))"
    rf"{TIME}{WEEKDAY}[\W_]*$",
    re.I,
)
LABELLED = re.compile(rf"(?:^|[\s|（(【\[,，;；])(?:{LABEL})[\s:：]+{FULL}", re.I)
TRAILING = re.compile(rf"(?:[\s\[(（【]|[|·•])({FULL}{TIME})[\])）】\s]*$", re.I)
LEADING = re.compile(
    rf"^[\s\[(（【]*({FULL}{TIME})[\])）】\s|·•]*(?:$|[\s|·•\])）】].*(?:阅读|点击|浏览|来源|作者|发布|次))", re.I
)
MAY_BE_LONE = re.compile(r"[\W_]*(?:[\da-z发表添录上更编时日二刚今昨前]|[一-龥]{1,4}[:：])", re.I)
"""How a lone date begins, label included. Titles with a number in them, which are many, do not begin so."""
MAY_BE_PART = re.compile(r"[\W_]*[\da-z]", re.I)
PARTS = {
    "day": re.compile(r"^[\W_]*(?P<day>\d{1,2})\s?日?[\W_]*$"),
    "month": re.compile(rf"^[\W_]*(?:(?P<month>\d{{1,2}})\s?月|{NAMED})[\W_]*$", re.I),
    "year": re.compile(r"^[\W_]*(?P<year>20\d\d)\s?年?[\W_]*$"),
    "year_month": re.compile(r"^[\W_]*(?P<year>20\d\d)\s?[-/.年]\s?(?P<month>\d{1,2})\s?月?[\W_]*$"),
    "month_day": re.compile(r"^[\W_]*(?P<month>\d{1,2})\s?[-/.月]\s?(?P<day>\d{1,2})\s?日?[\W_]*$"),
}
SPLITS = (
    ("day", "year_month"),
    ("year_month", "day"),
    ("year", "month", "day"),
    ("day", "month", "year"),
    ("month", "day", "year"),
    ("month_day", "year"),
    ("year", "month_day"),
    ("day", "month"),
    ("month", "day"),
)
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
TOGETHER = re.compile(r"^\W*(\d{1,2})日?\s+(20\d\d)\s?[-/.年]\s?(\d{1,2})月?\W*$")
TOGETHER_BACK = re.compile(r"^\W*(20\d\d)\s?[-/.年]\s?(\d{1,2})月?\s+(\d{1,2})日?\W*$")
DIGIT = re.compile(r"[0-9〇昨今前刚]")
YEAR = re.compile(r"20\d\d")
NOT_PUBLICATION = re.compile(
    r"(?:(?:今天|今日|现在|当前)(?:时间|日期)?(?:是|为)?[\s:：]*"
    r"|(?:更新|访问|截止|截至|举办|活动|会议|讲座|报告|考试|报名|开标|开始|结束|开放|出生|登录)"
    r"(?:(?:时间|日期|于|至)[\s:：]*|[:：]\s*))$"
)
"""What stands right before a date that says when something else happened. 发布时间 etc. end in a label of their own."""


@dataclass(slots=True)
class Stamp:
    """One date standing alone. ``shape``: full, short, relative, bare (year-less), split, or loose ones by position."""

    index: int
    node: LexborNode
    when: When
    shape: str


def stamps(document: Document, now: datetime) -> list[Stamp]:
    """Every lone date of the page, in reading order."""
    found: list[Stamp] = []
    texts = document.texts
    skip_until = -1
    for text in texts:
        if text.index < skip_until or len(text.text) > LONGEST or not DIGIT.search(text.text):
            continue
        split, used = _split(texts, text.index, now) if len(text.text) <= LONGEST_PART else (None, 1)
        stamp = split or _lone(text, now)
        if stamp and not _says_otherwise(texts, text.index):
            found.append(stamp)
            skip_until = text.index + used
            if len(found) == MOST:
                break
    return found


def loose_stamps(document: Document, now: datetime) -> list[Stamp]:
    """Dates that share their text with a title or a counter; only worth something when a whole column does so."""
    found = []
    for text in document.texts:
        if 10 < len(text.text) <= 120 and YEAR.search(text.text):
            for shape, pattern in (("labelled", LABELLED), ("leading", LEADING), ("trailing", TRAILING)):
                match = pattern.search(text.text)
                if match and not _says_otherwise(document.texts, text.index) and (when := parse_when(match[0], now)):
                    found.append(Stamp(text.index, text.node, when, shape))
                    break
    return found


def _lone(text: Text, now: datetime) -> Stamp | None:
    content = text.text
    if not MAY_BE_LONE.match(content):
        return None
    if match := STRICT.match(content):
        shape = match.lastgroup or "full"
        when = parse_when(content if shape != "bare" else _plain(content), now)
        return Stamp(text.index, text.node, when, shape) if when else None
    if match := TOGETHER.match(content):
        written = "-".join((match[2], match[3], match[1]))
    elif match := TOGETHER_BACK.match(content):
        written = "-".join(match.groups())
    else:
        return None
    when = parse_when(written, now)
    return Stamp(text.index, text.node, when, "split") if when else None


def is_date(content: str) -> bool:
    """True where a text is nothing but a date."""
    return MAY_BE_LONE.match(content) is not None and STRICT.match(content) is not None


def _plain(content: str) -> str:
    """A year-less date without label or decoration, with one separator, which `parse_when` takes literally."""
    numbers = re.findall(r"\d+", content)
    return f"{numbers[0]}-{numbers[1]}" + (f" {numbers[2]}:{numbers[3]}" if len(numbers) > 3 else "")


def _split(texts: list[Text], start: int, now: datetime) -> tuple[Stamp | None, int]:
    """A date cut into two or three neighbouring tags, as designers like it: a big day over a small year-month."""
    if not (first := _parts(texts[start].text)):
        return None, 1
    window = texts[start : start + 3]
    parts = [first, *(_parts(text.text) for text in window[1:])]
    for kinds in SPLITS:
        used = len(kinds)
        if used > len(parts) or not all(kind in part for kind, part in zip(kinds, parts, strict=False)):
            continue
        if _close(window[0].node, window[used - 1].node):
            written, bare = _written([part[kind] for kind, part in zip(kinds, parts, strict=False)])
            if when := parse_when(written, now):
                return Stamp(start, window[0].node, when, "bare" if bare else "split"), used
    return None, 1


@lru_cache(4096)
def _parts(text: str) -> dict[str, re.Match[str]]:
    """Which parts of a date a whole text can be."""
    if len(text) > LONGEST_PART or not MAY_BE_PART.match(text):
        return {}
    return {kind: match for kind, pattern in PARTS.items() if (match := pattern.match(text))}


def _written(matches: list[re.Match[str]]) -> tuple[str, bool]:
    part = {key: value for match in matches for key, value in match.groupdict().items() if value}
    month = part.get("month") or str(
        MONTHS.index(part["name"][:3].lower()) + 1 if part["name"][:3].lower() in MONTHS else 0
    )
    year = part.get("year")
    return (f"{year}-" if year else "") + f"{month}-{part['day']}", year is None


def _close(one: LexborNode, other: LexborNode) -> bool:
    """True where both stand under the same parent or grandparent, outside each other's items."""
    mine: set[int] = set()
    theirs: set[int] = set()
    for ids, node in ((mine, one), (theirs, other)):
        for _ in range(3):
            if node.parent is None:
                break
            node = node.parent
            ids.add(node.mem_id)
    return bool(mine & theirs)


def _says_otherwise(texts: list[Text], index: int) -> bool:
    """True where the words before the date make it an event, a deadline or today's."""
    if index == 0:
        return False
    before = texts[index - 1].text
    return len(before) <= 14 and NOT_PUBLICATION.search(before) is not None
