"""Opens what people upload as a register and hands out its rows; refuses what is no table and says what to do."""

from __future__ import annotations

import codecs
import csv
import io
import re
import warnings
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from storage.register.headings import HEADINGS, normal
from storage.register.limits import MAX_SPANNED, TooLarge, WorkbookCounter
from storage.register.other_books import OLD_EXCEL, UnreadableBook, is_open_document, read_book

MAX_FILE = 20 * 1024 * 1024
MAX_UNPACKED = 80 * 1024 * 1024
"""A register of 20,000 rows unpacks to about 40 MB; what unpacks to more is no register (a zip bomb, usually)."""
MAX_ROWS = 20_000
MAX_COLUMNS = 200

CONTROL = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]")
"""No text holds such a byte; damaged bytes that happen to be Chinese characters nearly always do."""

Value = str | int | float | bool | date | datetime | None


class NotATable(Exception):
    """The file cannot be read as a register. The message says why and what to do. Caught by `storage.register`."""


class Formula(str):
    """The text of a formula cell: never evaluated, never trusted."""


@dataclass(slots=True)
class Sheet:
    """One visible sheet: rows as (row number, cells), the first row being 1, and the links behind cells."""

    title: str
    rows: list[tuple[int, list[Value]]]
    links: dict[tuple[int, int], str] = field(default_factory=dict)
    spans: list[tuple[int, int, int, int]] = field(default_factory=list)
    """Merged cells as (first row, first column, last row, last column), columns counted from 0."""
    cut: bool = False
    """Something stands in columns beyond MAX_COLUMNS, which are not read."""
    hidden: bool = False


def open_book(data: bytes, filename: str) -> list[Sheet]:
    """As `open_table`, with the hidden sheets, marked so, for who must say what was not read."""
    if len(data) <= MAX_FILE:
        if data.startswith(OLD_EXCEL) or (data.startswith(b"PK") and is_open_document(data)):
            return _open_other(data)
        if data.startswith(b"PK"):
            return _open_xlsx(data)
    return open_table(data, filename)


def open_table(data: bytes, filename: str) -> list[Sheet]:
    """Every visible sheet of an xlsx, xls or ods, or a CSV as one sheet. The content decides, not the file's name."""
    if len(data) > MAX_FILE:
        raise NotATable(f"文件过大（超过 {MAX_FILE // 2**20} MB），请删去图片和无关工作表后重新上传")
    if not data.strip(b"\x00 \t\r\n\xef\xbb\xbf"):
        raise NotATable("文件是空的，请检查是否选错了文件")
    if data.startswith((b"PK", OLD_EXCEL)):
        return [sheet for sheet in open_book(data, filename) if not sheet.hidden]
    if data.lstrip()[:1] == b"<":
        raise NotATable("文件内容是网页而不是表格，请在 Excel 中打开后另存为“Excel 工作簿（*.xlsx）”")
    if data.startswith((b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"Rar!", b"7z\xbc", b"\x1f\x8b", b"{\\rtf")):
        raise NotATable("不支持这种文件，请上传 Excel（*.xlsx）或 CSV 文件")
    if _is_damaged_workbook(data, filename.lower()):
        raise NotATable("文件已损坏或不是 Excel 工作簿，请在 Excel 中重新另存为“Excel 工作簿（*.xlsx）”")
    rows = _read_csv(_decode(data))
    cut = any(len(cells) > MAX_COLUMNS for _, cells in rows)
    return [Sheet("", [(number, cells[:MAX_COLUMNS]) for number, cells in rows], cut=cut)]


def _is_damaged_workbook(data: bytes, name: str) -> bool:
    """By its name a workbook, and no longer one by its bytes. What many programs save as .xls is plain text, and is read."""
    if name.endswith((".xlsx", ".xlsm", ".ods")):
        return True
    text = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or not CONTROL.search(data)
    return name.endswith((".xls", ".et")) and not text


def _open_other(data: bytes) -> list[Sheet]:
    """An old Excel workbook or an OpenDocument table. What a formula last showed is read, not the formula."""
    if data.startswith(b"PK"):
        _check_zip(data, "content.xml")
    elif "EncryptedPackage".encode("utf-16-le") in data:
        raise NotATable(OTHER["password"])
    try:
        found = read_book(data, MAX_ROWS, MAX_COLUMNS)
    except UnreadableBook as error:
        raise NotATable(OTHER[error.code]) from error
    sheets = [
        Sheet(
            str(each["title"]),
            [
                (number, [_formula(cell) if isinstance(cell, str) else cell for cell in cells])
                for number, cells in each["rows"]
            ],
            spans=[(top, left, bottom, right) for top, left, bottom, right in each["spans"]],
            cut=each["cut"],
            hidden=each["hidden"],
        )
        for each in found
    ]
    return _not_empty(sheets)


OTHER = {
    "": "文件已损坏、内容过大，或是 Word 等其他文件，请在 Excel 中打开后另存为“Excel 工作簿（*.xlsx）”再上传",
    "password": "文件设有打开密码，请在 Excel 中取消密码后重新上传",
    "rows": f"工作表超过 {MAX_ROWS} 行，请拆分后分别导入",
    "spans": f"合并单元格的范围过大（超过 {MAX_SPANNED} 格），请取消合并后重新上传",
}


