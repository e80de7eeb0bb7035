"""Sheets as people make them, and Filings of every shape."""

from __future__ import annotations

import csv
import io
from calendar import monthrange
from collections.abc import Sequence
from datetime import date
from typing import Any

from hypothesis import strategies as st
from openpyxl import Workbook

from rules.model import AccountLevel, Filing, FilingStatus, Platform, ReviewResult
from storage.register import RegisterError, read_register
from storage.register.columns import BY_FIELD, TRACKED
from storage.register.dates import EARLIEST, LATEST
from storage.register.phones import tidy
from storage.register.read import EXAMPLE
from storage.register.row import in_order
from storage.register.values import NOTHING, UNKNOWN

HEADER = ["账号名称", "平台", "账号ID"]


def xlsx(*rows: Sequence[Any], title: str = "Sheet", merge: Sequence[str] = ()) -> bytes:
    """A workbook of one sheet."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = title
    for row in rows:
        sheet.append(list(row))
    for cells in merge:
        sheet.merge_cells(cells)
    return saved(book)


def saved(book: Workbook) -> bytes:
    """The bytes of a workbook."""
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def table(*rows: Sequence[str], encoding: str = "utf-8-sig") -> bytes:
    """A CSV."""
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode(encoding)


def one(**cells: Any) -> Filing:
    """The Filing of a single row given as heading → value."""
    row = {"账号名称": "图书馆", "平台": "微信公众号"} | cells
    (filing,) = read_register(xlsx(list(row), list(row.values())), "a.xlsx", "x")
    return filing


def problems(data: bytes, filename: str = "a.xlsx") -> list[tuple[int, str, str]]:
    """What an import complains of, as (row, heading, message)."""
    try:
        read_register(data, filename, "x")
    except RegisterError as error:
        return [(p.row, p.column, p.message) for p in error.problems]
    return []


_CHARS = st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff")
_DANGER = st.sampled_from(
    ["", "", "", "=", "+", "-", "@", "\t", "\r", "'", "'=", "''+", "=cmd|' /C calc'!A0", "_x000D_", '"']
)


def _text(size: int) -> st.SearchStrategy[str]:
    plain = st.tuples(_DANGER, st.text(_CHARS, min_size=1, max_size=size)).map("".join)
    return plain.filter(
        lambda s: (
            s == s.rstrip(" \n\r\t\u3000\xa0\u200b\ufeff")
            and s not in NOTHING | UNKNOWN
            and s.strip(" \u3000\xa0\u200b\ufeff\t\r") != ""
        )
    )


TEXT = _text(20)
MAYBE = st.one_of(st.just(""), TEXT)
DATES = st.none() | st.dates(EARLIEST, LATEST)
BOOLS = st.none() | st.booleans()
ITEMS = st.lists(
    TEXT.map(str.strip).filter(lambda s: s and s not in NOTHING | UNKNOWN and "\n" not in s), max_size=3, unique=True
).map(tuple)
PHONES = ITEMS.map(
    lambda items: tuple(dict.fromkeys(part for item in items for part in tidy(item) if part not in NOTHING))
)
EMAILS = st.lists(st.from_regex(r"[a-z+=-][a-z0-9.]{0,8}@[a-z]{1,8}\.cn", fullmatch=True), max_size=3, unique=True).map(
    tuple
)


@st.composite
def filings(draw: st.DrawFn, number: int) -> Filing:
    """Any Filing an import can give, with an identity of its own."""
    platform = draw(st.sampled_from(Platform))
    web = platform is Platform.WEBSITE
    values: dict[str, Any] = {
        "id": draw(TEXT.filter(lambda s: s != EXAMPLE)) + str(number), "school": "x", "platform": platform,
        "name": draw(TEXT.filter(lambda s: not s.strip().startswith(("示例", "【示例】", "（示例）")))) + str(number),
        "account_id": "" if web else f"account{number}",
        "url": f"https://s{number}.x.edu.cn/{draw(st.sampled_from(['', 'a/', '?b=1、2', '页']))}" if web or draw(st.booleans()) else "",
        "operators": draw(ITEMS), "phones": draw(PHONES), "emails": draw(EMAILS), "verified": draw(BOOLS),
        "direct_owner_is_staff": draw(BOOLS), "holds_school_data": draw(BOOLS), "followers": draw(st.none() | st.integers(0, 10**9)),
        "level": draw(st.none() | st.sampled_from(AccountLevel)), "review_result": draw(st.none() | st.sampled_from(ReviewResult)),
        "status": draw(st.sampled_from(FilingStatus)), "position": number + 1,
        "extra": tuple((heading, said) for heading in ("序号", "经费来源", "=审批领导") if (said := draw(MAYBE))),
    }  # fmt: skip
    texts = [c.field for c in BY_FIELD.values() if c.kind in ("text", "long") and c.field not in values]
    values |= {name: draw(MAYBE) for name in texts} | draw(_dated())
    unknown = draw(st.sets(st.sampled_from(sorted(TRACKED - {"url", "account_id"})), max_size=4))
    marks: dict[str, Any] = {
        name: tuple(f for f in values.pop(name) if f not in unknown) for name in ("known_to_month", "known_to_year")
    }
    return Filing(**{name: v for name, v in values.items() if name not in unknown}, **marks, unknown=in_order(unknown))


@st.composite
def _dated(draw: st.DrawFn) -> dict[str, Any]:
    """Every date of a Filing, some of them known to the month or the year only."""
    found: dict[str, Any] = {}
    known: dict[str, set[str]] = {"known_to_month": set(), "known_to_year": set()}
    for column in (c for c in BY_FIELD.values() if c.kind == "date"):
        day, mark = draw(DATES), draw(st.sampled_from(["", "", *known]))
        if day and mark:
            known[mark].add(column.field)
            month = day.month if mark == "known_to_month" else 12 if column.month_end else 1
            day = day.replace(month=month, day=1)
            day = day.replace(day=monthrange(day.year, month)[1]) if column.month_end else day
        found[column.field] = day
    return found | {mark: in_order(names) for mark, names in known.items()}


def filing(**fields: Any) -> Filing:
    """A plain Filing."""
    base: dict[str, Any] = {
        "id": "1",
        "school": "x",
        "platform": Platform.WECHAT,
        "name": "图书馆",
        "opened_at": date(2020, 1, 2),
        "position": 1,
    }
    return Filing(**(base | fields))
