"""Sheets as people make them, and Filings of every shape."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import date
from typing import Any

from hypothesis import strategies as st
from openpyxl import Workbook

from rules.model import AccountLevel, Filing, FilingStatus, Platform, ReviewResult
from storage.register import RegisterError, read_register
from storage.register.dates import EARLIEST, LATEST
from storage.register.read import EXAMPLE
from storage.register.values import NOTHING

HEADER = ["账号名称", "平台", "账号ID"]


def xlsx(*rows: Sequence[Any], title: str = "Sheet", merge: Sequence[str] = ()) -> bytes:
    """A workbook of one sheet."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = title
    for row in rows:
        sheet.append(row)
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
            and s not in NOTHING
            and s.strip(" \u3000\xa0\u200b\ufeff\t\r") != ""
        )
    )


TEXT = _text(20)
MAYBE = st.one_of(st.just(""), TEXT)
DATES = st.none() | st.dates(EARLIEST, LATEST)
BOOLS = st.none() | st.booleans()
ITEMS = st.lists(
    TEXT.map(str.strip).filter(lambda s: s and s not in NOTHING and "\n" not in s), max_size=3, unique=True
).map(tuple)
EMAILS = st.lists(st.from_regex(r"[a-z+=-][a-z0-9.]{0,8}@[a-z]{1,8}\.cn", fullmatch=True), max_size=3, unique=True).map(
    tuple
)


@st.composite
def filings(draw: st.DrawFn, number: int) -> Filing:
    """Any Filing an import can give, with an identity of its own."""
    platform = draw(st.sampled_from(Platform))
    web = platform is Platform.WEBSITE
    return Filing(
        id=draw(TEXT.filter(lambda s: s != EXAMPLE)) + str(number), school="x", platform=platform,
        name=draw(TEXT.filter(lambda s: not s.strip().startswith(("示例", "【示例】", "（示例）")))) + str(number), unit=draw(MAYBE),
        account_id="" if web else f"account{number}",
        url=f"https://s{number}.x.edu.cn/{draw(st.sampled_from(['', 'a/', '?b=1、2', '页']))}" if web or draw(st.booleans()) else "",
        level=draw(st.none() | st.sampled_from(AccountLevel)), category=draw(MAYBE), account_type=draw(MAYBE), verified=draw(BOOLS),
        verified_body=draw(MAYBE), purpose=draw(MAYBE), opened_at=draw(DATES), filed_at=draw(DATES), changed_at=draw(DATES),
        first_owner=draw(MAYBE), first_owner_post=draw(MAYBE), direct_owner=draw(MAYBE), direct_owner_post=draw(MAYBE),
        direct_owner_is_staff=draw(BOOLS), operators=draw(ITEMS), phones=draw(ITEMS), emails=draw(EMAILS),
        followers=draw(st.none() | st.integers(0, 10**9)), server=draw(MAYBE), holds_school_data=draw(BOOLS),
        reviewed_at=draw(DATES), review_result=draw(st.none() | st.sampled_from(ReviewResult)), self_checked_at=draw(DATES),
        project_ends_at=draw(DATES), status=draw(st.sampled_from(FilingStatus)), status_changed_at=draw(DATES), note=draw(MAYBE),
    )  # fmt: skip


def filing(**fields: Any) -> Filing:
    """A plain Filing."""
    base: dict[str, Any] = {
        "id": "1",
        "school": "x",
        "platform": Platform.WECHAT,
        "name": "图书馆",
        "opened_at": date(2020, 1, 2),
    }
    return Filing(**(base | fields))
