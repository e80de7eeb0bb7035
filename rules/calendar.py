"""Chinese working days, calendar months and the periods a regulation writes (``2个月``, ``5个工作日``)."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache, lru_cache
from importlib import resources
from typing import Annotated, Any, NamedTuple

import chinese_calendar
import yaml
from chinese_calendar.constants import holidays as known_days
from pydantic import AfterValidator, BaseModel, ConfigDict, GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from rules.model import BEIJING, LabeledEnum, Precision

KNOWN_YEARS = range(min(known_days).year, max(known_days).year + 1)
"""Years the package has the State Council's notices for; it raises for any other."""


class PeriodUnit(LabeledEnum):
    """What a period counts."""

    HOURS = "hours", "小时"
    DAYS = "days", "天"
    WORKDAYS = "workdays", "个工作日"
    MONTHS = "months", "个月"
    YEARS = "years", "年"


_PERIOD = re.compile(r"(-?\d{1,4})\s*(小时|个?工作日|天|日|个月|年)")
_UNITS = {
    "小时": PeriodUnit.HOURS,
    "工作日": PeriodUnit.WORKDAYS,
    "个工作日": PeriodUnit.WORKDAYS,
    "天": PeriodUnit.DAYS,
    "日": PeriodUnit.DAYS,
    "个月": PeriodUnit.MONTHS,
    "年": PeriodUnit.YEARS,
}


@dataclass(frozen=True, slots=True)
class Period:
    """A length of time as a regulation writes it; ``str()`` gives the Chinese text back. May be negative (before)."""

    count: int
    unit: PeriodUnit

    @classmethod
    def parse(cls, text: str) -> Period:
        """Read ``2个月`` and the like. Raises ValueError with a Chinese sentence."""
        match = _PERIOD.fullmatch(str(text).strip())
        if not match:
            raise ValueError(f"“{text}”不是期限；请写成 2个月、14天、5个工作日、24小时 或 1年")
        return cls(int(match[1]), _UNITS[match[2]])

    def __str__(self) -> str:
        return f"{self.count}{self.unit.label}"

    def as_timedelta(self) -> timedelta:
        """The length of a period of hours or days. Raises ValueError for units that need a calendar."""
        match self.unit:
            case PeriodUnit.HOURS:
                return timedelta(hours=self.count)
            case PeriodUnit.DAYS:
                return timedelta(days=self.count)
            case _:
                raise ValueError(f"“{self}”的长短取决于日历")

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """In YAML and JSON a period is its text."""
        return core_schema.no_info_plain_validator_function(
            lambda value: value if isinstance(value, cls) else cls.parse(value),
            serialization=core_schema.to_string_ser_schema(),
        )


def _positive(period: Period) -> Period:
    if period.count < 1:
        raise ValueError(f"期限“{period}”应大于零")
    return period


PositivePeriod = Annotated[Period, AfterValidator(_positive)]
"""A limit: at least one of its unit."""


class Deadline(NamedTuple):
    """The last moment of a period; ``provisional`` where it was counted in a year without a published calendar."""

    at: datetime
    provisional: bool = False


def day_of(when: date | datetime) -> date:
    """The calendar day in China."""
    if not isinstance(when, datetime):
        return when
    return when.date() if when.tzinfo is BEIJING else when.astimezone(BEIJING).date()


def end_of(day: date) -> datetime:
    """The last second of a day in China: 民法典 第二百零三条 ends a period at 24:00 of its last day."""
    return datetime.combine(day, time(23, 59, 59), BEIJING)


def start_of(day: date) -> datetime:
    """The first moment of a day in China."""
    return datetime.combine(day, time(), BEIJING)


def add_months(day: date, months: int) -> date:
    """The same day of another month, or that month's last day (31 Jan + 1 month = 28/29 Feb; 民法典 第二百零二条)."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def latest_possible(moment: datetime, precision: Precision) -> datetime:
    """The latest moment a publication time may stand for: what is not known counts in the account's favour."""
    day = day_of(moment)
    match precision:
        case Precision.DAY:
            return end_of(day)
        case Precision.MONTH:
            return end_of(add_months(day.replace(day=1), 1) - timedelta(days=1))
        case Precision.DERIVED:  # an id is given when a draft is uploaded, which may be before it is published
            return end_of(day + timedelta(days=1))
        case _:
            return moment


@lru_cache(maxsize=10_000)
def _months_later(day: date, months: int) -> Deadline:
    """Kept, for a check asks it of every account and there are few days."""
    return Deadline(end_of(add_months(day, months)))


class HolidayNotice(BaseModel):
    """One year's notice as typed by a person: weekdays that are off, weekend days that are worked."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    notice: str
    holidays: frozenset[date]
    workdays: frozenset[date] = frozenset()


@dataclass(frozen=True)
class Calendar:
    """Knows which days are worked: typed years first, then the package, else Monday to Friday, flagged."""

    years: Mapping[int, HolidayNotice]

    @classmethod
    def load(cls, text: str) -> Calendar:
        """Read the table of typed years. Raises pydantic.ValidationError."""
        return cls(
            {int(year): HolidayNotice.model_validate(table) for year, table in (yaml.safe_load(text) or {}).items()}
        )

    def knows(self, year: int) -> bool:
        """True where the year's official notice is in the table or in the package."""
        return year in self.years or year in KNOWN_YEARS

    def is_workday(self, day: date) -> bool:
        """Whether people work that day, 调休 included; Monday to Friday in a year that is not known."""
        if table := self.years.get(day.year):
            return day in table.workdays or (day.weekday() < 5 and day not in table.holidays)
        if day.year in KNOWN_YEARS:
            return _official(day)
        return day.weekday() < 5

    def add_workdays(self, day: date, count: int) -> tuple[date, bool]:
        """The ``count``-th working day after (before, if negative) a day, which itself is not counted; and whether any
        day on the way was in an unknown year."""
        step, left, provisional = timedelta(1 if count >= 0 else -1), abs(count), False
        while left:
            day += step
            provisional = provisional or not self.knows(day.year)
            left -= self.is_workday(day)
        return day, provisional

    def deadline(self, start: date | datetime, period: Period) -> Deadline:
        """The last moment of a period that starts on a day (not counted). Hours run from the moment itself, and no
        time at all (``0天``) ends where it starts."""
        day = day_of(start)
        if not period.count and isinstance(start, datetime):
            return Deadline(start)
        match period.unit:
            case PeriodUnit.HOURS:
                moment = start if isinstance(start, datetime) else start_of(start)
                return Deadline(moment + timedelta(hours=period.count))
            case PeriodUnit.WORKDAYS:
                last, provisional = self.add_workdays(day, period.count)
                return Deadline(end_of(last), provisional)
            case PeriodUnit.DAYS:
                return Deadline(end_of(day + timedelta(days=period.count)))
            case PeriodUnit.MONTHS:
                return _months_later(day, period.count)
            case PeriodUnit.YEARS:
                return _months_later(day, 12 * period.count)


@cache
def _official(day: date) -> bool:
    """What the package says: its own look-up walks its whole table, which would be a third of a check."""
    return bool(chinese_calendar.is_workday(day))


@cache
def china_calendar() -> Calendar:
    """The calendar this release ships with."""
    return Calendar.load(resources.files("rules").joinpath("workdays.yaml").read_text("utf-8"))
