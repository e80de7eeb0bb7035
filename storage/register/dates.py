"""Calendar dates as people type them: 2024年3月5日, 2024.3.5, 20240305, 二〇二四年三月五日, an Excel serial, a month or a year alone."""

from __future__ import annotations

import calendar
import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

EARLIEST, LATEST = date(1985, 1, 1), date(2100, 12, 31)
_DIGITS = str.maketrans("〇○零一二三四五六七八九", "000123456789")
_DATE = re.compile(
    r"(\d{4})[-./年](\d{1,2})(?:[-./月](\d{1,2})日?)?月?"
    r"(?:[T ]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?(?:Z|[+-]\d\d:?\d\d)?"
)
_YEAR = re.compile(r"(\d{4})年?(?:度|份)?")
_DAY_NUMBER = re.compile(r"(?<=[年月])(?:([二三])?十([一二三四五六七八九])?)(?=[月日])")


HINT = "无法识别的日期，请写成 2024-03-05；只知道月份写 2024-03，只知道年份写 2024，都不知道请留空"


@dataclass(frozen=True, slots=True)
class Dated:
    """A date and how much of it was written. What was not is filled with the day that favours the unit."""

    day: date
    known_to: Literal["day", "month", "year"] = "day"


def day(value: str | int | float | date, *, month_end: bool = False) -> Dated:
    """A calendar date from what people type: 2024年3月5日, 2024.3.5, 20240305, 二〇二四年三月五日, an Excel serial.

    A month or year alone is its first day, or its last where ``month_end``. Raises ValueError with what to write.
    """
    if isinstance(value, datetime):
        return Dated(_in_range(value.date()))
    if isinstance(value, date):
        return Dated(_in_range(value))
    found = unicodedata.normalize("NFKC", str(value)).strip()
    if re.fullmatch(r"\d{5}(\.\d+)?", found):  # days since 1899-12-30, as Excel counts
        return Dated(_in_range(date(1899, 12, 30) + timedelta(days=int(float(found)))))
    if re.fullmatch(r"\d{4}\.1", found) and not isinstance(value, str):
        raise ValueError(f"无法区分 1 月和 10 月，请写成 {found[:4]}-01 或 {found[:4]}-10")
    found = _chinese_numbers(re.sub(r"(?<=\D)\s+|\s+(?=[-./年月日])", "", found) if ":" not in found else found)
    if match := _YEAR.fullmatch(found):
        return Dated(_in_range(date(int(match[1]) or 1, *((12, 31) if month_end else (1, 1)))), "year")
    if match := re.fullmatch(r"(\d{4})(\d{2})(\d{2})?", found) or _DATE.fullmatch(found):
        return _dated(int(match[1]), int(match[2]), int(match[3] or 0), month_end=month_end)
    raise ValueError(HINT)


def _dated(year: int, month: int, number: int, *, month_end: bool) -> Dated:
    try:
        last = calendar.monthrange(year, month)[1]
        found = date(year, month, number or (last if month_end else 1))
    except (ValueError, calendar.IllegalMonthError):
        raise ValueError("没有这一天，请核对后写成 2024-03-05") from None
    return Dated(_in_range(found), "day" if number else "month")


def _in_range(found: date) -> date:
    if not EARLIEST <= found <= LATEST:
        raise ValueError(f"日期超出范围（{EARLIEST.year}—{LATEST.year} 年），请核对后写成 2024-03-05")
    return found


def _chinese_numbers(found: str) -> str:
    """二〇二四年十二月三十一日 → 2024年12月31日."""
    tens = {None: "1", "二": "2", "三": "3"}
    found = _DAY_NUMBER.sub(lambda m: tens[m[1]] + (m[2].translate(_DIGITS) if m[2] else "0"), found)
    return found.translate(_DIGITS)
