"""The Word papers of the annual review: one form an account, one self-check sheet a unit, the statement of method."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import datetime
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
from alerts.review.model import (
    ReviewPack,
    ReviewRow,
    coverage_text,
    day_text,
    last_post_text,
    month_text,
    names_text,
    posts_text,
    questions,
    seen_text,
    silence_text,
    unit_overview,
)
from alerts.sanitize import clean

SONG, HEI = "宋体", "黑体"
W = nsdecls("w")
ROW = '<w:trPr><w:cantSplit/><w:trHeight w:val="440" w:hRule="atLeast"/></w:trPr>'
WIDTH, LANDSCAPE, TWIPS = 166, 253, 56.7
"""The width of the text in millimetres, upright and across, and twips in one of them."""
KNOWN = (
    "序号",
    "平台",
    "账号名称",
    "页面显示的名称",
    "全年更新",
    "掌握情况",
    "最近更新",
    "最长未更新",
    "请单位说明",
    "核对结果",
)
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


def account_form(pack: ReviewPack, row: ReviewRow) -> bytes:
    """One account's review form. Equal arguments give equal bytes."""
    record, filing = row.record, row.record.filing
    document = _document()
    _heading(document, f"{pack.year}年度网站与新媒体账号审核表")
    facts = [
        ("账号名称", filing.name, "平台", filing.platform.label),
        ("责任单位", filing.unit or "未登记", "级别、类别", " ".join(p for p in (filing.level and filing.level.label, filing.category) if p)),
        ("账号标识或网址", filing.account_id or filing.url, "备案号", filing.number or "未登记"),
        ("负责人", filing.first_owner or "未登记", "管理员", filing.direct_owner or "未登记"),
        ("全年更新", posts_text(record), "最近更新", last_post_text(record)),
        ("掌握情况", coverage_text(record), "观察天数", seen_text(record)),
        ("最长未更新", silence_text(record), "状态", filing.status.label),
        ("页面显示的名称", names_text(record), "上次年审", day_text(filing.reviewed_at) if filing.reviewed_at else "台账无记录"),
    ]  # fmt: skip
    _pairs(document, facts)
    months = [f"{number}月" for number in range(1, len(record.months) + 1)]
    _grid(document, "各月更新（篇）", months, [[month_text(month) for month in record.months]])
    cases = [[case.number, case.problem, case.clause, case.state, case.papers or "无"] for case in row.cases]
    _grid(
        document,
        "本年度的问题",
        ["编号", "问题", "依据", "处理情况", "文书"],
        cases or [["无", "", "", "", ""]],
        (3, 4, 3, 2, 4),
    )
    _lines(document, "请单位核对", questions(row) or ("无",))
    _lines(
        document, "存证", (f"{row.pages}份页面，见“{row.evidence}”",) if row.pages else ("本年度没有可附的页面存证",)
    )
    _subtitle(document, "意见")
    _pairs(document, [("单位意见", "\n\n（盖章）____年__月__日", "主管部门审核意见", "\n\n（签字）____年__月__日")])
    return _bytes(document, f"{filing.name}年度审核表", pack)


def unit_sheet(pack: ReviewPack, unit: str, rows: Sequence[ReviewRow]) -> bytes:
    """A unit's self-check sheet: its accounts with what we know, and what only the unit can answer."""
    document, width = _document(landscape=True), LANDSCAPE
    _heading(document, f"{unit}网站与新媒体账号{pack.year}年度自查表")
    _lines(document, "学校掌握的情况", (unit_overview(rows),))
    known = [[str(number), *_known(row), ""] for number, row in enumerate(rows, start=1)]
    _grid(document, "一、备案账号（请逐个核对）", KNOWN, known, (1.2, 2, 3.4, 3.4, 2.4, 2.8, 2.6, 3.6, 5.2, 2.2), width)
    _grid(
        document,
        "二、未备案的账号（没有的写“无”）",
        ["平台", "账号名称", "标识或链接", "管理员"],
        [[""] * 4] * 3,
        (),
        width,
    )
    _grid(
        document,
        "三、拟关停、注销的账号（没有的写“无”）",
        ["平台", "账号名称", "原因", "完成时间"],
        [[""] * 4] * 2,
        (),
        width,
    )
    if pack.human:
        checks = [[clause, clean(asks), ""] for clause, asks in pack.human]
        _grid(document, "四、需由人核查的事项", ["条款", "事项", "自查结果"], checks, (2, 6, 3), width)
    _subtitle(document, "填表与确认")
    _pairs(document, [("填表人", "\n", "单位负责人", "\n（盖章）____年__月__日")], width)
    return _bytes(document, f"{unit}年度自查表", pack)


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
    return _bytes(document, "观察方法说明", pack)


def _known(row: ReviewRow) -> Sequence[str]:
    record, filing = row.record, row.record.filing
    said = (tell(record) for tell in (names_text, posts_text, coverage_text, last_post_text, silence_text))
    return (filing.platform.label, filing.name, *said, "；".join(questions(row)) or "无")


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


def _bytes(document: WordFile, title: str, pack: ReviewPack) -> bytes:
    properties = document.core_properties
    properties.title, properties.author, properties.comments = clean(title), pack.school, ""
    properties.last_modified_by = pack.school
    made: datetime = pack.until
    properties.created = properties.modified = made.replace(tzinfo=None)
    buffer = io.BytesIO()
    document.save(buffer)
    return same_bytes(buffer.getvalue(), made)
