"""Finds the texts of a page that are nothing but a date: how lists, unlike prose, show when an item was published."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from selectolax.lexbor import LexborNode

from crawler.page.dates import MONTHS, NAMED, When, parse_when
from crawler.platforms.website.document import ParsedPage, TextNode
from crawler.platforms.website.splits import LONGEST_PART, split_date

LONGEST = 48
MOST = 2000
"""Dates of one page that are looked at: real pages hold up to 300, and what follows is not linear in them."""
LABEL = r"(?:(?:发布|发表|添加|录入|发文|上传|更新|编辑)?(?:时间|日期)|发布于|发表于|发布|posted on|published|date)"
PLAN = (
    r"(?:截|止|举办|开幕|活动|会议|讲座|报告|考试|报名|预约|开标|开始|结束|开放|召开|有效|出生|生日|入学|入职|入党|任职|参加工作|毕业|登录|访问|今|现在|当前|最后|更新|修改"
    r"|立项|结项|获奖|授权|申请|成文|印发|施行|生效|实施|开学|放假|培训|答辩|面试|笔试|比赛|开赛|演出|展览|展出|上映|首播|成立|建成|注册|创刊|出版|收稿|拍摄|签约|投稿|征稿|值班"
    r"|开讲|宣讲|回复|跟帖|签到|期限|聘期|任期|学期|工期|展期)"
)
PUBLISHED = r"(?:发布|发表|发文|发稿|发帖|发送|添加|录入|上传|创建|建立|加入|公布|公开|刊登|刊发|登载|推送|入库|提交|审核|转载|更新|编辑|撰写|撰稿|收录|张贴|文章|新闻|信息|消息|通知|公告)"
OTHER = rf"(?![一-龥]{{0,6}}{PUBLISHED})[一-龥]{{1,8}}(?:时间|日期|年月|时期)"
"""入职时间, 开赛日期: a time that is called by something else than by its publication."""
ANY_LABEL = rf"(?:(?![一-龥]{{0,3}}{PLAN}|{OTHER})[一-龥]{{1,4}}[:：])"
"""日间：2020-12-02: whatever a designer calls it, unless it names a plan, an edit, or another time."""
TIME = (
    r"(?:[\s,T日]{0,3}(?:um |at )?\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?(?:-\d{2}:\d{2}(?!\d))?)?"
    r"\s?(?:[ap]\.?m\b\.?|Uhr|Z\b|UTC|GMT|\+\d{2}:?\d{2}(?!\d)|-\d{4}(?!\d))?)?"
)
"""-16:00 behind 14:00 is an end, behind 14:00:00 a zone."""
WEEKDAY = r"(?:\W{0,3}(?:星期|周)[一二三四五六日天])?"
UNTIL = r"\s*(?:至|到|[-~～—–―]+)\s*"
FULL = (
    r"(?:(?:19|20)\d\d\s?[-/.年]\s?\d{1,2}\s?[-/.月]\s?\d{1,2}(?!\d)\s?[日号]?"
    r"|二[〇○零Ｏ][〇○零Ｏ一二三四五六七八九]{2}年[一二三四五六七八九十]{1,2}月[一二三四五六七八九十]{1,3}日"
    r"|\d{1,2}\.\s?\d{1,2}\.\s?(?:19|20)\d\d(?!\d)"
    r"|\d{1,2}(?:st|nd|rd|th)?\.? " + NAMED.replace("(?P<name>", "(?:") + r",? 20\d\d"
    r"|\d{1,2}/\d{1,2}/(?:19|20)\d\d(?!\d)"
    r"|" + NAMED.replace("(?P<name>", "(?:") + r" \d{1,2}(?:st|nd|rd|th)?,? 20\d\d)"
)
SHORT = r"(?:\d\d[-/.]\d\d[-/.]\d\d(?!\d)|20[0-4]\d[01]\d[0-3]\d(?!\d))"
BARE = r"(?:\d{2}\s?[-/.]\s?\d{2}(?!\d)|(?<=[(（])\d{1,2}\s?[-/]\s?\d{1,2}(?=[)）])|\d{1,2}\s?月\s?\d{1,2}\s?[日号]?)"
"""Two digits each, or in round brackets, where no word says month or day: 1/5 is a slide of five, 3.5 a score, 1-2 a
chapter, [1-2] a footnote."""
RELATIVE = r"(?:刚刚|(?:\d{1,3}|半|[一二两三四五六七八九十]{1,2})\s?个?(?:秒钟?|分钟|小时|天|日|周|星期|礼拜|月)(?:之?前|以前)|今天|今日|昨天|昨日|前天|前日|(?:\d{1,3}|an?|one) (?:second|minute|min|hour|day|week|month)s? ago|yesterday)"
MONTH = (
    r"(?:20\d\d\s?年\s?\d{1,2}\s?月|20\d\d\s?[-/.]\s?(?:0[1-9]|1[0-2])(?!\d)|二[〇○零Ｏ][〇○零Ｏ一二三四五六七八九]{2}年[一二三四五六七八九十]{1,2}月"
    r"|" + NAMED.replace("(?P<name>", "(?:") + r",? 20\d\d)"
)
RANGE = re.compile(
    rf"{FULL}\s?(?:\d{{1,2}}:\d{{2}}(?::\d{{2}})?)?{WEEKDAY}\s?(?:\d{{1,2}}:\d{{2}})?{UNTIL}(?:20\d\d\s?[-/.年]|\d{{1,2}}\s?[月:：/.]|\d{{1,2}}\s?[日号])",
    re.I,
)
"""From one day, or hour, to another: when something is held or open, never when it was published."""
STRICT = re.compile(
    rf"^[\W_]*(?:{LABEL}[\s:：]*|{ANY_LABEL}\s*)?(?:(?P<full>{FULL})|(?P<short>{SHORT})|(?P<relative>{RELATIVE})|(?P<bare>{BARE}))"
    rf"{TIME}{WEEKDAY}[\W_]*$",
    re.I,
)
MONTHLY = re.compile(rf"^[\W_]*(?:{LABEL}[\s:：]*)?({MONTH})[\W_]*$", re.I)
"""A list that tells no day. A single such text is an issue, an archive, a heading."""
LABELLED = re.compile(rf"(?:^|[\s|（(【\[,，;；])(?:{LABEL})[\s:：]+{FULL}", re.I)
TRAILING = re.compile(rf"(?:[\s\[(（【]|[|·•])({FULL}{TIME})[\])）】\s]*$", re.I)
LEADING = re.compile(
    rf"^[\s\[(（【]*({FULL}{TIME})[\])）】\s|·•]*(?:$|[\s|·•\])）】].*(?:阅读|点击|浏览|来源|作者|发布|次))", re.I
)
MAY_BE_LONE = re.compile(r"[\W_]*(?:[\da-z发表添录上更编时日一二两三四五六七八九十半刚今昨前]|[一-龥]{1,4}[:：])", re.I)
"""How a lone date begins, label included. Titles with a number in them, which are many, do not begin so."""
TOGETHER = re.compile(r"^\W*(\d{1,2})日?\s+(20\d\d)\s?[-/.年]\s?(\d{1,2})月?\W*$")
TOGETHER_BACK = re.compile(r"^\W*(20\d\d)\s?[-/.年]\s?(\d{1,2})月?\s+(\d{1,2})日?\W*$")
DIGIT = re.compile(r"[0-9〇○零昨今前刚]|\b(?:ago|yesterday)\b", re.I)
MONTH_WORD = re.compile(
    r"\W*(?:[一二三四五六七八九十]{1,2}月|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z.]{0,7}\W*$)", re.I
)
WORDED = re.compile(
    rf"^\W*(?:(?P<day>\d{{1,2}})(?:st|nd|rd|th)?[ ./-]{NAMED}|{NAMED.replace('name', 'before')} ?(?P<after>\d{{1,2}})(?:st|nd|rd|th)?)\W*$",
    re.I,
)
"""05 Nov, Nov. 5th: a date without its year, in English."""
YEAR = re.compile(r"20\d\d")
VENUE = re.compile(
    r"(?:地\s*点|主讲人?|报告人|主持人|会议室|参加人员?|腾讯会议|会议号|场\s*地|\b(?:venue|location|place|where|speaker))\s*[:：]|📍",
    re.I,
)
BARE_LABEL = re.compile(
    r"(?<![一-龥])(?:时\s*间|日\s*期)\s*[:：]?\s*$|\b(?:time|when|date)\s*[:：]\s*$|[\U0001f550-\U0001f567⏰⌚📅📆🗓]\ufe0f?\s*$",
    re.I,
)
EVENT_NEAR = 3
"""Texts beside a 时间 among which a 地点 makes it the time of an event."""
NOT_PUBLICATION = re.compile(
    r"(?:(?:今天|今日|现在|当前)(?:时间|日期)?(?:是|为)?[\s:：]*"
    rf"|{PLAN}[一-龥]{{0,3}}(?:(?:时间|日期|于|至|年月)[\s:：]*|[:：]\s*)"
    rf"|(?<![一-龥]){OTHER}[\s:：]*|20\d\d\s?[-/.年]\s?\d{{1,2}}\s?[-/.月]\s?\d{{1,2}}\s?[日号]?{UNTIL}"
    r"|(?<![一-龥])第\s?[\d一二三四五六七八九十]{1,3}\s?周[\s:：]*)$"
)
"""What stands right before a date that says when something else happened, weeks of the term among it. 发布时间 etc. end in a label of their own."""


@dataclass(slots=True)
class DateStamp:
    """One date standing alone. ``shape``: full, short, relative, bare (year-less), split, or loose ones by position."""

    index: int
    node: LexborNode
    when: When
    shape: str


def stamps(document: ParsedPage, now: datetime) -> list[DateStamp]:
    """Every lone date of the page, in reading order."""
    found: list[DateStamp] = []
    texts = document.texts
    skip_until = -1
    for text in texts:
        if text.index < skip_until or len(text.text) > LONGEST or not _may_hold_date(text.text):
            continue
        split = split_date(texts, text.index, now) if len(text.text) <= LONGEST_PART else None
        stamp = DateStamp(text.index, text.node, *split[:2]) if split else _lone(text, now)
        if stamp and not _says_otherwise(texts, text.index) and not is_event(texts, text.index):
            found.append(stamp)
            skip_until = text.index + (split[2] if split else 1)
            if len(found) == MOST:
                break
    return found


def _may_hold_date(content: str) -> bool:
    return DIGIT.search(content) is not None or (len(content) < LONGEST_PART and MONTH_WORD.match(content) is not None)


def loose_stamps(document: ParsedPage, now: datetime) -> list[DateStamp]:
    """Dates that share their text with a title or a counter; only worth something when a whole column does so."""
    found = []
    for text in document.texts:
        if 10 < len(text.text) <= 120 and YEAR.search(text.text):
            for shape, pattern in (("labelled", LABELLED), ("leading", LEADING), ("trailing", TRAILING)):
                match = pattern.search(text.text)
                if not match or _says_otherwise(document.texts, text.index) or is_event(document.texts, text.index):
                    continue
                if NOT_PUBLICATION.search(
                    text.text[: match.start(1)] if match.re.groups else text.text[: match.start()]
                ):
                    continue
                if when := parse_when(match[0], now):
                    found.append(DateStamp(text.index, text.node, when, shape))
                    break
    return found


def _lone(text: TextNode, now: datetime) -> DateStamp | None:
    content = text.text
    if not MAY_BE_LONE.match(content):
        return None
    if match := STRICT.match(content):
        shape = match.lastgroup or "full"
        when = parse_when(content if shape != "bare" else _plain(content), now)
        return DateStamp(text.index, text.node, when, shape) if when else None
    if match := TOGETHER.match(content):
        written = "-".join((match[2], match[3], match[1]))
    elif match := TOGETHER_BACK.match(content):
        written = "-".join(match.groups())
    elif match := WORDED.match(content):
        month = MONTHS[(match["name"] or match["before"]).lower()]
        when = parse_when(f"{month}-{match['day'] or match['after']}", now)
        return DateStamp(text.index, text.node, when, "bare") if when else None
    elif match := MONTHLY.match(content):
        when = parse_when(match[1], now)
        return DateStamp(text.index, text.node, when, "month") if when else None
    else:
        return None
    when = parse_when(written, now)
    return DateStamp(text.index, text.node, when, "split") if when else None


def is_event(texts: list[TextNode], index: int) -> bool:
    """True where a date is called no more than 时间, and a place or a speaker stands beside it."""
    text = texts[index].text
    first = re.search(r"\d", text)
    before = f"{texts[index - 1].text[-10:] if index else ''}\n{text[: first.start()] if first else ''}"
    if BARE_LABEL.search(before.rstrip()) is None:
        return False
    near = texts[max(0, index - EVENT_NEAR) : index + EVENT_NEAR + 1]
    return any(VENUE.search(other.text) for other in near)


def is_date(content: str) -> bool:
    """True where a text is nothing but a date."""
    return MAY_BE_LONE.match(content) is not None and STRICT.match(content) is not None


def _plain(content: str) -> str:
    """A year-less date without label or decoration, with one separator, which `parse_when` takes literally."""
    numbers = re.findall(r"\d+", content)
    return f"{numbers[0]}-{numbers[1]}" + (f" {numbers[2]}:{numbers[3]}" if len(numbers) > 3 else "")


def _says_otherwise(texts: list[TextNode], index: int) -> bool:
    """True where the words before the date make it an event, a deadline or today's."""
    if index == 0:
        return False
    before = texts[index - 1]
    if len(before.text) > 14 or NOT_PUBLICATION.search(before.text) is None:
        return False
    # A link called 报名时间 is an item's title, not the label of the date behind it.
    return before.node.parent is None or before.node.parent.tag != "a"
