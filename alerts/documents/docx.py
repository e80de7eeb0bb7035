"""Write a document as a Word file in the layout of GB/T 9704-2012: blocks in, bytes out, the same bytes every time."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence
from datetime import datetime

import docx
from docx.document import Document as WordFile
from docx.oxml import parse_xml
from docx.oxml.ns import qn
from docx.text.paragraph import Paragraph

from alerts.documents import docx_page, docx_table, gbt9704
from alerts.documents.blocks import Block, BlockType, title
from alerts.documents.docx_xml import W, put, rules
from alerts.documents.gbt9704 import STYLES, Style, twips

NUMBER_HYPHEN = re.compile(r"(?<=[A-Z])-(?=\d{4}-\d)|(?<=[A-Z]-\d{4})-(?=\d)")
"""The two hyphens of a case number."""


def build(
    blocks: Sequence[Block], *, author: str, issued_at: datetime, demo: bool = False, draft: bool = False
) -> bytes:
    """The .docx of a document. Equal arguments give equal bytes. ``draft``: 待签发 across every page."""
    document = docx.Document()
    _define_styles(document)
    letter_form = any(block.kind is BlockType.LETTERHEAD for block in blocks)
    docx_page.set_page(document, demo=demo, draft=draft, letter_form=letter_form)
    text = [block for block in blocks if block.kind not in (BlockType.CC, BlockType.PRINTED)]
    for before, block in zip([None, *text], text, strict=False):
        _write(document, block, text, first=before is None or before.kind is not block.kind)
    imprint = [block for block in blocks if block.kind in (BlockType.CC, BlockType.PRINTED)]
    if imprint:
        _imprint(document, imprint)
    properties = document.core_properties
    properties.title, properties.author, properties.comments = title(blocks), author, ""
    properties.created = properties.modified = issued_at.replace(tzinfo=None)
    properties.last_modified_by, properties.language = author, "zh-CN"
    buffer = io.BytesIO()
    document.save(buffer)
    return _same_bytes(buffer.getvalue(), issued_at)


def _write(document: WordFile, block: Block, blocks: Sequence[Block], *, first: bool) -> None:
    if block.kind is BlockType.ANNEX:
        document.add_paragraph("附件", style=BlockType.ANNEX_MARK.value).paragraph_format.page_break_before = True
    for _ in range(STYLES[block.kind].above if first else 0):
        document.add_paragraph(style=BlockType.BODY.value).paragraph_format.keep_with_next = True
    if block.kind is BlockType.TABLE:
        docx_table.write(document, block.rows)
        return
    lines = gbt9704.balanced(block.text) if block.kind in (BlockType.TITLE, BlockType.ANNEX) else [block.text]
    for line in lines:
        paragraph = document.add_paragraph(style=block.kind.value)
        _text(paragraph, line)
        _finish(paragraph, block, blocks)
    if block.kind is BlockType.ANNEX:
        document.add_paragraph(style=BlockType.SMALL.value).paragraph_format.keep_with_next = True


def _text(paragraph: Paragraph, line: str) -> None:
    """The words of a line; a case number (SIAS-2026-0007) is not cut at the end of one."""
    run = paragraph.add_run()
    for n, part in enumerate(NUMBER_HYPHEN.split(line)):
        if n:
            run._r.append(parse_xml(f"<w:noBreakHyphen {W}/>"))
        run.add_text(part)


def _finish(paragraph: Paragraph, block: Block, blocks: Sequence[Block]) -> None:
    """What depends on the words themselves or on the neighbours, and so cannot stand in a style."""
    texts = {other.kind: other.text for other in blocks}
    if block.kind is BlockType.MASTHEAD:
        run = paragraph.runs[0]._r.get_or_add_rPr()
        put(run, f'<w:w {W} w:val="{gbt9704.masthead_percent(block.text)}"/>')
        spacing = f'w:before="{twips(gbt9704.MASTHEAD_DROP)}" w:after="0" w:line="880" w:lineRule="exact"'
        put(paragraph._p.get_or_add_pPr(), f"<w:spacing {W} {spacing}/>")
    elif block.kind is BlockType.LETTERHEAD:
        docx_page.letterhead(paragraph, gbt9704.masthead_percent(block.text))
    elif block.kind is BlockType.NUMBER:
        rules(paragraph, bottom=("FF0000", 12, 11))
    elif block.kind in (BlockType.SIGNATURE, BlockType.DATE):
        signature, date = gbt9704.closing(texts[BlockType.SIGNATURE], texts[BlockType.DATE])
        indent = Style(right=signature if block.kind is BlockType.SIGNATURE else date)
        put(paragraph._p.get_or_add_pPr(), _indent(indent))
    elif block.kind is BlockType.BODY and _closes_body(block, blocks):
        # 落款 never stands alone on a page: the standard forbids “此页无正文”.
        paragraph.paragraph_format.keep_with_next = True


def _closes_body(block: Block, blocks: Sequence[Block]) -> bool:
    position = next(index for index, other in enumerate(blocks) if other is block)
    return position + 1 < len(blocks) and blocks[position + 1].kind in (BlockType.SIGNATURE, BlockType.ATTACHMENT)


def _imprint(document: WordFile, lines: Sequence[Block]) -> None:
    """版记: a table floating at the foot of the last page, 0.35 mm rules outside, 0.25 mm ones inside (7.4.1)."""
    rows = ""
    for index, line in enumerate(lines):
        top = f'<w:top w:val="single" w:sz="{6 if index else 8}" w:color="000000"/>'
        bottom = '<w:bottom w:val="single" w:sz="8" w:color="000000"/>' if index + 1 == len(lines) else ""
        rows += (
            f'<w:tr><w:trPr><w:cantSplit/></w:trPr><w:tc><w:tcPr><w:tcW w:w="{gbt9704.IMPRINT}" w:type="dxa"/>'
            f"<w:tcBorders>{top}{bottom}</w:tcBorders></w:tcPr>"
            f'<w:p><w:pPr><w:pStyle w:val="{line.kind.value}"/></w:pPr></w:p></w:tc></w:tr>'
        )
    place = 'w:vertAnchor="margin" w:horzAnchor="margin" w:tblpXSpec="center" w:tblpYSpec="bottom"'
    flush = '<w:tblCellMar><w:left w:w="0" w:type="dxa"/><w:right w:w="0" w:type="dxa"/></w:tblCellMar>'
    table = parse_xml(
        f'<w:tbl {W}><w:tblPr><w:tblpPr {place}/><w:tblW w:w="{gbt9704.IMPRINT}" w:type="dxa"/>'
        f'<w:tblLayout w:type="fixed"/>{flush}</w:tblPr>'
        f'<w:tblGrid><w:gridCol w:w="{gbt9704.IMPRINT}"/></w:tblGrid>{rows}</w:tbl>'
    )
    document.element.body.insert_element_before(table, "w:sectPr")
    for cell, line in zip(document.tables[-1].columns[0].cells, lines, strict=True):
        cell.paragraphs[0].add_run(line.text)
        stop = gbt9704.IMPRINT - round(gbt9704.SIZE_4 * 20)
        put(cell.paragraphs[0]._p.get_or_add_pPr(), f'<w:tabs {W}><w:tab w:val="right" w:pos="{stop}"/></w:tabs>')
    # Word wants a paragraph after a table, LibreOffice one to hang a floating table on: one nobody sees.
    last = document.add_paragraph(style=BlockType.BODY.value)._p.get_or_add_pPr()
    put(last, f'<w:spacing {W} w:before="0" w:after="0" w:line="20" w:lineRule="exact"/>')


def _indent(style: Style) -> str:
    """Indents twice, in characters and in twips: Word and WPS read the first, LibreOffice the second."""
    char = (gbt9704.CHAR if style.size == gbt9704.SIZE_3 else style.size) * 20
    sides = {"left": style.left, "right": style.right, "hanging": style.hanging, "firstLine": style.first}
    sides = {side: value for side, value in sides.items() if value or side in ("left", "right")}
    pairs = (f'w:{side}Chars="{round(value * 100)}" w:{side}="{round(value * char)}"' for side, value in sides.items())
    return f"<w:ind {W} {' '.join(pairs)}/>"


def _fonts(font: str) -> str:
    return f"<w:rFonts {W} " + " ".join(f'w:{slot}="{font}"' for slot in ("ascii", "hAnsi", "eastAsia", "cs")) + "/>"


def _define_styles(document: WordFile) -> None:
    """Our styles on a bare Normal; the theme fonts of python-docx's template would overrule ours and are removed."""
    root = document.styles.element
    for fonts in root.iter(qn("w:rFonts")):
        fonts.attrib.clear()
    normal = document.styles["Normal"].element
    properties = normal.get_or_add_rPr()
    for xml in (_fonts(gbt9704.FANGSONG), f'<w:sz {W} w:val="32"/>', f'<w:szCs {W} w:val="32"/>'):
        put(properties, xml)
    put(properties, f'<w:lang {W} w:val="en-US" w:eastAsia="zh-CN"/>')
    for name, style in STYLES.items():
        root.append(parse_xml(_style_xml(str(name), style)))


