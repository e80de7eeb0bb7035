"""Packs of the annual review with accounts in them, and what a Word file says."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date
from typing import Any

import docx

from alerts.review.model import ReviewCase, ReviewPack, ReviewRow
from rules.model import AccountState
from rules.year_record import YearOfLooks, year_record
from tests.support.factories import at, filing

CASE = ReviewCase("DEMO-2026-0005", "长期未更新", "第七条", "整改中", False, "整改通知书（6月2日）")


def row(name: str = "示范大学图书馆", *, seen: bool = True, **changes: Any) -> ReviewRow:
    looks = YearOfLooks(frozenset({date(2026, 6, 2)}), at("2026-06-02"), at("2026-06-02"), ((date(2026, 6, 2), name),))
    state = AccountState(listed_from=at("2026-03-01"), listed_to=at("2026-06-02"))
    record = year_record(
        filing(name=name),
        "weibo:1000001",
        2026,
        at("2026-06-30"),
        looks if seen else YearOfLooks(),
        [at("2026-03-02")] if seen else [],
        state if seen else None,
    )
    return replace(ReviewRow(record=record, cases=(CASE,), evidence="存证/a.wacz", form="审核表/a.docx"), **changes)


def pack(*rows: ReviewRow) -> ReviewPack:
    return ReviewPack(
        school="示范大学",
        regulation="《办法》",
        year=2026,
        until=at("2026-06-30"),
        rows=rows,
        human=(("第十八条", "内容导向是否正确"),),
    )


def text_of(body: bytes) -> str:
    document = docx.Document(io.BytesIO(body))
    inside = [cell.text for table in document.tables for line in table.rows for cell in line.cells]
    return "\n".join([paragraph.text for paragraph in document.paragraphs] + inside)
