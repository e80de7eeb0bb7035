"""Writes the register as a sheet people like to fill in, where no text can become a formula and nothing is lost."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from rules.model import Filing
from storage.register.columns import COLUMNS, ENUMS, TRACKED, RegisterColumn
from storage.register.guide import FONT, LINE, add_guide
from storage.register.values import wording

SHEET = "新媒体台账"
ROWS_TO_FILL = 2000
_CSV_DANGER = re.compile(r"'*[=+\-@\s\u3000\xa0\u200b\ufeff]")
_XLSX_DANGER = re.compile(r"'*[\s\u3000\xa0\u200b\ufeff]|'+[=+\-@]")
_ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
TITLE_LONGEST = 32
"""Excel refuses a longer title of a hint."""
OTHERS = "学校自有"
"""The group of the office's own columns."""
_BANDS = {"账号": "1F4E79", "单位与责任人": "2E6B4F", "备案": "7A5C1E", "年审与状态": "6B3A5B", OTHERS: "5F6B76"}
_TINTS = {"账号": "DCE6F1", "单位与责任人": "DDEEE4", "备案": "F4EAD5", "年审与状态": "EEDFE9", OTHERS: "E6E9EC"}


def template(path: Path | str) -> None:
    """An empty register to fill in: drop-down lists, one row marked 示例 that import skips, and a page of guidance."""
    _save(Path(path), [_example()], COLUMNS, example=True)


def _example() -> list[Any]:
    return [date.fromisoformat(c.example) if c.kind == "date" and c.example else c.example for c in COLUMNS]


def write_register(filings: Iterable[Filing], path: Path | str) -> None:
    """All that is on file, in the order given, as xlsx or (by the file's ending) csv. `read_register` gives equal Filings
    back: a column that is unknown of every account is left out, and the office's own columns come along."""
    known = list(filings)
    columns, others = _columns_of(known)
    _save(Path(path), _rows_of(known, columns, others), [*columns, *map(_other, others)])


def _columns_of(known: Sequence[Filing]) -> tuple[list[RegisterColumn], list[str]]:
    columns = [c for c in COLUMNS if c.field not in TRACKED or any(filing.knows(c.field) for filing in known)]
    return columns, list(dict.fromkeys(heading for filing in known for heading, _ in filing.extra))


def _rows_of(known: Sequence[Filing], columns: Sequence[RegisterColumn], others: Sequence[str]) -> Iterable[list[Any]]:
    for filing in known:
        yield [*(wording(column, filing) for column in columns), *map(dict(filing.extra).get, others)]


def _other(heading: str) -> RegisterColumn:
    """A column of the office's own, under its own heading."""
    return RegisterColumn("extra", heading, OTHERS, "text", 16, "", "")


