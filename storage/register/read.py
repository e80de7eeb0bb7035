"""From rows to Filings: finds the table in the sheet, reads every row, and lists everything that is wrong at once."""

from __future__ import annotations

import difflib
import re

from storage.read_choices import NO_CHOICES, ReadChoices
from storage.register import values
from storage.register.columns import BY_FIELD, KEY_FIELDS
from storage.register.edits import apply_edits
from storage.register.header import find_header, shown
from storage.register.headings import HEADINGS, ID_OR_URL, IGNORED, LEAVE_OUT, field_of, heading_text, normal
from storage.register.row import ImportProblem, ImportResult, Layout, RowReader
from storage.register.sheets import Sheet, Value
from storage.register.split_cells import split_row

EXAMPLE = "示例"
"""A row whose 备案号 says this is the template's example, skipped on import."""
_NUMBER = re.compile(r"\d*|=.*")
_EXAMPLES = ("示例", "【示例】", "（示例）")
_NOTE = re.compile(
    r"\s*(?:注|备注|说明|填表|填报|制表|审核|合计|共计|总计|联系|日期|单位|盖章|负责人|签字|[*※＊])[^：:]{0,12}(?:[：:\d.、]|$)"
)

_TOTAL = re.compile(r"[合总共小累]\s*计[：:]?|(?:[合总共]计|共)[：:\s]*\d+\s*个?(?:账号|帐号|平台|条)?")
"""What begins a line of sums; the account that it would make is nobody's."""

_SECRET = re.compile(r"密码|口令|身份证|证件号|银行卡")
"""Columns that no register needs and that are never kept."""
_PAIR = {"account_id", "url"}


def read_sheet(sheet: Sheet, table: ImportResult, choices: ReadChoices = NO_CHOICES) -> bool:
    """Add a sheet's rows to the table. False where the sheet has no heading row that we know."""
    found = find_header(sheet, choices.headings)
    if found is None:
        return False
    start, headings, fields = found
    apply_edits(sheet, headings, fields, choices.edits)
    layout = _layout(sheet, start, headings, fields, table, choices)
    skipped = {row.row for row in choices.skipped if row.sheet == sheet.title}
    merged = _merged(sheet, start, len(fields))
    for number, cells in sheet.rows:
        _list_beyond(sheet, number, cells, start, len(fields), table)
        cells = [
            merged.get((number, i), cell) if cell is None else cell for i, cell in enumerate(_padded(cells, fields))
        ]
        if number <= start:
            continue
        if number in skipped:
            said = shown(cells[fields.index("name")])
            table.dropped.append(ImportProblem(number, "", said, "按您的选择没有导入这一行", sheet.title))
        elif _is_row(cells, headings, fields):
            continues = (number, fields.index("name")) in merged
            _read_row(sheet, number, cells, layout, table, continues=continues)
        else:
            _list_passed(sheet, number, cells, layout, table)
    return True


def _read_row(
    sheet: Sheet, number: int, cells: list[Value], layout: Layout, table: ImportResult, *, continues: bool
) -> None:
    """One account, or the several of its cells, which is said."""
    rows = [cells] if continues else split_row(cells, layout.fields)
    if len(rows) > 1:
        which = "、".join(shown(row[layout.fields.index("name")]) for row in rows)
        why = f"一格里写了 {len(rows)} 个账号，已按每个账号一行读入：{which}"
        table.doubts.append(ImportProblem(number, "", "", why, sheet.title))
    for part, row in enumerate(rows, start=1):
        RowReader(sheet, number, row, layout, table, part if len(rows) > 1 else 0, continues).read()


def _layout(
    sheet: Sheet,
    start: int,
    headings: list[str],
    fields: list[str | None],
    table: ImportResult,
    choices: ReadChoices,
) -> Layout:
    others = _other_columns(sheet, start, headings, fields, table, choices)
    names = [normal(h).removesuffix("名称") for h, f in zip(headings, fields, strict=True) if f == "name"]
    named = names[0] if names else ""
    default = values.platform(sheet.title)
    kind = values.platform_type(sheet.title if default else named) if default or values.platform(named) else ""
    present = {f for f in fields if f} | (_PAIR if ID_OR_URL in fields else set())
    return Layout(
        headings, fields, others, frozenset(BY_FIELD) - KEY_FIELDS - present, default or values.platform(named), kind
    )


