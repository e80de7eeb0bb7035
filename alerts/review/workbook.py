"""年审总表.xlsx: every account's year in one row, the units beside it, and two charts."""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Callable, Sequence
from math import ceil
from typing import Any

from openpyxl import Workbook
from openpyxl.chart import BarChart, Reference
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter

from alerts.documents.package import same_bytes
from alerts.review.model import (
    UNSEEN,
    ReviewPack,
    ReviewRow,
    last_post_text,
    month_text,
    names_text,
    posts_text,
    questions,
    seen_text,
    silence_text,
)
from alerts.sanitize import clean
from rules.model import Filing

FONT, LINE_POINTS, CELL_LONGEST = "宋体", 14, 2000
HEAD = PatternFill("solid", fgColor="DDE6F0")
LINE = Side(style="thin", color="B8C0CC")
BANDS = ((0, 30), (31, 60), (61, 90), (91, 180), (181, 366))
"""Days without a post, for the chart: from, to."""
Column = tuple[str, float, Callable[[ReviewRow], Any]]


def _filed(read: Callable[[Filing], Any]) -> Callable[[ReviewRow], Any]:
    return lambda row: read(row.record.filing)


def _months(row: ReviewRow, month: int) -> str | int:
    if month > len(row.record.months):
        return ""
    found = row.record.months[month - 1]
    return found.count if found.complete else month_text(found)


def _numbers(row: ReviewRow, *, final: bool) -> str:
    return "、".join(f"{case.number} {case.problem}" for case in row.cases if case.is_final is final)


COLUMNS: tuple[Column, ...] = (
    ("责任单位", 18, _filed(lambda f: f.unit or "未登记")),
    ("平台", 12, _filed(lambda f: f.platform.label)),
    ("账号名称", 26, _filed(lambda f: f.name)),
    ("账号标识或网址", 24, _filed(lambda f: f.account_id or f.url)),
    ("级别", 6, _filed(lambda f: f.level.label if f.level else "")),
    ("类别", 10, _filed(lambda f: f.category)),
    ("台账状态", 9, _filed(lambda f: f.status.label)),
    ("全年更新", 18, lambda row: posts_text(row.record)),
    *((f"{month}月", 6.5, lambda row, month=month: _months(row, month)) for month in range(1, 13)),
    ("最近更新", 15, lambda row: last_post_text(row.record)),
    ("最长未更新", 22, lambda row: silence_text(row.record)),
    ("观察天数", 13, lambda row: seen_text(row.record)),
    ("页面显示的名称", 18, lambda row: names_text(row.record)),
    ("未结问题", 22, lambda row: _numbers(row, final=False)),
    ("已结问题", 18, lambda row: _numbers(row, final=True)),
    ("上次年审", 15, _filed(lambda f: f.day_text("reviewed_at") or "台账无记录")),
    ("年审结果（台账）", 17, _filed(lambda f: f.review_result.label if f.review_result else "")),
    ("请核对", 34, lambda row: "；".join(questions(row))),
    ("审核意见", 12, lambda row: ""),
)


