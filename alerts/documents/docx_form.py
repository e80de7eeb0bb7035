"""A Word file with places to fill in: read and checked once, filled in a thousand times.

`{{账号名称}}` is replaced by a value. A table row with `{{问题.编号}}` stands once for each 问题. Word may cut a place into pieces
of its own; they are put together again when the file is read.
"""

from __future__ import annotations

import difflib
import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from xml.sax.saxutils import escape

import docx
from docx.oxml.ns import qn
from lxml import etree

from alerts.documents.package import FixedPackage
from alerts.sanitize import clean

PLACE = re.compile(r"\{\{\s*([^{}]{1,40}?)\s*\}\}")
_ROW = re.compile(r"<\?row (\d+)\?>")
MOST_UNPACKED = 50 * 2**20
CORE = "docProps/core.xml"
BREAK = '</w:t><w:br/><w:t xml:space="preserve">'
Values = Mapping[str, str]
Groups = Mapping[str, Sequence[Values]]
Fields = Mapping[str, Sequence[str]]
"""The names that may be written, by group; those of "" stand alone."""


class InvalidForm(Exception):
    """A Word file cannot be used as a form. Raised when it is read, by whoever builds a pack or looks after the settings; its
    text is a Chinese sentence with the place by its name."""


@dataclass(frozen=True, slots=True)
class _Rows:
    """A table row that stands once for each member of a group."""

    group: str
    pieces: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DocxForm:
    """A form ready to be filled in. ``parts``: its pieces by part: text and names by turns, or a row."""

    package: FixedPackage
    parts: Mapping[str, tuple[tuple[str, ...] | _Rows, ...]]

    def fill(self, values: Values, groups: Groups, *, title: str, author: str, made: datetime) -> bytes:
        """The Word file. Equal arguments give equal bytes; ``made`` stands on every part of it."""
        filled = {name: _filled(pieces, values, groups).encode() for name, pieces in self.parts.items()}
        core = CORE_XML.format(
            title=escape(clean(title)), author=escape(clean(author)), at=f"{made:%Y-%m-%dT%H:%M:%SZ}"
        )
        return self.package.write(filled | {CORE: core.encode()}, made)


CORE_XML = (
    "<?xml version='1.0' encoding='UTF-8' standalone='yes'?>\n"
    '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><dc:title>{title}</dc:title><dc:creator>{author}</dc:creator>'
    "<cp:lastModifiedBy>{author}</cp:lastModifiedBy>"
    '<dcterms:created xsi:type="dcterms:W3CDTF">{at}</dcterms:created>'
    '<dcterms:modified xsi:type="dcterms:W3CDTF">{at}</dcterms:modified></cp:coreProperties>'
)


def read_form(data: bytes, where: str, fields: Fields) -> DocxForm:
    """Read a form. ``where``: what to call the file in an error. Raises InvalidForm."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(part.file_size for part in archive.infolist()) > MOST_UNPACKED:
                raise InvalidForm(f"模板 {where} 太大，请删去里面的大图片。")
        document = docx.Document(io.BytesIO(data))
        parts = {
            str(part.partname).lstrip("/"): part.element
            for part in document.part.package.iter_parts()
            if re.search(r"wordprocessingml\.(document\.main|header|footer)\+xml", part.content_type)
        }
        _ = document.core_properties  # there is one from now on
    except (zipfile.BadZipFile, KeyError, ValueError, etree.XMLSyntaxError) as error:
        raise InvalidForm(f"模板 {where} 不是 Word 文档（docx），请用 Word 或 WPS 另存为 docx。") from error
    rows: list[_Rows] = []
    for element in parts.values():
        for paragraph in element.iter(qn("w:p")):
            _join(paragraph, where, fields)
        _take_rows(element, rows, where)
    buffer = io.BytesIO()
    document.save(buffer)
    with zipfile.ZipFile(buffer) as archive:
        bodies = {name: archive.read(name) for name in archive.namelist()}
    compiled = {name: tuple(_pieces(bodies[name].decode(), rows)) for name in parts}
    return DocxForm(FixedPackage.of(bodies, changing={*parts, CORE}), compiled)


def _join(paragraph: Any, where: str, fields: Fields) -> None:
    """Put every place of a paragraph into one piece of text, and check its name."""
    texts = [text for text in paragraph.iter(qn("w:t")) if next(text.iterancestors(qn("w:p"))) is paragraph]
    whole = "".join(text.text or "" for text in texts)
    left = PLACE.sub("", whole)
    if "{{" in left or "}}" in left:
        raise InvalidForm(f"模板 {where} 里“{clean(whole, 60)}”的花括号没有成对，应写成 {{{{账号名称}}}} 这样。")
    for found in reversed(list(PLACE.finditer(whole))):
        _check(found[1], where, fields)
        if "." in found[1] and next(paragraph.iterancestors(qn("w:tr")), None) is None:
            raise InvalidForm(f"模板 {where} 里的“{found[1]}”要写在表格的一行里，每一项占一行。")
        _gather(texts, found.start(), found.end(), f"{{{{{found[1]}}}}}")


def _check(name: str, where: str, fields: Fields) -> None:
    known = [f"{group}.{each}" if group else each for group, names in fields.items() for each in names]
    if name not in known:
        near = difflib.get_close_matches(name, known, 1, 0.4)
        hint = f"，是不是“{near[0]}”" if near else ""
        raise InvalidForm(f"模板 {where} 里写了“{name}”，没有这一项{hint}。可以写的有：{'、'.join(known)}。")


def _gather(texts: Sequence[Any], start: int, end: int, place: str) -> None:
    """Write the place where its first letter stood, and take it away elsewhere."""
    at = 0
    for text in texts:
        own = text.text or ""
        first, last = max(start - at, 0), min(end - at, len(own))
        if first < last:
            text.text = own[:first] + (place if at + first == start else "") + own[last:]
            text.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
        at += len(own)


def _take_rows(element: Any, rows: list[_Rows], where: str) -> None:
    """Take out the rows that are repeated; a mark stays where each stood."""
    for row in reversed(list(element.iter(qn("w:tr")))):
        xml = etree.tostring(row, encoding="unicode", with_tail=False)
        groups = {name.partition(".")[0] for name in PLACE.findall(xml) if "." in name}
        if len(groups) > 1:
            raise InvalidForm(f"模板 {where} 的一行表格里同时写了{'、'.join(sorted(groups))}，一行只能写一组。")
        if groups:
            row.getparent().replace(row, etree.ProcessingInstruction("row", str(len(rows))))
            rows.append(_Rows(groups.pop(), tuple(PLACE.split(xml))))


def _pieces(xml: str, rows: Sequence[_Rows]) -> Any:
    for number, piece in enumerate(_ROW.split(xml)):
        yield rows[int(piece)] if number % 2 else tuple(PLACE.split(piece))


def _filled(pieces: Sequence[tuple[str, ...] | _Rows], values: Values, groups: Groups) -> str:
    out: list[str] = []
    for piece in pieces:
        if isinstance(piece, _Rows):
            for member in groups[piece.group]:
                named = {f"{piece.group}.{name}": value for name, value in member.items()}
                out.append(_words(piece.pieces, {**values, **named}))
        else:
            out.append(_words(piece, values))
    return "".join(out)


def _words(pieces: Sequence[str], values: Values) -> str:
    return "".join(_text(values[piece]) if number % 2 else piece for number, piece in enumerate(pieces))


def _text(value: str) -> str:
    return BREAK.join(escape(clean(line)) for line in value.split("\n"))
