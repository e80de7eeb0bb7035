"""Reads when one article was published and who is named for it; never from the body, which quotes other dates."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import datetime

from selectolax.lexbor import LexborNode

from crawler.dates import When, parse_when
from crawler.platforms.website.document import Document, Heading, Text, squeeze
from crawler.platforms.website.stamps import FULL, NOT_PUBLICATION, STRICT

META_DATES = (
    "pubdate", "article:published_time", "publishdate", "apub:time", "og:time", "weibo: article:create_at",
    "datepublished", "article:create_at", "publish-date", "publish_date", "publishtime", "og:published_time",
    "og:release_date", "og:article:published_time", "rnews:datepublished", "sailthru.date", "parsely-pub-date",
    "dc.date.issued", "dcterms.issued", "dc.date", "dcterms.date", "dcterms.created", "dc.date.created", "date",
    "citation_publication_date", "citation_online_date", "cxenseparse:recs:publishtime", "article.published",
    "originalpublicationdate", "dateupdate",
)  # fmt: skip
"""META names that hold the publication date, in the order of trust. Times of the last edit are not among them."""
BODIES = "#vsb_content, .v_news_content, .wp_articlecontent, #vsb_content_2, #vsb_content_4, [itemprop=articleBody]"
LABELS = re.compile(
    r"(?:发布|发表|发文|发稿|添加|录入|上传|公布|成文|发布于|发表于)\s?(?:时间|日期|于)?\s*[:：]?\s*$"
    r"|(?<![一-龥])(?:时间|日期|published|posted|date|veröffentlicht|erstellt|publié|stand|datum)(?: on| am| le)?\s*[:：]?\s*$",
    re.I,
)
SURE_LABEL = re.compile(r"(?:发布|发表|发文|发稿)(?:时间|日期)\s*[:：]\s*$")
EDITED = re.compile(
    r"(?:更新|修改|编辑)(?:时间|日期|于)?\s*[:：]?\s*$|(?:updated|modified|aktualisiert)\W*(?:on|am)?\W*$", re.I
)
DATE = re.compile(FULL, re.I)
PROSE = 90
"""Characters of one text beyond which it is the body, not a line about the article."""
WINDOW = 40
"""Texts after the title that may still be the lines about the article."""
URL_DATES = (
    re.compile(r"/(20\d\d)[-/]?(\d\d)[-/]?(\d\d)(?=/|\D|$)"),
    re.compile(r"/t(20\d\d)(\d\d)(\d\d)_\d"),
    re.compile(r"/(20\d\d)/(\d{1,2})/(\d{1,2})/"),
)
JSON_DATE = re.compile(r'"datePublished"\s*:\s*"([^"]{8,40})"')
ROLES = (
    "责任编辑", "责编", "编辑", "来源", "文章来源", "稿件来源", "信息来源", "作者", "文章作者", "撰稿", "撰稿人", "供稿", "供稿人", "供稿单位",
    "审稿", "审稿人", "审核", "审核人", "审查", "审查人", "审校", "校对", "初审", "复审", "终审", "一审", "二审", "三审", "签发", "签发人",
    "文案", "文案人员", "编辑人员", "文字", "文", "图", "图片", "图文", "摄影", "通讯员", "记者", "发布人", "发布者", "发布单位", "发布部门",
    "发布时间", "发布日期", "发表时间", "提供者",
)  # fmt: skip
ROLE = re.compile(
    r"(?:^|[\s|｜（(【\[，,;；/、])("
    + "|".join(sorted(ROLES, key=len, reverse=True))
    + r")\s{0,2}[:：/／]\s*(?=([^\s|）)】\]]?))"
)


def published(document: Document, now: datetime, *, certain: bool = False) -> When | None:
    """The publication moment in the order of trust: META, JSON-LD, itemprop, labelled line, bare line, address.

    ``certain`` leaves out what a page that is no article may carry as well: a lone ``<time>``, a dated address.
    """
    for name in META_DATES:
        if (content := document.meta.get(name)) and (when := parse_when(content, now)):
            return when
    if when := _structured(document, now) or _stated_line(document, now):
        return when
    return None if certain else _marked(document, now) or _from_address(document, now)


def headline(document: Document) -> str:
    """The article's own title: META, else the h1 that ``<title>`` begins with, else the first part of ``<title>``."""
    if title := document.meta.get("articletitle"):
        return title
    place = _title_place(document)
    if place is not None:
        return document.texts[place].text
    return SEPARATORS.split(document.title or document.meta.get("og:title", ""))[0]


def bylines(document: Document) -> tuple[str, ...]:
    """Roles that are named with somebody or something behind them (来源, 编辑, 审核 …), in reading order."""
    found: dict[str, None] = {}
    texts = document.texts
    for place in range(_title_place(document) or 0, len(texts)):
        text = texts[place].text
        if len(text) > 4000 or not (":" in text or "：" in text or "/" in text):
            continue
        for match in ROLE.finditer(text):
            follows = match.group(2) or (place + 1 < len(texts) and not ROLE.match(texts[place + 1].text))
            if follows:
                found.setdefault(match.group(1))
    return tuple(found)


def _structured(document: Document, now: datetime) -> When | None:
    if '"datePublished"' in document.page.text:
        for script in document.tree.css('script[type="application/ld+json"]'):
            match = JSON_DATE.search(script.text())
            if match and (when := parse_when(json.loads(f'"{match[1]}"') if "\\" in match[1] else match[1], now)):
                return when
    for node in document.tree.css("[itemprop=datePublished], time[pubdate]"):
        written = node.attributes.get("datetime") or node.attributes.get("content") or node.text()
        if written and (when := parse_when(squeeze(written), now)):
            return when
    return None


