"""One row of the register as a form: filled from a Filing, read by the reader that reads the files, so that both say the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from rules.model import Filing
from storage.register.columns import COLUMNS, LABELS
from storage.register.read import read_sheet
from storage.register.row import ImportResult
from storage.register.sheets import Sheet
from storage.register.values import wording

_FIELDS = {label: name for name, label in LABELS.items()}


@dataclass(frozen=True, slots=True)
class FormReading:
    """What a form says: a Filing, or by field what to write instead. ``doubts``: what a person should look at."""

    filing: Filing | None
    errors: Mapping[str, str] = field(default_factory=dict)
    doubts: tuple[str, ...] = ()


def form_values(filing: Filing) -> dict[str, str]:
    """A filing as a person would type it, by field."""
    found = {column.field: wording(column, filing) for column in COLUMNS}
    return {name: "" if value is None else str(value) for name, value in found.items()}


def read_form(values: Mapping[str, str], school: str, old: Filing | None = None) -> FormReading:
    """Read what was typed, by field; ``old`` is the row that it changes. The office's own columns and the row's place stay."""
    headings = [column.heading for column in COLUMNS]
    cells = [values.get(column.field, "") for column in COLUMNS]
    table = ImportResult(school)
    read_sheet(Sheet("", [(1, list(headings)), (2, list(cells))]), table)
    errors: dict[str, str] = {}
    for problem in table.problems:
        name = _FIELDS.get(problem.column, "name")
        errors[name] = f"{errors[name]}；{problem.message}" if name in errors else problem.message
    if errors or not table.filings:
        return FormReading(None, errors or {"name": "没有填写账号名称，请写平台上显示的全称"})
    filing = table.filings[0]
    if old is None:
        filing = replace(filing, position=0)
    else:
        filing = replace(filing, id=filing.number or _made(old, filing), position=old.position, extra=old.extra)
    return FormReading(filing, doubts=tuple(doubt.message for doubt in table.doubts))


def _made(old: Filing, new: Filing) -> str:
    """A row that never had a 备案号 keeps its made id; one that lost it gets one."""
    return new.id if old.number else old.id
