"""Every spelling of a publication time, the years that are left out, and what must not become a date."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from crawler.page.dates import EMPTY_FIELDS, infer_year, parse_when
from rules.model import BEIJING, Precision

NOW = datetime(2026, 11, 21, 12, 30, tzinfo=BEIJING)
SPELLINGS = [
    ("2026-11-18", "2026-11-18T00:00:00", "day"),
    ("[2021-09-24]", "2021-09-24T00:00:00", "day"),
    ("2026/1/8", "2026-01-08T00:00:00", "day"),
    ("2026.11.18 08:30", "2026-11-18T08:30:00", "minute"),
    ("2026年11月18日 12:30:09", "2026-11-18T12:30:09", "second"),
    ("２０２６年１１月１日", "2026-11-01T00:00:00", "day"),
    ("二〇二六年十一月二十日", "2026-11-20T00:00:00", "day"),
    ("二○一九年十月三十一日", "2019-10-31T00:00:00", "day"),
    ("二〇一九年十二月", "2019-12-01T00:00:00", "month"),
    ("2026年11月", "2026-11-01T00:00:00", "month"),
    ("发布时间：2020-12-15 21:45:20", "2020-12-15T21:45:20", "second"),
    ("2024-11-29T16:01:00Z", "2024-11-30T00:01:00", "second"),
    ("2024-11-29T23:01:00.123+00:00", "2024-11-30T07:01:00", "second"),
    ("Tue Jun 08 09:35:04 +0800 2021", "2021-06-08T09:35:04", "second"),
    ("Tue, 08 Jun 2021 01:35:04 GMT", "2021-06-08T09:35:04", "second"),
    ("1623116104", "2021-06-08T09:35:04", "second"),
    ("1623116104000", "2021-06-08T09:35:04", "second"),
    ("20240416", "2024-04-16T00:00:00", "day"),
    ("18-03-08", "2018-03-08T00:00:00", "day"),
    ("Nov 18, 2025", "2025-11-18T00:00:00", "day"),
    ("18. November 2025", "2025-11-18T00:00:00", "day"),
    ("2026年5月1日 下午3:20", "2026-05-01T15:20:00", "minute"),
    ("刚刚", "2026-11-21T12:30:00", "minute"),
    ("5分钟前", "2026-11-21T12:25:00", "minute"),
    ("3小时前", "2026-11-21T09:30:00", "minute"),
    ("今天 08:01", "2026-11-21T08:01:00", "minute"),
    ("昨天 12:30", "2026-11-20T12:30:00", "minute"),
    ("昨天", "2026-11-20T00:00:00", "day"),
    ("前天", "2026-11-19T00:00:00", "day"),
    ("3天前", "2026-11-18T00:00:00", "day"),
    ("2周前", "2026-11-07T00:00:00", "month"),
    ("2026-11-18 25:70", "2026-11-18T00:00:00", "day"),
]
YEARLESS = [
    ("11-20", "2026-11-20"),
    ("11-22", "2026-11-22"),
    ("11-23", "2025-11-23"),
    ("06月17日 18:12", "2026-06-17"),
    ("05/12", "2026-05-12"),
    ("02-29", "2024-02-29"),
    ("编辑于 05-12 10:00", "2026-05-12"),
]
EMPTY = ["1970-01-01", "1970-01-01 08:00:00", "1900-01-01", "1899-12-30", "2000-01-01", "1999年11月30日", "0"]
NO_DATES = [
    *EMPTY,
    "",
    "2026-11-30",
    "2031-01-01",
    "2026-13-01",
    "2023-02-29",
    "2020.1.1.3",
    "010-6275-1234",
    "1-2页",
    "25:70",
]


@pytest.mark.parametrize(("text", "at", "precision"), SPELLINGS)
def test_spelling(text: str, at: str, precision: str) -> None:
    when = parse_when(text, NOW)
    assert when is not None
    assert (when.at.isoformat()[:19], when.precision.value, when.year_inferred) == (at, precision, False)


@pytest.mark.parametrize(("text", "day"), YEARLESS)
def test_left_out_year_is_the_newest_possible(text: str, day: str) -> None:
    when = parse_when(text, NOW)
    assert when is not None
    assert when.year_inferred
    assert when.at.date().isoformat() == day


@pytest.mark.parametrize("text", [*NO_DATES, "通知公告", "共300条", "置顶"])
def test_no_date(text: str) -> None:
    assert parse_when(text, NOW) is None


@given(st.text(max_size=60) | st.from_regex(r"[0-9年月日\-/:. 前天昨]{1,24}", fullmatch=True))
def test_never_raises_never_future(text: str) -> None:
    when = parse_when(text, NOW)
    assert when is None or (when.at.utcoffset() == timedelta(hours=8) and when.at <= NOW + timedelta(days=1))


@given(st.datetimes(datetime(1990, 1, 1), datetime(2026, 11, 20)))
def test_what_is_written_is_read(at: datetime) -> None:
    at = at.replace(microsecond=0, tzinfo=BEIJING)
    assume(at.date() not in EMPTY_FIELDS)
    for form in ("%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M:%S", "%Y年%m月%d日 %H:%M:%S", "%Y.%m.%d %H:%M:%S"):
        when = parse_when(at.strftime(form), NOW)
        assert when is not None
        assert (when.at, when.precision) == (at, Precision.SECOND)


@given(st.dates(datetime(2020, 1, 1).date(), datetime(2030, 1, 1).date()), st.integers(1, 12), st.integers(1, 31))
def test_inferred_year_is_within_the_last_eight(today: datetime, month: int, day: int) -> None:
    ceiling = datetime(today.year, today.month, today.day, tzinfo=BEIJING)
    at = infer_year(month, day, ceiling)
    assert at is None or (at <= ceiling and (at.month, at.day) == (month, day) and ceiling.year - at.year <= 8)
