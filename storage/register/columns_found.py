"""The columns of an uploaded register: each heading with what it is taken for and what stands below it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time

from storage.register.guide import TITLE as GUIDE
from storage.register.header import Header, find_header, likely_header, shown
from storage.register.headings import LEAVE_OUT, heading_text
from storage.register.sheets import NotATable, Sheet, Value, open_table

SAMPLES = 3


@dataclass(frozen=True, slots=True)
class SheetColumn:
    """One column: the field it is taken for, `KEEP` or `LEAVE_OUT`, and some of its values. ``again``: a column before it
    has the same heading, and what that is taken for is said there."""

    heading: str
    field: str
    samples: tuple[str, ...]
    again: bool = False


@dataclass(frozen=True, slots=True)
class SheetColumns:
    """One sheet's columns. ``known``: its heading row was found; else a person must say which column is what."""

    title: str
    row: int
    columns: tuple[SheetColumn, ...]
    known: bool


def columns_of(data: bytes, filename: str, chosen: Mapping[str, str]) -> tuple[SheetColumns, ...]:
    """Every sheet with a heading row; where no sheet has one that we know, what may be one. Empty where the file is no
    table at all (`examine` says why)."""
    try:
        sheets = [sheet for sheet in open_table(data, filename) if sheet.title != GUIDE]
    except NotATable:
        return ()
    known = [(sheet, header) for sheet in sheets if (header := find_header(sheet, chosen))]
    seen: set[str] = set()
    if known:
        return tuple(_columns(sheet, header, chosen, seen, known=True) for sheet, header in known)
    guessed = [(sheet, header) for sheet in sheets if (header := likely_header(sheet, chosen))]
    return tuple(_columns(sheet, header, chosen, seen, known=False) for sheet, header in guessed)


def _columns(sheet: Sheet, header: Header, chosen: Mapping[str, str], seen: set[str], *, known: bool) -> SheetColumns:
    start, headings, fields = header
    below = [cells for number, cells in sheet.rows if number > start]
    columns = []
    for at, (heading, field) in enumerate(zip(headings, fields, strict=True)):
        text = heading_text(heading)
        if text:
            samples = dict.fromkeys(_sample(cells[at]) for cells in below[:200] if len(cells) > at)
            taken = field or (LEAVE_OUT if chosen.get(text) == LEAVE_OUT else "")
            columns.append(SheetColumn(text, taken, tuple(s for s in samples if s)[:SAMPLES], text in seen))
            seen.add(text)
    return SheetColumns(sheet.title, start, tuple(columns), known)


def _sample(cell: Value) -> str:
    """A cell as a person reads it: a day without the hour that a workbook adds to it."""
    return cell.date().isoformat() if isinstance(cell, datetime) and cell.time() == time() else shown(cell)
