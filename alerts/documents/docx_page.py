"""The page of a document: paper, margins, grid, page numbers, the rules of a letter, what a draft says across it."""

from __future__ import annotations

from typing import Any

from docx.document import Document as WordFile
from docx.oxml import parse_xml
from docx.oxml.ns import qn
from docx.shared import Mm
from docx.text.paragraph import Paragraph

from alerts.documents import gbt9704
from alerts.documents.docx_xml import W, put, rules
from alerts.documents.gbt9704 import twips


def set_page(document: WordFile, *, demo: bool, draft: bool, letter_form: bool) -> None:
    """Paper, margins, grid, page numbers; what a demonstration and a draft say on every page. A letter's first page bears
    no number and its upper and lower red rules instead (10.1)."""
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
    section.different_first_page_header_footer = letter_form
    if letter_form:
        foot = section.first_page_footer.paragraphs[0]
        foot.style = document.styles["页码右"]
        rules(foot, bottom=("FF0000", 24, 1), value="thickThinSmallGap")
        _widen(foot)
    headers = [section.header, section.even_page_header, *([section.first_page_header] if letter_form else [])]
    for number, header in enumerate(headers):
        paragraph = header.paragraphs[0]
        paragraph.style = document.styles["演示标记"]
        if demo:
            paragraph.add_run("演示文书  不具有任何效力")
        if draft:
            paragraph.add_run()._r.append(_watermark("待签发", number))


def letterhead(paragraph: Paragraph, percent: int) -> None:
    """The office's name at the head of a letter, 30 mm below the edge of the paper, a red double rule 4 mm under it."""
    run = paragraph.runs[0]._r.get_or_add_rPr()
    put(run, f'<w:w {W} w:val="{percent}"/>')
    spacing = f'w:before="0" w:after="{twips(4)}" w:line="880" w:lineRule="exact"'
    put(paragraph._p.get_or_add_pPr(), f"<w:spacing {W} {spacing}/>")
    rules(paragraph, bottom=("FF0000", 24, 11), value="thinThickSmallGap")
    _widen(paragraph)


def _widen(paragraph: Paragraph) -> None:
    """As long as a letter's rules are: wider than the 版心 by the same on either side."""
    over = twips((gbt9704.LETTER_RULE - gbt9704.TYPE_AREA[0]) / 2)
    put(paragraph._p.get_or_add_pPr(), f'<w:ind {W} w:left="-{over}" w:right="-{over}" w:firstLine="0"/>')


def _watermark(text: str, number: int) -> Any:
    """Grey letters across the page, behind what is written: the VML that Word itself writes for a watermark."""
    place = (
        "position:absolute;margin-left:0;margin-top:0;width:400pt;height:133pt;rotation:315;z-index:-251658752;"
        "mso-position-horizontal:center;mso-position-horizontal-relative:margin;"
        "mso-position-vertical:center;mso-position-vertical-relative:margin"
    )
    return parse_xml(
        f'<w:pict {W} xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office">'
        '<v:shapetype id="_x0000_t136" coordsize="21600,21600" o:spt="136" adj="10800" path="m@7,l@8,m@5,21600l@6,21600e">'
        '<v:formulas><v:f eqn="sum #0 0 10800"/><v:f eqn="prod #0 2 1"/><v:f eqn="sum 21600 0 @1"/><v:f eqn="sum 0 0 @2"/>'
        '<v:f eqn="sum 21600 0 @3"/><v:f eqn="if @0 @3 0"/><v:f eqn="if @0 21600 @1"/><v:f eqn="if @0 0 @2"/>'
        '<v:f eqn="if @0 @4 21600"/></v:formulas><v:path textpathok="t" o:connecttype="rect"/>'
        '<v:textpath on="t" fitshape="t"/></v:shapetype>'
        f'<v:shape id="draft{number}" o:spid="_x0000_s{2049 + number}" type="#_x0000_t136" style="{place}" '
        f'fillcolor="#c8c8c8" stroked="f"><v:fill opacity=".5"/><v:textpath style="font-family:黑体;font-size:1pt" string="{text}"/>'
        "</v:shape></w:pict>"
    )
