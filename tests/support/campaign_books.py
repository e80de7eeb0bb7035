"""A unit's workbook filled in as a member of staff would."""

from __future__ import annotations

from pathlib import Path

from openpyxl import load_workbook

from alerts.review.campaign_sheets import ACCOUNTS, ANSWER, ID, REPORT
from rules.campaigns import AccountAnswerKind


def filled(path: Path) -> Path:
    """Every account stated to be as it is filed, nothing to add, two names: ready to be handed in."""
    book = load_workbook(path)
    accounts, report = book[ACCOUNTS], book[REPORT]
    head = next(row for row in accounts.iter_rows() if any(cell.value == ID for cell in row))
    column = {cell.value: cell.column for cell in head}
    for row in range(head[0].row + 1, accounts.max_row + 1):
        if accounts.cell(row, column[ID]).value:
            accounts.cell(row, column[ANSWER]).value = AccountAnswerKind.CONFIRMED.label
    for row, value in ((3, "是"), (4, "王经办"), (5, "李处长")):
        report.cell(row, 2).value = value
    book.save(path)
    return path
