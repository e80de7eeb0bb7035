"""GB/T 9704-2012 as data: what each part of an official document looks like, and the little arithmetic it needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from alerts.documents.blocks import BlockType

XIAOBIAOSONG, FANGSONG, HEI, KAI, SONG = "方正小标宋简体", "仿宋_GB2312", "黑体", "楷体_GB2312", "宋体"
LATIN = {
    XIAOBIAOSONG: "FZXiaoBiaoSong-B05S",
    FANGSONG: "FangSong_GB2312",
    HEI: "SimHei",
    KAI: "KaiTi_GB2312",
    SONG: "SimSun",
}
"""The same fonts under their Latin names: what a machine whose system is not Chinese calls them."""
SIZE_2, SIZE_3, SIZE_4, SIZE_5, SMALL_4 = 22.0, 16.0, 14.0, 10.5, 12.0
"""二号, 三号, 四号, 五号, 小四 in points."""
PAGE, MARGINS, TYPE_AREA = (210, 297), {"top": 37, "bottom": 35, "left": 28, "right": 26}, (156, 225)
"""Paper, margins and 版心 in millimetres (5.1, 5.2.1)."""
FOOTER = 25.5
"""From the lower edge of the paper to that of the page number, so that its dashes are 7 mm below the 版心 (7.5)."""
LINES, CHARACTERS = 22, 28
"""Lines on a page and characters in a line (5.2.3)."""
CHAR = TYPE_AREA[0] / CHARACTERS / 25.4 * 72
"""The width of one of the 28 characters of a line in points: 15.79, a hair less than the 16 of 三号."""
PITCH = int(TYPE_AREA[1] / LINES / 25.4 * 1440)
"""The height of a line in twips, rounded down so that 22 lines always fit."""
SQUEEZE = -5
"""Set on every character, in twips: 15.75 pt. LibreOffice gives a character wider than its cell two cells, so our
styles do not snap to the grid; it stays declared, and 28 characters of 15.75 pt fill the same 156 mm everywhere."""
CHAR_SPACE = round((CHAR - SIZE_3) * 4096)
"""What the grid takes off each 三号 character, in 4096ths of a point (OOXML's unit)."""
IMPRINT = 8500
"""Width of 版记 in twips: 150 of the 156 mm, because LibreOffice lets no wider table float to the foot of the page."""
MASTHEAD_DROP = 35
"""From the top of the 版心 to the masthead, in millimetres (7.2.4)."""
LETTER_DROP = 30
"""From the upper edge of the paper to the head of a letter, in millimetres (10.1)."""
LETTER_RULE = 170
"""Length of the two red double rules of a letter, in millimetres: seven wider than the 版心 on either side (10.1)."""
SEALED = 4
"""成文日期 stands four characters from the right where a seal will be set on it (7.3.5.1)."""
NARROW = 6.0
"""Up to so many characters a column of a table is as wide as its longest text."""
TITLE_WIDTH = 19
"""Characters of 二号 in one line of a title; 20 fit, but a title that fills its line looks like a banner."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """How one part looks. ``first``, ``left``, ``right``, ``hanging`` are in characters of its own size; ``above`` in
    lines; ``pitch``: the height of a line in twips; ``keep``: never parted from what follows; ``whole``: never cut by the end of a page."""

    font: str = FANGSONG
    size: float = SIZE_3
    align: Literal["left", "right", "center", "both"] = "both"
    first: float = 0
    left: float = 0
    right: float = 0
    hanging: float = 0
    above: int = 0
    colour: str = "000000"
    pitch: int = PITCH
    keep: bool = False
    whole: bool = False


STYLES: dict[str, Style] = {
    BlockType.MASTHEAD: Style(font=XIAOBIAOSONG, size=36, align="center", colour="FF0000"),
    BlockType.NUMBER: Style(align="center", above=2),
    BlockType.LETTERHEAD: Style(font=XIAOBIAOSONG, size=36, align="center", colour="FF0000"),
    BlockType.LETTER_NUMBER: Style(align="right"),
    BlockType.TITLE: Style(font=XIAOBIAOSONG, size=SIZE_2, align="center", above=2, keep=True),
    BlockType.ADDRESSEE: Style(align="left", above=1),
    # Not justified: a case number or an article cited would tear the other words of its line apart, and LibreOffice
    # loses punctuation that hangs at the end of a justified line.
    BlockType.BODY: Style(first=2, align="left"),
    BlockType.HEADING1: Style(font=HEI, first=2, keep=True),
    BlockType.HEADING2: Style(font=KAI, first=2, keep=True),
    BlockType.ATTACHMENT: Style(left=5, hanging=3, above=1, align="left", keep=True),
    BlockType.SIGNATURE: Style(align="right", above=2, keep=True),
    BlockType.DATE: Style(align="right", keep=True),
    BlockType.NOTE: Style(first=2, align="left", whole=True),
    BlockType.ANNEX_MARK: Style(font=HEI, align="left", keep=True),
    BlockType.ANNEX: Style(font=XIAOBIAOSONG, size=SIZE_2, align="center", above=1, keep=True),
    # Long identifiers and addresses: justified, they would tear the other words of their line apart.
    BlockType.ANNEX_BODY: Style(first=2, align="left"),
    BlockType.SMALL: Style(size=SIZE_5, align="left", pitch=320),
    BlockType.TABLE: Style(size=SMALL_4, align="left", pitch=360),
    "表头": Style(font=HEI, size=SMALL_4, align="center", pitch=360, keep=True),
    BlockType.LETTER_CC: Style(size=SIZE_4, left=3, hanging=3, align="left", above=1),
    BlockType.CC: Style(size=SIZE_4, left=4, hanging=3, right=1, align="left", keep=True),
    BlockType.PRINTED: Style(size=SIZE_4, left=1, right=1, align="left"),
    "页码右": Style(font=SONG, size=SIZE_4, align="right", right=1),
    "页码左": Style(font=SONG, size=SIZE_4, align="left", left=1),
    "演示标记": Style(font=HEI, size=SIZE_4, align="center", colour="FF0000"),
}
"""7.2 to 7.5 of the standard; tables, small print and the last one are ours."""


def twips(millimetres: float) -> int:
    """Millimetres in 20ths of a point."""
    return round(millimetres / 25.4 * 1440)


def width(text: str) -> float:
    """How wide a line is, in full-width characters: digits and Latin letters are half as wide."""
    return sum(0.5 if character.isascii() else 1 for character in text)


def closing(signature: str, date: str) -> tuple[float, float]:
    """Right indents of 署名 and 成文日期 in characters: the date four from the right, the name centred above it."""
    excess = (width(signature) - width(date)) / 2
    date_right = max(float(SEALED), excess)
    return date_right - excess, date_right


def masthead_percent(text: str) -> int:
    """How far the letters are narrowed, as printers do, so that a long name stays on one line."""
    return max(50, min(100, int(TYPE_AREA[0] / 25.4 * 72 / (width(text) * STYLES[BlockType.MASTHEAD].size) * 100) - 2))


def columns(rows: Sequence[Sequence[str]], whole: int) -> list[int]:
    """Widths of a table's columns in twips, ``whole`` together: a narrow column as its longest text needs, the others
    share the rest as theirs do."""
    needs = [max(width(row[n]) for row in rows) + 1.5 for n in range(len(rows[0]))]
    narrow = {n: round(need * SMALL_4 * 20) for n, need in enumerate(needs) if need <= NARROW}
    shares = {n: min(need, 18.0) for n, need in enumerate(needs) if n not in narrow}
    left = whole - sum(narrow.values())
    widths = [narrow.get(n) or int(left * shares[n] / sum(shares.values())) for n in range(len(needs))]
    return [*widths[:-1], whole - sum(widths[:-1])]


def balanced(title: str, limit: int = TITLE_WIDTH) -> list[str]:
    """A title cut into lines of nearly equal length, not inside a number or a Latin word, nor beside the wrong mark, nor,
    where that can be helped, inside a name in quotation marks."""
    cut: list[str] = []
    for lines in range(-(-len(title) // limit), 1, -1):
        target = -(-len(title) // lines)
        places = range(max(2, len(title) - (lines - 1) * limit), min(limit, len(title) - 1) + 1)
        at = min(
            (at for at in places if _breakable(title, at)), key=lambda at: _cost(title, at, target), default=target
        )
        cut.append(title[:at])
        title = title[at:]
    return [*cut, title]


def _cost(text: str, at: int, target: int) -> int:
    quoted = text[:at].count("“") > text[:at].count("”")
    return abs(at - target) + (TITLE_WIDTH if quoted else 0)


def _breakable(text: str, at: int) -> bool:
    before, after = text[at - 1], text[at]
    inside_word = before.isascii() and after.isascii() and before.isalnum() and after.isalnum()
    return not inside_word and after not in "”》）〉】、，。的号" and before not in "“《（〈【"
