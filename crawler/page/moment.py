"""The moment a page was fetched at, which remembers what was asked of it: for how long would a reading be the same?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta, tzinfo
from typing import Any, Self, cast

Day = date

NOTHING = timedelta()
TICK = timedelta(microseconds=1)
"""What two moments differ by at least."""


class MomentSpan:
    """From when to when, both inclusive, everything that was asked of a moment has the same answer.

    ``used``: the moment itself went into the answer (3天前), so that no other moment gives the same.
    """

    def __init__(self, at: datetime) -> None:
        """Nothing was asked yet: any moment would do."""
        self.at = at
        self.earliest: datetime | None = None
        self.latest: datetime | None = None
        self.used = False

    def moment(self) -> Moment:
        """``at``, watched."""
        return Moment.watched(self.at, self, NOTHING)

    def holds(self, at: datetime) -> bool:
        """Whether a reading at this other moment would be the same."""
        after = self.earliest is None or self.earliest <= at
        return not self.used and after and (self.latest is None or at <= self.latest)

    def since(self, bound: datetime) -> None:
        """Told by the moment: it is not before ``bound``."""
        self.earliest = bound if self.earliest is None else max(self.earliest, bound)

    def until(self, bound: datetime) -> None:
        """Told by the moment: it is not after ``bound``."""
        self.latest = bound if self.latest is None else min(self.latest, bound)


class Moment(datetime):
    """A watched datetime. Comparing it narrows its span; adding a duration to it gives another moment of the same span;
    whatever else is done with it uses it up."""

    _span: MomentSpan
    _shift: timedelta

    @classmethod
    def watched(cls, at: datetime, span: MomentSpan, shift: timedelta) -> Self:
        """``at`` is the span's moment moved by ``shift``."""
        made = cls.combine(datetime.date(at), datetime.timetz(at))
        made._span, made._shift = span, shift
        return made

    def plain(self) -> datetime:
        """The same moment, no longer watched; nothing is noted."""
        return datetime.combine(datetime.date(self), datetime.timetz(self))

    def _compared(self, other: Any, *, below: bool, strict: bool) -> bool | Any:
        """``self < other`` (strict) or ``self <= other`` where ``below``, else ``>`` or ``>=``."""
        how = (
            (datetime.__lt__ if strict else datetime.__le__)
            if below
            else (datetime.__gt__ if strict else datetime.__ge__)
        )
        answer = how(self, other)
        if answer is NotImplemented or isinstance(other, Moment):  # two of one span move together
            return answer
        less, equal_counts = (below, not strict) if answer else (not below, strict)
        try:
            bound = other - self._shift
            if less:
                self._span.until(bound if equal_counts else bound - TICK)
            else:
                self._span.since(bound if equal_counts else bound + TICK)
        except OverflowError:
            self._span.used = True
        return answer

    def __lt__(self, other: Any) -> bool:
        """Notes the answer."""
        return cast(bool, self._compared(other, below=True, strict=True))

    def __le__(self, other: Any) -> bool:
        """Notes the answer."""
        return cast(bool, self._compared(other, below=True, strict=False))

    def __gt__(self, other: Any) -> bool:
        """Notes the answer."""
        return cast(bool, self._compared(other, below=False, strict=True))

    def __ge__(self, other: Any) -> bool:
        """Notes the answer."""
        return cast(bool, self._compared(other, below=False, strict=False))

    def __eq__(self, other: object) -> bool:
        """Uses the moment up: no other is equal to the same."""
        self._span.used |= isinstance(other, datetime)
        return datetime.__eq__(self, other)

    def __hash__(self) -> int:
        """Uses the moment up."""
        self._span.used = True
        return datetime.__hash__(self)

    def __add__(self, other: timedelta) -> Self:
        """Another moment of the span."""
        return self.watched(datetime.__add__(self.plain(), other), self._span, self._shift + other)

    __radd__ = __add__

    def __sub__(self, other: Any) -> Any:
        """Another moment of the span; the duration between two days uses it up."""
        if isinstance(other, timedelta):
            return self + -other
        self._span.used |= not isinstance(other, Moment)
        return self.plain() - (other.plain() if isinstance(other, Moment) else other)

    def __rsub__(self, other: datetime) -> timedelta:
        """A duration, which uses the moment up."""
        self._span.used = True
        return other - self.plain()

    def astimezone(self, tz: tzinfo | None = None) -> Any:
        """Itself in its own zone."""
        if tz is self.tzinfo:
            return self
        self._span.used = True
        return self.plain().astimezone(tz)

    def date(self) -> Day:
        """The day, which any moment of that day has."""
        found = datetime.date(self)
        first = datetime.combine(found, datetime.min.time(), self.tzinfo) - self._shift
        self._span.since(first)
        self._span.until(first + timedelta(days=1) - TICK)
        return found

    @property
    def year(self) -> int:
        """The year, which any moment of that year has."""
        found = datetime.date(self).year
        first, after = (datetime(each, 1, 1, tzinfo=self.tzinfo) - self._shift for each in (found, found + 1))
        self._span.since(first)
        self._span.until(after - TICK)
        return found


def _used_by(name: str) -> Callable[..., Any]:
    """The method of a plain datetime, noted as a use of the moment."""

    def method(self: Moment, *given: Any, **named: Any) -> Any:
        self._span.used = True
        return getattr(self.plain(), name)(*given, **named)

    return method


def _used_as(name: str) -> property:
    """The attribute of a plain datetime, noted as a use of the moment."""

    def value(self: Moment) -> Any:
        self._span.used = True
        return getattr(self.plain(), name)

    return property(value)


for _name in ("month", "day", "hour", "minute", "second", "microsecond"):
    setattr(Moment, _name, _used_as(_name))
for _name in (
    "__format__", "__reduce_ex__", "__str__", "ctime", "isocalendar", "isoformat", "isoweekday", "replace", "strftime",
    "time", "timestamp", "timetuple", "timetz", "toordinal", "utctimetuple", "weekday",
):  # fmt: skip
    setattr(Moment, _name, _used_by(_name))
