"""What a workbook may cost: its worksheets are counted as they unpack, before anything is built from them."""

from __future__ import annotations

from xml.parsers import expat

from openpyxl.utils.cell import range_boundaries

MAX_CELLS = 1_000_000
"""20,000 rows of 50 columns. Each becomes an object of about 200 bytes."""
MAX_SPANNED = 200_000
"""Cells under merged ranges and links over ranges: a few bytes in the file, an object for each cell once opened."""
MAX_ELEMENTS = 400_000
"""Everything else a worksheet lists one by one: formatted blank rows, rules, links."""
_CELL = frozenset({"c", "v", "f", "is", "t", "r"})
_LAST_ROW, _LAST_COLUMN = 1_048_576, 16_384


class TooLarge(Exception):
    """Opening the workbook would cost more than a register may. The message says what to clear. Caught by `sheets`."""


class WorkbookCounter:
    """Reads the parts of a workbook as they unpack, and adds up its worksheets. Other parts are let through."""

    def __init__(self) -> None:
        """Nothing counted yet."""
        self._cells = self._spanned = self._elements = 0
        self.begin()

    def begin(self) -> None:
        """The next part begins."""
        self._is_sheet: bool | None = None
        self._parser = expat.ParserCreate()
        self._parser.StartElementHandler = self._start

    def feed(self, block: bytes) -> None:
        """The next bytes of the part. Raises TooLarge; what is no XML is left to whoever opens it."""
        if self._is_sheet is False:
            return
        try:
            self._parser.Parse(block, False)
        except expat.ExpatError:
            self._is_sheet = False

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(":")[2]
        if self._is_sheet is None:
            self._is_sheet = local == "worksheet"
        if not self._is_sheet:
            return
        if local in _CELL:
            self._cells += local == "c"
        else:
            self._elements += 1
        if local in ("mergeCell", "hyperlink"):
            self._spanned += _area(attributes.get("ref", ""))
        if self._spanned > MAX_SPANNED:
            raise TooLarge(f"合并单元格的范围过大（超过 {MAX_SPANNED} 格），请取消合并后重新上传")
        if self._cells > MAX_CELLS or self._elements > MAX_ELEMENTS:
            raise TooLarge("表格的单元格过多，不像一份台账。请删去多余的格式、空行和无关工作表，只保留台账后重新上传")


def _area(ref: str) -> int:
    """How many cells A1:B2 is; 1 where it is no range."""
    try:
        left, top, right, bottom = range_boundaries(ref)
    except (ValueError, TypeError):
        return 1
    return ((right or _LAST_COLUMN) - (left or 1) + 1) * ((bottom or _LAST_ROW) - (top or 1) + 1)