def _stated_line(document: Document, now: datetime) -> When | None:
    """The date in the lines between title and body; a labelled one first, wherever it stands there."""
    start, end = _lines(document)
    lines = document.texts[start:end]
    for accept in (_labelled, _alone, _edited):
        for text in lines:
            for match in DATE.finditer(text.text) if len(text.text) <= 2 * PROSE else ():
                before = text.text[: match.start()] or _previous(document, text)
                if accept(text, before) and (when := parse_when(text.text[match.start() :], now)):
                    return when
    return _sole_label(document, now)


def _sole_label(document: Document, now: datetime) -> When | None:
    """A 发布时间 that stands anywhere, below the body for one, provided the page has just one: a list has many."""
    found = [text for text in document.texts if len(text.text) <= PROSE and DATE.search(text.text)]
    labelled = [
        text for text in found if SURE_LABEL.search(DATE.split(text.text, maxsplit=1)[0] or _previous(document, text))
    ]
    if len(labelled) != 1:
        return None
    match = DATE.search(labelled[0].text)
    return parse_when(labelled[0].text[match.start() :], now) if match else None


def _labelled(text: Text, before: str) -> bool:
    return LABELS.search(before) is not None


def _alone(text: Text, before: str) -> bool:
    if NOT_PUBLICATION.search(before) or EDITED.search(before):
        return False
    # "来源：本站 2019-05-18 10:00": a line about the article; prose goes on behind its date with words.
    return STRICT.match(text.text) is not None or (len(text.text) <= PROSE and re.search(r"[，。；]", text.text) is None)


def _edited(text: Text, before: str) -> bool:
    return EDITED.search(before) is not None


def _previous(document: Document, text: Text) -> str:
    return document.texts[text.index - 1].text[-20:] if text.index else ""


def _marked(document: Document, now: datetime) -> When | None:
    """``<time datetime>`` in the article or its head, as foreign news sites write it."""
    for node in document.tree.css("article time[datetime], main time[datetime], header time[datetime], time[datetime]")[
        :1
    ]:
        if when := parse_when(node.attributes.get("datetime") or "", now):
            return when
    return None


def _lines(document: Document) -> tuple[int, int]:
    """Where the lines about the article stand: from its title to the first prose or the body's own block."""
    texts = document.texts
    place = _title_place(document)
    body = _body_place(document)
    if place is None or (body is not None and place > body):
        return (max(0, body - WINDOW), body) if body is not None else (0, 0)
    end = min(place + 1 + WINDOW, len(texts) if body is None else body)
    for text in texts[place + 1 : end]:
        if len(text.text) > PROSE and re.search(r"[，。；,.]", text.text) and not DATE.search(text.text[:PROSE]):
            end = text.index
            break
    # Some designs set the date right above the title.
    return max(0, place - 4), end


def _title_place(document: Document) -> int | None:
    """The index of the text that is the article's title, as ``<title>`` knows it: of a heading, else of any text."""
    stated = document.meta.get("articletitle") or document.title or document.meta.get("og:title", "")
    whole, first = _plain(stated), _plain(SEPARATORS.split(stated)[0])
    body = _body_place(document)
    candidates: tuple[Sequence[Heading | Text], ...] = (document.headings, document.texts)
    for texts in candidates:
        fitting = [(len(p), t.index) for t in texts if _same_title(p := _plain(t.text), whole, first)]
        # Navigation names the article as well, and so does the body; the title is what stands last before the body.
        fitting = [pair for pair in fitting if body is None or pair[1] < body] or fitting
        if fitting:
            # The longest is the title; what is shorter is the site's name or a column's, which <title> holds as well.
            return max(fitting, key=lambda pair: (pair[0], pair[1] if texts is document.texts else -pair[1]))[1]
    return next((h.index for h in document.headings if h.node.tag == "h1" and len(h.text) >= SHORTEST), None)


def _same_title(plain: str, whole: str, first: str) -> bool:
    if len(plain) < SHORTEST or not whole:
        return len(plain) > 1 and plain == first
    return whole.startswith(plain) or (len(plain) >= 2 * SHORTEST and plain in whole) or plain.startswith(whole)


def _plain(text: str) -> str:
    return NOT_WORD.sub("", text)


SHORTEST = 4
SEPARATORS = re.compile(r"\s*[-_|–—]+\s*")
NOT_WORD = re.compile(r"[\W_]+")


def _body_place(document: Document) -> int | None:
    """The index of the first text of the article's body, where the content system marks it."""
    body = document.tree.css_first(BODIES)
    if body is None:
        return None
    first = _first_text(body)
    return next((text.index for text in document.texts if text.node.mem_id == first), None) if first else None


def _first_text(node: LexborNode) -> int | None:
    for inner in node.traverse(include_text=True):
        if (
            inner.tag == "-text"
            and re.search(r"\w", inner.text_content or "")
            and inner.parent
            and inner.parent.tag not in ("script", "style")
        ):
            return inner.mem_id
    return None


def _from_address(document: Document, now: datetime) -> When | None:
    """The date in the article's own address: its URL, else the canonical one."""
    canonical = document.tree.css_first("link[rel=canonical][href]")
    stated = (
        document.base,
        (canonical.attributes.get("href") or "") if canonical else "",
        document.meta.get("og:url", ""),
    )
    for address in stated:
        for pattern in URL_DATES:
            if (match := pattern.search(address)) and (when := parse_when("-".join(match.groups()), now)):
                return when
    return None
