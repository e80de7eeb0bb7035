"""The page 填写说明 behind the register: what to write in each column, and which other headings are understood."""

from __future__ import annotations

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side

from storage.register.columns import COLUMNS

TITLE = "填写说明"
FONT = "微软雅黑"
INK = "1F4E79"
LINE = Side(style="thin", color="D5DBE3")

GUIDANCE = (
    "新媒体台账填写说明",
    "1. 一行填一个账号，带 * 的列必填；模板中灰色的“示例”一行导入时自动跳过，可以删除。",
    "2. 日期写成 2024-03-05。2024年3月5日、2024.3.5、20240305 也认得；只知道月份写 2024-03，只知道年份写 2024。",
    "3. 多个管理员、电话、邮箱用顿号“、”隔开。电话和账号ID请保持“文本”格式。",
    "4. 没有的内容留空即可，不清楚的写“不详”。请不要使用公式；从别处复制来的内容请“选择性粘贴→数值”。",
    "5. 文件有任何一处错误时整份都不会导入，系统会列出每一处的行号、列名和改法，改好后重新导入即可。",
    "6. 用自己的表格也可以：列的顺序不限，系统不认识的列原样保留；没有的列按未知处理，不作为认定问题的依据。",
)


def add_guide(book: Workbook) -> None:
    sheet = book.create_sheet(TITLE)
    sheet.sheet_view.showGridLines = False
    sheet.page_setup.orientation, sheet.page_setup.paperSize, sheet.page_setup.fitToHeight = "landscape", 9, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 26, 52
    sheet.column_dimensions["C"].width = 62
    plain, wrapped = Font(name=FONT, size=10), Alignment(vertical="top", wrap_text=True)
    for line in GUIDANCE:
        title = WriteOnlyCell(sheet, line)
        title.font = Font(name=FONT, size=14 if line == GUIDANCE[0] else 10, bold=line == GUIDANCE[0])
        sheet.append([title])
    sheet.append([])
    table = [
        ("列", "怎么填", "也认得这些列名"),
        *((c.heading + (" *" if c.required else ""), c.help, c.also.replace(" ", "、")) for c in COLUMNS),
    ]
    for index, row in enumerate(table):
        lines = max(len(row[1]) // 30, len(row[2]) // 36) + 1
        sheet.row_dimensions[len(GUIDANCE) + 2 + index].height = 16 * lines
        cells = [WriteOnlyCell(sheet, text) for text in row]
        for cell in cells:
            cell.font = Font(name=FONT, size=10, bold=True, color="FFFFFF") if index == 0 else plain
            cell.fill = PatternFill("solid", fgColor=INK) if index == 0 else PatternFill()
            cell.alignment, cell.border = wrapped, Border(bottom=LINE)
        sheet.append(cells)
