"""Sentences on filing: by when, after a change, before anything opens, by whom."""

from __future__ import annotations

import re
from typing import Any

from rules.model import Platform
from rules.policies.draft.model import DraftClause
from rules.policies.draft.reading import FILED, OPENED, clause, counted, lengths
from rules.policies.draft.text import Sentence

_CHANGE = r"(?:变更|更改|变化|改变|变动|调整|更换)"
_NAMES = r"(?:名义|命名|冠以|字样|冒用|校名|校徽|全称|简称|以“|使用“)"
_MEDIA = r"(?:账号|帐号|平台|新媒体|网站|群组|群|公众号|域名)"


def late_filing(sentence: Sentence) -> DraftClause | None:
    """Filed within so many working days after it was opened, before it is opened, or after the regulation appeared."""
    text = sentence.text
    days = [q for q in lengths(text) if q.unit == "working_day"]
    if (
        len(days) != 1
        or not re.search(FILED + r"|补[交报办]", text)
        or re.search(_CHANGE + "|停[止用]|注销|答复|审核", text)
    ):
        return None
    (q,) = days
    before, after = text[: q.start], text[q.end :]
    if re.search(r"(?:公布|发布|印发|施行|实施|下发)(?:之日)?(?:后|起|之日起)的?$", before):
        if not re.search(r"前(?:已|开)|已(?:经)?(?:开设|开通|运营|建立|注册|上线|创建)|补[交报办]", text):
            return None
        settings = {"workdays": q.number, "counted_from": "effective"}
        return counted(sentence, "late_filing", q, 0.85, settings)
    if re.search(OPENED + r"(?:成功|完成|运行|账号|帐号|平台|，)*(?:之日)?(?:以?后|起)的?(?:第)?$", before):
        return counted(sentence, "late_filing", q, 0.9, {"workdays": q.number})
    if re.search(OPENED + r"[^，。；]{0,6}(?:之)?前的?(?:至少|提前)?$", before) or (
        re.search(OPENED + r"[^，。；]{0,6}$", before) and after.startswith("前")
    ):
        return counted(sentence, "late_filing", q, 0.9, {"workdays": -(q.number or 0)})
    return None


def unfiled_change(sentence: Sentence) -> DraftClause | None:
    """What is on file has changed and is filed again: within so many working days, or 及时."""
    text = sentence.text
    change = re.search(_CHANGE + r"(?:时|的|后|，|或|情况|应|须|需)", text)
    if not change or not re.search(r"备案|报备|报告|报送|上报|重新(?:填|登记)|书面报", text):
        return None
    if re.search(r"政策|部门变更|变更[^，。；]{0,10}(?:审批表|申请表)", text):
        return None
    found = lengths(text)
    if len(found) > 1 or (found and found[0].unit != "working_day"):
        return None
    if not found and not re.search(r"及时|立即|第一时间|随时", text):
        return None
    fields = _changed(text, text[: change.start()])
    if found:
        return counted(sentence, "unfiled_change", found[0], 0.9, {"workdays": found[0].number, **fields})
    note = "原文没有天数；发现即提示。"
    return clause(sentence, "unfiled_change", 0.8, {"workdays": 0, **fields}, note=note)


def _changed(text: str, what: str) -> dict[str, Any]:
    people = re.search(
        r"(?:管理员|管理人员|维护人员|运维人员|负责人|分管领导|责任人|联系人|人员)(?:信息)?(?:等)?(?:发生)?$", what
    )
    other = re.search(
        r"名称|账号名|主体|账号信息|平台信息|基本信息|备案信息|登记信息|其他信息|单位|认证",
        re.sub(r"《[^》]*》", "", what),
    )
    if people and not other:
        return {"fields": ["owner"]}
    if re.search(r"停止运营|停止运行|停止使用|停用", text):
        return {"fields": ["name", "body", "status"]}
    return {}


def closed_but_live(sentence: Sentence) -> DraftClause | None:
    """Cessation is filed: what is on file as stopped has stopped."""
    if not re.search(
        r"(?:停止运营|停止运行|停止使用|停用|不再使用|不再运行)[^。；]*(?:备案|报备|报告|注销|关闭)", sentence.text
    ):
        return None
    note = "台账登记已停止而页面仍在，说明登记与实际不符；平台注销的冷静期内不提。"
    return clause(sentence, "closed_but_live", 0.7, note=note)


def unregistered_name(sentence: Sentence) -> DraftClause | None:
    """The school's names are not used without approval."""
    text = sentence.text
    if not re.search(rf"(?:不得|禁止|严禁|擅自|不准|不允许|未经).*{_NAMES}|名称.*(?:带有|含有|包含).*字样", text):
        return None
    if not re.search(_MEDIA, text) or re.search(r"组织名义开展活动|违反国家|(?:制作|传播)[^。]{0,10}信息", text):
        return None
    if re.search("名义[^，。]{0,16}(?:发布|发表|接受|对外)", text) and not re.search(
        OPENED + "|命名|冠以|申请|运营", text
    ):
        return None  # what may be said in the school's name, not what may be opened
    groups = bool(re.search(r"群组|微信群|QQ群", text)) and not re.search(r"公众号|微博|网站|账号|平台", text)
    settings: dict[str, Any] = {} if groups or "任何单位" in text else {"own_bodies": False}
    personal = re.search(r"个人(?:名义|运营|账号|帐号|不得)|任何个人运营|以个人", text)
    if personal and not groups and not re.search(r"(?:组织|单位|部门)(?:或|和|及|、)个人", text):
        settings["persons"] = True
    return clause(sentence, "unregistered_name", 0.85, settings, platforms=(Platform.GROUP,) if groups else ())


def unfiled_account(sentence: Sentence) -> DraftClause | None:
    """Nothing is opened before it is approved and filed; what is not may be stopped."""
    text = sentence.text
    if re.search(
        rf"未(?:按规定|按要求|经|履行|进行|办理)?[^。]{{0,8}}{FILED}.*(?:责令|停止|关停|关闭|注销|取缔)", text
    ):
        ordered = re.search("责令|有权|取缔", text)
        return None if re.search(_NAMES, text) else clause(sentence, "unfiled_account", 0.85 if ordered else 0.6)
    if lengths(text) or re.search(_CHANGE + "|注销", text) or re.search(r"开通(?:新媒体)?后", text):
        return None
    if re.search(rf"(?:{OPENED}|申请|开发).*(?:方可|后再行?|之后才能|后才能)", text) and re.search(
        FILED + "|批准|同意", text
    ):
        return clause(sentence, "unfiled_account", 0.85)
    if re.search(rf"(?:审批|批准|同意|备案)[^。]{{0,6}}(?:方可|后才能|才能)[^。，]{{0,4}}{OPENED}", text):
        return clause(sentence, "unfiled_account", 0.85)
    if re.search(rf"{OPENED}.*(?:须|应|需|必须|并向|报).*备案", text):
        whole = "审批" in text and "流程" not in text and not re.search("论坛|留言|直播|支付", text)
        return clause(sentence, "unfiled_account", 0.85 if whole else 0.6)
    return None


def unknown_unit(sentence: Sentence) -> DraftClause | None:
    """Only an approved unit runs an account."""
    if re.search(
        r"单位[^，。]{0,6}(?:必须|须|应)(?:是|为)[^，。]{0,16}(?:批准|独立建制)[^，。]{0,10}单位", sentence.text
    ):
        return clause(sentence, "unknown_unit", 0.85)
    return None


READERS = (late_filing, unfiled_change, closed_but_live, unregistered_name, unfiled_account, unknown_unit)
