"""Sentences as rules: each reader knows one thing that regulations ask, and answers None for every other sentence.

A reader takes numbers from the sentence alone. What the rule cannot express (seven calendar days for a filing, which the
rule counts in working days) is not read: the sentence stays open.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from rules.policies.draft.model import DraftClause
from rules.policies.draft.quantities import Quantity, months_of_year, quantities
from rules.policies.draft.text import Sentence

Reader = Callable[[Sentence], DraftClause | None]
READERS: list[Reader] = []
"""In the order in which they are asked: the first that understands a sentence has it, but for those marked ``also``."""
_SILENT = r"(?:不更新|未更新|不进行更新|没有更新|无更新|停止更新|未进行更新|未发布|不发布|没有发布|无内容更新|零更新|断更|停更|未有更新|无新内容)"
_FILED = r"(?:备案|报备|申报|登记|审批)"
_PAPER = r"(?:收到|接到|发出|下达|自)?[^，。]{0,6}(?:整改通知|通报)"


def _reader(read: Reader) -> Reader:
    READERS.append(read)
    return read


def _clause(sentence: Sentence, rule: str, sure: float, settings: dict[str, Any] | None = None, **more: Any) -> DraftClause:
    return DraftClause(sentence.article, sentence.text, rule, settings or {}, sure, **more)


def _counted(sentence: Sentence, rule: str, q: Quantity, sure: float, settings: dict[str, Any], **more: Any) -> DraftClause:
    return _clause(sentence, rule, sure, settings, number=q.number, unit=q.unit, **more)


def _lengths(text: str) -> list[Quantity]:
    return [q for q in quantities(text) if not q.cycle]


@_reader
def expired_project(sentence: Sentence) -> DraftClause | None:
    """A body set up for one piece of work, whose account goes when the work is over."""
    if not re.search(r"(?:临时|专项|项目|活动|工作业务).*(?:结束|完成|撤销)后?.*(?:注销|关停|关闭)", sentence.text):
        return None
    counted = [q for q in _lengths(sentence.text) if q.months]
    if len(counted) != 1:
        return None
    return _counted(sentence, "expired_project", counted[0], 0.85, {"months": counted[0].months})


@_reader
def inactivity(sentence: Sentence) -> DraftClause | None:
    """Silent for so long; or asked for something new so often; or, without a number, long uncared for."""
    text = sentence.text
    if re.search(_PAPER + r"[^，。]{0,12}(?:未|仍|不)", text):
        return None  # a later rung, which ladder.py reads
    for q in _lengths(text):
        if q.as_period and re.match(rf"(?:以上|及以上|（含）)?[^，。；]{{0,8}}{_SILENT}", text[q.end :]):
            return _counted(sentence, "inactivity", q, 0.9, {"limit": q.as_period})
        if re.search(rf"{_SILENT}[^，。；]{{0,6}}(?:超过|达到|达|满|连续)$", text[: q.start]):
            return _counted(sentence, "inactivity", q, 0.9, {"limit": q.as_period})
    for q in quantities(text):
        often = re.search(r"(?:至少|不少于|不低于|保证|应)[^，。；]{0,12}更新|更新[^，。；]{0,14}(?:至少|不少于|不低于)", text)
        if q.as_period and often and re.match(r"[^，。；]{0,12}(?:一次|1次|更新)", text[q.end :]):
            # An interval of weeks or months is not the same as so long a silence: the school says how it is counted.
            return _counted(sentence, "inactivity", q, 0.7, {"limit": q.as_period}, to_confirm=True)
    if re.search(rf"长期(?:{_SILENT}|缺乏维护|无人(?:维护|管理)|不维护)", text) and not _lengths(text):
        return _clause(sentence, "inactivity", 0.5, {"limit": "3个月"}, to_confirm=True)
    return None


@_reader
def late_filing(sentence: Sentence) -> DraftClause | None:
    """Filed within so many working days after it was opened, before it is opened, or after the regulation appeared."""
    text = sentence.text
    days = [q for q in _lengths(text) if q.unit == "working_day"]
    if len(days) != 1 or not re.search(_FILED + r"|补[交报办]", text) or re.search(r"变更|更改|变化", text):
        return None
    (q,) = days
    before, after = text[: q.start], text[q.end :]
    if re.search(r"(?:本(?:办法|规定|细则))?(?:公布|发布|印发|施行|实施)(?:后|之日起)的?$", before):
        if not re.search(r"前(?:已|开)|已(?:开设|开通|运营|建立)|补[交报办]", text):
            return None
        return _counted(sentence, "late_filing", q, 0.85, {"workdays": q.number, "counted_from": "effective"})
    opened = r"(?:创建|开通|开设|上线|注册|建立|开办|认证|设立|启用)"
    if re.search(opened + r"[^，。；]{0,6}(?:后|之日起|起)的?$", before):
        return _counted(sentence, "late_filing", q, 0.9, {"workdays": q.number})
    if re.search(opened + r"[^，。；]{0,6}(?:之)?前(?:的)?$", before) or (
        re.search(opened + r"[^，。；]{0,6}$", before) and after.startswith("前")
    ):
        return _counted(sentence, "late_filing", q, 0.9, {"workdays": -(q.number or 0)})
    return None


@_reader
def unfiled_change(sentence: Sentence) -> DraftClause | None:
    """What is on file has changed and is filed again: within so many working days, or 及时."""
    text = sentence.text
    if not re.search(r"(?:变更|更改|变化|改变|变动|调整)(?:时|的|后|，|或|情况|应)", text):
        return None
    if not re.search(r"(?:备案|报备|报告|更新备案)", text) or re.search(r"政策|部门变更", text):
        return None
    counted = _lengths(text)
    if len(counted) > 1 or (counted and counted[0].unit != "working_day"):
        return None
    if not counted and "及时" not in text and "立即" not in text:
        return None
    what = text[: re.search(r"变更|更改|变化|改变|变动|调整", text).start()]  # type: ignore[union-attr]
    people = re.search(r"(?:管理员|管理人员|维护人员|负责人|分管领导|责任人|人员)$", what)
    fields: dict[str, Any] = {}
    if people and not re.search(r"信息|名称|账号名|主体", what.replace("信息化", "").replace("《", "")):
        fields = {"fields": ["owner"]}
    elif re.search(r"停止运营|停止运行|停用", text):
        fields = {"fields": ["name", "body", "status"]}
    if counted:
        return _counted(sentence, "unfiled_change", counted[0], 0.9, {"workdays": counted[0].number, **fields})
    return _clause(sentence, "unfiled_change", 0.8, {"workdays": 0, **fields})


_NAMES = r"(?:名义|命名|冠以|字样|冒用|校名|全称|简称|以“)"
_MEDIA = r"(?:账号|帐号|平台|新媒体|网站|群组|公众号|域名)"


@_reader
def unregistered_name(sentence: Sentence) -> DraftClause | None:
    """The school's names are not used without approval."""
    text = sentence.text
    if not re.search(rf"(?:不得|禁止|严禁|擅自|不准|不允许|未经).*{_NAMES}", text) or not re.search(_MEDIA, text):
        return None
    if re.search(r"组织名义开展活动", text):
        return None
    persons = bool(re.search(r"个人(?:名义|运营|账号)|任何个人运营", text)) and not re.search(r"组织(?:或|和)个人|单位(?:或|和)个人", text)
    groups = bool(re.search(r"群组|微信群|QQ群", text))
    settings: dict[str, Any] = {"persons": True} if persons and not groups else {}
    return _clause(sentence, "unregistered_name", 0.85, settings, platforms=("group",) if groups else ())


