"""Check a Word file against GB/T 9704-2012: what a clerk would send back, one Chinese sentence each.

It knows nothing of how `alerts.documents.docx` writes a file: parts are recognised by what they say and where they stand, so
it checks documents that a school edited in Word or WPS as well.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import docx
from docx.document import Document as WordFile
from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
from docx.oxml.ns import qn

from tests.alerts.printed import Part, alignment, first_line, read

TITLE_FONTS = {"方正小标宋简体", "方正小标宋_GBK", "FZXiaoBiaoSong-B05S", "FZXiaoBiaoSong-B05", "小标宋"}
BODY_FONTS = {"仿宋_GB2312", "FangSong_GB2312", "仿宋", "FangSong"}
HEI_FONTS = {"黑体", "SimHei"}
KAI_FONTS = {"楷体_GB2312", "KaiTi_GB2312", "楷体", "KaiTi"}
SONG_FONTS = {"宋体", "SimSun"}

NUMBER = re.compile(r"[^\s〔〕]+〔\d{4}〕[1-9]\d*号")
NUMBER_LIKE = re.compile(r"[^\s，。]{1,20}[〔\[［【（(]\d{2,4}[〕\]］】）)]第?\d+号")
DATE = re.compile(r"\d{4}年([1-9]|1[0-2])月([1-9]|[12]\d|3[01])日")
DATE_LIKE = re.compile(
    r"[\d一二三四五六七八九〇○零]{4}[年./-][\d一二三四五六七八九十]{1,3}[月./-][\d一二三四五六七八九十]{1,3}日?"
)
LEFTOVER = re.compile(r"\{\{|\}\}|\{%|\bNone\b|\bundefined\b|datetime\(")


def check(path: Path | str) -> list[str]:
    """Every departure from the standard, empty where there is none. Raises what python-docx does for other files."""
    document = docx.Document(str(path))
    parts = [part for part in map(read, document.paragraphs) if part.text]
    checks: tuple[Callable[[], Iterator[str]], ...] = (
        lambda: _page(document),
        lambda: _grid(document),
        lambda: _number(parts),
        lambda: _title(parts),
        lambda: _addressee(parts),
        lambda: _body(parts),
        lambda: _closing(parts),
        lambda: _annex(parts),
        lambda: _page_numbers(document),
        lambda: _leftovers(parts),
    )
    return [problem for run in checks for problem in run()]


def _page(document: WordFile) -> Iterator[str]:
    for section in document.sections:
        sizes = {
            "纸张宽度": (section.page_width, 210),
            "纸张高度": (section.page_height, 297),
            "上边距（天头）": (section.top_margin, 37),
            "下边距": (section.bottom_margin, 35),
            "左边距（订口）": (section.left_margin, 28),
            "右边距": (section.right_margin, 26),
        }
        for label, (length, wanted) in sizes.items():
            found = length.mm if length is not None else 0
            if abs(found - wanted) > 1:
                yield f"{label}应为 {wanted}mm，实为 {found:.1f}mm"
        width = (section.page_width or 0) - (section.left_margin or 0) - (section.right_margin or 0)
        height = (section.page_height or 0) - (section.top_margin or 0) - (section.bottom_margin or 0)
        if abs(width / 36000 - 156) > 1 or abs(height / 36000 - 225) > 1:
            yield f"版心应为 156mm×225mm，实为 {width / 36000:.1f}mm×{height / 36000:.1f}mm"


def _grid(document: WordFile) -> Iterator[str]:
    """22 lines of 28 characters. OOXML: linePitch in twips, charSpace in 4096ths of a point beside the body size."""
    for section in document.sections:
        grid = section._sectPr.find(qn("w:docGrid"))
        if grid is None or grid.get(qn("w:type")) != "linesAndChars":
            yield "未设置文档网格（应为每页 22 行、每行 28 字）"
            continue
        lines = int(225 / 25.4 * 1440 / float(grid.get(qn("w:linePitch")) or 1))
        characters = int(156 / 25.4 * 72 / (16 + float(grid.get(qn("w:charSpace")) or 0) / 4096) + 0.01)
        if (lines, characters) != (22, 28):
            yield f"文档网格应为每页 22 行、每行 28 字，实为 {lines} 行、{characters} 字"


def _is_letter(parts: list[Part]) -> bool:
    """信函格式 (10.1): the head is the office's own name, in large red letters, without 文件."""
    return bool(parts) and parts[0].size >= 26 and not parts[0].text.endswith("文件")


def _number(parts: list[Part]) -> Iterator[str]:
    """发文字号: in the middle, of a letter at the right; a letter may bear none."""
    letter = _is_letter(parts)
    found = next((part for part in parts if NUMBER.fullmatch(part.text)), None)
    if found:
        yield from _look(found, "发文字号", BODY_FONTS, 16, None if letter else ALIGN.CENTER)
        if letter and alignment(found.paragraph) is not ALIGN.RIGHT:
            yield f"信函的发文字号“{found.text}”应当居右"
        return
    wrong = next((part for part in parts[:6] if NUMBER_LIKE.fullmatch(part.text)), None)
    if wrong:
        yield f"发文字号“{wrong.text}”不合规范：年份用六角括号〔〕括入且写全称，序号不编虚位、不加“第”字"
    elif not letter:
        yield "缺少发文字号"