def _save(path: Path, rows: Iterable[list[Any]], columns: Sequence[RegisterColumn], *, example: bool = False) -> None:
    partial = path.with_name(f".{path.name}.part")  # a reader never sees half a register
    try:
        if path.suffix.lower() == ".csv":
            _write_csv(partial, rows, columns)
        else:
            _workbook(rows, columns, example=example).save(partial)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def _write_csv(path: Path, rows: Iterable[list[Any]], columns: Sequence[RegisterColumn]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([guard(column.heading) for column in columns])
        for row in rows:
            writer.writerow(["" if cell is None else guard(str(cell), _CSV_DANGER) for cell in row])


def guard(text: str, danger: re.Pattern[str] = _CSV_DANGER) -> str:
    """Text that a spreadsheet might run, or trim, with an apostrophe before it; `values.text` takes it off again."""
    text = _ILLEGAL.sub("", text)
    return "'" + text if danger.match(text) else text


def _workbook(rows: Iterable[list[Any]], columns: Sequence[RegisterColumn], *, example: bool) -> Workbook:
    book = Workbook(write_only=True)
    sheet = book.create_sheet(SHEET)
    _lay_out(sheet, columns)
    sheet.append(_band(sheet, columns))
    sheet.append([_head(sheet, column) for column in columns])
    # One styled cell per column, shared by all cells below it: styling each anew would cost seconds.
    styles = [_style(WriteOnlyCell(sheet), column, example=example)._style for column in columns]
    last = 2
    for last, row in enumerate(rows, start=3):  # noqa: B007 - the last row number is used below
        sheet.append([_cell(sheet, value, style) for value, style in zip(row, styles, strict=True)])
    sheet.auto_filter.ref = f"A2:{get_column_letter(len(columns))}{max(last, 3)}"
    add_guide(book)
    return book


def _lay_out(sheet: Any, columns: Sequence[RegisterColumn]) -> None:
    sheet.freeze_panes = "D3"
    sheet.sheet_view.showGridLines = False
    sheet.sheet_view.zoomScale = 100
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", 8  # A3
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 3, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_title_rows, sheet.print_title_cols = "1:2", "A:C"
    sheet.sheet_format.defaultRowHeight, sheet.sheet_format.customHeight = 20, True
    sheet.row_dimensions[1].height, sheet.row_dimensions[2].height = 20, 34
    for index, column in enumerate(columns, start=1):
        letter = get_column_letter(index)
        dimension = _style(sheet.column_dimensions[letter], column)  # for the rows a person adds
        dimension.width = column.width
        sheet.data_validations.append(_validation(column, f"{letter}3:{letter}{ROWS_TO_FILL}"))


def _format(column: RegisterColumn) -> str:
    """Text for everything Excel would spoil (long numbers, leading zeros); real dates and counts otherwise."""
    return {"date": "yyyy-mm-dd", "count": "0"}.get(column.kind, "@")


def _validation(column: RegisterColumn, cells: str) -> DataValidation:
    """A drop-down list where the values are fixed, a hint everywhere. It warns only: import understands synonyms."""
    labels = [m.label for m in ENUMS[column.field]] if column.field in ENUMS else []
    labels = ["是", "否"] if column.kind == "bool" else labels
    if labels:
        rule = DataValidation(type="list", formula1=f'"{",".join(labels)}"', allow_blank=True, errorStyle="warning")
        rule.error, rule.errorTitle = "不在下拉列表中，仍要使用吗？", column.heading[:TITLE_LONGEST]
    else:
        rule = DataValidation(allow_blank=True)
    rule.prompt, rule.promptTitle = column.help, column.heading[:TITLE_LONGEST]
    rule.showInputMessage, rule.showErrorMessage = True, bool(labels)
    rule.add(cells)
    return rule


def _band(sheet: Any, columns: Sequence[RegisterColumn]) -> list[Any]:
    """The row above the headings: one coloured band per group, centred without merging (merged cells break filters)."""
    cells: list[Any] = []
    for group, members in groupby(columns, key=lambda column: column.group):
        for index, _ in enumerate(members):
            cell = WriteOnlyCell(sheet, group if index == 0 else None)
            cell.font = Font(name=FONT, size=10, bold=True, color="FFFFFF")
            cell.fill = PatternFill("solid", fgColor=_BANDS[group])
            cell.alignment = Alignment(horizontal="left", vertical="center", indent=1)
            cells.append(cell)
    return cells


def _heading(column: RegisterColumn) -> str:
    return guard(column.heading, _XLSX_DANGER) + (" *" if column.required else "")


def _head(sheet: Any, column: RegisterColumn) -> Any:
    cell: Any = WriteOnlyCell(sheet)
    cell._value, cell.data_type = _heading(column), "s"  # past the setter: the office's own heading may begin with "="
    cell.font = Font(name=FONT, size=10, bold=True, color="C00000" if column.required else "1F2933")
    cell.fill = PatternFill("solid", fgColor=_TINTS[column.group])
    cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
    cell.border = Border(left=LINE, right=LINE, top=LINE, bottom=Side(style="medium", color=_BANDS[column.group]))
    return cell


def _style(cell: Any, column: RegisterColumn, *, example: bool = False) -> Any:
    cell.font = Font(name=FONT, size=10, italic=example, color="8A94A0" if example else "1F2933")
    centred = column.kind in ("platform", "level", "bool", "date", "status")
    cell.alignment = Alignment(
        horizontal="center" if centred else "left", vertical="center", indent=0 if centred else 1
    )
    cell.border = Border(left=LINE, right=LINE, top=LINE, bottom=LINE)
    cell.number_format = _format(column)
    return cell


def _cell(sheet: Any, value: Any, style: Any) -> Any:
    if value in (None, ""):
        return None
    cell: Any = WriteOnlyCell(sheet)
    fill(cell, value)
    cell._style = style
    return cell


def fill(cell: Any, value: Any) -> None:
    """A value into a cell; text goes past the setter, which makes formulas of what begins with "="."""
    if isinstance(value, str):
        cell._value, cell.data_type = guard(value, _XLSX_DANGER), "s"
    else:
        cell.value = value


def register_bytes(filings: Iterable[Filing]) -> bytes:
    """`write_register` as the bytes of an xlsx."""
    known = list(filings)
    columns, others = _columns_of(known)
    out = io.BytesIO()
    _workbook(_rows_of(known, columns, others), [*columns, *map(_other, others)], example=False).save(out)
    return out.getvalue()


def template_bytes() -> bytes:
    """`template` as the bytes of an xlsx."""
    out = io.BytesIO()
    _workbook([_example()], COLUMNS, example=True).save(out)
    return out.getvalue()
