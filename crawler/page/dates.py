"""Reads the moment a page says something was published, in the spellings Chinese platforms and sites use."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from functools import lru_cache

from rules.model import BEIJING, Precision

LONGEST = 400
"""Characters looked at: a date field is short, and a reader that hands in a whole article gets its beginning read."""


@dataclass(frozen=True, slots=True)
class When:
    """A publication moment: aware, Beijing time; the start of the day where the precision is DAY.

    MONTH: somewhere in the month that ``at`` lies in or begins (2026年11月, 两周前).
    """

    at: datetime
    precision: Precision
    year_inferred: bool = False


TIME = (
    r"(?:[\sT日号,，-]{0,4}(?P<half>上午|下午|晚上|凌晨|中午)?\s?(?P<hour>\d{1,2})[:时点](?P<minute>\d{2})"
    r"(?:[:分](?P<second>\d{2})(?:[.,]\d{1,9})?(?!\d))?(?:秒|分)?\s?(?P<ampm>[ap]\.?m\b)?"
    r"\s?(?P<zone>Z\b|UTC\b|GMT\b|\+\d{2}:?\d{2}(?!\d)|-\d{4}(?!\d)|(?(second)-\d{2}:\d{2}(?!\d)|(?!)))?)?"
)
NAMES = (
    ("jan", "januar", "january", "janv", "janvier", "jänner"),
    ("feb", "februar", "february", "févr", "février"),
    ("mar", "march", "märz", "mär", "mars"),
    ("apr", "april", "avr", "avril"),
    ("may", "mai"),
    ("jun", "june", "juni", "juin"),
    ("jul", "july", "juli", "juil", "juillet"),
    ("aug", "august", "août"),
    ("sep", "sept", "september", "septembre"),
    ("oct", "october", "okt", "oktober", "octobre"),
    ("nov", "november", "novembre"),
    ("dec", "december", "dez", "dezember", "déc", "décembre"),
)
MONTHS = {name: number for number, names in enumerate(NAMES, 1) for name in names}
NAMED = "(?P<name>" + "|".join(sorted(MONTHS, key=len, reverse=True)) + r")\b\.?"
YEAR = r"(?<!\d)(?P<year>(?:19|20)\d{2})"

NUMERIC = tuple(
    re.compile(pattern, re.I)
    for pattern in (
        YEAR + r"\s?年\s?(?P<month>\d{1,2})\s?月\s?(?P<day>\d{1,2})(?!\d)\s?[日号]?" + TIME,
        YEAR + r"\s?(?P<sep>[-/.])\s?(?P<month>\d{1,2})\s?(?P=sep)\s?(?P<day>\d{1,2})(?![\d]|[./-]\d(?!\d:))" + TIME,
        YEAR + r"\s?[-/.年]\s?(?P<month>\d{1,2})\s?[-/.月]\s?(?P<day>\d{1,2})(?![\d]|[./-]\d(?!\d:))\s?[日号]?" + TIME,
        r"(?<![\d.])(?P<day>\d{1,2})\.\s?(?P<month>\d{1,2})\.\s?(?P<year>(?:19|20)\d{2})(?!\d)" + TIME,
        r"(?<![\d/-])(?P<month>\d{1,2})/(?P<day>1[3-9]|2\d|3[01])/(?P<year>(?:19|20)\d{2})(?!\d)" + TIME,
        r"(?<![\d/-])(?P<day>1[3-9]|2\d|3[01])/(?P<month>\d{1,2})/(?P<year>(?:19|20)\d{2})(?!\d)" + TIME,
        r"(?<![\d年.-])(?P<short>\d{2})年(?P<month>\d{1,2})月(?P<day>\d{1,2})[日号]" + TIME,
    )
)
WORDED = tuple(
    re.compile(pattern, re.I)
    for pattern in (
        # Weibo: Tue Jun 08 09:35:04 +0800 2021
        r"\b[a-z]{3} (?P<name>[a-z]{3}) (?P<day>\d{1,2}) (?P<hour>\d\d):(?P<minute>\d\d):(?P<second>\d\d)"
        r"(?: (?P<zone>[+-]\d{4}|UTC|GMT))? (?P<year>\d{4})\b",
        r"(?<!\d)(?P<day>\d{1,2})(?:\.|st|nd|rd|th)?(?: de)?[ -]" + NAMED + ",?[ -]" + YEAR + r"(?!\d)" + TIME,
        r"(?<![a-zäöüé])" + NAMED + r" (?P<day>\d{1,2})(?:st|nd|rd|th)?,? " + YEAR + r"(?!\d)" + TIME,
    )
)
HAS_DIGIT, HAS_YEAR, HAS_WORD = re.compile(r"\d"), re.compile(r"(?:19|20)\d\d|\d\d年"), re.compile(r"[^\W\d_]{3}")
EDGE, CLOSE = r"(?:(?<=^)|(?<=[\s:\[(【（于|]))", r"(?=$|[\s\])】）|,，])"
BARE = tuple(
    re.compile(pattern, re.I)
    for pattern in (
        EDGE + r"'?(?P<short>\d{2})(?P<sep>[-/.])(?P<month>\d{2})(?P=sep)(?P<day>\d{2})" + TIME + CLOSE,
        r"(?<![\d年.-])(?P<month>\d{1,2})\s?月\s?(?P<day>\d{1,2})\s?[日号]" + TIME,
        EDGE + r"(?P<month>\d{1,2})-(?P<day>\d{1,2})" + TIME + CLOSE,
        r"^[\s\[(【（]*(?P<month>\d{1,2})\s?[/.]\s?(?P<day>\d{1,2})" + TIME + r"[\s\])】）]*$",
    )
)
PLAIN = re.compile(r"^\[?(?:(?P<year>20\d\d)-)?(?P<month>\d\d)-(?P<day>\d\d)\]?$")
"""Nine dates of ten in lists; asking for them first saves the other twenty patterns."""
EPOCH = datetime(1970, 1, 1, tzinfo=BEIJING)
EARLIEST = datetime(1990, 1, 1, tzinfo=BEIJING)
"""Nothing was published on the Web before it existed: 1970-01-01, 1900-01-01 and 1899-12-30 are empty fields."""
EMPTY_FIELDS = frozenset((date(1999, 11, 30), date(2000, 1, 1), date(2001, 1, 1)))
"""What nought is in other systems: a zero date, the turn of the century, the Cocoa epoch."""
PACKED = re.compile(
    r"^(?P<year>20\d{2})(?P<month>\d{2})(?P<day>\d{2})(?:T?(?P<hour>\d{2})(?P<minute>\d{2})(?P<second>\d{2}))?$"
)
MONTH_ONLY = re.compile(
    r"^[\s\[(【（]*(?:(?P<year>(?:19|20)\d{2})\s?[-/.年]\s?(?P<month>\d{1,2})\s?月?|"
    + NAMED
    + r",? (?P<after>(?:19|20)\d{2}))[\s\])】）]*$",
    re.I,
)
UNIX = re.compile(r"^(\d{10})(?:\d{3})?$")
AGO = re.compile(
    r"(?P<count>\d{1,4}|半|[一二两三四五六七八九十])\s?个?(?P<unit>秒钟?|分钟|小时|天|日|周|星期|礼拜|月)(?:之?前|以前)"
)
AGO_ENGLISH = re.compile(r"\b(?P<count>\d{1,4}|an?|one) (?P<unit>second|minute|min|hour|day|week|month)s? ago\b", re.I)
"""What is a year ago or more (1年前, 2 years ago) is known to no month: no date."""
CLOCK = r"\s{0,3}(?:(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2}))?)?"
DAYS_BACK = {"今天": 0, "今日": 0, "昨天": 1, "昨日": 1, "前天": 2, "前日": 2, "yesterday": 1}
NEAR_DAY = re.compile("(?P<word>" + "|".join(DAYS_BACK) + ")(?: at)?" + CLOCK, re.I)
UNITS = {
    "秒": (timedelta(seconds=1), Precision.SECOND),
    "分": (timedelta(minutes=1), Precision.MINUTE),
    "小": (timedelta(hours=1), Precision.MINUTE),
    "天": (timedelta(days=1), Precision.DAY),
    "日": (timedelta(days=1), Precision.DAY),
    # "2 weeks ago" stands for a range of days: claiming one of them would be a lie.
    "周": (timedelta(weeks=1), Precision.MONTH),
    "星": (timedelta(weeks=1), Precision.MONTH),
    "礼": (timedelta(weeks=1), Precision.MONTH),
    "月": (timedelta(days=30), Precision.MONTH),
}
ENGLISH_UNITS = {"second": "秒", "minute": "分", "min": "分", "hour": "小", "day": "天", "week": "周", "month": "月"}
DIGITS = {numeral: str(value) for value, numeral in enumerate("零一二三四五六七八九")} | dict.fromkeys("〇○O", "0")
CHINESE_DATE = re.compile(
    r"([零〇○O一二三四五六七八九]{4})年([一二三四五六七八九十]{1,2})月(?:([一二三四五六七八九十廿卅]{1,3})[日号])?"
)


def parse_when(text: str, now: datetime) -> When | None:
    """The first date that ``text`` states, full dates before relative words before year-less ones.

    ``now`` is when the page was fetched. A year-less date takes the newest year not after ``now`` + 1 day. A date
    beyond ``now`` + 1 day is somebody's plan, one of 1970 an empty field, neither a publication: None, as for invalid
    dates. Never raises.
    """
    if not text or not (text := text[:LONGEST].strip()):
        return None
    if now.tzinfo is not BEIJING:
        now = (now if now.tzinfo else now.replace(tzinfo=BEIJING)).astimezone(BEIJING)
    if plain := PLAIN.match(text):
        return _checked(_day(text) if plain["year"] else _from_match(plain, now), now)
    if not text.isascii():
        text = _arabic(unicodedata.normalize("NFKC", text))
    for attempt in READERS:
        try:
            when = attempt(text, now)
        except (ValueError, OverflowError):
            continue
        if when is not None:
            return _checked(when, now)
    return None


def _checked(when: When | None, now: datetime) -> When | None:
    if when is None or not EARLIEST <= when.at <= now + timedelta(days=1) or when.at.date() in EMPTY_FIELDS:
        return None
    return when


@lru_cache(8192)
def _day(text: str) -> When | None:
    """A `PLAIN` date that has its year: the same few days stand on every page."""
    match = PLAIN.match(text)
    return _from_match(match, EPOCH) if match else None


def infer_year(month: int, day: int, ceiling: datetime) -> datetime | None:
    """The newest midnight with this month and day that is not after ``ceiling``; None where no calendar has it."""
    for year in range(ceiling.year + 1, max(ceiling.year - 9, 0), -1):
        try:
            at = datetime(year, month, day, tzinfo=BEIJING)
        except ValueError:
            continue
        if at <= ceiling:
            return at
    return None


def _arabic(text: str) -> str:
    """二〇二六年十一月二十日 in Arabic digits; anything else unchanged."""

    def number(numeral: str) -> str:
        tens, _, units = numeral.replace("廿", "二十").replace("卅", "三十").rpartition("十")
        if "十" not in numeral.replace("廿", "十").replace("卅", "十"):
            return DIGITS[numeral[-1]]
        return (DIGITS[tens[-1]] if tens else "1") + (DIGITS[units[0]] if units else "0")

    def rewrite(match: re.Match[str]) -> str:
        year, month, day = match.groups()
        digits = "".join(DIGITS[numeral] for numeral in year)
        return f"{digits}年{number(month)}月" + (f"{number(day)}日" if day else "")

    return CHINESE_DATE.sub(rewrite, text)


def _full(text: str, now: datetime) -> When | None:
    # Most strings asked about hold no date at all: looking for letters or digits first saves ten searches.
    if HAS_YEAR.search(text) is None:
        return None
    return _first(NUMERIC, text, now) or (_first(WORDED, text, now) if HAS_WORD.search(text) else None)


def _bare(text: str, now: datetime) -> When | None:
    return _first(BARE, text, now) if HAS_DIGIT.search(text) else None


def _packed(text: str, now: datetime) -> When | None:
    return _first((PACKED,), text, now)


def _first(patterns: tuple[re.Pattern[str], ...], text: str, now: datetime) -> When | None:
    """The valid match that stands first in the text, whichever pattern found it."""
    found: list[tuple[int, When]] = []
    for pattern in patterns:
        for match in pattern.finditer(text):
            when = _from_match(match, now)
            if when is not None:
                found.append((match.start(), when))
                break
    return min(found, key=lambda pair: pair[0])[1] if found else None


def _from_match(match: re.Match[str], now: datetime) -> When | None:
    part = match.groupdict()
    month = MONTHS.get(part["name"].lower(), 0) if part.get("name") else int(part["month"])
    day = int(part["day"])
    year = int(part.get("year") or 0) or (2000 + int(part["short"]) if part.get("short") else 0)
    clock, precision = _clock(part)
    try:
        if year:
            at = datetime.combine(datetime(year, month, day, tzinfo=BEIJING), clock, _zone(part.get("zone")))
            return When(at.astimezone(BEIJING), precision)
        midnight = infer_year(month, day, now + timedelta(days=1))
    except (ValueError, OverflowError):
        return None
    return When(datetime.combine(midnight, clock, BEIJING), precision, year_inferred=True) if midnight else None


def _clock(part: dict[str, str | None]) -> tuple[time, Precision]:
    """The time of day; a nonsensical one (25:70) is no reason to lose the date."""
    if not part.get("hour"):
        return time(), Precision.DAY
    hour, minute, second = (int(part.get(name) or 0) for name in ("hour", "minute", "second"))
    afternoon = part.get("half") in ("下午", "晚上") or (part.get("ampm") or "").lower().startswith("p")
    if afternoon and hour < 12:
        hour += 12
    try:
        return time(hour, minute, second), Precision.SECOND if part.get("second") else Precision.MINUTE
    except ValueError:
        return time(), Precision.DAY


def _zone(text: str | None) -> timezone:
    """Zone-less times are Beijing time."""
    if not text:
        return BEIJING
    if text[0] not in "+-":
        return UTC
    offset = timedelta(hours=int(text[1:3]), minutes=int(text[-2:]))
    return timezone(-offset if text[0] == "-" else offset)


def _unix(text: str, now: datetime) -> When | None:
    match = UNIX.match(text)
    return When(datetime.fromtimestamp(int(match.group(1)), BEIJING), Precision.SECOND) if match else None


def _relative(text: str, now: datetime) -> When | None:
    if "刚刚" in text or "刚才" in text:
        return When(now, Precision.MINUTE)
    if match := AGO.search(text) or AGO_ENGLISH.search(text):
        unit, precision = UNITS[ENGLISH_UNITS.get(match["unit"].lower(), match["unit"][0])]
        at = now - unit * _count(match["count"].lower())
        return When(at if precision in (Precision.SECOND, Precision.MINUTE) else _midnight(at), precision)
    if match := NEAR_DAY.search(text):
        clock, precision = _clock(match.groupdict())
        day = _midnight(now) - timedelta(days=DAYS_BACK[match["word"].lower()])
        return When(datetime.combine(day, clock, BEIJING), precision)
    return None


def _count(numeral: str) -> float:
    if numeral in ("a", "an", "one"):
        return 1
    return 0.5 if numeral == "半" else 10 if numeral == "十" else int(DIGITS.get(numeral.replace("两", "二"), numeral))


def _midnight(at: datetime) -> datetime:
    return at.replace(hour=0, minute=0, second=0, microsecond=0)


def _month(text: str, now: datetime) -> When | None:
    if not (match := MONTH_ONLY.match(text)):
        return None
    month = int(match["month"] or MONTHS[match["name"].lower()])
    return When(datetime(int(match["year"] or match["after"]), month, 1, tzinfo=BEIJING), Precision.MONTH)


READERS: tuple[Callable[[str, datetime], When | None], ...] = (_unix, _packed, _full, _relative, _bare, _month)