def _other_columns(
    sheet: Sheet,
    start: int,
    headings: list[str],
    fields: list[str | None],
    table: ImportResult,
    choices: ReadChoices,
) -> dict[int, str]:
    """Columns that are kept under their own heading. A heading that is nearly one of ours is a slip, and reported."""
    kept: dict[int, str] = {}
    for index, (heading, field_) in enumerate(zip(headings, fields, strict=True)):
        if field_:
            continue
        heading = " ".join(values.text(heading).split())
        if not heading:
            if any(number > start and len(cells) > index and cells[index] is not None for number, cells in sheet.rows):
                table.dropped.append(ImportProblem(0, "", "", f"第 {index + 1} 列没有表头，没有导入", sheet.title))
            continue
        said = choices.headings.get(heading_text(heading))
        settled = said is not None or normal(heading) in IGNORED
        near = [] if settled else difflib.get_close_matches(normal(heading), HEADINGS, 1, 0.8)
        if _SECRET.search(heading):
            table.dropped.append(ImportProblem(0, heading, "", "台账不保存密码和证件号，整列没有导入", sheet.title))
        elif said == LEAVE_OUT:
            table.dropped.append(ImportProblem(0, heading, "", "按您的选择，整列没有导入", sheet.title))
        elif near and field_of(near[0]) not in fields:
            message = f"无法识别的列名，是否应为“{near[0]}”？请改正列名；若确实无关，请删除此列"
            table.problems.append(ImportProblem(0, heading, "", message, sheet.title))
        else:
            kept[index] = _unused(heading, kept)
            table.ignored.append(kept[index])
    return kept


def _unused(heading: str, kept: dict[int, str]) -> str:
    """The heading, numbered where another column has the same."""
    used, number, free = set(kept.values()), 1, heading
    while free in used:
        number += 1
        free = f"{heading}（{number}）"
    return free


def _list_beyond(sheet: Sheet, number: int, cells: list[Value], start: int, width: int, table: ImportResult) -> None:
    """Cells to the right of the last heading belong to no column."""
    for cell in cells[width:] if number > start else ():
        if shown(cell):
            table.dropped.append(ImportProblem(number, "", shown(cell), "所在的列没有表头，没有导入", sheet.title))


def _list_passed(sheet: Sheet, number: int, cells: list[Value], layout: Layout, table: ImportResult) -> None:
    """Notes under the table are no accounts, and said so; a row that was only numbered beforehand says nothing."""
    written = {shown(cell) for cell, heading in zip(cells, layout.headings, strict=True) if shown(cell) != heading}
    numbers = {
        shown(c)
        for c, h in zip(cells, layout.headings, strict=True)
        if normal(h) in ("序号", "编号") and _NUMBER.fullmatch(shown(c))
    }
    if (written - numbers - {""}) and EXAMPLE not in written and not any(w.startswith(_EXAMPLES) for w in written):
        said = " ".join(shown(cell) for cell in cells if shown(cell))
        table.dropped.append(ImportProblem(number, "", said, "不是账号，看作表外的说明，没有导入", sheet.title))


def _merged(sheet: Sheet, start: int, width: int) -> dict[tuple[int, int], Value]:
    """What stands in the empty part of a cell merged over several rows (one unit, five accounts)."""
    lines = dict(sheet.rows)
    return {
        (row, left): lines[top][left]
        for top, left, bottom, right in sheet.spans
        if left == right < width and top > start and left < len(lines.get(top, []))
        for row in range(top + 1, min(bottom, top + 5000) + 1)
    }


def _padded(cells: list[Value], fields: list[str | None]) -> list[Value]:
    return (cells + [None] * (len(fields) - len(cells)))[: len(fields)]


def _is_row(cells: list[Value], headings: list[str], fields: list[str | None]) -> bool:
    """False for blank rows, the example, repeated headings, sums, and notes and signatures below the table."""
    known = {f: str(c).strip() for c, f in zip(cells, fields, strict=True) if f and c is not None and str(c).strip()}
    if not known or known.get("id") == EXAMPLE or str(known.get("name", "")).startswith(_EXAMPLES):
        return False
    written = [str(cell).strip() for cell in cells if cell is not None and str(cell).strip()]
    if all(_NOTE.match(text) for text in written) or any(_TOTAL.fullmatch(text) for text in written[:2]):
        return False
    return not all(shown(cell) in ("", heading) for cell, heading in zip(cells, headings, strict=True))
