"""How a paragraph of a Word file will print: its Chinese font, size, alignment and indent after styles are resolved."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from docx.oxml.ns import qn
from docx.text.paragraph import Paragraph


@dataclass(frozen=True, slots=True)
class Part:
    """A paragraph as it will be printed: Chinese font and size after styles are resolved."""

    text: str
    font: str
    size: float
    paragraph: Paragraph


def read(paragraph: Paragraph) -> Part:
    """The first run with text decides, then the paragraph's style and its bases, then Normal, then the defaults."""
    fonts, sizes = [], []
    for element in _sources(paragraph):
        face = element.find(qn("w:rFonts"))
        if face is not None:
            # A theme attribute overrules the name beside it: the font printed is then not the one written.
            themed = face.get(qn("w:eastAsiaTheme"))
            fonts += ["主题字体" if themed else face.get(qn("w:eastAsia"))]
        size = element.find(qn("w:sz"))
        sizes += [float(size.get(qn("w:val"))) / 2] if size is not None else []
    return Part(paragraph.text.strip(), next(filter(None, fonts), ""), next(iter(sizes), 10.0), paragraph)


def _sources(paragraph: Paragraph) -> Iterator[Any]:
    run = next((run for run in paragraph.runs if run.text.strip()), None)
    elements = [run._r.rPr] if run is not None else []
    style: Any = paragraph.style
    while style is not None:
        elements.append(style.element.rPr)
        style = style.base_style
    package: Any = paragraph.part.package
    elements += package.main_document_part.document.styles.element.xpath("w:docDefaults/w:rPrDefault/w:rPr")
    return (element for element in elements if element is not None)


def alignment(paragraph: Paragraph) -> Any:
    """How the paragraph is aligned, by itself or by its style."""
    style: Any = paragraph.style
    found = paragraph.alignment
    while found is None and style is not None:
        found, style = style.paragraph_format.alignment, style.base_style
    return found


def first_line(paragraph: Paragraph) -> float:
    """The first-line indent in points, or hundredths of a character where only those are given."""
    elements: list[Any] = [paragraph._p.pPr]
    style: Any = paragraph.style
    while style is not None:
        elements.append(style.element.pPr)
        style = style.base_style
    for element in elements:
        indent = element.find(qn("w:ind")) if element is not None else None
        for name in ("w:firstLineChars", "w:firstLine"):
            if indent is not None and indent.get(qn(name)) is not None:
                return float(indent.get(qn(name)))
    return 0.0
