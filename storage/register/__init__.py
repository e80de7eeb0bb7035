"""The register 台账 in and out: template, import and export as xlsx and csv, and what an import would change."""

from __future__ import annotations

from pathlib import Path

from rules.model import Filing
from storage.read_choices import NO_CHOICES, ReadChoices
from storage.register.columns import LABELS
from storage.register.columns_found import SheetColumn, SheetColumns, columns_of
from storage.register.diff import ChangeType, FieldChange, RegisterChange, diff, field_changes
from storage.register.guide import TITLE as GUIDE
from storage.register.marked import marked
from storage.register.plain_list import write_list
from storage.register.plan import Preview, Reading, preview
from storage.register.read import read_sheet
from storage.register.report import grouped
from storage.register.row import ImportProblem, ImportResult
from storage.register.sheets import MAX_COLUMNS, NotATable, Sheet, open_book
from storage.register.write import register_bytes, template, template_bytes, write_register

__all__ = [
    "LABELS",
    "ChangeType",
    "FieldChange",
    "ImportProblem",
    "Preview",
    "Reading",
    "RegisterChange",
    "RegisterError",
    "SheetColumn",
    "SheetColumns",
    "columns_of",
    "diff",
    "examine",
    "field_changes",
    "grouped",
    "ignored_columns",
    "marked",
    "preview",
    "read_register",
    "register_bytes",
    "template",
    "template_bytes",
    "write_list",
    "write_register",
]  # fmt: skip


class RegisterError(Exception):
    """A file cannot be imported; nothing was. ``problems`` lists every row to correct.

    Raised by `read_register`. The catcher shows the list to the person who uploaded the file.
    """

    def __init__(self, problems: list[ImportProblem]) -> None:
        """Keep the problems; the message groups them by kind and names every row."""
        self.problems = problems
        where = "\n".join(grouped(problems))
        super().__init__(f"台账有 {len(problems)} 处需要改正，整份没有导入：\n{where}" if len(problems) > 1 else where)


def examine(
    source: Path | str | bytes, filename: str = "", school: str = "", choices: ReadChoices = NO_CHOICES
) -> Reading:
    """Everything an xlsx or csv says and everything that is wrong with it; never raises for what the file holds.

    ``source`` is a path or the bytes of an upload called ``filename``; ``school`` is the school's code; ``choices`` is
    what a person decided of its headings and rows.
    """
    table = ImportResult(school)
    try:
        data = source if isinstance(source, bytes) else Path(source).read_bytes()
        name = filename or ("" if isinstance(source, bytes) else str(source))
        _read(open_book(data, name), table, choices)
    except NotATable as error:
        table.problems = [ImportProblem(0, "", "", str(error))]
    except OSError as error:
        table.problems = [ImportProblem(0, "", str(source), f"文件无法打开（{error.strerror}）")]
    return Reading(
        filings=tuple(table.filings),
        absent=tuple(table.absent),
        without_status=tuple(table.without_status),
        problems=tuple(sorted(table.problems, key=lambda problem: (problem.sheet, problem.row))),
        unknown_columns=tuple(dict.fromkeys(table.ignored)),
        dropped=tuple(sorted(table.dropped, key=lambda problem: (problem.sheet, problem.row))),
        doubts=tuple(table.doubts),
    )


def read_register(source: Path | str | bytes, filename: str = "", school: str = "") -> tuple[Filing, ...]:
    """The Filings of a file, all or nothing. The same file gives equal Filings every time.

    Raises RegisterError with every problem of the file.
    """
    return _whole(examine(source, filename, school)).filings


def ignored_columns(source: Path | str | bytes, filename: str = "") -> tuple[str, ...]:
    """Headings that we do not know, for the preview. Raises RegisterError like `read_register`."""
    return _whole(examine(source, filename)).unknown_columns


def _whole(reading: Reading) -> Reading:
    if reading.problems:
        raise RegisterError(list(reading.problems))
    return reading


def _read(sheets: list[Sheet], table: ImportResult, choices: ReadChoices) -> None:
    known = [_read_one(sheet, table, choices) for sheet in sheets]
    if not any(known):
        message = "没有找到表头。表头应有“账号名称”“平台”等列名，可先下载模板对照修改"
        table.problems.append(ImportProblem(0, "", "", message))
    elif not table.filings and not table.problems:
        table.problems.append(ImportProblem(0, "", "", "表里没有任何账号，请填写后重新上传"))


def _read_one(sheet: Sheet, table: ImportResult, choices: ReadChoices) -> bool:
    """False where the sheet was not read; what a person could miss is listed."""
    if sheet.hidden:
        why = "工作表是隐藏的，整张没有读取" if sheet.rows else ""
    elif not read_sheet(sheet, table, choices):
        why = "没有找到表头，整张工作表没有读取" if sheet.rows and sheet.title != GUIDE else ""
    else:
        if sheet.cut:
            why = f"第 {MAX_COLUMNS} 列以后的内容没有读取"
            table.dropped.append(ImportProblem(0, "", "", why, sheet.title))
        return True
    if why:
        table.dropped.append(ImportProblem(0, "", sheet.title, why, sheet.title))
    return False
