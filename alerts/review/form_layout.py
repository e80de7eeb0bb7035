"""How the papers of the annual review look where a school has none of its own: the forms with their places, the statement
of method."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any
from xml.sax.saxutils import escape

import docx
from docx.document import Document as WordFile
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt

from alerts.documents.package import same_bytes
from alerts.review.model import ReviewPack
from alerts.sanitize import clean

SONG, HEI = "宋体", "黑体"
W = nsdecls("w")
ROW = '<w:trPr><w:cantSplit/><w:trHeight w:val="440" w:hRule="atLeast"/></w:trPr>'
WIDTH, LANDSCAPE, TWIPS = 166, 253, 56.7
"""The width of the text in millimetres, upright and across, and twips in one of them."""
MONTHS = 12
PROBLEM = ("编号", "问题", "依据", "处理情况", "文书")
ACCOUNT = (
    "序号", "平台", "账号名称", "页面显示的名称", "全年更新", "掌握情况", "最近更新", "最长未更新", "请单位说明",
)  # fmt: skip
CHECK = ("条款", "事项")
METHOD = (
    "一、怎样观察",
    "系统按计划访问各账号对外公开的页面，不登录，不绕过验证，遵守网站的访问约定；访问间隔按账号的更新规律在制度规定的范围内调整。"
    "每次访问的页面原文、时间和地址都写入存证，观察结论由存证原文得出，可以随时重新计算核对。",
    "二、怎样读这些数字",
    "“{unseen}”表示没有看到，不表示没有更新。“至少N篇”“可能不全”表示只看到一部分列表。只有完整看到一段时间内的全部内容，才写出这段时间的篇数和最长未更新天数。"
    "只精确到日的发布时间，按日计算。被拦截、无法识别的页面不作为任何结论的依据。",
    "三、观察的范围与缺口",
    "本年度共{accounts}个账号，其中{seen}个至少有一天观察到事实，{unseen_accounts}个全年{unseen}；"
    "平均每个账号有{mean}天观察到事实。各账号的观察天数见总表。",
    "四、存证证明什么，不证明什么",
    "存证证明：在所记时间，系统从所记地址收到了这些内容，此后未被改动。存证不证明：页面内容本身真实；没有被访问到的页面上没有更新；"
    "平台向不同访客显示的内容相同。每份存证包可用“verify.py”独立核对，只需要一台装有 python3 的电脑：python3 verify.py。",
    "五、差错",
    "页面改版、平台限制可能造成漏看；漏看记为“{unseen}”，不记为未更新。单位认为有出入的，可提供链接或截图，由主管部门复核后更正。",
)


def default_account_form() -> bytes:
    """One account's review form: what most schools' appendices ask for and the register knows. Telephones and mailboxes
    have places but stand only in a form that a school makes of its own."""
    document = _document()
    _heading(document, "{{年度}}年度网站与新媒体账号审核表")
    named = (
        ("账号名称", "平台"), ("责任单位", "级别类别"), ("账号标识或网址", "备案号"), ("主要用途", "开通时间"), ("认证主体", "台账状态"),
        ("负责人", "负责人职务"), ("管理员", "管理员职务"), ("账号类型", "指导单位"), ("全年更新", "最近更新"), ("掌握情况", "观察天数"), ("最长未更新", "页面显示的名称"),
        ("上次年审", "上次年审结果"),
    )  # fmt: skip
    _pairs(document, [(one, _place(one), two, _place(two)) for one, two in named])
    months = [f"{number}月" for number in range(1, MONTHS + 1)]
    _grid(document, "各月更新（篇）", months, [[_place(month) for month in months]])
    _grid(document, "本年度的问题", PROBLEM, [[_place(f"问题.{name}") for name in PROBLEM]], (3, 4, 3, 2, 4))
    _lines(document, "请单位核对", ("{{请核对}}",))
    _lines(document, "存证", ("{{存证}}",))
    _subtitle(document, "意见")
    _pairs(document, [("单位意见", "\n\n（盖章）____年__月__日", "主管部门审核意见", "\n\n（签字）____年__月__日")])
    return _bytes(document)


def default_unit_sheet() -> bytes:
    """A unit's self-check sheet: its accounts with what we know, and what only the unit can answer."""
    document, width = _document(landscape=True), LANDSCAPE
    _heading(document, "{{单位}}网站与新媒体账号{{年度}}年度自查表")
    _lines(document, "学校掌握的情况", ("{{概况}}",))
    known = [*(_place(f"账号.{name}") for name in ACCOUNT), ""]
    weights = (1.2, 2, 3.4, 3.4, 2.4, 2.8, 2.6, 3.6, 5.2, 2.2)
    _grid(document, "一、备案账号（请逐个核对）", (*ACCOUNT, "核对结果"), [known], weights, width)
    unfiled = ["平台", "账号名称", "标识或链接", "管理员"]
    _grid(document, "二、未备案的账号（没有的写“无”）", unfiled, [[""] * 4] * 3, (), width)
    closing = ["平台", "账号名称", "原因", "完成时间"]
    _grid(document, "三、拟关停、注销的账号（没有的写“无”）", closing, [[""] * 4] * 2, (), width)
    checks = [[*(_place(f"核查.{name}") for name in CHECK), ""]]
    _grid(document, "四、需由人核查的事项", (*CHECK, "自查结果"), checks, (2, 6, 3), width)
    _subtitle(document, "填表与确认")
    _pairs(document, [("填表人", "\n", "单位负责人", "\n（盖章）____年__月__日")], width)
    return _bytes(document)