@_reader
def unfiled_account(sentence: Sentence) -> DraftClause | None:
    """Nothing is opened before it is approved and filed; what is not may be stopped."""
    text = sentence.text
    opened = r"(?:开设|创办|开通|建立|上线|开发|开办|申请|设立|注册)"
    if re.search(rf"未(?:按规定|经|履行|进行)[^。]{{0,8}}{_FILED}.*(?:责令|停止|关停|关闭|注销)", text):
        return _clause(sentence, "unfiled_account", 0.85)
    if re.search(rf"{opened}.*(?:须|应|需|必须|并向).*备案", text) and not re.search(r"变更|更改|开通(?:新媒体)?后", text):
        sure = 0.85 if re.search(r"方可|审批", text) else 0.6
        return None if _lengths(text) else _clause(sentence, "unfiled_account", sure)
    return None


@_reader
def unknown_unit(sentence: Sentence) -> DraftClause | None:
    """Only an approved unit runs an account."""
    if re.search(r"单位[^，。]{0,6}(?:必须|须|应)(?:是|为)[^，。]{0,16}(?:批准|独立建制)[^，。]{0,10}单位", sentence.text):
        return _clause(sentence, "unknown_unit", 0.85)
    return None


@_reader
def missing_owner(sentence: Sentence) -> DraftClause | None:
    """Who answers for an account is named and on file."""
    text = sentence.text
    first = bool(re.search(r"(?:为|是)[^，。；]{0,30}第一责任人", text))
    direct = bool(
        re.search(r"(?:为|是)[^，。；]{0,20}(?:直接责任人|具体[^，。；]{0,4}责任人|直接负责人)", text)
        or re.search(r"(?:明确|指定|确定)[^，。；]{0,20}(?:具体负责人|责任人)", text)
    )
    appointed = bool(re.search(r"(?:指定|安排|明确)[^，。；]{0,20}(?:教职工|教职员工|在编|正式职工)[^，。；]{0,24}管理员", text))
    staff = bool(re.search(r"在职|在岗|在编|在校教职|正式教职工|正式职工", text)) and (direct or appointed)
    if not (first or direct or appointed):
        return None
    settings: dict[str, Any] = {"first": first}
    settings |= {"direct": True} if direct else {}
    settings |= {"staff": True} if staff else {}
    return _clause(sentence, "missing_owner", 0.85, settings)


