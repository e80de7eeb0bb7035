"""A unit's workbook read back: every bad place is listed, and nothing is taken of a workbook that has one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from alerts.review.campaign_sheets import (
    ACCOUNTS,
    ADDITIONS,
    ANSWER,
    BY,
    CAMPAIGN_CODE,
    CORRECTIONS,
    ID,
    LEADER,
    NONE,
    REASON,
    REPORT,
    UNIT,
)
from monitors.app_context import AppContext
from monitors.errors import InvalidInput
from monitors.jobs.campaigns import save_sheet
from rules.campaign_moves import Submission
from rules.campaigns import AccountAnswer, AccountAnswerKind, AddedAccount, UnitSheet
from rules.model import Platform
from storage.register.sheets import Formula, NotATable, Sheet, Value, open_book
from storage.register.values import platform, text

LONGEST = 1000
YES, NO = {"是", "√", "有"}, {"", "否", "无"}


@dataclass(frozen=True, slots=True)
class BadCell:
    """One place that cannot be taken: the sheet, the row from 1, the column's heading, and why."""

    sheet: str
    row: int
    column: str
    reason: str


@dataclass
class ImportedSheet:
    """What a workbook says. ``bad`` not empty: nothing of it was taken."""

    campaign: str = ""
    unit: str = ""
    given: Submission = field(default_factory=Submission)
    bad: list[BadCell] = field(default_factory=list)
    taken: UnitSheet | None = None


def import_file(context: AppContext, path: Path, now: datetime) -> ImportedSheet:
    """A workbook from disk. Raises InvalidInput, CampaignError."""
    try:
        return import_sheet(context, path.read_bytes(), path.name, now)
    except OSError as error:
        raise InvalidInput(f"不能读取 {path}：没有这个文件，或者没有读取权限。") from error


def import_sheet(context: AppContext, data: bytes, filename: str, now: datetime) -> ImportedSheet:
    """Read a unit's workbook and hand it in, whole or not at all. Raises InvalidInput, CampaignError."""
    found = read_sheet(data, filename)
    if not found.bad:
        found.taken = save_sheet(context, found.campaign, found.unit, found.given, now, final=True)
    return found


def read_sheet(data: bytes, filename: str) -> ImportedSheet:
    """What a workbook says, with every bad place. Raises InvalidInput where it is no such workbook."""
    try:
        sheets = {sheet.title: sheet for sheet in open_book(data, filename)}
    except NotATable as error:
        raise InvalidInput(f"{filename}：{error}。") from error
    if missing := [title for title in (ACCOUNTS, ADDITIONS, REPORT) if title not in sheets]:
        raise InvalidInput(f"{filename} 里没有工作表“{missing[0]}”，请使用本系统导出的填报表。")
    found = ImportedSheet()
    report = {_read(found, sheets[REPORT], row, cells, 0, ""): (row, cells) for row, cells in sheets[REPORT].rows}

    def said(label: str) -> str:
        row, cells = report.get(label, (0, []))
        return _read(found, sheets[REPORT], row, cells, 1, label)

    found.campaign, found.unit, none = said(CAMPAIGN_CODE), said(UNIT), said(NONE)
    if none not in YES | NO:
        found.bad.append(BadCell(REPORT, report[NONE][0], NONE, "请填“是”或“否”"))
    for label, value in ((CAMPAIGN_CODE, found.campaign), (UNIT, found.unit)):
        if not value:
            found.bad.append(BadCell(REPORT, report.get(label, (0, []))[0], label, "不能为空，请不要改动编号和单位"))
    answers, added = _answers(found, sheets[ACCOUNTS]), _added(found, sheets[ADDITIONS])
    found.given = Submission(answers=answers, added=added, none=none in YES, head=said(LEADER), by=said(BY))
    return found


def _answers(found: ImportedSheet, sheet: Sheet) -> tuple[AccountAnswer, ...]:
    at, rows = _table(sheet, (ID, ANSWER, REASON, *CORRECTIONS.values()), ID)
    answers = []
    for number, cells in rows:
        read = {heading: _read(found, sheet, number, cells, place, heading) for heading, place in at.items()}
        if not any(read.values()):
            continue
        kind = next((each for each in AccountAnswerKind if each.label == read[ANSWER]), None)
        if not read[ID]:
            found.bad.append(BadCell(sheet.title, number, ID, "编号不能为空；新增的账号请填在“新增账号”里"))
        if kind is None:
            found.bad.append(BadCell(sheet.title, number, ANSWER, "请填“属实”“更正”或“关停”"))
        else:
            corrections = {name: read[heading] for name, heading in CORRECTIONS.items() if read[heading]}
            answers.append(AccountAnswer(filing=read[ID], kind=kind, corrections=corrections, reason=read[REASON]))
    return tuple(answers)


def _added(found: ImportedSheet, sheet: Sheet) -> tuple[AddedAccount, ...]:
    at, rows = _table(sheet, ("平台", "账号名称", "标识或网址", "说明"), "平台")
    added = []
    for number, cells in rows:
        read = {heading: _read(found, sheet, number, cells, place, heading) for heading, place in at.items()}
        if not any(read.values()):
            continue
        where = platform(read["平台"]) if read["平台"] else None
        if where is None:
            known = "、".join(each.label for each in Platform)
            found.bad.append(BadCell(sheet.title, number, "平台", f"不认识的平台，可以写：{known}"))
        if not read["账号名称"]:
            found.bad.append(BadCell(sheet.title, number, "账号名称", "不能为空"))
        if where:
            added.append(
                AddedAccount(platform=where, name=read["账号名称"], address=read["标识或网址"], note=read["说明"])
            )
    return tuple(added)


Rows = Sequence[tuple[int, list[Value]]]


def _table(sheet: Sheet, headings: Sequence[str], first: str) -> tuple[dict[str, int], Rows]:
    """Where the headings stand, and the rows below them. Raises InvalidInput where one is missing."""
    for place, (_, cells) in enumerate(sheet.rows):
        if first in cells:
            if missing := [heading for heading in headings if heading not in cells]:
                raise InvalidInput(f"工作表“{sheet.title}”没有“{missing[0]}”这一列，请使用本系统导出的填报表。")
            return {heading: cells.index(heading) for heading in headings}, sheet.rows[place + 1 :]
    raise InvalidInput(f"工作表“{sheet.title}”没有表头，请使用本系统导出的填报表。")


def _read(found: ImportedSheet, sheet: Sheet, row: int, cells: Sequence[Value], place: int, heading: str) -> str:
    """A cell as text; a formula or what is too long is listed as bad."""
    value = cells[place] if place < len(cells) else None
    try:
        if isinstance(value, Formula):
            raise ValueError("这一格是公式，请改为直接填写的文字")
        read = text(value)
        if len(read) > LONGEST:
            raise ValueError(f"内容过长（{len(read)} 字），请精简到 {LONGEST} 字以内")
    except ValueError as error:
        found.bad.append(BadCell(sheet.title, row, heading, str(error)))
        return ""
    return read