def _titles(parts: list[Part]) -> list[Part]:
    """The lines of the title: the first run of 二号 paragraphs; where nothing is 二号, the first that says 关于."""
    large = [index for index, part in enumerate(parts) if part.size == 22]
    if not large:
        return [part for part in parts if part.text.startswith("关于")][:1]
    last = large[0]
    while last + 1 < len(parts) and parts[last + 1].size == 22:
        last += 1
    return parts[large[0] : last + 1]


def _title(parts: list[Part]) -> Iterator[str]:
    lines = _titles(parts)
    if not lines:
        yield "缺少标题"
    for line in lines:
        yield from _look(line, "标题", TITLE_FONTS, 22, ALIGN.CENTER)
    if lines and lines[-1].text.endswith(tuple("。，；！")):
        yield "标题末尾不用标点"


def _after_title(parts: list[Part]) -> list[Part]:
    lines = _titles(parts)
    return parts[parts.index(lines[-1]) + 1 :] if lines else parts


def _addressee(parts: list[Part]) -> Iterator[str]:
    first = next(iter(_after_title(parts)), None)
    if first is None or not first.text.endswith("：") or len(first.text) > 60:
        yield "缺少主送机关（标题之下顶格书写，末尾用全角冒号）"
        return
    yield from _look(first, "主送机关", BODY_FONTS, 16)
    if first_line(first.paragraph):
        yield "主送机关应当顶格书写"


def _body(parts: list[Part]) -> Iterator[str]:
    after = _after_title(parts)[1:]
    end = next((index for index, part in enumerate(after) if DATE_LIKE.fullmatch(part.text)), len(after))
    for part in after[: max(0, end - 1)]:
        if re.match(r"[一二三四五六七八九十]+、", part.text):
            yield from _look(part, "一级标题", HEI_FONTS, 16)
        elif re.match(r"（[一二三四五六七八九十]+）", part.text) and len(part.text) <= 28:
            yield from _look(part, "二级标题", KAI_FONTS, 16)
        else:
            yield from _look(part, "正文", BODY_FONTS, 16)
        if not part.text.startswith("附件") and not first_line(part.paragraph):
            yield f"正文应当左空二字：“{part.text[:12]}…”"


def _closing(parts: list[Part]) -> Iterator[str]:
    after = _after_title(parts)
    index = next((i for i, part in enumerate(after) if DATE_LIKE.fullmatch(part.text)), None)
    if index is None:
        yield "缺少成文日期"
        return
    date, signature = after[index], after[index - 1]
    if not DATE.fullmatch(date.text):
        yield f"成文日期“{date.text}”不合规范：用阿拉伯数字将年、月、日标全，月、日不编虚位"
    yield from _look(date, "成文日期", BODY_FONTS, 16)
    if (
        index == 0
        or signature.text.endswith(tuple("。：；，"))
        or signature.text.startswith("附件")
        or len(signature.text) > 40
    ):
        yield "缺少发文机关署名（成文日期之上）"
    else:
        yield from _look(signature, "发文机关署名", BODY_FONTS, 16)
    for part in (date, signature):
        if alignment(part.paragraph) is not ALIGN.RIGHT:
            yield f"落款应当居右：“{part.text[:20]}”"
            break


def _annex(parts: list[Part]) -> Iterator[str]:
    announced = any(part.text.startswith("附件：") for part in parts)
    marks = [part for part in parts if part.text in ("附件", "附件1")]
    if announced and not marks:
        yield "正文列有附件，但未见附件"
    for mark in marks:
        yield from _look(mark, "“附件”二字", HEI_FONTS, 16)
        if not announced:
            yield "有附件，但正文之下缺少附件说明"


def _page_numbers(document: WordFile) -> Iterator[str]:
    """Odd pages right, even pages left, — 1 — in 四号宋体."""
    section = document.sections[0]
    footers = {"单页码居右": (section.footer, ALIGN.RIGHT)}
    if document.settings.odd_and_even_pages_header_footer:
        footers["双页码居左"] = (section.even_page_footer, ALIGN.LEFT)
    else:
        yield "页码应当单页居右、双页居左"
    for label, (footer, side) in footers.items():
        paragraph = next((p for p in footer.paragraphs if p._p.xpath(".//w:fldSimple|.//w:instrText")), None)
        if paragraph is None or not re.fullmatch(r"— ?\d* ?—", "".join(paragraph._p.xpath(".//w:t/text()"))):
            yield f"缺少页码或页码左右没有一字线（{label}）"
            continue
        yield from _look(read(paragraph), "页码", SONG_FONTS, 14)
        if alignment(paragraph) is not side:
            yield f"页码位置不合规范（{label}）"


def _leftovers(parts: list[Part]) -> Iterator[str]:
    for part in parts:
        if LEFTOVER.search(part.text):
            yield f"有未填写的内容：“{part.text[:30]}”"


def _look(part: Part, label: str, fonts: set[str], size: float, align: Any = None) -> Iterator[str]:
    excerpt = f"“{part.text[:12]}{'…' if len(part.text) > 12 else ''}”"
    if part.font not in fonts:
        yield f"{label}{excerpt}的中文字体应为{'、'.join(sorted(fonts)[-2:])}，实为{part.font or '未指定'}"
    if part.size != size:
        yield f"{label}{excerpt}的字号应为 {size:g} 磅，实为 {part.size:g} 磅"
    if align is not None and alignment(part.paragraph) is not align:
        yield f"{label}{excerpt}应当居中"
