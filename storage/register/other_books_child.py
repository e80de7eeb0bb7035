"""The child that opens an .xls or .ods for `storage.register.other_books`: bytes on standard input, JSON on standard output."""

from __future__ import annotations

import io
import json
import resource
import sys
from collections.abc import Iterator
from datetime import date, datetime
from itertools import islice
from typing import Any

from python_calamine import CalamineSheet, CalamineWorkbook, PasswordError, SheetVisibleEnum

PASSWORD, TOO_MANY_ROWS, TOO_MANY_SPANS = 3, 4, 5


def main(memory: int, rows: int, columns: int, spanned: int) -> int:
    """Exit 0 with the sheets, or a code of `other_books.CODES`; any other failure is a damaged file."""
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(sys.stdin.buffer.read()))
    except PasswordError:
        return PASSWORD
    sheets = []
    for meta in book.sheets_metadata:
        sheet = book.get_sheet_by_name(meta.name)
        hidden = meta.visible != SheetVisibleEnum.Visible
        filled = ((number, cells) for number, cells in enumerate(_lines(sheet), start=1) if cells)
        made = list(islice(filled, rows + 1))
        if len(made) > rows and not hidden:
            return TOO_MANY_ROWS
        spans = [(a + 1, b, c + 1, d) for (a, b), (c, d) in sheet.merged_cell_ranges or ()]
        if sum((bottom - top + 1) * (right - left + 1) for top, left, bottom, right in spans) > spanned:
            return TOO_MANY_SPANS
        cut = any(len(cells) > columns for _, cells in made)
        kept = [(number, cells[:columns]) for number, cells in made]
        sheets.append({"title": meta.name, "hidden": hidden, "cut": cut, "rows": kept, "spans": spans})
    json.dump(sheets, sys.stdout, ensure_ascii=False, default=_moment)
    return 0


def _lines(sheet: CalamineSheet) -> Iterator[list[Any]]:
    """Every row from the first; blank ones empty, none with blanks at its end."""
    for row in sheet.iter_rows():
        cells = [_cell(value) for value in row]
        while cells and cells[-1] is None:
            cells.pop()
        yield cells


def _cell(value: Any) -> Any:
    """Old workbooks know no whole numbers: a telephone number comes as 13812345678.0."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, datetime) and (value.hour, value.minute, value.second) == (0, 0, 0):
        return value.date()
    return None if value == "" else value


def _moment(value: Any) -> Any:
    if isinstance(value, datetime):
        return {"moment": value.isoformat()}
    return {"date": value.isoformat()} if isinstance(value, date) else str(value)


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    sys.exit(main(*map(int, sys.argv[1:])))
