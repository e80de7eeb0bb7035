"""A person's corrections, written into the sheet before it is read."""

from __future__ import annotations

from collections.abc import Iterable

from storage.read_choices import CellEdit
from storage.register.columns import LABELS
from storage.register.headings import heading_text
from storage.register.sheets import Sheet

_FIELDS = {label: name for name, label in LABELS.items()}


def apply_edits(sheet: Sheet, headings: list[str], fields: list[str | None], edits: Iterable[CellEdit]) -> None:
    """Write the corrected cells into the sheet; a column that it does not have is added at its end."""
    lines = dict(sheet.rows)
    width = max((len(cells) for _, cells in sheet.rows), default=0)
    for edit in edits:
        if edit.sheet != sheet.title or edit.row not in lines:
            continue
        at = _column(edit.column, headings, fields)
        if at is None:
            if edit.column not in _FIELDS:
                continue
            _widen(headings, fields, width)
            at = len(headings)
            headings.append(edit.column)
            fields.append(_FIELDS[edit.column])
            width = at + 1
        cells = lines[edit.row]
        cells.extend([None] * (at + 1 - len(cells)))
        cells[at] = edit.text or None


def _column(named: str, headings: list[str], fields: list[str | None]) -> int | None:
    """Where the column stands: by its own heading, else by the field's usual one."""
    texts = [heading_text(heading) for heading in headings]
    if (text := heading_text(named)) in texts:
        return texts.index(text)
    wanted = _FIELDS.get(named)
    return fields.index(wanted) if wanted in fields else None


def _widen(headings: list[str], fields: list[str | None], width: int) -> None:
    """A new column must not stand over cells that belong to none."""
    while len(headings) < width:
        headings.append("")
        fields.append(None)
