"""Sentences on who answers, how an account is called, what its pages show, and what is looked over every year."""

from __future__ import annotations

import re
from typing import Any

from rules.model import Platform
from rules.policies.draft.model import DraftClause
from rules.policies.draft.quantities import months_of_year, quantities
from rules.policies.draft.reading import clause, counted
from rules.policies.draft.text import Sentence

_GRACE = "宽限1个月是草稿的默认值，由学校确认。"
_ROLES = (
    (r"来源|出处", "来源|转载"),
    (r"作者|供稿|提供者|撰稿", "作者|供稿|提供"),
    (r"文案", "文案|作者|撰稿"),
    (r"编辑|发布人", "编辑|发布人"),
    (r"审稿|审核|审查|审签", "审稿|审核|审查"),
    (r"发布时间", "发布时间"),
)


def missing_owner(sentence: Sentence) -> DraftClause | None:
    """Who answers for an account is named and on file."""
    text = sentence.text
    first = bool(re.search(r"(?:为|是|系)[^，。；]{0,30}第一责任人|第一责任人(?:为|是)", text))
    direct = bool(
        re.search(r"(?:为|是|担任)[^，。；]{0,20}(?:直接责任人|具体[^，。；]{0,4}责任人|直接负责人|主要责任人)", text)
        or re.search(r"(?:明确|指定|确定|落实|安排)[^，。；]{0,24}(?:负责人|责任人|专人负责)", text)
    )
    appointed = bool(
        re.search(
            r"(?:指定|安排|明确|配备|确定)[^，。；]{0,20}(?:教职工|教职员工|在编|正式职工)[^，。；]{0,24}管理员", text
        )
    )
    if not (first or direct or appointed):
        return None
    staff = bool(re.search(r"在职|在岗|在编|在校教职|正式教职工|正式职工", text)) and (direct or appointed)
    settings: dict[str, Any] = {"first": first}
    settings |= {"direct": True} if direct else {}
    settings |= {"staff": True} if staff else {}
    return clause(sentence, "missing_owner", 0.85, settings)


def duplicate_account(sentence: Sentence) -> DraftClause | None:
    """One account a unit and platform."""
    found = re.search(
        r"(?:一个|每个|同一|各)(?:校内|二级)?(?:单位|部门|学院)[^，。；]{0,24}(?:只能|限|只|仅|不得?超过|不多于|最多)[^，。；]{0,6}?"
        r"(?:开设|开通|注册|申请|开发|设立|建立|保留)?(\d|[一二两三])个",
        sentence.text,
    )
    if not found:
        return None
    limit = {"一": 1, "二": 2, "两": 2, "三": 3}.get(found[1]) or int(found[1])
    return clause(sentence, "duplicate_account", 0.85, {"limit": limit}, number=limit)


def name_format(sentence: Sentence) -> DraftClause | None:
    """Names are the school's and the unit's."""
    if re.search(
        r"以“[^”]{2,20}[+＋][^”]{0,12}(?:单位|部门)[^”]{0,16}”(?:的形式|的格式|的方式)?(?:统一)?(?:命名|为名)",
        sentence.text,
    ):
        return clause(sentence, "name_format", 0.85)
    return None


def annual_review(sentence: Sentence) -> DraftClause | None:
    """Once a year everything is reviewed, in a month that the text may name. The grace is ours."""
    text = sentence.text
    if not re.search(r"年审|年检|年度(?:检查|审核|审查|复核|核查)", text) or not re.search(
        r"每年|每学年|一年一次", text
    ):
        return None
    first, last = months_of_year(text) or (1, 12)
    office = bool(re.match(r"(?:学校|党委宣传部|宣传部|新闻中心)[^，。]{0,12}?每年[^，。]{0,12}对", text))
    settings = {"first_month": first, "last_month": last, "grace": "1个月"}
    duty = "office" if office else "unit"
    return clause(
        sentence, "annual_review", 0.75, settings, number=1, unit="year", to_confirm=True, duty=duty, note=_GRACE
    )


def self_check(sentence: Sentence) -> DraftClause | None:
    """Every unit looks over its accounts so often. The grace is ours."""
    text = sentence.text
    if not re.search(r"自查|排查|自检|摸底", text) or not re.search(r"单位|部门|学院", text):
        return None
    cycle = next((q for q in quantities(text) if q.cycle), None)
    if cycle is None or months_of_year(text) or re.search(r"[二两三四五六2-9]次", text):
        return None
    if cycle.number is None:
        note = "每学期的起止没有日历；6个月和宽限1个月是草稿的默认值，由学校确认。"
        return clause(sentence, "self_check", 0.5, {"months": 6, "grace": "1个月"}, to_confirm=True, note=note)
    if cycle.months is None:
        return None
    settings = {"months": cycle.months, "grace": "1个月"}
    return counted(sentence, "self_check", cycle, 0.85, settings, to_confirm=True, note=_GRACE)


def byline(sentence: Sentence) -> DraftClause | None:
    """Articles name their source, author, editor."""
    groups = []
    for part in re.findall(
        r"(?:注明|标明|署名|标注|载明)([^。；]+?)(?=，(?:原创|转载|做好|审查记录|并)|[。；]|$)", sentence.text
    ):
        if roles := [words for pattern, words in _ROLES if re.search(pattern, part)]:
            groups.append(roles)
    return clause(sentence, "byline", 0.8, {"any_of": groups}) if groups and max(map(len, groups)) > 1 else None


def required_column(sentence: Sentence) -> DraftClause | None:
    """A column that every site has. Only a website's home page shows its columns."""
    found = re.search(r"(?:设置|设立|开设|开辟)“?([\u4e00-\u9fff]{2,6}?)”?(?:专栏|栏目|专题|板块)", sentence.text)
    if not found or not re.search(r"应|要|须|必须", sentence.text[: found.start()]):
        return None
    name = re.sub(r"^(?:相关|相应|专门|一个)", "", found[1])
    return clause(sentence, "required_column", 0.8, {"pattern": name}, platforms=(Platform.WEBSITE,)) if name else None


def off_campus_hosting(sentence: Sentence) -> DraftClause | None:
    """Servers with the school's data stand on campus."""
    if re.search(r"服务器[^，。；]{0,8}(?:设|放置|部署|托管|存放)[^，。；]{0,6}(?:校内|学校|校园网)", sentence.text):
        return clause(sentence, "off_campus_hosting", 0.85, platforms=(Platform.WEBSITE,))
    return None


READERS = (
    missing_owner,
    duplicate_account,
    name_format,
    annual_review,
    self_check,
    byline,
    required_column,
    off_campus_hosting,
)