@_reader
def duplicate_account(sentence: Sentence) -> DraftClause | None:
    """One account a unit and platform."""
    found = re.search(
        r"(?:一个|每个|同一|各)(?:单位|部门)[^，。；]{0,16}(?:只能|限|只|仅|不得超过)[^，。；]{0,6}(?:开设|开通|注册|申请|开发|设立)?(\d|[一二两三])个",
        sentence.text,
    )
    if not found:
        return None
    limit = {"一": 1, "二": 2, "两": 2, "三": 3}.get(found[1]) or int(found[1])
    return _clause(sentence, "duplicate_account", 0.85, {"limit": limit}, number=limit)


@_reader
def name_format(sentence: Sentence) -> DraftClause | None:
    """Names are the school's and the unit's."""
    if re.search(r"以“[^”]{2,20}[+＋][^”]{0,12}(?:单位|部门)[^”]{0,16}”(?:命名|为名)", sentence.text):
        return _clause(sentence, "name_format", 0.85)
    return None


@_reader
def annual_review(sentence: Sentence) -> DraftClause | None:
    """Once a year everything is reviewed, in a month that the text may name. The grace is ours."""
    text = sentence.text
    if not re.search(r"年审|年检|年度检查|年度审核|年度审查", text) or "每年" not in text:
        return None
    first, last = months_of_year(text) or (1, 12)
    office = bool(re.match(r"(?:学校|党委宣传部|宣传部|新闻中心)[^，。]{0,4}每年[^，。]{0,4}对", text))
    settings = {"first_month": first, "last_month": last, "grace": "1个月"}
    return _clause(sentence, "annual_review", 0.75, settings, number=1, unit="year", to_confirm=True, duty="office" if office else "unit")


@_reader
def self_check(sentence: Sentence) -> DraftClause | None:
    """Every unit looks over its accounts so often. The grace is ours."""
    text = sentence.text
    if not re.search(r"自查|排查|自检|摸底", text) or not re.search(r"单位|部门|学院", text):
        return None
    cycle = next((q for q in quantities(text) if q.cycle), None)
    if cycle is None or re.search(r"每年\d|每年[一二三四五六七八九十]+月", text):
        return None
    if cycle.months is None:
        if cycle.number is not None:
            return None
        return _clause(sentence, "self_check", 0.5, {"months": 6, "grace": "1个月"}, to_confirm=True)
    return _counted(sentence, "self_check", cycle, 0.85, {"months": cycle.months, "grace": "1个月"}, to_confirm=True)


_ROLES = (
    (r"来源|出处", "来源|转载"),
    (r"作者|供稿|提供者", "作者|供稿|提供"),
    (r"文案", "文案|作者|撰稿"),
    (r"编辑|发布人", "编辑|发布人"),
    (r"审稿|审核|审查", "审稿|审核|审查"),
    (r"发布时间", "发布时间"),
)


@_reader
def byline(sentence: Sentence) -> DraftClause | None:
    """Articles name their source, author, editor."""
    groups = []
    for part in re.findall(r"(?:注明|标明|署名|标注|载明)([^。；]+?)(?=，(?:原创|转载|做好|审查记录|并)|[。；]|$)", sentence.text):
        if roles := [words for pattern, words in _ROLES if re.search(pattern, part)]:
            groups.append(roles)
    return _clause(sentence, "byline", 0.8, {"any_of": groups}) if groups and max(map(len, groups)) > 1 else None


@_reader
def required_column(sentence: Sentence) -> DraftClause | None:
    """A column that every site has. Only a website's home page shows its columns."""
    found = re.search(r"(?:设置|设立|开设|开辟)“?([\u4e00-\u9fff]{2,6}?)”?(?:专栏|栏目|专题|板块)", sentence.text)
    if not found or not re.search(r"应|要|须|必须", sentence.text[: found.start()]):
        return None
    return _clause(sentence, "required_column", 0.8, {"pattern": re.sub(r"^(?:相关|相应|专门)", "", found[1])}, platforms=("website",))


@_reader
def off_campus_hosting(sentence: Sentence) -> DraftClause | None:
    """Servers with the school's data stand on campus."""
    if re.search(r"服务器[^，。；]{0,8}(?:设|放置|部署|托管|存放)[^，。；]{0,6}(?:校内|学校|校园网)", sentence.text):
        return _clause(sentence, "off_campus_hosting", 0.85, platforms=("website",))
    return None


def low_volume(sentence: Sentence) -> DraftClause | None:
    """Fewer than so many a year: asked of every sentence, for one sentence may ask both. Where the year begins is ours."""
    found = re.search(
        r"(?:一年|每年|全年|年度)[^，。；]{0,10}(?:更新|发布|推送|发文)[^，。；]{0,8}(?:少于|不足|低于|至少|不得?少于)(\d+)(?:条|篇|次|期)", sentence.text
    )
    if not found:
        return None
    settings = {"minimum": int(found[1])}
    return _clause(sentence, "low_volume", 0.75, settings, number=int(found[1]), unit="year", to_confirm=True)
