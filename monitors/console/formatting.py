"""How things are written for people: names of strangers made safe, dates, spans of time, masked phone numbers."""

from __future__ import annotations

import re
from datetime import date, datetime
from urllib.parse import quote, urlsplit

from markupsafe import Markup, escape

from alerts.sanitize import clean, mask_personal_data, name
from rules.model import BEIJING

DASH = "—"
DAY_SECONDS = 86_400


def bdi(value: object, limit: int = 40) -> Markup:
    """A stranger's name on one line, shortened, and isolated so that its direction cannot turn the text around it."""
    return Markup("<bdi>{}</bdi>").format(name(value, limit))


def prose(value: object, limit: int = 400) -> Markup:
    """A stranger's sentence, the same way; nothing where there is nothing."""
    text = clean(value, limit) if value else ""
    return Markup("<bdi>{}</bdi>").format(text) if text else Markup("")


def look_reason(value: object, limit: int = 400) -> Markup:
    """What a look said of itself, without the code in front of it, which is for the log."""
    return prose(re.sub(r"^[a-z_]+(: |$)", "", str(value or "")), limit)


def masked(value: object) -> Markup:
    """Text in which phone numbers, identity numbers and mail addresses are masked; landlines lose their middle."""
    text = re.sub(r"(?<!\d)(\d{3,4}-?)?(\d{2})\d{3,4}(\d{2})(?!\d)", r"\1\2***\3", mask_personal_data(str(value)))
    return prose(text)


def _local(value: date) -> date:
    return value.astimezone(BEIJING) if isinstance(value, datetime) else value


def day(value: date | None) -> Markup:
    """``2026-11-21``."""
    if value is None:
        return escape(DASH)
    text = f"{_local(value):%Y-%m-%d}"
    return Markup('<time datetime="{0}">{0}</time>').format(text)


def moment(value: datetime | None) -> Markup:
    """``2026-11-21 10:05``, Beijing time."""
    if value is None:
        return escape(DASH)
    local = value.astimezone(BEIJING)
    return Markup('<time datetime="{}">{}</time>').format(local.isoformat(), f"{local:%Y-%m-%d %H:%M}")


def post_time(value: datetime | None) -> Markup:
    """A post's time; the day alone where the page gave no hour (kept as the day's first moment)."""
    if value is not None and not (local := value.astimezone(BEIJING)).hour and not local.minute:
        return day(value)
    return moment(value)


def moment_text(value: datetime | None) -> str:
    """``2026-11-21 10:05`` without markup, Beijing time; "" where there is none."""
    return f"{value.astimezone(BEIJING):%Y-%m-%d %H:%M}" if value else ""


def long_day(value: date) -> str:
    """``2026年11月21日 星期六``."""
    return f"{value.year}年{value.month}月{value.day}日 星期{'一二三四五六日'[value.weekday()]}"


def day_words(value: date | None) -> str:
    """``2026年11月21日（星期六）``, for people outside the office."""
    if value is None:
        return DASH
    words, _, weekday = long_day(_local(value)).partition(" ")
    return f"{words}（{weekday}）"


def moment_words(value: datetime | None) -> str:
    """``11月21日 10:05``, of something that happened just now or days ago."""
    if value is None:
        return DASH
    local = value.astimezone(BEIJING)
    return f"{local.month}月{local.day}日 {local:%H:%M}"


def ago(value: datetime | None, now: datetime) -> str:
    """How long ago, roughly: ``3 天前``; how long still, where it lies ahead: ``还有 3 天``."""
    if value is None:
        return ""
    seconds = (now - value).total_seconds()
    span = spelt(abs(seconds))
    if seconds < 0:
        return f"还有 {span}"
    return "刚刚" if seconds < 60 else f"{span}前"


def spelt(seconds: float) -> str:
    """A span of time in its largest unit."""
    if seconds < 3600:
        return f"{max(int(seconds // 60), 1)} 分钟"
    if seconds < DAY_SECONDS:
        return f"{int(seconds // 3600)} 小时"
    days = int(seconds // DAY_SECONDS)
    if days < 60:
        return f"{days} 天"
    return f"{days // 30} 个月" if days < 730 else f"{days // 365} 年"


def size(value: int) -> str:
    """Bytes for people."""
    amount = float(value)
    for unit in ("B", "KB", "MB", "GB"):
        if amount < 1024:
            return f"{amount:.0f} {unit}" if unit == "B" else f"{amount:.1f} {unit}"
        amount /= 1024
    return f"{amount:.1f} TB"


def outlink(url: object) -> str:
    """The address where it may be a link at all (http, https, a host, no blanks); empty where it may not."""
    text = str(url or "").strip()
    if len(text) > 2000 or not text.isascii() or not text.isprintable() or " " in text:
        return ""
    try:
        parts = urlsplit(text)
    except ValueError:
        return ""
    return text if parts.scheme in ("http", "https") and parts.hostname and not parts.username else ""


def path(value: object) -> str:
    """A key as part of a path of ours."""
    return quote(str(value), safe="/:=@")


FILTERS = {
    "plain": clean,
    "bdi": bdi,
    "prose": prose,
    "look_reason": look_reason,
    "masked": masked,
    "day": day,
    "moment": moment,
    "post_time": post_time,
    "long_day": long_day,
    "day_words": day_words,
    "moment_words": moment_words,
    "ago": ago,
    "size": size,
    "outlink": outlink,
    "path": path,
}
