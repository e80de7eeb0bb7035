"""Corrections stand where the column stands, and a new column never over cells that belong to none."""

from __future__ import annotations

import pytest

from storage.read_choices import CellEdit
from storage.register.edits import apply_edits
from storage.register.sheets import Sheet, Value

HEADINGS = ["账号名称", "平台", "备案日期"]
FIELDS: list[str | None] = ["name", "platform", "filed_at"]


@pytest.mark.parametrize(
    ("edits", "headings", "cells"),
    [
        ([("表", 2, "平台", "微博")], HEADINGS, ["甲", "微博"]),
        ([("表", 2, "备案时间", "2024")], HEADINGS, ["甲", "微信", "2024"]),  # by the field's usual heading
        ([("表", 2, "平台", "")], HEADINGS, ["甲", None]),
        ([("别的表", 2, "平台", "微博")], HEADINGS, ["甲", "微信"]),
        ([("表", 9, "平台", "微博")], HEADINGS, ["甲", "微信"]),
        ([("表", 2, "没有这样的列", "x")], HEADINGS, ["甲", "微信"]),
        ([("表", 2, "网址", "a.cn")], [*HEADINGS, "", "网址"], ["甲", "微信", None, None, "a.cn"]),
        (
            [("表", 2, "网址", "a.cn"), ("表", 2, "账号ID", "lib")],
            [*HEADINGS, "", "网址", "账号ID"],
            ["甲", "微信", None, None, "a.cn", "lib"],
        ),
        (
            [("表", 2, "网址", "a.cn"), ("表", 2, "网址", "b.cn")],
            [*HEADINGS, "", "网址"],
            ["甲", "微信", None, None, "b.cn"],
        ),
    ],
)
def test_corrections(edits: list[tuple[str, int, str, str]], headings: list[str], cells: list[Value]) -> None:
    sheet = Sheet("表", [(1, [*HEADINGS]), (2, ["甲", "微信"]), (3, ["乙", "微博", None, "没有表头的字"])])
    found, fields = [*HEADINGS], [*FIELDS]
    apply_edits(sheet, found, fields, [CellEdit(*edit) for edit in edits])
    assert found == headings
    assert len(fields) == len(found)
    assert sheet.rows[1] == (2, cells)
    assert sheet.rows[2] == (3, ["乙", "微博", None, "没有表头的字"])
