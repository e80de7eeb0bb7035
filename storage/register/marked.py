"""An uploaded register with what is wrong marked in it: to be corrected in a spreadsheet and uploaded again."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill

from storage.read_choices import ReadChoices
from storage.register.edits import apply_edits
from storage.register.guide import FONT
from storage.register.header import find_header
from storage.register.headings import heading_text
from storage.register.row import ImportProblem
from storage.register.sheets import Formula, Sheet, Value, open_table
from storage.register.write import fill

BAD, ROW = PatternFill("solid", fgColor="F8CBAD"), PatternFill("solid", fgColor="FFF2CC")
LIST = "需要改正的地方"
HEADINGS = ("工作表", "行", "列", "现在的内容", "怎么改")


def marked(data: bytes, filename: str, choices: ReadChoices, problems: Sequence[ImportProblem]) -> bytes:
    """The file's visible sheets with a person's corrections in them, bad cells coloured and explained, and a list of all
    problems in front. Raises NotATable."""
    book = Workbook(write_only=True)
    _list(book, problems)
    for number, sheet in enumerate(open_table(data, filename), start=1):
        _copy(book, sheet, sheet.title or f"台账{number}", choices, [p for p in problems if p.sheet == sheet.title])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _list(book: Workbook, problems: Iterable[ImportProblem]) -> None:
    sheet = book.create_sheet(LIST)
    for letter, width in zip("ABCDE", (18, 8, 18, 36, 80), strict=True):
        sheet.column_dimensions[letter].width = width
    sheet.append([_cell(sheet, heading, bold=True) for heading in HEADINGS])
    for each in problems:
        row = (each.sheet, each.row or "", each.column, each.value, each.message)
        sheet.append([_cell(sheet, value) for value in row])


def _copy(book: Workbook, source: Sheet, title: str, choices: ReadChoices, problems: Sequence[ImportProblem]) -> None:
    sheet = book.create_sheet(title[:31])
    columns: list[str] = []
    if header := find_header(source, choices.headings):
        start, headings, fields = header
        width = len(headings)
        apply_edits(source, headings, fields, choices.edits)
        columns = [heading_text(heading) for heading in headings]
        for number, cells in source.rows:
            if number == start and len(headings) > width:
                cells.extend([None] * (width - len(cells)))
                cells.extend(headings[len(cells) :])
    bad: dict[int, dict[str, list[str]]] = {}
    for each in problems:
        bad.setdefault(each.row, {}).setdefault(heading_text(each.column), []).append(each.message)
    next_row = 1
    for number, cells in source.rows:
        for _ in range(next_row, number):
            sheet.append([])
        next_row = number + 1
        sheet.append(_row(sheet, cells, columns, bad.get(number, {})))


def _row(sheet: Any, cells: Sequence[Value], columns: Sequence[str], bad: dict[str, list[str]]) -> list[Any]:
    row = [_cell(sheet, value) for value in cells]
    rest = dict(bad)
    for at, cell in enumerate(row):
        if not bad:
            continue
        messages = rest.pop(columns[at], []) if at < len(columns) else []
        cell.fill = BAD if messages else ROW
        if messages:
            cell.comment = Comment("；".join(messages), "校媒巡检")
    if rest:
        row.append(_cell(sheet, "；".join(message for messages in rest.values() for message in messages)))
        row[-1].fill = BAD
    return row


def _cell(sheet: Any, value: Value, *, bold: bool = False) -> Any:
    cell: Any = WriteOnlyCell(sheet)
    fill(cell, str(value) if isinstance(value, Formula) else value)
    cell.font = Font(name=FONT, size=10, bold=bold)
    return cell
