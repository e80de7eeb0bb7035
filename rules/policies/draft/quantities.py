"""Lengths of time as regulations write them: 三个月, 15个工作日, 半年, 每学期, and calendar months (每年12月)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

DIGITS = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0}
UNITS = {
    "工作日": "working_day",
    "自然日": "day",
    "日历日": "day",
    "日历天": "day",
    "天": "day",
    "日": "day",
    "周": "week",
    "星期": "week",
    "月": "month",
    "季度": "month",
    "年": "year",
}
IN_WORDS = {"working_day": "个工作日", "day": "天", "month": "个月", "year": "年"}
_NUMBER = r"(?:\d+|[零〇一二两三四五六七八九十百]+)"
_DATE = re.compile(
    rf"[\d〇一二三四五六七八九]{{4}}年(?:{_NUMBER}月)?(?:{_NUMBER}[日号])?|{_NUMBER}月{_NUMBER}[日号]|〔\d{{4}}〕"
)
_LENGTH = re.compile(
    rf"(?P<number>{_NUMBER})(?:个(?P<counted>工作日|自然日|日历日|月|星期|季度)|(?P<bare>工作日|自然日|日历天|天|日|周|星期|季度|年))"
    r"|(?P<half>半年)(?!度)|(?P<every>每)(?:个)?(?P<cycle>半年|月|季度|周|星期|学期|年)"
)
_UNCLEAR = "半到至-—~～–第"
"""Before or after a number these make it another one: 三至五个工作日, 一个半月, 第三年."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """One length of time: ``number`` of ``unit`` (day, working_day, week, month, year), and where it stands.

    ``number`` is None for 每学期, whose length no calendar gives.
    """

    number: int | None
    unit: str
    start: int
    end: int
    cycle: bool = False

    @property
    def as_period(self) -> str:
        """As a policy file writes it; weeks are days there. Empty where the length is unknown."""
        if self.number is None:
            return ""
        if self.unit == "week":
            return f"{self.number * 7}天"
        return f"{self.number}{IN_WORDS[self.unit]}"

    @property
    def months(self) -> int | None:
        """The length in months, None where it is none."""
        if self.number is None or self.unit not in ("month", "year"):
            return None
        return self.number * (12 if self.unit == "year" else 1)


def number_of(text: str) -> int:
    """三十五 → 35, 两 → 2, 15 → 15."""
    if text.isascii() or text.isdigit():
        return int(text)
    hundreds, _, rest = text.rpartition("百")
    tens, ten, ones = rest.rpartition("十")
    total = 100 * (DIGITS.get(hundreds, 1) if "百" in text else 0)
    if ten:
        total += 10 * DIGITS.get(tens.lstrip("零"), 1)
    return total + (int("".join(str(DIGITS[c]) for c in ones.lstrip("零"))) if ones.strip("零") else 0)


def quantities(text: str) -> Iterator[Quantity]:
    """Every length of time in a sentence without spaces; dates, ranges and halves of months are none."""
    dates = [range(*date.span()) for date in _DATE.finditer(text)]
    for found in _LENGTH.finditer(text):
        start, end = found.span()
        around = text[max(0, start - 1) : start] * (not text[:start].endswith("达到")) + text[end : end + 1]
        if any(start in date for date in dates) or (not found["every"] and set(around) & set(_UNCLEAR)):
            continue
        if found["half"]:
            yield Quantity(6, "month", start, end)
        elif found["every"]:
            number, unit = {"半年": (6, "month"), "季度": (3, "month"), "学期": (None, "")}.get(
                found["cycle"], (1, UNITS.get(found["cycle"], ""))
            )
            yield Quantity(number, unit, start, end, cycle=True)
        else:
            name, number = found["counted"] or found["bare"], number_of(found["number"])
            yield Quantity(number * (3 if name == "季度" else 1), UNITS[name], start, end)


def months_of_year(text: str) -> tuple[int, int] | None:
    """每年12月 → (12, 12), 每年11月至12月 → (11, 12); None where no month is named."""
    found = re.search(
        rf"每年(?:的)?({_NUMBER})月(?:份)?(?:(?:至|到|—|-)({_NUMBER})月)?(?!(?:至|到)[次翌]年|[和、及]{_NUMBER}月)",
        text,
    )
    if not found:
        return None
    first = number_of(found[1])
    last = number_of(found[2]) if found[2] else first
    return (first, last) if 1 <= first <= last <= 12 else None
