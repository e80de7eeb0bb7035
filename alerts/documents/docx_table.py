"""A table of a document: thin lines, its heading repeated on every page, no row cut by the end of one."""

from __future__ import annotations

from collections.abc import Sequence

from docx.document import Document as WordFile
from docx.oxml import parse_xml

from alerts.documents import gbt9704
from alerts.documents.blocks import BlockType
from alerts.documents.docx_xml import W

EDGES = ("top", "left", "bottom", "right", "insideH", "insideV")


def write(document: WordFile, rows: Sequence[Sequence[str]]) -> None:
    """Append a table of these cells, the first row its heading; texts are put in, never parsed."""
    widths = gbt9704.columns(rows, gbt9704.twips(gbt9704.TYPE_AREA[0]))
    table = parse_xml(
        f'<w:tbl {W}><w:tblPr><w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:jc w:val="center"/><w:tblBorders>'
        + "".join(f'<w:{edge} w:val="single" w:sz="4" w:space="0" w:color="000000"/>' for edge in EDGES)
        + '</w:tblBorders><w:tblLayout w:type="fixed"/><w:tblCellMar><w:left w:w="57" w:type="dxa"/>'
        '<w:right w:w="57" w:type="dxa"/></w:tblCellMar></w:tblPr><w:tblGrid>'
        + "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
        + "</w:tblGrid>"
        + "".join(_row(widths, heading=not number) for number in range(len(rows)))
        + "</w:tbl>"
    )
    document.element.body.insert_element_before(table, "w:sectPr")
    for row, texts in zip(document.tables[-1].rows, rows, strict=True):
        for cell, text in zip(row.cells, texts, strict=True):
            cell.paragraphs[0].add_run(text)
    document.add_paragraph(style=BlockType.SMALL.value)  # two tables in a row would be one


def _row(widths: Sequence[int], *, heading: bool) -> str:
    style = "表头" if heading else BlockType.TABLE.value
    cells = "".join(
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/><w:vAlign w:val="center"/></w:tcPr>'
        f'<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr></w:p></w:tc>'
        for width in widths
    )
    return f"<w:tr><w:trPr><w:cantSplit/>{'<w:tblHeader/>' if heading else ''}</w:trPr>{cells}</w:tr>"
