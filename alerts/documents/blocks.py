"""The small marked-up form in which a document's body is written: one line, one paragraph.

``# `` one line of the title · ``## `` 一、 heading · ``### `` （一） heading · ``=== `` title of an annex on its own
page · ``~ `` small print · ``| a | b |`` a row of a table, the first row of a run being its heading · ``// `` a remark to
the template's author, not printed · anything else is a paragraph. Values that a template prints never start a marker
or cut a cell, whatever they contain: `protect` puts an invisible character before them and one in place of each bar.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

GUARD = "\ue000"
"""A private-use character; `clean` removes it from every value, so only `protect` can have put it there."""
BAR = "\ue001"
"""Another one: a bar inside a value, as against one that parts two cells."""


class BlockType(StrEnum):
    """What a block is in an official document; the layout of each is in `alerts.documents.docx`."""

    MASTHEAD = "发文机关标志"
    NUMBER = "发文字号"
    LETTERHEAD = "信函发文机关标志"
    LETTER_NUMBER = "信函发文字号"
    TITLE = "标题"
    ADDRESSEE = "主送机关"
    BODY = "正文"
    HEADING1 = "一级标题"
    HEADING2 = "二级标题"
    ATTACHMENT = "附件说明"
    SIGNATURE = "署名"
    DATE = "成文日期"
    NOTE = "附注"
    ANNEX_MARK = "附件标识"
    ANNEX = "附件标题"
    ANNEX_BODY = "附件正文"
    SMALL = "小字"
    TABLE = "表格"
    CC = "抄送机关"
    PRINTED = "印发机关和印发日期"
    LETTER_CC = "信函抄送机关"


MARKERS = {
    "### ": BlockType.HEADING2,
    "## ": BlockType.HEADING1,
    "# ": BlockType.TITLE,
    "=== ": BlockType.ANNEX,
    "~ ": BlockType.SMALL,
}


@dataclass(frozen=True, slots=True)
class Block:
    """One paragraph of a document, or one table: ``rows`` holds its cells, ``text`` the same in lines."""

    kind: BlockType
    text: str
    rows: tuple[tuple[str, ...], ...] = ()


class MarkupError(ValueError):
    """A template's output is not a document; ``line`` counts from 1 in that output. The catcher names the template."""

    def __init__(self, line: int, problem: str) -> None:
        """Say what is wrong in one Chinese sentence."""
        super().__init__(problem)
        self.line = line


def protect(value: str) -> str:
    """The value, unable to start a marker or to cut a cell."""
    return GUARD + value.replace("|", BAR)


def plain(text: str) -> str:
    """What `protect` was given."""
    return text.replace(GUARD, "").replace(BAR, "|")


def table(rows: Sequence[Sequence[str]]) -> Block:
    """A table of these cells, its heading first."""
    cells = tuple(tuple(row) for row in rows)
    return Block(BlockType.TABLE, "\n".join("　".join(row) for row in cells), cells)


def parse(text: str) -> tuple[Block, ...]:
    """The blocks of a rendered template. Raises MarkupError where it has no title, no body, or an unknown marker."""
    blocks: list[Block] = []
    for number, line in enumerate(text.splitlines(), start=1):
        line = line.strip()
        if line.startswith("|"):
            row = tuple(plain(cell).strip() for cell in line.strip("|").split("|"))
            whole = blocks.pop().rows if blocks and blocks[-1].kind is BlockType.TABLE else ()
            if whole and len(row) != len(whole[0]):
                raise MarkupError(number, f"表格这一行有 {len(row)} 格，表头有 {len(whole[0])} 格")
            blocks.append(table((*whole, row)))
        elif line and not line.startswith("//"):
            block = _block(number, line)
            in_annex = any(earlier.kind is BlockType.ANNEX for earlier in blocks)
            blocks.append(
                Block(BlockType.ANNEX_BODY, block.text) if in_annex and block.kind is BlockType.BODY else block
            )
    if not blocks or blocks[0].kind is not BlockType.TITLE:
        raise MarkupError(1, "文书模板的第一段应当是标题（“# 标题”）")
    if not any(block.kind is BlockType.BODY for block in blocks):
        raise MarkupError(len(text.splitlines()), "文书模板没有正文")
    return tuple(blocks)


def _block(number: int, line: str) -> Block:
    for marker, kind in MARKERS.items():
        if line.startswith(marker):
            return Block(kind, plain(line.removeprefix(marker)).strip())
    if line[0] in "#=~":
        raise MarkupError(number, f"无法识别的段落标记“{line[:6]}”（可用：# 、## 、### 、=== 、~ ，标记后空一格）")
    return Block(BlockType.BODY, plain(line))


def title(blocks: Sequence[Block]) -> str:
    """The document's title on one line."""
    return "".join(block.text for block in blocks if block.kind is BlockType.TITLE)
