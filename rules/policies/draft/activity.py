"""Sentences on silence: so long without anything new, so few a year, a body whose work is over."""

from __future__ import annotations

import re

from rules.policies.draft.model import DraftClause
from rules.policies.draft.quantities import Quantity, quantities
from rules.policies.draft.reading import clause, counted, lengths
from rules.policies.draft.text import Sentence

SILENT = (
    r"(?:(?:未|不|没有|没|无|停止)(?:及时|正常|能|再|作|做|进行|有|任何|有效|内容|信息|新的?|原创){0,3}(?:更新|发布|推送|发文|发声|内容|信息)"
    r"|零更新|断更|停更|更新(?:内容|信息)?为零)"
)
LATER = r"(?:收到|接到|发出|下达|送达)[^，。]{0,8}(?:通知|提醒|提示|通报)[^，。]{0,14}(?:后|未|不)|(?:通报|提醒|提示|约谈|催办)[^，。]{0,3}后"
"""A later rung, which ladder.py reads."""
_AT_LEAST = r"(?:至少|不少于|不得少于|不低于|不得低于|保证|确保|应|须|要|原则上)"


def expired_project(sentence: Sentence) -> DraftClause | None:
    """A body set up for one piece of work, whose account goes when the work is over."""
    if not re.search(
        r"(?:临时|专项|项目|活动|会议|工作业务|阶段性).*(?:结束|完成|撤销|终止|期满).*(?:注销|关停|关闭)", sentence.text
    ):
        return None
    found = [q for q in lengths(sentence.text) if q.months]
    if len(found) != 1:
        return None
    return counted(sentence, "expired_project", found[0], 0.85, {"months": found[0].months})


def inactivity(sentence: Sentence) -> DraftClause | None:
    """Silent for so long; or asked for something new so often; or, without a number, long uncared for."""
    text = sentence.text
    if re.search(LATER, text) or expired_project(sentence):
        return None
    for q in lengths(text):
        if q.as_period and _is_silence(text, q):
            return counted(sentence, "inactivity", q, 0.9, {"limit": q.as_period})
    for q in quantities(text):
        if q.as_period and _is_interval(text, q):
            # An interval of weeks or months is not the same as so long a silence: the school says how it is counted.
            note = "原文规定的是更新频次；多久没有更新算违反，由学校确认。"
            return counted(sentence, "inactivity", q, 0.6, {"limit": q.as_period}, to_confirm=True, note=note)
    if re.search(rf"长期(?:{SILENT}|缺乏维护|疏于维护|无人(?:维护|管理)|不维护|闲置)", text) and not lengths(text):
        note = "原文只说“长期”，没有期限；3个月是草稿的默认值，由学校确认。"
        return clause(sentence, "inactivity", 0.5, {"limit": "3个月"}, to_confirm=True, note=note)
    return None


def _is_silence(text: str, q: Quantity) -> bool:
    """The length is that of a silence (2个月不更新, 未更新超过2个月, 更新间隔超过30天), not counted from some event."""
    before, after = text[: q.start], text[q.end :]
    if re.search(r"(?:后|起|之日|期间)的?$", before):
        return False
    if re.match(rf"(?:及?以上|[（(]含[^）)]{{0,6}}[）)]|内|之内|时间)*(?:，)?[^，。；\d]{{0,8}}{SILENT}", after):
        return True
    passed = r"(?:超过|超|达到|达|满|逾|长达|已|连续)+$"
    return bool(
        re.search(rf"{SILENT}[^，。；\d]{{0,8}}{passed}", before)
        or re.search(r"更新(?:时间)?(?:间隔|周期)[^，。；\d]{0,6}(?:超过|大于|长于)$", before)
    )


def _is_interval(text: str, q: Quantity) -> bool:
    """每周至少更新一次: how often, once in that time."""
    before, after = text[: q.start], text[q.end :]
    if not q.cycle:
        return False
    once = r"[一1](?:次|条|篇|期)"
    return bool(
        re.match(rf"[^，。；\d]{{0,6}}{_AT_LEAST}[^，。；\d]{{0,10}}(?:更新|发布|推送)[^，。；\d]{{0,8}}{once}", after)
        or re.match(
            rf"[^，。；\d]{{0,4}}(?:更新|发布|推送)[^，。；\d]{{0,12}}{_AT_LEAST}[^，。；\d]{{0,3}}{once}", after
        )
        or (re.search(r"(?:更新|发布|推送)[^，。；\d]{0,12}$", before) and re.match(rf"{_AT_LEAST}{once}", after))
    )


def low_volume(sentence: Sentence) -> DraftClause | None:
    """Fewer than so many a year. Where the year begins is ours."""
    found = re.search(
        r"(?:一年|每年|全年|年度|一年内|年内)[^，。；]{0,10}?(?:更新|发布|推送|发文)?[^，。；]{0,10}?"
        r"(?:少于|不足|低于|至少|不低于)(?:更新|发布|推送)?(\d+)(?:条|篇|次|期)",
        sentence.text,
    )
    if not found or not re.search(r"更新|发布|推送|发文", found[0]):
        return None
    note = "“一年”从哪一天到哪一天，由学校确认。"
    return clause(
        sentence,
        "low_volume",
        0.75,
        {"minimum": int(found[1])},
        number=int(found[1]),
        unit="year",
        to_confirm=True,
        note=note,
    )


READERS = (expired_project, inactivity, low_volume)