def _not_empty(sheets: list[Sheet]) -> list[Sheet]:
    if not any(sheet.rows for sheet in sheets if not sheet.hidden):
        raise NotATable("工作簿里没有内容（隐藏的工作表不会读取），请检查是否选错了文件")
    return sheets


def _open_xlsx(data: bytes) -> list[Sheet]:
    _check_zip(data)
    try:
        with warnings.catch_warnings():  # openpyxl warns about what it will not keep (validations, styles)
            warnings.simplefilter("ignore")
            book = load_workbook(io.BytesIO(data), data_only=False, keep_links=False)
    except Exception as error:  # a damaged workbook fails in many ways: KeyError, ParseError, zlib.error …
        raise NotATable("Excel 文件已损坏，请在 Excel 中打开并另存后重新上传") from error
    return _not_empty([_sheet(s) for s in book.worksheets if isinstance(s, Worksheet)])


def _check_zip(data: bytes, needs: str = "xl/workbook.xml") -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            names = {member.filename for member in members}
            if needs not in names:
                kind = "Word 文档" if "word/document.xml" in names else "压缩包或其他文件"
                raise NotATable(f"这是{kind}，不是 Excel 工作簿，请上传 *.xlsx 或 CSV 文件")
            left, counter = MAX_UNPACKED, WorkbookCounter()
            for member in members:  # the sizes in the directory may lie: count what really comes out
                left -= _unpacked(archive, member, left, counter)
    except NotATable:
        raise
    except TooLarge as error:
        raise NotATable(str(error)) from error
    except Exception as error:  # a damaged archive fails in many ways: BadZipFile, zlib.error, NotImplementedError …
        raise NotATable("Excel 文件已损坏，请在 Excel 中打开并另存后重新上传") from error


def _unpacked(archive: zipfile.ZipFile, member: zipfile.ZipInfo, left: int, counter: WorkbookCounter) -> int:
    size, first = 0, True
    counter.begin()
    with archive.open(member) as stream:
        while block := stream.read(1 << 20):
            size += len(block)
            if size > left:
                raise NotATable(
                    "文件解压后过大，不像一份台账。请删去多余的格式、空行和无关工作表，只保留台账后重新上传"
                )
            if first and (b"<!DOCTYPE" in block or b"<!ENTITY" in block):
                raise NotATable("文件里有不允许的内容（XML 实体），请在 Excel 中打开并另存后重新上传")
            first = False
            counter.feed(block)
    return size


def _sheet(sheet: Worksheet) -> Sheet:
    rows: dict[int, list[Value]] = {}
    links: dict[tuple[int, int], str] = {}
    hidden, cut = sheet.sheet_state != "visible", False
    for (row, column), cell in sorted(_cells(sheet)):
        if cell.value is None:
            continue
        if column > MAX_COLUMNS:
            cut = True
            continue
        if row not in rows and len(rows) > MAX_ROWS and not hidden:
            raise NotATable(f"工作表“{sheet.title}”超过 {MAX_ROWS} 行，请拆分后分别导入")
        line = rows.setdefault(row, [])
        line.extend([None] * (column - len(line)))
        line[column - 1] = Formula(cell.value) if cell.data_type == "f" else _plain(cell.value)
        if cell.hyperlink is not None and cell.hyperlink.target:
            links[row, column - 1] = str(cell.hyperlink.target)
    spans = [(r.min_row, r.min_col - 1, r.max_row, r.max_col - 1) for r in sheet.merged_cells.ranges]
    return Sheet(sheet.title, sorted(rows.items()), links, spans, cut, hidden)


def _cells(sheet: Worksheet) -> Iterator[tuple[tuple[int, int], Any]]:
    """Only the cells the file holds: walking `sheet.rows` would visit a million styled blanks."""
    yield from sheet._cells.items()


def _plain(value: object) -> Value:
    if isinstance(value, str | int | float | bool | date | datetime):
        return value
    return str(value)  # rich text, times, durations


def _decode(data: bytes) -> str:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", "replace")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" in text:
            break
        return text
    raise NotATable("无法识别文件内容，请上传 Excel（*.xlsx）文件，或另存为“CSV UTF-8”后重新上传")


def _read_csv(text: str) -> list[tuple[int, list[Value]]]:
    head = [line.replace('"', "") for line in text[:20_000].splitlines()[:30]]
    # By the headings it parts: counting would take the commas of a long Chinese sentence.
    delimiter = max(",\t;，", key=lambda d: max(sum(normal(c) in HEADINGS for c in line.split(d)) for line in head))
    rows: list[tuple[int, list[Value]]] = []
    try:
        for number, cells in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), start=1):
            if len(rows) > MAX_ROWS:
                raise NotATable(f"超过 {MAX_ROWS} 行，请拆分后分别导入")
            if any(cells):
                rows.append((number, [_formula(cell) for cell in cells]))
    except csv.Error as error:
        raise NotATable(
            "CSV 文件格式有误（多为引号不成对或单元格过长），请用 Excel 打开后另存为 *.xlsx 再上传"
        ) from error
    return rows


def _formula(cell: str) -> Value:
    return Formula(cell) if cell.lstrip().startswith("=") else cell
