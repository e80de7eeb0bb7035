"""Lengths of time as regulations write them."""

import pytest

from rules.policies.draft.quantities import months_of_year, number_of, quantities


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("三", 3),
        ("两", 2),
        ("十", 10),
        ("十五", 15),
        ("二十", 20),
        ("三十五", 35),
        ("一百八十", 180),
        ("一百零五", 105),
        ("15", 15),
        ("３", 3),
    ],
)
def test_number(text: str, number: int) -> None:
    assert number_of(text) == number


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("连续三个月", [(3, "month")]),
        ("15个工作日内", [(15, "working_day")]),
        ("两周", [(2, "week")]),
        ("30日内", [(30, "day")]),
        ("半年", [(6, "month")]),
        ("一年", [(1, "year")]),
        ("两个季度", [(6, "month")]),
        ("每学期", [(None, "")]),
        ("每半年", [(6, "month")]),
        ("通知后3个月，再过1个月", [(3, "month"), (1, "month")]),
        ("达到三个月", [(3, "month")]),
        ("三至五个工作日", []),
        ("一个半月", []),
        ("第三年", []),
        ("2020年9月7日", []),
        ("教思政〔2013〕3号", []),
        ("12月31日", []),
    ],
)
def test_quantities(text: str, found: list[tuple[int | None, str]]) -> None:
    assert [(q.number, q.unit) for q in quantities(text)] == found


@pytest.mark.parametrize(
    ("text", "months"),
    [
        ("每年12月", (12, 12)),
        ("每年11月份", (11, 11)),
        ("每年三月至四月", (3, 4)),
        ("每年13月", None),
        ("每年12月至次年1月", None),
        ("每年年底", None),
        ("每年6月和12月", None),
    ],
)
def test_months_of_year(text: str, months: tuple[int, int] | None) -> None:
    assert months_of_year(text) == months
