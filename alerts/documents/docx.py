"""Write a document as a Word file in the layout of GB/T 9704-2012: blocks in, bytes out, the same bytes every time."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import datetime

import docx
from docx.document import Document as WordFile
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm
from docx.text.paragraph import Paragraph

from alerts.documents import gbt9704
from alerts.documents.blocks import Block, BlockType, title
from alerts.documents.gbt9704 import STYLES, Style, twips
from alerts.documents.package import same_bytes

W = nsdecls("w")
ORDER = (
    *(
        "pStyle",
        "keepNext",
        "keepLines",
        "pageBreakBefore",
        "widowControl",
        "pBdr",
        "tabs",
        "autoSpaceDE",
        "autoSpaceDN",
    ),
    *("snapToGrid", "spacing", "ind", "jc", "rPr", "rFonts", "b", "color", "w", "sz", "szCs", "lang"),
)
"""OOXML fixes the order of properties; Word calls a file with another order damaged."""


def build(blocks: Sequence[Block], *, author: str, issued_at: datetime, demo: bool = False) -> bytes:
    """The .docx of a document. Equal arguments give equal bytes."""
    document = docx.Document()
    _define_styles(document)
    _set_page(document, demo)
    text = [block for block in blocks if block.kind not in (BlockType.CC, BlockType.PRINTED)]
    for before, block in zip([None, *text], text, strict=False):
        _write(document, block, text, first=before is None or before.kind is not block.kind)
    _imprint(document, [block for block in blocks if block.kind in (BlockType.CC, BlockType.PRINTED)])
    properties = document.core_properties
    properties.title, properties.author, properties.comments = title(blocks), author, ""
    properties.created = properties.modified = issued_at.replace(tzinfo=None)
    properties.last_modified_by, properties.language = author, "zh-CN"
    buffer = io.BytesIO()
    document.save(buffer)
    return same_bytes(buffer.getvalue(), issued_at)


def _write(document: WordFile, block: Block, blocks: Sequence[Block], *, first: bool) -> None:
    if block.kind is BlockType.ANNEX:
        document.add_paragraph("附件", style=BlockType.ANNEX_MARK.value).paragraph_format.page_break_before = True
    for _ in range(STYLES[block.kind].above if first else 0):
        document.add_paragraph(style=BlockType.BODY.value).paragraph_format.keep_with_next = True
    lines = gbt9704.balanced(block.text) if block.kind in (BlockType.TITLE, BlockType.ANNEX) else [block.text]
    for line in lines:
        paragraph = document.add_paragraph(line, style=block.kind.value)
        _finish(paragraph, block, blocks)


def _finish(paragraph: Paragraph, block: Block, blocks: Sequence[Block]) -> None:
    """What depends on the words themselves or on the neighbours, and so cannot stand in a style."""
    texts = {other.kind: other.text for other in blocks}
    if block.kind is BlockType.MASTHEAD:
        run = paragraph.runs[0]._r.get_or_add_rPr()
        _put(run, f'<w:w {W} w:val="{gbt9704.masthead_percent(block.text)}"/>')
        spacing = f'w:before="{twips(gbt9704.MASTHEAD_DROP)}" w:after="0" w:line="880" w:lineRule="exact"'
        _put(paragraph._p.get_or_add_pPr(), f"<w:spacing {W} {spacing}/>")
    elif block.kind is BlockType.NUMBER:
        _rules(paragraph, bottom=("FF0000", 12, 11))
    elif block.kind in (BlockType.SIGNATURE, BlockType.DATE):
        signature, date = gbt9704.closing(texts[BlockType.SIGNATURE], texts[BlockType.DATE])
        indent = Style(right=signature if block.kind is BlockType.SIGNATURE else date)
        _put(paragraph._p.get_or_add_pPr(), _indent(indent))
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
        _put(cell.paragraphs[0]._p.get_or_add_pPr(), f'<w:tabs {W}><w:tab w:val="right" w:pos="{stop}"/></w:tabs>')
    # Word wants a paragraph after a table, LibreOffice one to hang a floating table on: one nobody sees.
    last = document.add_paragraph(style=BlockType.BODY.value)._p.get_or_add_pPr()
    _put(last, f'<w:spacing {W} w:before="0" w:after="0" w:line="20" w:lineRule="exact"/>')


def _rules(paragraph: Paragraph, **sides: tuple[str, int, int]) -> None:
    """Lines along the paragraph: colour, width in eighths of a point, distance in points."""
    lines = "".join(
        f'<w:{side} w:val="single" w:sz="{size}" w:space="{space}" w:color="{colour}"/>'
        for side, (colour, size, space) in sorted(sides.items(), reverse=True)
    )
    _put(paragraph._p.get_or_add_pPr(), f"<w:pBdr {W}>{lines}</w:pBdr>")


def _put(parent: object, xml: str) -> None:
    """Set one property, replacing an earlier value, in the order OOXML wants."""
    element = parse_xml(xml)
    for old in parent.findall(element.tag):  # type: ignore[attr-defined]
        parent.remove(old)  # type: ignore[attr-defined]
    parent.append(element)  # type: ignore[attr-defined]
    rank = {qn(f"w:{tag}"): position for position, tag in enumerate(ORDER)}
    parent[:] = sorted(parent, key=lambda child: rank.get(child.tag, len(rank)))  # type: ignore[index,call-overload]


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
        _put(properties, xml)
    _put(properties, f'<w:lang {W} w:val="en-US" w:eastAsia="zh-CN"/>')
    for name, style in STYLES.items():
        root.append(parse_xml(_style_xml(str(name), style)))


def _style_xml(name: str, style: Style) -> str:
    keep = ("<w:keepNext/>" if style.keep else "") + ("<w:keepLines/>" if style.whole else "")
    size = round(style.size * 2)
    return (
        f'<w:style {W} w:type="paragraph" w:customStyle="1" w:styleId="{name}"><w:name w:val="{name}"/>'
        f'<w:basedOn w:val="Normal"/><w:qFormat/><w:pPr>{keep}<w:widowControl w:val="0"/>'
        f'<w:autoSpaceDE w:val="0"/><w:autoSpaceDN w:val="0"/><w:snapToGrid w:val="0"/>'
        f'<w:spacing w:before="0" w:after="0" w:line="{gbt9704.PITCH}" w:lineRule="exact"/>{_indent(style)}'
        f'<w:jc w:val="{style.align}"/></w:pPr><w:rPr>{_fonts(style.font)}<w:color w:val="{style.colour}"/>'
        f'<w:spacing w:val="{gbt9704.SQUEEZE}"/>'
        f'<w:sz w:val="{size}"/><w:szCs w:val="{size}"/></w:rPr></w:style>'
    )


def _set_page(document: WordFile, demo: bool) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Mm(gbt9704.PAGE[0]), Mm(gbt9704.PAGE[1])
    for side, millimetres in gbt9704.MARGINS.items():
        setattr(section, f"{side}_margin", Mm(millimetres))
    section.header_distance, section.footer_distance = Mm(20), Mm(gbt9704.FOOTER)
    grid = f'w:type="linesAndChars" w:linePitch="{gbt9704.PITCH}" w:charSpace="{gbt9704.CHAR_SPACE}"'
    properties = section._sectPr
    for old in properties.findall(qn("w:docGrid")):
        properties.remove(old)
    properties.append(parse_xml(f"<w:docGrid {W} {grid}/>"))
    document.settings.odd_and_even_pages_header_footer = True
    for footer, style in ((section.footer, "页码右"), (section.even_page_footer, "页码左")):
        paragraph = footer.paragraphs[0]
        paragraph.style = document.styles[style]
        paragraph.add_run("— ")
        paragraph._p.append(parse_xml(f'<w:fldSimple {W} w:instr="PAGE"><w:r><w:t>1</w:t></w:r></w:fldSimple>'))
        paragraph.add_run(" —")
    for header in (section.header, section.even_page_header) if demo else ():
        header.paragraphs[0].style = document.styles["演示标记"]
        header.paragraphs[0].add_run("演示文书  不具有任何效力")