def _place(name: str) -> str:
    return f"{{{{{name}}}}}"


def method_statement(pack: ReviewPack) -> bytes:
    """How the year was observed and what its evidence proves, in plain words."""
    document = _document()
    _heading(document, f"{pack.title}：观察方法说明")
    seen = [row.record for row in pack.rows if not row.record.is_unobserved]
    facts = {
        "unseen": "未观察",
        "accounts": len(pack.rows),
        "seen": len(seen),
        "unseen_accounts": len(pack.rows) - len(seen),
        "mean": round(sum(record.days_observed for record in seen) / len(seen)) if seen else 0,
    }
    for line in METHOD:
        paragraph = document.add_paragraph()
        _font(paragraph.add_run(line.format(**facts)), HEI if line[1] == "、" else SONG, 12)
        paragraph.paragraph_format.first_line_indent = Pt(24)
    properties = document.core_properties
    properties.title, properties.author, properties.comments = clean("观察方法说明"), pack.school, ""
    properties.last_modified_by = pack.school
    properties.created = properties.modified = pack.until.replace(tzinfo=None)
    return same_bytes(_bytes(document), pack.until)


def _document(*, landscape: bool = False) -> WordFile:
    document = docx.Document()
    section = document.sections[0]
    if landscape:
        section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = (Mm(297), Mm(210)) if landscape else (Mm(210), Mm(297))
    section.left_margin = section.right_margin = Mm(22)
    section.top_margin = section.bottom_margin = Mm(22)
    return document


def _heading(document: WordFile, text: str) -> None:
    paragraph = document.add_paragraph()
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _font(paragraph.add_run(clean(text)), HEI, 18)


def _font(run: Any, font: str, size: float) -> None:
    run.font.name, run.font.size = font, Pt(size)
    run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)


def _pairs(document: WordFile, rows: Sequence[tuple[str, str, str, str]], width: float = WIDTH) -> None:
    """Label and value, twice a row."""
    widths = (26, width / 2 - 26, 26, width / 2 - 26)
    _table(document, [[(text, place % 2 == 0) for place, text in enumerate(row)] for row in rows], widths)


def _grid(
    document: WordFile,
    title: str,
    heads: Sequence[str],
    rows: Sequence[Sequence[str]],
    weights: Sequence[float] = (),
    width: float = WIDTH,
) -> None:
    """A heading and a table with a header row; ``weights``: the columns' share of the width, equal where not given."""
    _subtitle(document, title)
    cells = [[(text, True) for text in heads], *([(text, False) for text in row] for row in rows)]
    shares = weights or [1.0] * len(heads)
    _table(document, cells, [width * share / sum(shares) for share in shares])


def _table(document: WordFile, rows: Sequence[Sequence[tuple[str, bool]]], widths: Sequence[float]) -> None:
    """Cells of text, the bold ones labels; widths in millimetres. Written at once: cell by cell costs ten times as much."""
    columns = "".join(f'<w:gridCol w:w="{round(width * TWIPS)}"/>' for width in widths)
    body = "".join(
        f"<w:tr>{ROW}{''.join(_cell(text, bold, width) for (text, bold), width in zip(row, widths, strict=True))}</w:tr>"
        for row in rows
    )
    edges = "".join(
        f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="000000"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    properties = f'<w:tblPr><w:tblBorders>{edges}</w:tblBorders><w:tblLayout w:type="fixed"/></w:tblPr>'
    table = parse_xml(f"<w:tbl {W}>{properties}<w:tblGrid>{columns}</w:tblGrid>{body}</w:tbl>")
    document.element.body.insert_element_before(table, "w:sectPr")


def _cell(text: str, bold: bool, width: float) -> str:
    font = HEI if bold else SONG
    look = f'<w:rPr><w:rFonts w:ascii="{font}" w:hAnsi="{font}" w:eastAsia="{font}"/><w:sz w:val="21"/></w:rPr>'
    lines = (
        f'<w:p><w:pPr><w:spacing w:before="20" w:after="20" w:line="280" w:lineRule="atLeast"/></w:pPr><w:r>{look}<w:t xml:space="preserve">{escape(clean(line))}</w:t></w:r></w:p>'
        for line in text.split("\n")
    )
    return f'<w:tc><w:tcPr><w:tcW w:w="{round(width * TWIPS)}" w:type="dxa"/><w:vAlign w:val="center"/></w:tcPr>{"".join(lines)}</w:tc>'


def _lines(document: WordFile, title: str, lines: Sequence[str]) -> None:
    _subtitle(document, title)
    for line in lines:
        _font(document.add_paragraph().add_run(clean(line)), SONG, 10.5)


def _subtitle(document: WordFile, text: str) -> None:
    paragraph = document.add_paragraph()
    paragraph.paragraph_format.space_before, paragraph.paragraph_format.space_after = Pt(8), Pt(3)
    paragraph.paragraph_format.keep_with_next = True
    _font(paragraph.add_run(text), HEI, 12)


def _bytes(document: WordFile) -> bytes:
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()
