"""A school's own form: filled in as Word wrote it, and refused by the name of what is wrong in it."""

from __future__ import annotations

import io
from pathlib import Path

import docx
import pytest

from alerts.documents.docx_form import InvalidForm, read_form
from alerts.review.forms import ACCOUNT_FORM, FORMS, account_form, review_forms
from tests.support.review_papers import pack, row, text_of

FIELDS = FORMS[ACCOUNT_FORM][1]


def written(*paragraphs: tuple[str, ...], rows: tuple[tuple[str, ...], ...] = (), header: str = "") -> bytes:
    """A form as a clerk writes it; Word cuts a paragraph into the given pieces."""
    document = docx.Document()
    for pieces in paragraphs:
        paragraph = document.add_paragraph()
        for piece in pieces:
            paragraph.add_run(piece)
    if rows:
        table = document.add_table(len(rows), len(rows[0]))
        for line, texts in zip(table.rows, rows, strict=True):
            for cell, text in zip(line.cells, texts, strict=True):
                cell.text = text
    document.sections[0].header.paragraphs[0].text = header
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def test_places_are_found_however_word_cut_them_and_rows_are_repeated(tmp_path: Path) -> None:
    own = written(
        ("第一行：{", "{账号", "名称}}（{{ 平台 }}），", "{{账号名称}}"),
        rows=(("编号", "问题"), ("{{问题.编号}}", "{{问题.问题}}，{{年度}}年")),
        header="{{学校}}附件1",
    )
    (tmp_path / ACCOUNT_FORM).write_bytes(own)
    whole = pack(row("图书馆<&>"))
    body = account_form(whole, whole.rows[0], review_forms([tmp_path / "none", tmp_path]).account)
    text = text_of(body)
    assert "第一行：图书馆<&>（微博），图书馆<&>" in text
    assert "长期未更新，2026年" in text
    assert docx.Document(io.BytesIO(body)).sections[0].header.paragraphs[0].text == "示范大学附件1"
    assert body == account_form(whole, whole.rows[0], review_forms([tmp_path]).account)


@pytest.mark.parametrize(
    ("own", "why"),
    [
        (written(("{{帐号名称}}",)), "写了“帐号名称”，没有这一项，是不是“账号名称”"),
        (written(("{{账号名称",)), "花括号没有成对"),
        (written(("{{账号名称}}}}",)), "花括号没有成对"),
        (written(("{{问题.编号}}",)), "要写在表格的一行里"),
        (written(("x",), header="{{电话}}"), "没有这一项"),
        (written(rows=(("{{问题.编号}}", "{{问题.名字}}"),)), "问题.名字"),
        (b"PK\x03\x04 no Word file", "不是 Word 文档"),
        (b"", "不是 Word 文档"),
    ],
)
def test_what_is_wrong_is_told_by_name(own: bytes, why: str) -> None:
    with pytest.raises(InvalidForm, match=why) as told:
        read_form(own, ACCOUNT_FORM, FIELDS)
    assert ACCOUNT_FORM in str(told.value)


def test_one_row_holds_one_group() -> None:
    own = written(rows=(("{{甲.一}}", "{{乙.二}}"),))
    with pytest.raises(InvalidForm, match="一行只能写一组"):
        read_form(own, "自查表", {"甲": ("一",), "乙": ("二",)})


def test_every_name_that_may_be_written_has_a_value() -> None:
    plain = [(f"{{{{{name}}}}}",) for name in FIELDS[""]]
    form = read_form(written(*plain), "全部", FIELDS)
    whole = pack(row())
    assert "{{" not in text_of(account_form(whole, whole.rows[0], form))
