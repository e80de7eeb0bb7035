"""A regulation's text as articles and sentences; lines that a page break cut apart are one again."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from rules.names.tables import Institution, institutions

_NUMERAL = "零一二三四五六七八九十百"
_ARTICLE = re.compile(rf"(第[{_NUMERAL}\d]+条)[\s：:、．.]*")
_CHAPTER = re.compile(rf"第[{_NUMERAL}\d]+[章节]")
_PART = re.compile(rf"([{_NUMERAL}]{{1,3}})、")
_ITEM = re.compile(rf"[（(]([{_NUMERAL}]{{1,3}})[）)][\s、．.]*")
_POINT = re.compile(r"(\d{1,2})[．.、](?!\d)\s*")
_ANNEX = re.compile(r"附件\s*\d*(?:[：:]|$)")
_MARKS = re.compile(r"^(?:#{1,6}\s+|[-*+>]\s+|\*\*)|\*\*|(?<!\w)__|__(?!\w)")
_PAGE = re.compile(r"[-—–·\s]*\d{1,3}[-—–·\s]*|第\s*\d+\s*页(?:[\s，,]*共\s*\d+\s*页)?")
_ENDS = "。；;：:！？"
_TITLE = re.compile(r"《([^《》]{4,60}(?:办法|规定|细则|制度|规程|条例|方案|规范|意见))(?:[（(](?:试行|暂行)[）)])?》")
_HEADING = re.compile(r"^[^《》。，；]{4,60}(?:办法|规定|细则|制度|规程|条例|规范)(?:[（(](?:试行|暂行|修订)[）)])?$")
_DOCUMENT = re.compile(r"[\u4e00-\u9fff]{2,12}[〔\[（(]\d{4}[〕\]）)]第?\d{1,4}号")
_DATED = re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})日")


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence, without spaces, and the article it stands in: 第六条, 第六条(四), 附件, or "" before the first."""

    article: str
    text: str


@dataclass(frozen=True, slots=True)
class RegulationText:
    """What a text says of itself and its sentences in order. What it does not say is "" or None."""

    title: str
    document: str
    issued_by: str
    explained_by: str
    effective: date | None
    sentences: tuple[Sentence, ...]
    whole: str

    def together(self, first: str, second: str) -> str:
        """Two sentences as one quotation, empty where one does not follow the other."""
        return next((both for end in ("", "；", ";") if (both := f"{first}{end}{second}") in self.whole), "")


def read_regulation(text: str) -> RegulationText:
    """Split a text. Chapters and headings without an end are no sentences."""
    lines = [_MARKS.sub("", line.replace("　", " ").strip()).strip() for line in text.splitlines()]
    lines = [line for line in lines if not _PAGE.fullmatch(line)]
    whole = _unspaced("".join(lines))
    explained = re.search(r"由(?:学校|我校)?([^，。；由]{2,30}?)负责解释", whole)
    return RegulationText(
        title=_title(lines),
        document=next((line for line in map(_unspaced, lines[:40]) if _DOCUMENT.fullmatch(line)), ""),
        issued_by=next(
            (line for line in lines[:40] if re.fullmatch(r"中(?:国)?共\S{4,30}委员会(?:办公室)?", line)), ""
        ),
        explained_by=explained[1] if explained else "",
        effective=_effective(lines),
        sentences=tuple(_sentences(lines)),
        whole=whole,
    )


def school_in(regulation: RegulationText) -> Institution | None:
    """The institution that the text names most often; None where it names none."""
    found = Counter(
        {item: regulation.whole.count(item.name) for item in institutions() if item.name in regulation.whole}
    )
    # A longer name contains the shorter one (示范大学继续教育学院): the shorter must stand for itself more often.
    best = max(found.items(), key=lambda pair: (pair[1], len(pair[0].name)), default=(None, 0))
    return best[0]


def _unspaced(text: str) -> str:
    return re.sub(r"\s", "", text)


