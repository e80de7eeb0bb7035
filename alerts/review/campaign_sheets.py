"""A unit's sheet of a campaign as a workbook: filled in beforehand with what is known, no cell ever a formula.

`monitors.jobs.campaign_import` reads it back by the headings of ANSWERS and ADDED.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from alerts.documents.package import same_bytes
from alerts.review.model import (
    UNSEEN,
    ReviewRow,
    coverage_text,
    last_post_text,
    names_text,
    posts_text,
    questions,
    seen_text,
    silence_text,
    unit_overview,
)
from alerts.sanitize import clean
from rules.campaigns import AccountAnswerKind, Campaign, UnitSheet
from rules.model import Filing, Platform
from rules.year_record import YearRecord

FONT, LINE_POINTS, LONGEST = "宋体", 15, 1000
HEAD, FILL_IN = PatternFill("solid", fgColor="DDE6F0"), PatternFill("solid", fgColor="FFF7DB")
LINE = Side(style="thin", color="B8C0CC")
BORDER = Border(left=LINE, right=LINE, top=LINE, bottom=LINE)
ACCOUNTS, ADDITIONS, REPORT = "账号核对", "新增账号", "报送"
ID, ANSWER, REASON = "台账编号", "核对结果", "说明或理由"
CORRECTIONS = {
    "name": "更正：账号名称", "direct_owner": "更正：负责人", "phones": "更正：电话", "emails": "更正：邮箱",
}  # fmt: skip
KNOWN = (
    (ID, 16), ("平台", 10), ("账号名称", 24), ("标识或网址", 24), ("负责人", 10), ("电话", 14), ("邮箱", 22),
    ("期间内更新", 14), ("最近更新", 14), ("最长未更新", 22), ("掌握情况", 22), ("页面显示的名称", 20), ("问题和请说明的情况", 34),
)  # fmt: skip
ASKED = ((ANSWER, 10), *((heading, 18) for heading in CORRECTIONS.values()), (REASON, 26))
ADDED = (("平台", 12), ("账号名称", 28), ("标识或网址", 34), ("说明", 30))
CAMPAIGN_CODE, UNIT, NONE, BY, LEADER = "专项工作编号", "单位", "没有未备案的账号（零报告）", "填报人", "单位负责人"
SPARE_ROWS = 20
HOW = "只填黄色的格子。核对结果选“属实”“更正”或“关停”：更正的，在后面写更正后的内容；关停的，写明理由。请不要改动编号。"


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetToFill:
    """All that a unit's workbook shows. ``year``: the year's record and cases of an account by its row of the register."""

    campaign: Campaign
    sheet: UnitSheet
    filings: tuple[Filing, ...]
    year: Mapping[str, ReviewRow]


def campaign_workbook(given: SheetToFill) -> bytes:
    """The workbook. Equal sheets give equal bytes."""
    book = Workbook()
    first = book.active
    assert first is not None
    first.title = ACCOUNTS
    _accounts(first, given)
    _additions(book.create_sheet(ADDITIONS), given.sheet)
    _report(book.create_sheet(REPORT), given)
    book.properties.title = clean(f"{given.campaign.name} {given.sheet.unit}", 120)
    book.properties.creator = given.campaign.school
    buffer = io.BytesIO()
    book.save(buffer)
    return same_bytes(buffer.getvalue(), given.campaign.opened_at)


def _accounts(sheet: Any, given: SheetToFill) -> None:
    due = given.campaign.due
    until = f"请于{due.year}年{due.month}月{due.day}日前报送"
    _put(sheet.cell(1, 1), f"{given.campaign.name}　{given.sheet.unit}　{until}", bold=True, border=False)
    overview = unit_overview([given.year[filing.id] for filing in given.filings if filing.id in given.year])
    _put(sheet.cell(2, 1), f"学校掌握的情况：{overview}　{HOW}", border=False)
    _headings(sheet, 3, (*KNOWN, *ASKED))
    for number, filing in enumerate(given.filings, start=4):
        answer = given.sheet.answer_of(filing.id)
        known = _known(filing, given.year.get(filing.id))
        sheet.row_dimensions[number].height = LINE_POINTS * max(map(_lines, known, (width for _, width in KNOWN)))
        for place, value in enumerate(known, start=1):
            _put(sheet.cell(number, place), value)
        corrections = answer.corrections if answer else {}
        filled = [answer.kind.label if answer else "", *(corrections.get(f, "") for f in CORRECTIONS), answer.reason if answer else ""]  # fmt: skip
        for place, value in enumerate(filled, start=len(KNOWN) + 1):
            _put(sheet.cell(number, place), value, fill_in=True)
    column = get_column_letter(len(KNOWN) + 1)
    _choices(sheet, f"{column}4:{column}{max(len(given.filings) + 3, 4)}", [kind.label for kind in AccountAnswerKind])
    sheet.freeze_panes = "D4"
    _print_wide(sheet, "3:3")


def _lines(value: str, width: float) -> int:
    """How many lines the value takes in a column so wide; a Chinese character is two wide."""
    return max(1, ceil(sum(1 + (letter > "\u2e80") for letter in value) / (width - 2)))


def _known(filing: Filing, row: ReviewRow | None) -> Sequence[str]:
    record = row.record if row else None
    seen = [
        tell(record) if record else UNSEEN
        for tell in (posts_text, last_post_text, silence_text, _coverage, names_text)
    ]  # fmt: skip
    cases = "；".join(f"{case.number} {case.problem}（{case.state}）" for case in row.cases) if row else ""
    return (
        filing.id, filing.platform.label, filing.name, filing.account_id or filing.url, filing.direct_owner,
        "、".join(filing.phones), "、".join(filing.emails), *seen, "；".join(part for part in (cases, *(questions(row) if row else (UNSEEN,))) if part) or "无",
    )  # fmt: skip


def _coverage(record: YearRecord) -> str:
    return UNSEEN if record.is_unobserved else f"{coverage_text(record)}；观察{seen_text(record)}"


def _additions(sheet: Any, kept: UnitSheet) -> None:
    _headings(sheet, 1, ADDED)
    rows = [(each.platform.label, each.name, each.address, each.note) for each in kept.added]
    rows += [("", "", "", "")] * max(SPARE_ROWS - len(rows), 0)
    for number, values in enumerate(rows, start=2):
        for place, value in enumerate(values, start=1):
            _put(sheet.cell(number, place), value, fill_in=True)
    _choices(sheet, f"A2:A{len(rows) + 1}", [each.label for each in Platform])
    _print_wide(sheet, "1:1")


def _report(sheet: Any, given: SheetToFill) -> None:
    kept = given.sheet
    rows = (
        (CAMPAIGN_CODE, kept.campaign, False), (UNIT, kept.unit, False), (NONE, "是" if kept.none else "", True),
        (BY, kept.by, True), (LEADER, kept.head, True), ("负责人签字并盖章", "", True),
    )  # fmt: skip
    for number, (label, value, fill_in) in enumerate(rows, start=1):
        _put(sheet.cell(number, 1), label, bold=True)
        _put(sheet.cell(number, 2), value, fill_in=fill_in)
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 30, 44
    _choices(sheet, "B3", ["是", "否"])


def _headings(sheet: Any, row: int, columns: Sequence[tuple[str, float]]) -> None:
    for place, (heading, width) in enumerate(columns, start=1):
        _put(sheet.cell(row, place), heading, bold=True)
        sheet.cell(row, place).fill = HEAD
        sheet.column_dimensions[get_column_letter(place)].width = width


def _choices(sheet: Any, cells: str, words: Sequence[str]) -> None:
    """A drop-down list; Excel takes at most 255 characters of one."""
    text = ",".join(words)
    if len(text) <= 250:
        choice = DataValidation(type="list", formula1=f'"{text}"', allow_blank=True)
        choice.add(cells)
        sheet.add_data_validation(choice)


def _print_wide(sheet: Any, title_rows: str) -> None:
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", 8
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_title_rows = title_rows


def _put(cell: Any, value: str, *, bold: bool = False, fill_in: bool = False, border: bool = True) -> None:
    cell.value = clean(value, LONGEST)
    cell.data_type = "s"  # a name may begin with "=": it is a name
    cell.font = Font(name=FONT, size=10, bold=bold)
    cell.number_format = "@"
    if border:
        cell.border = BORDER
        cell.alignment = Alignment(vertical="center", wrap_text=True)
    if fill_in:
        cell.fill, cell.protection = FILL_IN, Protection(locked=False)
