"""The sheet that units sign for their papers."""

from __future__ import annotations

import dataclasses
import io
from datetime import timedelta

import docx
import pytest

from alerts.documents.receipts import COLUMNS, cover_sheet
from rules.model import DocumentType
from tests.alerts.sample import NOW, notice


def test_the_papers_stand_by_unit_with_room_to_sign() -> None:
    mine = notice(DocumentType.RECTIFICATION)
    theirs = dataclasses.replace(mine, addressee="艺术学院", number="校媒巡整〔2026〕1号")
    later = dataclasses.replace(notice(DocumentType.CLOSURE), number="校媒巡销〔2026〕2号")
    sheet = cover_sheet([theirs, later, mine], NOW + timedelta(days=40))
    (table,) = docx.Document(io.BytesIO(sheet.attachments[0].data)).tables
    rows = [[cell.text for cell in row.cells] for row in table.rows]
    assert rows[0] == list(COLUMNS)
    assert [row[1] for row in rows[1:]] == ["体育学院", "体育学院", "艺术学院"]
    assert [row[3] for row in rows[1:]] == [mine.number, later.number, theirs.number]
    assert {tuple(row[4:]) for row in rows[1:]} == {("", "")}
    assert "整改通知书" in rows[1][2]
    assert "共 3 份文书，2 个单位，2026年12月31日制" in sheet.text
    assert all(cell in sheet.html for row in rows for cell in row)


def test_a_sheet_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="没有需要送达"):
        cover_sheet([], NOW)
