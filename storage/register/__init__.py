"""The register 台账 in and out: template, import and export as xlsx and csv, and what an import would change."""

from __future__ import annotations

from pathlib import Path

from rules.model import Filing
from storage.register.diff import ChangeType, FieldChange, RegisterChange, diff
from storage.register.read import read_sheet
from storage.register.row import ImportProblem, ImportResult
from storage.register.sheets import NotATable, open_table
from storage.register.write import template, write_register

__all__ = [
    "ChangeType",
    "FieldChange",
    "ImportProblem",
    "RegisterChange",
    "RegisterError",
    "diff",
    "ignored_columns",
    "read_register",
    "template",
    "write_register",
]  # fmt: skip

SHOWN = 20


class RegisterError(Exception):
    """A file cannot be imported; nothing was. ``problems`` lists every row to correct.

    Raised by `read_register`. The catcher shows the list to the person who uploaded the file.
    """

    def __init__(self, problems: list[ImportProblem]) -> None:
        """Keep the problems; the message shows the first of them."""
        self.problems = problems
        more = f"\n……另有 {len(problems) - SHOWN} 处，请先改正以上各处" if len(problems) > SHOWN else ""
        super().__init__("\n".join(str(problem) for problem in problems[:SHOWN]) + more)


def read_register(source: Path | str | bytes, filename: str = "", school: str = "") -> tuple[Filing, ...]:
    """The Filings of an xlsx or csv, all or nothing. The same file gives equal Filings every time.

    ``source`` is a path or the bytes of an upload called ``filename``; ``school`` is the school's code.
    Raises RegisterError with every problem of the file.
    """
    return _read(source, filename, school).filings_or_raise()


def ignored_columns(source: Path | str | bytes, filename: str = "") -> tuple[str, ...]:
    """Headings of columns that an import leaves out, for the preview. Raises RegisterError like `read_register`."""
    table = _read(source, filename, "")
    table.filings_or_raise()
    return tuple(dict.fromkeys(table.ignored))


class _Read(ImportResult):
    """A table that was read to its end."""

    def filings_or_raise(self) -> tuple[Filing, ...]:
        if self.problems:
            raise RegisterError(sorted(self.problems, key=lambda problem: (problem.sheet, problem.row)))
        return tuple(self.filings)


def _read(source: Path | str | bytes, filename: str, school: str) -> _Read:
    table = _Read(school)
    try:
        data = source if isinstance(source, bytes) else Path(source).read_bytes()
        name = filename or ("" if isinstance(source, bytes) else str(source))
        known = [read_sheet(sheet, table) for sheet in open_table(data, name)]
    except NotATable as error:
        raise RegisterError([ImportProblem(0, "", "", str(error))]) from error
    except OSError as error:
        raise RegisterError([ImportProblem(0, "", str(source), f"文件无法打开（{error.strerror}）")]) from error
    if not any(known):
        message = "没有找到表头。表头应有“账号名称”“平台”等列名，可先下载模板对照修改"
        raise RegisterError([ImportProblem(0, "", "", message)])
    if not table.filings and not table.problems:
        raise RegisterError([ImportProblem(0, "", "", "表里没有任何账号，请填写后重新上传")])
    return table
