"""The Word files: every kind passes the checker, and the checker catches documents broken on purpose."""

from __future__ import annotations

import dataclasses
import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import docx
import pytest
from docx.document import Document as Word
from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from docx.text.paragraph import Paragraph

from alerts.documents import gbt9704
from alerts.messages import notice_letter
from rules.model import DocumentType
from tests.support.gbt9704 import check
from tests.support.notices import notice

Damage = Callable[[Word], object]


def word(document: DocumentType, **changes: object) -> bytes:
    return notice_letter(notice(document, **changes)).attachments[0].data


@pytest.mark.parametrize("document", DocumentType)
def test_every_document_keeps_the_standard(document: DocumentType, tmp_path: Path) -> None:
    path = tmp_path / "a.docx"
    path.write_bytes(word(document))
    assert check(path) == []


def test_the_figures_of_the_standard() -> None:
    """Written out here, so that a slip in the data is a failing test and not a new standard."""
    section = docx.Document(io.BytesIO(word(DocumentType.RECTIFICATION))).sections[0]
    lengths = (section.page_width, section.page_height, section.top_margin, section.bottom_margin)
    assert [round(length.mm) for length in lengths if length is not None] == [210, 297, 37, 35]
    assert [round(side.mm) for side in (section.left_margin, section.right_margin) if side is not None] == [28, 26]
    grid = section._sectPr.find(qn("w:docGrid"))
    assert grid is not None
    assert grid.get(qn("w:type")) == "linesAndChars"
    assert grid.get(qn("w:linePitch")) == "579"
    assert 22 * 579 / 1440 * 25.4 <= 225 < 23 * 579 / 1440 * 25.4
    assert 28 * (16 + gbt9704.SQUEEZE / 20) / 72 * 25.4 <= 156 < 29 * (16 + gbt9704.SQUEEZE / 20) / 72 * 25.4
    assert abs(28 * (16 + int(grid.get(qn("w:charSpace"), "0")) / 4096) / 72 * 25.4 - 156) < 0.1


def test_the_same_notice_gives_the_same_bytes_and_no_machine_clock() -> None:
    first = word(DocumentType.SHUTDOWN)
    assert first == word(DocumentType.SHUTDOWN)
    with zipfile.ZipFile(io.BytesIO(first)) as package:
        assert {part.date_time[0] for part in package.infolist()} == {2027}


def test_every_font_is_named_for_chinese_text_too() -> None:
    document = docx.Document(io.BytesIO(word(DocumentType.RECTIFICATION)))
    for name, style in gbt9704.STYLES.items():
        fonts = document.styles[str(name)].element.rPr.find(qn("w:rFonts"))
        assert fonts.get(qn("w:eastAsia")) == fonts.get(qn("w:ascii")) == style.font
        assert not [key for key in fonts.attrib if key.endswith("Theme")]


def test_a_demonstration_says_so_on_every_page() -> None:
    letter = notice_letter(notice(DocumentType.CLOSURE))
    assert "演示" not in letter.text + letter.html + letter.subject
    letter = notice_letter(dataclasses.replace(notice(DocumentType.CLOSURE), demo=True))
    section = docx.Document(io.BytesIO(letter.attachments[0].data)).sections[0]
    assert "演示" in section.header.paragraphs[0].text
    assert "演示" in section.even_page_header.paragraphs[0].text
    assert all("演示" in text for text in (letter.text, letter.html, letter.subject))


@pytest.mark.parametrize("document", [DocumentType.RECTIFICATION, DocumentType.REMINDER])
def test_a_draft_says_so_across_every_page(document: DocumentType) -> None:
    drawn = notice_letter(dataclasses.replace(notice(document), number=""), draft=True)
    section = docx.Document(io.BytesIO(drawn.attachments[0].data)).sections[0]
    headers = [section.header, section.even_page_header]
    if document is DocumentType.REMINDER:
        assert section.different_first_page_header_footer, "the first page of a letter bears no page number"
        headers.append(section.first_page_header)
    assert all('string="待签发"' in header._element.xml for header in headers)
    assert "待签发" not in docx.Document(io.BytesIO(word(document))).sections[0].header._element.xml


def test_a_letter_has_no_imprint_and_two_red_rules() -> None:
    document = docx.Document(io.BytesIO(word(DocumentType.REMINDER)))
    assert not [table for table in document.tables if "印发" in table.rows[-1].cells[0].text]
    assert "thinThickSmallGap" in document.paragraphs[0]._p.xml
    assert "thickThinSmallGap" in document.sections[0].first_page_footer._element.xml


def paragraph(document: Word, text: str) -> Paragraph:
    """The first paragraph with the text; ``$`` at the end: the one that is just the text."""
    if text.endswith("$"):
        return exact(document, text[:-1])
    return next(p for p in document.paragraphs if text in p.text)


def _replace(text: str, new: str) -> Damage:
    def change(document: Word) -> None:
        found = paragraph(document, text)
        found.runs[0].text = new

    return change


def _drop(text: str) -> Damage:
    return lambda document: _remove(paragraph(document, text))


def _remove(found: Paragraph) -> None:
    parent = found._p.getparent()
    assert parent is not None
    parent.remove(found._p)


def _font(text: str, name: str) -> Damage:
    def change(document: Word) -> None:
        run = paragraph(document, text).runs[0]
        run.font.name = name
        fonts = run._r.get_or_add_rPr().rFonts
        assert fonts is not None
        fonts.set(qn("w:eastAsia"), name)

    return change


def _left(text: str) -> Damage:
    return lambda document: setattr(paragraph(document, text), "alignment", ALIGN.LEFT)


