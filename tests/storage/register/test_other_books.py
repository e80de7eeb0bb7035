"""Registers as .xls (made with Excel 97's format) and .ods: read like an xlsx, and as safely."""

from __future__ import annotations

import io
import resource
import zipfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest

from rules.model import Platform
from storage.register import RegisterError, read_register
from storage.register.other_books import UnreadableBook, read_book
from storage.register.sheets import NotATable, open_book, open_table
from tests.support.register import HEADER

BOOKS = Path(__file__).parent / "books"
TYPE = "application/vnd.oasis.opendocument.spreadsheet"
SPACES = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
    ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
)

MANIFEST = (
    '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
    f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{TYPE}"/></manifest:manifest>'
)


def ods(rows: str, head: str = "") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", TYPE, zipfile.ZIP_STORED)
        archive.writestr("META-INF/manifest.xml", MANIFEST)
        archive.writestr(
            "content.xml",
            f'<?xml version="1.0" encoding="UTF-8"?>{head}<office:document-content {SPACES} office:version="1.2"><office:body>'
            f'<office:spreadsheet><table:table table:name="台账">{rows}</table:table></office:spreadsheet></office:body></office:document-content>',
        )
    return out.getvalue()


def row(*cells: str, repeated: str = "") -> str:
    inner = "".join(
        f'<table:table-cell office:value-type="string"><text:p>{cell}</text:p></table:table-cell>' for cell in cells
    )
    return f"<table:table-row{repeated}>{inner}</table:table-row>"


def sheet(*rows: Sequence[str]) -> bytes:
    return ods("".join(row(*cells) for cells in rows))


def test_an_old_workbook_is_read_like_a_new_one() -> None:
    data = (BOOKS / "register.xls").read_bytes()
    library, league = read_register(data, "台账.xls", school="demo")
    assert (library.name, library.platform, library.account_id) == ("示范大学图书馆", Platform.WECHAT, "sfdx_lib")
    assert (league.account_id, league.unit) == ("9010000123", "校团委")
    (shown,) = open_table(data, "台账.xls")
    assert shown.rows[2][1][4:] == [13812345678, date(2024, 3, 5)]
    assert shown.spans == [(1, 0, 1, 5)]
    assert [each.title for each in open_book(data, "台账.xls") if each.hidden] == ["旧数据"]


def test_an_open_document_is_read_like_a_workbook() -> None:
    (filing,) = read_register(sheet(HEADER, ["示范大学图书馆", "微信公众号", "sfdx_lib"]), "台账.ods", school="demo")
    assert (filing.name, filing.account_id) == ("示范大学图书馆", "sfdx_lib")
    assert len(read_register(sheet(HEADER, ["甲", "微博", "9010000001"]), "a.xlsx", school="demo")) == 1


def test_a_text_that_begins_like_a_formula_is_never_trusted() -> None:
    with pytest.raises(RegisterError):
        read_register(sheet(HEADER, ["=1+1", "微博", "9010000001"]), "a.ods", school="demo")


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ((BOOKS / "register.xls").read_bytes()[:3000], "损坏"),
        (sheet(HEADER)[:200], "损坏"),
        (ods(row("x"), head='<!DOCTYPE a [<!ENTITY b "c">]>'), "实体"),
        (ods(""), "没有内容"),
        (ods("".join(row(f"{n}") for n in range(20_002))), "超过 20000 行"),
    ],
)
def test_what_cannot_be_read_is_told(data: bytes, says: str) -> None:
    with pytest.raises(NotATable, match=says):
        open_table(data, "a.xls")


@pytest.mark.parametrize(
    "data",
    [
        ods(row("x", repeated=' table:number-rows-repeated="1048576"')),
        ods(row(*["x" * 50] * 200, repeated=' table:number-rows-repeated="900000"')),
        ods('<table:table-row table:number-rows-repeated="1048575"><table:table-cell table:number-columns-repeated="16383"/>'
            '</table:table-row><table:table-row><table:table-cell table:number-columns-repeated="16383"/>'
            '<table:table-cell office:value-type="string"><text:p>x</text:p></table:table-cell></table:table-row>'),
    ],
)  # fmt: skip
def test_a_small_file_that_means_millions_of_cells_costs_little(data: bytes) -> None:
    assert len(data) < 10_000
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    try:
        (read,) = open_table(data, "a.ods")
    except NotATable:
        read = None
    assert read is None or len(read.rows) == 1
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000


def test_a_cell_in_the_last_corner_ends_the_child_at_worst() -> None:
    data = (BOOKS / "far_corner.xls").read_bytes()
    try:
        (found,) = read_book(data, 20_000, 200)
    except UnreadableBook:
        return
    assert [number for number, _ in found["rows"]] == [1, 65536]
    assert found["cut"]
