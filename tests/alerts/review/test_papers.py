"""The annual review's papers as an office opens them."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from datetime import date
from typing import Any, cast

import docx
import pytest
from openpyxl import load_workbook

from alerts.review.form_layout import method_statement
from alerts.review.forms import account_form, review_forms, unit_sheet
from alerts.review.model import (
    UNSEEN,
    coverage_text,
    file_name,
    questions,
    unit_overview,
)
from alerts.review.workbook import COLUMNS, workbook
from rules.year_record import MonthlyPosts, YearOfLooks
from tests.support.review_papers import pack, row, text_of

FORMS = review_forms()


def cells(body: bytes, name: str) -> dict[str, Any]:
    """The first account's row by heading."""
    sheet = load_workbook(io.BytesIO(body))[name]
    return {str(sheet.cell(2, n).value): sheet.cell(3, n) for n in range(1, sheet.max_column + 1)}


def test_what_nobody_saw_is_not_zero() -> None:
    found = cells(workbook(pack(row(seen=False))), "总表")
    assert {found[f"{month}月"].value for month in range(1, 7)} == {UNSEEN}
    assert found["全年更新"].value == UNSEEN
    assert found["最长未更新"].value == UNSEEN
    assert "请单位提供更新情况" in found["请核对"].value
    assert cells(workbook(pack(row(seen=False))), "单位汇总")["全年已见更新"].value == UNSEEN
    assert cells(workbook(pack(row(), row(seen=False))), "单位汇总")["全年已见更新"].value == 1


def test_a_month_that_was_listed_whole_is_a_number() -> None:
    found = cells(workbook(pack(row())), "总表")
    assert (found["3月"].value, found["4月"].value, found["2月"].value) == (1, 0, UNSEEN)
    assert found["未结问题"].value == "DEMO-2026-0005 长期未更新"


@pytest.mark.parametrize("name", ["=1+1", "@SUM(A1)", "+86", "坏\x00名", '=HYPERLINK("http://x")'])
def test_a_name_is_never_a_formula(name: str) -> None:
    found = cells(workbook(pack(row(name))), "总表")
    assert found["账号名称"].value == name.replace("\x00", "")
    assert found["账号名称"].data_type == "s"


def test_the_sheets_are_ready_to_print_and_filter() -> None:
    book = load_workbook(io.BytesIO(workbook(pack(row(), row("示范大学团委", seen=False)))))
    assert book.sheetnames == ["总表", "单位汇总", "图表"]
    sheet, units, charts = cast(tuple[Any, Any, Any], tuple(book.worksheets))
    assert sheet.auto_filter.ref == f"A2:{sheet.cell(2, len(COLUMNS)).column_letter}4"
    assert (sheet.freeze_panes, sheet.print_title_rows, sheet.page_setup.orientation) == ("D3", "$2:$2", "landscape")
    assert len(charts._charts) == 2
    assert [units.cell(3, n).value for n in range(1, 6)] == ["图书馆", 2, 1, 1, 2]


def test_equal_input_gives_equal_bytes() -> None:
    one, two = pack(row()), pack(row())
    assert workbook(one) == workbook(two)
    assert account_form(one, one.rows[0], FORMS.account) == account_form(two, two.rows[0], FORMS.account)
    assert unit_sheet(one, "图书馆", one.rows, FORMS.unit) == unit_sheet(two, "图书馆", two.rows, FORMS.unit)
    assert method_statement(one) == method_statement(two)


def test_how_much_of_a_year_is_known_is_told_by_month() -> None:
    assert coverage_text(row().record) == "3个月看全，3个月未观察"
    assert coverage_text(row(seen=False).record) == UNSEEN
    months = row().record.months
    assert coverage_text(replace(row().record, months=months[2:5])) == "各月都看全"
    partly = replace(row().record, months=(*months[2:5], MonthlyPosts(2, complete=False)))
    assert coverage_text(partly) == "3个月看全，1个月看到一部分"


def test_a_unit_is_told_what_nobody_knows_of_its_accounts() -> None:
    told = unit_overview([row(), row(seen=False)])
    assert told.startswith("2个账号：1个看到一部分，1个未观察。")
    assert "不等于没有更新" in told
    whole = row()
    complete = replace(whole, record=replace(whole.record, months=whole.record.months[2:5]))
    assert unit_overview([complete]) == "1个账号：1个各月都看全。"
    assert unit_overview([]) == "台账里没有账号。"


def test_the_form_holds_the_year_and_room_for_a_signature() -> None:
    whole = pack(row())
    text = text_of(account_form(whole, whole.rows[0], FORMS.account))
    for said in ("示范大学图书馆", "已见1篇，可能不全", "DEMO-2026-0005", "第七条", "（盖章）", "2026年3月2日"):
        assert said in text
    assert "None" not in text


def test_a_form_is_a_whole_word_file_that_reads_as_it_was_laid_out() -> None:
    whole = pack(row(), replace(row(seen=False), cases=()))
    for body in (
        account_form(whole, whole.rows[1], FORMS.account),
        unit_sheet(whole, "图书馆", whole.rows, FORMS.unit),
    ):
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            assert archive.testzip() is None
            assert {each.date_time[:3] for each in archive.infolist()} == {(2026, 6, 30)}
        assert "{{" not in text_of(body)
        assert docx.Document(io.BytesIO(body)).core_properties.author == "示范大学"
    sheet = docx.Document(io.BytesIO(unit_sheet(whole, "图书馆", whole.rows, FORMS.unit)))
    assert [cell.text for cell in sheet.tables[0].columns[0].cells] == ["序号", "1", "2"]
    form = docx.Document(io.BytesIO(account_form(whole, whole.rows[1], FORMS.account)))
    assert [cell.text for cell in form.tables[2].rows[1].cells] == ["无", "", "", "", ""]


def test_a_strange_name_cannot_break_the_form() -> None:
    whole = pack(row("<w:p>&\x00坏"))
    assert "<w:p>&坏" in text_of(account_form(whole, whole.rows[0], FORMS.account))


def test_the_unit_s_sheet_asks_for_what_only_people_know() -> None:
    whole = pack(row())
    text = text_of(unit_sheet(whole, "图书馆", whole.rows, FORMS.unit))
    assert "内容导向是否正确" in text
    assert "没有的写“无”" in text
    for known in ("3个月看全，3个月未观察", "92天", "部分月份未完整观察", "1个账号：1个看到一部分"):
        assert known in text


def test_the_statement_says_how_much_was_not_seen() -> None:
    assert "其中1个至少有一天观察到事实，1个全年未观察" in text_of(method_statement(pack(row(), row("b", seen=False))))


def test_a_file_s_name_suits_every_system() -> None:
    assert file_name('微博_a/b\\c:d*e?"f<g>h|i%') == "微博_a_b_c_d_e_f_g_h_i"
    assert file_name("...") == "未命名"
    assert len(file_name("长" * 300)) == 60


def test_a_name_other_than_the_register_s_is_asked_about() -> None:
    looks = YearOfLooks(names=((date(2026, 1, 1), "旧名"), (date(2026, 5, 1), "新名")))
    record = replace(row().record, names=looks.names)
    asked = questions(replace(row(), record=record))
    assert any("“新名”" in line for line in asked)
    assert not any("“旧名”" in line for line in asked)
