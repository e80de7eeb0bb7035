"""Finds the heading row of a sheet: below titles, in one row or two, with merged cells."""

from __future__ import annotations

from storage.register.headings import assign
from storage.register.sheets import Sheet, Value

HEADER_WITHIN = 30
_SUBHEADINGS = {"姓名", "职务", "职称"}


def find_header(sheet: Sheet) -> tuple[int, list[str], list[str | None]] | None:
    """The row that names most fields among the first rows, joined with a second heading row where there is one."""
    best: tuple[tuple[int, bool], int, list[str], list[str | None]] | None = None
    rows = sheet.rows[:HEADER_WITHIN]
    for index, (number, _) in enumerate(rows):
        top = _spread(sheet, number)
        below = _spread(sheet, rows[index + 1][0]) if index + 1 < len(rows) else []
        two = any(str(cell or "").strip() in _SUBHEADINGS for cell in below)
        headings = _join(top, below) if two else [shown(cell) for cell in top]
        fields = assign(headings)
        score = (len({f for f in fields if f}), not two)
        if "name" in fields and score[0] >= 2 and (best is None or score > best[0]):
            best = (score, rows[index + 1][0] if two else number, headings, fields)
    return best[1:] if best else None


def shown(cell: Value) -> str:
    """A heading as it stands in the sheet."""
    return "" if cell is None else str(cell).strip()


def _spread(sheet: Sheet, number: int) -> list[Value]:
    """A heading row with merged cells filled in, sideways and downwards."""
    lines = dict(sheet.rows)
    cells = list(lines.get(number, []))
    for top, left, bottom, right in sheet.spans:
        if top <= number <= bottom and right < 200:
            origin = lines.get(top, [])
            cells.extend([None] * (right + 1 - len(cells)))
            cells[left : right + 1] = [origin[left] if left < len(origin) else None] * (right + 1 - left)
    return cells


def _join(top: list[Value], below: list[Value]) -> list[str]:
    """第一责任人 over 姓名, 职务, 电话 → 第一责任人姓名, 第一责任人职务, 第一责任人电话."""
    width = max(len(top), len(below))
    pairs = zip(top + [None] * (width - len(top)), below + [None] * (width - len(below)), strict=True)
    return [shown(a) if a == b or not b else shown(a) + shown(b) for a, b in pairs]
