"""Working days with 调休, calendar months, and years nobody has announced."""

from datetime import date

import pytest
from pydantic import TypeAdapter, ValidationError

from rules.calendar import (
    Calendar,
    Period,
    PeriodUnit,
    PositivePeriod,
    add_months,
    china_calendar,
    end_of,
    latest_possible,
)
from rules.model import Precision
from tests.support.factories import at, day


@pytest.mark.parametrize(
    ("start", "count", "expected"),
    [
        ("2026-09-30", 1, "2026-10-08"),  # National Day: 1–7 Oct off
        ("2026-09-30", 3, "2026-10-10"),  # Sat 10 Oct is worked
        ("2026-02-13", 1, "2026-02-14"),  # Sat 14 Feb is worked before Spring Festival
        ("2026-02-14", 1, "2026-02-24"),  # 15–23 Feb off
        ("2024-02-28", 1, "2024-02-29"),  # leap day
        ("2024-12-31", 1, "2025-01-02"),
        ("2025-12-31", 1, "2026-01-04"),  # 1–3 Jan off, Sun 4 Jan worked
        ("2020-09-07", 5, "2020-09-14"),
        ("2020-08-10", -3, "2020-08-05"),
        ("2026-10-08", -1, "2026-09-30"),
        ("2026-03-02", 0, "2026-03-02"),
    ],
)
def test_working_days(start: str, count: int, expected: str) -> None:
    assert china_calendar().add_workdays(day(start), count) == (day(expected), False)


def test_an_unannounced_year_is_provisional_monday_to_friday() -> None:
    assert china_calendar().add_workdays(day("2026-12-31"), 1) == (day("2027-01-01"), True)
    assert china_calendar().deadline(day("2026-12-30"), Period(2, PeriodUnit.WORKDAYS)).provisional
    assert not china_calendar().deadline(day("2026-12-30"), Period(2, PeriodUnit.MONTHS)).provisional


def test_a_typed_year_is_official() -> None:
    table = "2027: {notice: 国办发明电〔2026〕1号, holidays: [2027-01-01, 2027-02-08], workdays: [2027-02-06]}"
    calendar = Calendar.load(table)
    assert calendar.add_workdays(day("2026-12-31"), 1) == (day("2027-01-04"), False)
    assert calendar.is_workday(day("2027-02-06"))
    assert not calendar.is_workday(day("2027-02-08"))


@pytest.mark.parametrize(
    ("start", "months", "expected"),
    [
        ("2026-01-31", 1, "2026-02-28"),
        ("2024-01-31", 1, "2024-02-29"),
        ("2024-02-29", 12, "2025-02-28"),
        ("2025-12-31", 2, "2026-02-28"),
        ("2026-12-31", 1, "2027-01-31"),
        ("2026-03-31", -1, "2026-02-28"),
        ("2026-10-15", 3, "2027-01-15"),
    ],
)
def test_months(start: str, months: int, expected: str) -> None:
    assert add_months(day(start), months) == day(expected)


def test_a_period_ends_with_its_last_day() -> None:
    calendar = china_calendar()
    assert calendar.deadline(at("2026-03-01 09:00"), Period.parse("1个月")).at == at("2026-04-01 23:59:59")
    assert calendar.deadline(at("2026-03-01 09:00"), Period.parse("36小时")).at == at("2026-03-02 21:00")
    assert calendar.deadline(at("2026-03-01 09:00"), Period.parse("0天")).at == at("2026-03-01 09:00")
    assert calendar.deadline(date(2026, 3, 1), Period.parse("1年")).at == end_of(date(2027, 3, 1))
    assert calendar.deadline(date(2026, 3, 1), Period.parse("14日")).at == end_of(date(2026, 3, 15))


@pytest.mark.parametrize("text", ["2个月", "14天", "5个工作日", "-3个工作日", "24小时", "1年"])
def test_periods_read_as_written(text: str) -> None:
    assert str(Period.parse(text)) == text


@pytest.mark.parametrize("text", ["两个月", "", "2", "2 weeks", "2.5天"])
def test_other_periods_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="不是期限"):
        Period.parse(text)


@pytest.mark.parametrize(
    ("precision", "expected"),
    [
        (Precision.SECOND, "2026-02-03 10:00:00"),
        (Precision.DAY, "2026-02-03 23:59:59"),
        (Precision.MONTH, "2026-02-28 23:59:59"),
        (Precision.DERIVED, "2026-02-04 23:59:59"),
    ],
)
def test_the_latest_moment_a_time_may_stand_for(precision: Precision, expected: str) -> None:
    assert latest_possible(at("2026-02-03 10:00"), precision) == at(expected)


def test_a_limit_is_at_least_one_of_its_unit() -> None:
    limit: TypeAdapter[Period] = TypeAdapter(PositivePeriod)
    assert limit.validate_python("1个月") == Period(1, PeriodUnit.MONTHS)
    with pytest.raises(ValidationError, match="应大于零"):
        limit.validate_python("0天")