def workbook(pack: ReviewPack) -> bytes:
    """The workbook. Equal packs give equal bytes; no cell is ever a formula."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "总表"
    _table(sheet, f"{pack.title}总表", [(name, width) for name, width, _ in COLUMNS], [_values(r) for r in pack.rows])
    _units(book.create_sheet("单位汇总"), pack)
    _charts(book.create_sheet("图表"), pack)
    book.properties.title, book.properties.creator = f"{pack.title}总表", pack.school
    buffer = io.BytesIO()
    book.save(buffer)
    return same_bytes(buffer.getvalue(), pack.until)


def _values(row: ReviewRow) -> list[Any]:
    return [read(row) for _, _, read in COLUMNS]


def _table(sheet: Any, title: str, columns: Sequence[tuple[str, float]], rows: Sequence[Sequence[Any]]) -> None:
    """A title, a frozen header with filters, the rows; on paper landscape, one page wide, the header on each page."""
    _put(sheet.cell(1, 1), title, Font(name=FONT, size=14, bold=True))
    for place, (name, width) in enumerate(columns, start=1):
        _put(sheet.cell(2, place), name, Font(name=FONT, size=10, bold=True), fill=HEAD, centred=True)
        sheet.column_dimensions[get_column_letter(place)].width = width
    plain = Font(name=FONT, size=10)
    for number, values in enumerate(rows, start=3):
        for place, value in enumerate(values, start=1):
            _put(sheet.cell(number, place), value, plain)
        sheet.row_dimensions[number].height = LINE_POINTS * max(map(_lines, values, (width for _, width in columns)))
    last = get_column_letter(len(columns))
    sheet.auto_filter.ref = f"A2:{last}{max(len(rows) + 2, 2)}"
    sheet.freeze_panes = "D3" if len(columns) > 8 else "A3"
    sheet.page_setup.paperSize = 8 if len(columns) > 8 else 9
    _fit(sheet, 2 if len(columns) > 8 else 1)
    sheet.print_title_cols = "A:C" if len(columns) > 8 else None
    sheet.print_title_rows = "2:2"
    sheet.oddFooter.center.text = "第&P页 共&N页"


def _lines(value: Any, width: float) -> int:
    """How many lines the value takes in a column so wide; a Chinese character is two wide."""
    return max(1, ceil(sum(1 + (letter > "\u2e80") for letter in str(value)) / (width - 1)))


def _fit(sheet: Any, pages: int) -> None:
    """Landscape, so many pages wide and as long as it takes."""
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = pages, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True


def _put(cell: Any, value: Any, font: Font, *, fill: PatternFill | None = None, centred: bool = False) -> None:
    cell.value = clean(value, CELL_LONGEST) if isinstance(value, str) else value
    if isinstance(value, str):
        cell.data_type = "s"  # a name may begin with "=": it is a name
    cell.font = font
    cell.border = Border(left=LINE, right=LINE, top=LINE, bottom=LINE) if cell.row > 1 else Border()
    cell.alignment = Alignment(horizontal="center" if centred else None, vertical="center", wrap_text=cell.row > 1)
    if fill:
        cell.fill = fill


def _units(sheet: Any, pack: ReviewPack) -> None:
    groups: dict[str, list[ReviewRow]] = defaultdict(list)
    for row in pack.rows:
        groups[row.record.filing.unit or "未登记"].append(row)
    columns = [
        ("责任单位", 24),
        ("账号数", 8),
        ("全年已见更新", 12),
        (f"全年{UNSEEN}的账号", 14),
        ("有未结问题的账号", 14),
    ]
    rows = [
        [
            unit,
            len(own),
            UNSEEN if all(row.record.is_unobserved for row in own) else sum(row.record.posts for row in own),
            sum(row.record.is_unobserved for row in own),
            sum(any(not case.is_final for case in row.cases) for row in own),
        ]
        for unit, own in groups.items()
    ]
    _table(sheet, f"{pack.title}单位汇总", columns, rows)


def _charts(sheet: Any, pack: ReviewPack) -> None:
    """Two small tables and a chart of each. What nobody saw is a bar of its own, never a short silence."""
    months = max((len(row.record.months) for row in pack.rows), default=0)
    posts: list[tuple[str, int]] = [
        (f"{m + 1}月", sum(row.record.months[m].count for row in pack.rows if m < len(row.record.months)))
        for m in range(months)
    ]
    longest = [row.record.silence.days if row.record.silence else None for row in pack.rows]
    silences = [(f"{a}—{b}天", sum(d is not None and a <= d <= b for d in longest)) for a, b in BANDS]
    silences.append((UNSEEN, longest.count(None)))
    _chart(sheet, 1, "各月更新（已见到的篇数）", "篇数", posts, "E2")
    _chart(sheet, len(posts) + 5, "最长未更新的天数", "账号数", silences, "E20")


def _chart(sheet: Any, top: int, title: str, unit: str, rows: Sequence[tuple[str, int]], place: str) -> None:
    _put(sheet.cell(top, 1), title, Font(name=FONT, size=12, bold=True))
    _put(sheet.cell(top + 1, 2), unit, Font(name=FONT, size=10))
    for number, (label, count) in enumerate(rows, start=top + 2):
        _put(sheet.cell(number, 1), label, Font(name=FONT, size=10))
        _put(sheet.cell(number, 2), count, Font(name=FONT, size=10))
    chart = BarChart()
    chart.title, chart.legend, chart.y_axis.title = title, None, unit
    chart.x_axis.delete = chart.y_axis.delete = False
    chart.width, chart.height = 20, 8.5
    chart.add_data(Reference(sheet, min_col=2, min_row=top + 1, max_row=top + 1 + len(rows)), titles_from_data=True)
    chart.set_categories(Reference(sheet, min_col=1, min_row=top + 2, max_row=top + 1 + len(rows)))
    sheet.add_chart(chart, place)
    sheet.column_dimensions["A"].width = 24
    _fit(sheet, 1)