def _title(lines: list[str]) -> str:
    heading = next((line for line in lines[:60] if _HEADING.match(line)), "")
    if heading:
        return re.sub(r"^附件\d*[：:]", "", heading)
    called = next((line for line in lines[:60] if re.fullmatch(r"[^《》。，；]{4,60}的?(?:通知|意见|方案)", line)), "")
    if called:
        return called
    quoted = Counter(name for name in _TITLE.findall("".join(lines[:40])))
    return quoted.most_common(1)[0][0] if quoted else ""


def _effective(lines: list[str]) -> date | None:
    """The date a text bears: 自…起施行, else the day it was issued, on a line of its own or before 印发."""
    stated = re.search(
        r"自(\d{4})年(\d{1,2})月(\d{1,2})日(?:起)?(?:正式)?(?:施行|实施|执行|生效)", _unspaced("".join(lines))
    )
    own = (
        re.fullmatch(rf"(?:.{{2,30}}\s+)?{_DATED.pattern}(?:印发)?", re.sub(r"(?<=\d)\s+|\s+(?=[年月日\d])", "", line))
        for line in lines
    )
    found = stated or next((match for match in own if match), None)
    if not found:
        return None
    try:
        return date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        return None


def _sentences(lines: list[str]) -> Iterator[Sentence]:
    for label, paragraph in _paragraphs(lines):
        for piece in re.findall(r"[^。；;]+[。；;]?[”’]?", paragraph):
            text = _POINT.sub("", piece, count=1) if _POINT.match(piece) else piece
            if re.search(r"[。；;][”’]?$", text) and len(text) > 4:
                yield Sentence(label, re.sub(r"[；;]$", "", text))


def _paragraphs(lines: list[str]) -> Iterator[tuple[str, str]]:
    """(article, text without spaces) of every paragraph: a line goes on with the one before that had not ended."""
    label, item, held, closed = "", "", "", False
    for line in lines:
        if not line:
            continue
        article, part, entry = _ARTICLE.match(line), _PART.match(line), _ITEM.match(line)
        annex = _ANNEX.match(line)
        point = _POINT.match(line)
        starts = article or part or entry or annex or point or _CHAPTER.match(line)
        if not starts and held and not (held[-1] in _ENDS or closed or _stands_alone(line)):
            held += line
            continue
        if held:
            yield _at(label, item), _unspaced(held)
        label, item = _place(label, item, article, part, entry, annex, point, bool(starts))
        number = article or part or entry
        held = "" if _CHAPTER.match(line) else line[number.end() if number else 0 :]
        # A form's cells and a heading do not go on in the next line.
        closed = (
            label.startswith("附件")
            or _stands_alone(line)
            or bool((article or part) and re.fullmatch(r"[^，。；：、]{2,20}", held))
        )
    if held:
        yield _at(label, item), _unspaced(held)


def _place(
    label: str,
    item: str,
    article: re.Match[str] | None,
    part: re.Match[str] | None,
    entry: re.Match[str] | None,
    annex: re.Match[str] | None,
    point: re.Match[str] | None,
    starts: bool,
) -> tuple[str, str]:
    """The article and item that a line begins in. A paragraph without a number belongs to the article again."""
    if article:
        return article[1], ""
    if annex and label:
        return _unspaced(annex[0]).rstrip("：:"), ""
    if part and (not label or not label.startswith(("第", "附件"))):
        return part[1], ""
    if entry:
        return label, entry[1]
    if point and not label.startswith(("第", "附件")):
        return label, point[1]  # under 一、 the points are what is cited
    return label, item if starts else ""


def _at(label: str, item: str) -> str:
    return f"{label}({item})" if item and label else label


def _stands_alone(line: str) -> bool:
    return bool(_HEADING.match(line) or re.fullmatch(rf"(?:.{{2,30}}\s+)?{_DATED.pattern}(?:印发)?", line))
