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
    rows = [[str(cell.value or "") for cell in row] for row in accounts.iter_rows()]
    head = next(number for number, row in enumerate(rows) if ID in row)
    identifier, answer = rows[head].index(ID), rows[head].index(ANSWER)
    for number, row in enumerate(rows[head + 1 :], start=head + 2):
        if row[identifier]:
            accounts.cell(number, answer + 1).value = AccountAnswerKind.CONFIRMED.label
    for place, value in ((3, "是"), (4, "王经办"), (5, "李处长")):
        report.cell(place, 2).value = value
    book.save(path)
    return path