def _style_xml(name: str, style: Style) -> str:
    keep = ("<w:keepNext/>" if style.keep else "") + ("<w:keepLines/>" if style.whole else "")
    size = round(style.size * 2)
    return (
        f'<w:style {W} w:type="paragraph" w:customStyle="1" w:styleId="{name}"><w:name w:val="{name}"/>'
        f'<w:basedOn w:val="Normal"/><w:qFormat/><w:pPr>{keep}<w:widowControl w:val="0"/>'
        f'<w:autoSpaceDE w:val="0"/><w:autoSpaceDN w:val="0"/><w:snapToGrid w:val="0"/>'
        f'<w:spacing w:before="0" w:after="0" w:line="{style.pitch}" w:lineRule="exact"/>{_indent(style)}'
        f'<w:jc w:val="{style.align}"/></w:pPr><w:rPr>{_fonts(style.font)}<w:color w:val="{style.colour}"/>'
        f'<w:spacing w:val="{gbt9704.SQUEEZE}"/>'
        f'<w:sz w:val="{size}"/><w:szCs w:val="{size}"/></w:rPr></w:style>'
    )


def _same_bytes(package: bytes, issued_at: datetime) -> bytes:
    """The package with the document's own date on every part: zip files carry the clock of the machine."""
    stamp = issued_at.timetuple()[:6]
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(package)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            new.writestr(zipfile.ZipInfo(part.filename, stamp), old.read(part), zipfile.ZIP_DEFLATED)
    return buffer.getvalue()
