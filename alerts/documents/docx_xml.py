"""The little OOXML that python-docx has no words for: properties set in their order, lines along a paragraph."""

from __future__ import annotations

from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.text.paragraph import Paragraph

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


def rules(paragraph: Paragraph, *, value: str = "single", **sides: tuple[str, int, int]) -> None:
    """Lines along the paragraph: colour, width in eighths of a point, distance in points; ``value`` is OOXML's
    name of the kind of line."""
    lines = "".join(
        f'<w:{side} w:val="{value}" w:sz="{size}" w:space="{space}" w:color="{colour}"/>'
        for side, (colour, size, space) in sorted(sides.items(), reverse=True)
    )
    put(paragraph._p.get_or_add_pPr(), f"<w:pBdr {W}>{lines}</w:pBdr>")


def put(parent: object, xml: str) -> None:
    """Set one property, replacing an earlier value, in the order OOXML wants."""
    element = parse_xml(xml)
    for old in parent.findall(element.tag):  # type: ignore[attr-defined]
        parent.remove(old)  # type: ignore[attr-defined]
    parent.append(element)  # type: ignore[attr-defined]
    rank = {qn(f"w:{tag}"): position for position, tag in enumerate(ORDER)}
    parent[:] = sorted(parent, key=lambda child: rank.get(child.tag, len(rank)))  # type: ignore[index,call-overload]
