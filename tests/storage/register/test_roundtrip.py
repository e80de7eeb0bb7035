"""Export then import gives equal Filings, and nothing exported can run as a formula."""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import fields, replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from rules.model import Filing
from storage.register import RegisterError, diff, examine, preview, read_register, template, write_register
from storage.register.columns import BOOKKEEPING, COLUMNS
from storage.register.read import read_sheet
from storage.register.sheets import open_table
from tests.support.register import filing, filings

SEVERAL = st.integers(1, 4).flatmap(lambda n: st.tuples(*(filings(i) for i in range(n))))


def same(one: tuple[Filing, ...], other: tuple[Filing, ...]) -> bool:
    """Equal but for the order of the office's own columns: a row that lacks some of them cannot say where they stand."""
    return all(
        dict(a.extra) == dict(b.extra) and replace(a, extra=()) == replace(b, extra=())
        for a, b in zip(one, other, strict=True)
    )


@pytest.mark.parametrize("ending", ["xlsx", "csv"])
def test_nothing_is_lost(ending: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("r") / f"台账.{ending}"

    @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
    @given(SEVERAL)
    def holds(written: tuple[Filing, ...]) -> None:
        write_register(written, path)
        read = read_register(path, school="x")
        assert not diff(written, read)
        assert same(read, written)
        assert same(read_register(path.read_bytes(), path.name, "x"), written)
        again = preview(written, examine(path, school="x"), retire_missing=True)
        assert (again.after, again.changes) == (written, ())

    holds()


def test_every_field_has_a_column() -> None:
    assert Counter(c.field for c in COLUMNS) == Counter(f.name for f in fields(Filing) if f.name not in BOOKKEEPING)


@pytest.mark.parametrize(
    "evil", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("http://x")', "'=1", "''-x"]
)
def test_text_stays_text(evil: str, tmp_path: Path) -> None:
    row = filing(name="正常", unit=evil, note=evil, operators=(evil.strip(),), phones=("+86 411 84708320",))
    write_register([row], tmp_path / "a.xlsx")
    write_register([row], tmp_path / "a.csv")
    sheet = load_workbook(tmp_path / "a.xlsx").worksheets[0]
    assert not [cell for line in sheet.iter_rows() for cell in line if cell.data_type == "f"]
    with (tmp_path / "a.csv").open(encoding="utf-8-sig", newline="") as file:
        assert not [
            cell for line in csv.reader(file) for cell in line if cell.startswith(("=", "+", "-", "@", "\t", "\r"))
        ]
    assert read_register(tmp_path / "a.xlsx", school="x") == read_register(tmp_path / "a.csv", school="x") == (row,)


@pytest.mark.parametrize("ending", ["xlsx", "csv"])
def test_the_template_is_empty_until_filled(ending: str, tmp_path: Path) -> None:
    path = tmp_path / f"t.{ending}"
    template(path)
    with pytest.raises(RegisterError, match="没有任何账号"):
        read_register(path)


def test_a_filled_template_is_read(tmp_path: Path) -> None:
    template(tmp_path / "t.xlsx")
    book = load_workbook(tmp_path / "t.xlsx")
    sheet = book["新媒体台账"]
    for column, value in {"B": "微信公众号", "C": "图书馆", "D": "lib_x"}.items():
        sheet[f"{column}4"] = value
    book.save(tmp_path / "t.xlsx")
    (read,) = read_register(tmp_path / "t.xlsx", school="x")
    assert (read.name, read.account_id, read.school) == ("图书馆", "lib_x", "x")


def test_the_sheet_helps_the_person(tmp_path: Path) -> None:
    template(tmp_path / "t.xlsx")
    book = load_workbook(tmp_path / "t.xlsx")
    assert book.sheetnames == ["新媒体台账", "填写说明"]
    sheet = book["新媒体台账"]
    assert sheet.freeze_panes == "D3"
    assert sheet.auto_filter.ref
    rules = {str(v.sqref): v for v in sheet.data_validations.dataValidation}
    assert "微信公众号" in str(rules["B3:B2000"].formula1)
    assert len(rules) == len(COLUMNS)
    assert all(len(str(v.formula1 or "")) <= 255 for v in rules.values())  # Excel refuses longer lists
    assert all(len(v.prompt or "") <= 255 and len(v.promptTitle or "") <= 32 for v in rules.values())
    phones = next(i for i, c in enumerate(COLUMNS) if c.field == "phones")
    assert sheet.cell(3, phones + 1).number_format == "@"
    assert sheet.cell(3, 1).value == "示例"


def test_ten_thousand_rows(tmp_path: Path) -> None:
    many = tuple(
        filing(id=f"a{n}", name=f"账号{n}", account_id=f"gh_{n:012x}", unit="图书馆", phones=("0411",), position=n + 1)
        for n in range(10_000)
    )
    write_register(many, tmp_path / "a.xlsx")
    assert read_register(tmp_path / "a.xlsx", school="x") == many


def test_a_failed_export_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    write_register([filing()], path)
    before = path.read_bytes()

    def broken() -> object:
        yield filing()
        raise RuntimeError

    with pytest.raises(RuntimeError):
        write_register(broken(), path)  # type: ignore[arg-type]
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["a.csv"]


def test_the_guidance_is_not_taken_for_a_table(tmp_path: Path) -> None:
    from storage.register.row import ImportResult

    write_register([filing()], tmp_path / "a.xlsx")
    first, guide = open_table((tmp_path / "a.xlsx").read_bytes(), "a.xlsx")
    assert read_sheet(first, ImportResult("x"))
    assert not read_sheet(guide, ImportResult("x"))
