"""From rows to Filings: finds the table in the sheet, reads every row, and lists everything that is wrong at once."""

from __future__ import annotations

import difflib
import re

from storage.register import values
from storage.register.header import find_header, shown
from storage.register.headings import HEADINGS, IGNORED, field_of, normal
from storage.register.row import ImportProblem, ImportResult, RowReader
from storage.register.sheets import Sheet, Value

EXAMPLE = "示例"
"""A row whose 备案号 says this is the template's example, skipped on import."""
_NOTE = re.compile(
    r"\s*(?:注|备注|说明|填表|填报|制表|审核|合计|共计|总计|联系|日期|单位|盖章|负责人|签字|[*※＊])[^：:]{0,12}(?:[：:\d.、]|$)"
)


def read_sheet(sheet: Sheet, table: ImportResult) -> bool:
    """Add a sheet's rows to the table. False where the sheet has no heading row that we know."""
    found = find_header(sheet)
    if found is None:
        return False
    start, headings, fields = found
    _note_unknown(sheet, headings, fields, table)
    named = next(
        (values.platform(normal(h).removesuffix("名称")) for h, f in zip(headings, fields, strict=True) if f == "name"),
        None,
    )
    default = values.platform(sheet.title) or named
    merged = _merged(sheet, start, len(fields))
    for number, cells in sheet.rows:
        cells = [
            merged.get((number, i), cell) if cell is None else cell for i, cell in enumerate(_padded(cells, fields))
        ]
        if number > start and _is_row(cells, headings, fields):
            continues = (number, fields.index("name")) in merged
            RowReader(sheet, number, cells, headings, fields, table, continues).read(default)
    return True


def _note_unknown(sheet: Sheet, headings: list[str], fields: list[str | None], table: ImportResult) -> None:
    """A heading that is nearly one of ours is a slip, and reported; any other column is left out, and said so."""
    for heading, field_ in zip(headings, fields, strict=True):
        if field_ or not heading or normal(heading) in IGNORED:
            continue
        near = difflib.get_close_matches(normal(heading), HEADINGS, 1, 0.8)
        if near and field_of(near[0]) not in fields:
            message = f"无法识别的列名，是否应为“{near[0]}”？请改正列名；若确实无关，请删除此列"
            table.problems.append(ImportProblem(0, heading, "", message, sheet.title))
        else:
            table.ignored.append(heading)


def _merged(sheet: Sheet, start: int, width: int) -> dict[tuple[int, int], Value]:
    """What stands in the empty part of a cell merged over several rows (one unit, five accounts)."""
    lines = dict(sheet.rows)
    return {
        (row, left): lines[top][left]
        for top, left, bottom, right in sheet.spans
        if left == right < width and top > start and left < len(lines.get(top, []))
        for row in range(top + 1, min(bottom, top + 5000) + 1)
    }


def _padded(cells: list[Value], fields: list[str | None]) -> list[Value]:
    return (cells + [None] * (len(fields) - len(cells)))[: len(fields)]


def _is_row(cells: list[Value], headings: list[str], fields: list[str | None]) -> bool:
    """False for blank rows, the example, repeated headings, and notes and signatures below the table."""
    known = {f: str(c).strip() for c, f in zip(cells, fields, strict=True) if f and c is not None and str(c).strip()}
    if (
        not known
        or known.get("id") == EXAMPLE
        or str(known.get("name", "")).startswith(("示例", "【示例】", "（示例）"))
    ):
        return False
    written = [str(cell).strip() for cell in cells if cell is not None and str(cell).strip()]
    if all(_NOTE.match(text) for text in written):
        return False
    return not all(shown(cell) in ("", heading) for cell, heading in zip(cells, headings, strict=True))
