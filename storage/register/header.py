"""Finds the heading row of a sheet: below titles, in one row or two, with merged cells."""

from __future__ import annotations

from collections.abc import Mapping

from storage.register.headings import assign
from storage.register.sheets import Sheet, Value

HEADER_WITHIN = 30
_SUBHEADINGS = {"姓名", "职务", "职称"}


Header = tuple[int, list[str], list[str | None]]
"""The heading row's number, the headings, and the field of each."""


def find_header(sheet: Sheet, chosen: Mapping[str, str] = {}) -> Header | None:
    """The row that names most fields among the first rows, joined with a second heading row where there is one.
    ``chosen``: what a person said of headings."""
    best: tuple[tuple[int, bool], int, list[str], list[str | None]] | None = None
    rows = sheet.rows[:HEADER_WITHIN]
    for index, (number, _) in enumerate(rows):
        top = _spread(sheet, number)
        below = _spread(sheet, rows[index + 1][0]) if index + 1 < len(rows) else []
        two = any(str(cell or "").strip() in _SUBHEADINGS for cell in below)
        headings = _join(top, below) if two else [shown(cell) for cell in top]
        fields = assign(headings, chosen)
        score = (len({f for f in fields if f}), not two)
        if "name" in fields and score[0] >= 2 and (best is None or score > best[0]):
            best = (score, rows[index + 1][0] if two else number, headings, fields)
    return best[1:] if best else None


def likely_header(sheet: Sheet, chosen: Mapping[str, str]) -> Header | None:
    """Where no row names an account and what it is: the first of the rows with the most texts, for a person to name."""
    rows = sheet.rows[:HEADER_WITHIN]
    texts = [len({shown(cell) for cell in cells if isinstance(cell, str)} - {""}) for _, cells in rows]
    if max(texts, default=0) < 2:
        return None
    number, _ = rows[texts.index(max(texts))]
    headings = [shown(cell) for cell in _spread(sheet, number)]
    return number, headings, assign(headings, chosen)


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
