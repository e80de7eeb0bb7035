"""A timetable in words, and what machines say of an error in words for people. Pure."""

from __future__ import annotations

import re

from markupsafe import Markup

from monitors.console.formatting import prose

WEEKDAYS = {"mon": "一", "tue": "二", "wed": "三", "thu": "四", "fri": "五", "sat": "六", "sun": "日"}
CHINESE = re.compile(r"[\u4e00-\u9fff]")
CODE = re.compile(r"(?<![\w.])[A-Za-z_]+: ")
"""A code or an exception's name in front of a sentence."""


def cron_text(cron: str) -> str:
    """``30 7 * * *`` as 每天 7:30; a line that has no short words is called by what it is."""
    fields = cron.split()
    if len(fields) != 5:
        return "时间表写法不对"
    minute, hour, day, month, weekday = fields
    if month != "*":
        return "按自定的时间表"
    if every := re.fullmatch(r"\*/(\d+)", minute):
        return f"每 {int(every[1])} 分钟" if (hour, day, weekday) == ("*", "*", "*") else "按自定的时间表"
    if not minute.isdigit():
        return "每分钟" if fields == ["*"] * 5 else "按自定的时间表"
    days = _days(day, weekday)
    if hour == "*" and days == "每天":
        return "每小时整点" if int(minute) == 0 else f"每小时的第 {int(minute)} 分"
    if every := re.fullmatch(r"\*/(\d+)", hour):
        return f"每 {int(every[1])} 小时" if days == "每天" else "按自定的时间表"
    if not days or not re.fullmatch(r"\d+(,\d+)*", hour):
        return "按自定的时间表"
    return f"{days} " + "、".join(f"{int(each)}:{int(minute):02}" for each in hour.split(","))


def _days(day: str, weekday: str) -> str:
    """On which days; "" where it takes more than a few words."""
    if day == "*" and weekday == "*":
        return "每天"
    if day == "*" and weekday.lower() == "mon-fri":
        return "工作日（周一至周五）"
    names = weekday.lower().split(",")
    if day == "*" and all(name in WEEKDAYS for name in names):
        return "每周" + "、".join(WEEKDAYS[name] for name in names)
    return f"每月 {int(day)} 日" if weekday == "*" and day.isdigit() else ""


def plain_error(text: str) -> Markup:
    """An error for people: the Chinese sentence in it; what has none is only said to stand in the log."""
    said = CODE.sub("", text or "")
    if text and not CHINESE.search(said):
        return prose("出错，原因见运行日志")
    return prose(said, 200)


def plain_note(text: str) -> Markup:
    """A note of a run without the codes in it."""
    return prose(CODE.sub("", text), 200)


def seconds_text(seconds: float) -> str:
    """How long something took: 3 秒, 2 分 11 秒."""
    whole = round(seconds)
    if whole < 60:
        return f"{max(whole, 1)} 秒"
    return f"{whole // 60} 分 {whole % 60} 秒" if whole < 3600 else f"{whole // 3600} 小时 {whole % 3600 // 60} 分"


FILTERS = {"cron_text": cron_text, "plain_error": plain_error, "plain_note": plain_note, "seconds_text": seconds_text}
