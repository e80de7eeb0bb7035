"""A plain list as a workbook, for reading and printing; not meant to be imported again."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from storage.register.guide import FONT
from storage.register.write import fill


def write_list(headings: Sequence[str], rows: Iterable[Sequence[Any]], title: str) -> bytes:
    """A plain list as xlsx, where no text can become a formula."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title)
    sheet.freeze_panes = "A2"
    for index, heading in enumerate(headings, start=1):
        sheet.column_dimensions[get_column_letter(index)].width = 14 if len(heading) < 5 else 20
    head = Font(name=FONT, size=10, bold=True)
    for number, row in enumerate((headings, *rows)):
        cells: list[Any] = []
        for value in row:
            cell: Any = WriteOnlyCell(sheet)
            fill(cell, value)
            if not number:
                cell.font = head
            cells.append(cell)
        sheet.append(cells)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