def _theme(document: Word) -> None:
    fonts = document.styles["正文"].element.rPr.find(qn("w:rFonts"))
    fonts.set(qn("w:eastAsiaTheme"), "minorEastAsia")


def _grid(kind: str, pitch: str = "579") -> Damage:
    def change(document: Word) -> None:
        grid = document.sections[0]._sectPr.find(qn("w:docGrid"))
        assert grid is not None
        grid.set(qn("w:type"), kind)
        grid.set(qn("w:linePitch"), pitch)

    return change


BROKEN: dict[str, tuple[Damage, str]] = {
    "margin": (lambda d: setattr(d.sections[0], "top_margin", Mm(25)), "上边距"),
    "paper": (lambda d: setattr(d.sections[0], "page_width", Mm(216)), "纸张宽度"),
    "type area": (lambda d: setattr(d.sections[0], "right_margin", Mm(32)), "版心"),
    "no grid": (_grid("lines"), "文档网格"),
    "20 lines": (_grid("linesAndChars", "637"), "20 行"),
    "square brackets": (_replace("校媒巡整", "校媒巡整[2026]3号"), "六角括号"),
    "leading zero in the number": (_replace("校媒巡整", "校媒巡整〔2026〕03号"), "不编虚位"),
    "第 in the number": (_replace("校媒巡整", "校媒巡整〔2026〕第3号"), "不加“第”字"),
    "no number": (_drop("校媒巡整"), "缺少发文字号"),
    "title in 黑体": (_font("长期未更新的", "黑体"), "标题"),
    "title in 三号": (lambda d: setattr(paragraph(d, "长期未更新的").runs[0].font, "size", Pt(16)), "标题"),
    "title with a full stop": (_replace("长期未更新的", "长期未更新的整改通知书。"), "不用标点"),
    "title to the left": (_left("长期未更新的"), "应当居中"),
    "no addressee": (_drop("体育学院："), "缺少主送机关"),
    "half-width colon": (_replace("体育学院：", "体育学院:"), "缺少主送机关"),
    "body in 宋体": (_font("请自收到", "宋体"), "正文"),
    "body in 小四": (lambda d: setattr(paragraph(d, "请自收到").runs[0].font, "size", Pt(12)), "字号应为 16 磅"),
    "a theme font": (_theme, "主题字体"),
    "first heading in 仿宋": (_font("一、", "仿宋_GB2312"), "一级标题"),
    "second heading in 仿宋": (_replace("恢复内容", "（一）有关要求"), "二级标题"),
    "no date": (_drop("2026年11月21日$"), "缺少成文日期"),
    "Chinese numerals": (_replace("2026年11月21日$", "二〇二六年十一月二十一日"), "阿拉伯数字"),
    "padded month": (_replace("2026年11月21日$", "2026年01月21日"), "不编虚位"),
    "no signature": (_drop("中共郑州西亚斯学院委员会宣传部$"), "署名"),
    "signature to the left": (_left("中共郑州西亚斯学院委员会宣传部$"), "居右"),
    "no page number": (lambda d: d.sections[0].footer.paragraphs[0].clear(), "页码"),
    "page numbers on one side": (lambda d: setattr(d.settings, "odd_and_even_pages_header_footer", False), "双页"),
    "annex announced, not there": (lambda d: _remove(exact(d, "附件")), "未见附件"),
    "annex not announced": (_drop("附件：存证清单"), "附件说明"),
    "not filled in": (_replace("请自收到", "请于{{ due_at }}前完成整改。"), "未填写"),
}  # fmt: skip


def exact(document: Word, text: str) -> Paragraph:
    return next(p for p in document.paragraphs if p.text == text)


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_document_is_sent_back(name: str, tmp_path: Path) -> None:
    document = docx.Document(io.BytesIO(word(DocumentType.RECTIFICATION)))
    breakage, sentence = BROKEN[name]
    breakage(document)
    path = tmp_path / "broken.docx"
    document.save(str(path))
    assert [problem for problem in check(path) if sentence in problem]


def test_an_ordinary_word_file_fails_in_many_ways(tmp_path: Path) -> None:
    document = docx.Document()
    document.add_paragraph("关于整改的通知")
    document.save(str(tmp_path / "plain.docx"))
    assert len(check(tmp_path / "plain.docx")) >= 8


@pytest.mark.parametrize(
    ("signature", "date", "expected"),
    [
        ("党委宣传部", "2026年3月2日", (4.5, 4.0)),
        ("中共郑州西亚斯学院委员会宣传部", "2026年11月21日", (0.0, 4.0)),
        ("中共郑州西亚斯学院委员会宣传部网络中心", "2026年11月21日", (0.0, 6.0)),
    ],
)
def test_the_signature_is_centred_over_the_date(signature: str, date: str, expected: tuple[float, float]) -> None:
    assert gbt9704.closing(signature, date) == expected


def test_a_title_breaks_evenly_and_not_inside_words() -> None:
    assert gbt9704.balanced("关于整改的通知") == ["关于整改的通知"]
    lines = gbt9704.balanced("关于微信公众号“SIAS Sports2026”长期未更新以及信息变更未备案的整改通知书")
    assert "".join(lines).startswith("关于微信公众号“SIAS Sports2026”")
    assert max(map(len, lines)) <= gbt9704.TITLE_WIDTH
    assert not any(line.startswith(("”", "》", "的")) or line.endswith(("“", "《")) for line in lines)


@pytest.mark.parametrize("length", [1, 19, 20, 39, 200])
def test_any_title_is_cut_completely(length: int) -> None:
    for text in ("字" * length, "a" * length, "“" * length):
        assert "".join(gbt9704.balanced(text)) == text
