"""Files that are no register are refused quickly and in plain words, whatever they hold."""

from __future__ import annotations

import io
import time
import tracemalloc
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.register import RegisterError, read_register
from tests.support.register import HEADER, problems, table, xlsx

GOOD = xlsx(HEADER, ["图书馆", "微信", "lib_xx"])
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)


def archive(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in members.items():
            file.writestr(name.replace("__", "/").replace("_xml", ".xml"), data)
    return out.getvalue()


def bomb() -> bytes:
    out = io.BytesIO(GOOD)
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as file:
        file.writestr("xl/worksheets/sheet2.xml", b"<a>" + bytes(150_000_000))
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "filename", "word"),
    [
        (b"", "a.xlsx", "空的"), (b"  \r\n\x00", "a.csv", "空的"), (b"\xef\xbb\xbf", "a.csv", "空的"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "a.xlsx", "密码"), (OLE, "a.xls", "损坏"),
        (b"<html><table>", "a.xls", "网页"), (b"%PDF-1.7 ...", "a.pdf", "不支持"), (b"\x89PNG\r\n", "a.png", "不支持"),
        (archive(word__document_xml=b"<w/>"), "a.docx", "Word"), (archive(a=b"x"), "a.zip", "压缩包"),
        (GOOD[: len(GOOD) // 2], "a.xlsx", "损坏"), (b"PK\x03\x04" + bytes(100), "a.xlsx", "损坏"), (b"hello", "a.xlsx", "损坏"),
        (b"\xb0\xcf\x11\xe0\xa1\xb1\x1a\xe1 \x05\x02", "a.xls", "损坏"), (b"\x00\xcf\x11\xe0" + bytes(99), "A.XLS", "损坏"),
        (b"a\tb\n1\t2\n", "a.xls", "表头"),
        (archive(xl__workbook_xml=b"<x"), "a.xlsx", "损坏"),
        (archive(xl__workbook_xml=b'<!DOCTYPE a [<!ENTITY b "c">]><a/>'), "a.xlsx", "实体"),
        (bytes(range(256)) * 4, "a.csv", "无法识别"), (b"x" * (21 << 20), "a.csv", "过大"),
        (xlsx(), "a.xlsx", "没有内容"), (xlsx(["你好"], ["世界"]), "a.xlsx", "表头"), (b"a,b\n1,2\n", "a.csv", "表头"),
        (xlsx(HEADER), "a.xlsx", "没有任何账号"),
    ],
)  # fmt: skip
def test_refused_in_plain_words(data: bytes, filename: str, word: str) -> None:
    with pytest.raises(RegisterError, match=word):
        read_register(data, filename, "x")


def test_a_zip_bomb_costs_nothing() -> None:
    data, began = bomb(), time.monotonic()
    with pytest.raises(RegisterError, match="解压后过大"):
        read_register(data, "a.xlsx", "x")
    assert time.monotonic() - began < 5


def test_huge_cells_and_tables() -> None:
    assert "过长" in problems(xlsx(HEADER, ["名" * 400, "微信", "lib_xx"]))[0][2]
    assert "过长" in problems(xlsx([*HEADER, "备注"], ["甲", "微信", "lib_xx", "x" * 6000]))[0][2]
    assert "过长" in problems(table(HEADER, ["名" * 200_000, "微信", "lib_xx"]), "a.csv")[0][2]
    assert (
        "20000 行"
        in problems(table(HEADER, *([f"名{n}", "微信", f"lib_{n:06}"] for n in range(20_001))), "a.csv")[0][2]
    )
    wide = xlsx([*HEADER, *(f"附加{n}" for n in range(3000))], ["甲", "微信", "lib_xx"])
    assert not problems(wide)


def test_a_path_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(RegisterError, match="无法打开"):
        read_register(tmp_path / "nothing.xlsx")


def test_errors_are_grouped_by_kind_and_every_row_is_named() -> None:
    rows = [
        [f"账号{n}", "微信", f"lib_{n:04}", "蓝V" if n % 2 else "是", "约2015年" if n < 3 else ""] for n in range(60)
    ]
    with pytest.raises(RegisterError) as caught:
        read_register(xlsx([*HEADER, "认证情况", "开通时间"], *rows), "a.xlsx", "x")
    assert len(caught.value.problems) == 33
    first, *lines = str(caught.value).splitlines()
    assert "33 处" in first
    assert len(lines) == 2
    assert f"第 {'、'.join(str(n + 2) for n in range(1, 60, 2))} 行「认证情况」“蓝V”" in "".join(lines)
    assert "第 2—4 行「开通时间」“约2015年”" in "".join(lines)


def test_different_values_of_one_kind_stand_below_it() -> None:
    rows = [["甲", "人人网", "aaaa1"], ["乙", "饭否", "aaaa2"], ["丙", "人人网", "aaaa3"]]
    with pytest.raises(RegisterError) as caught:
        read_register(xlsx(HEADER, *rows), "a.xlsx", "x")
    said = str(caught.value).splitlines()
    assert said[1].startswith("「平台」请填写：")
    assert said[2:] == ["  第 2、4 行“人人网”", "  第 3 行“饭否”"]


def sheet_with(tail: str, encoding: str = "UTF-8") -> bytes:
    """The good workbook with ``tail`` behind its cells."""
    out, source = io.BytesIO(), zipfile.ZipFile(io.BytesIO(GOOD))
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for member in source.namelist():
            data = source.read(member)
            if member == "xl/worksheets/sheet1.xml":
                text = data.decode().replace("</sheetData>", f"</sheetData>{tail}")
                data = f'<?xml version="1.0" encoding="{encoding}"?>'.encode(encoding) + text.encode(
                    encoding.replace("UTF-16", "utf-16-le")
                )
            file.writestr(member, data)
    return out.getvalue()


@pytest.mark.parametrize(
    ("tail", "encoding"),
    [
        ('<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>', "UTF-8"),
        ('<mergeCells><mergeCell ref="&#65;1:XFD1048576"/></mergeCells>', "UTF-8"),
        ('<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>', "UTF-16"),
        ('<hyperlinks><hyperlink ref="A1:XFD1048576" display="x"/></hyperlinks>', "UTF-8"),
        ("<mergeCells>" + "".join(f'<mergeCell ref="A{n}:ZZ{n + 90}"/>' for n in range(100, 2000, 100)) + "</mergeCells>", "UTF-8"),
    ],
)  # fmt: skip
def test_a_range_over_the_whole_sheet_costs_nothing(tail: str, encoding: str) -> None:
    data, began = sheet_with(tail, encoding), time.monotonic()
    tracemalloc.start()
    with pytest.raises(RegisterError, match="合并单元格的范围过大"):
        read_register(data, "a.xlsx", "x")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 20_000_000
    assert time.monotonic() - began < 5


def test_an_ordinary_merge_is_read() -> None:
    assert not problems(sheet_with('<mergeCells><mergeCell ref="E1:XFD1"/></mergeCells>'))


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=300), st.integers(0, len(GOOD) - 1))
def test_random_damage_never_escapes_as_another_error(noise: bytes, at: int) -> None:
    for data in (noise, GOOD[:at] + noise[:20] + GOOD[at + 20 :]):
        problems(data)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.lists(
            st.one_of(st.text(max_size=12), st.sampled_from(["账号名称", "平台", "微信", "=1", "2024年", "√", "注："])),
            max_size=6,
        ),
        max_size=8,
    )
)
def test_any_table_is_read_or_explained(rows: list[list[str]]) -> None:
    data = table(["账号名称", "平台", "开通时间", "职务", "是否认证", "账号"], *rows)
    assert all(message for _, _, message in problems(data, "a.csv"))
