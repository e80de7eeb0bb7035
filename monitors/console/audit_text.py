"""The audit log in Chinese: what was done, and what changed, with personal numbers masked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from alerts.sanitize import clean, mask_personal_data
from monitors.console.labels import browser_name, platform_label, switch_text
from rules.cases.case import EventKind
from rules.model import CaseState
from rules.people import Role, Scope
from storage.audit import AuditEntry
from storage.register.columns import COLUMNS

LONGEST = 300
ACTIONS = {
    "session.open": "登录",
    "session.refused": "登录失败",
    "session.end": "退出登录",
    "user.add": "添加账号",
    "user.change": "更改账号",
    "user.disable": "停用账号",
    "user.password": "更改密码",
    "user.totp_on": "开通动态口令",
    "user.totp_off": "取消动态口令",
    "token.add": "生成接口令牌",
    "token.revoke": "撤销接口令牌",
    "campaign.new": "专项工作：开始",
    "campaign.save": "专项工作：暂存填报表",
    "campaign.submit": "专项工作：报送填报表",
    "campaign.head": "专项工作：单位负责人确认填报表",
    "campaign.sealed_copy": "专项工作：上传盖章扫描件",
    "campaign.return": "专项工作：退回补正",
    "campaign.accept": "专项工作：通过填报表",
    "campaign.decide": "专项工作：对账号作决定",
    "campaign.confirm": "专项工作：确认暂停或注销",
    "campaign.remind": "专项工作：提醒单位",
    "campaign.publish": "专项工作：公示名单",
    "campaign.close": "专项工作：结束",
    "filing.add": "新增备案",
    "filing.change": "更改备案",
    "filing.import": "导入台账",
    "filing.remove": "移出台账",
    "register.export": "导出台账",
    "suspect.confirmed": "疑似账号：确认属实",
    "suspect.excluded": "疑似账号：排除",
    "suspect.filed": "疑似账号：已备案",
    "suspect.undone": "疑似账号：撤销决定",
    "suspect.complaint": "疑似账号：平台投诉",
    "suspect.talk": "疑似账号：约谈",
    "suspect.cyberspace": "疑似账号：转网信部门",
    "suspect.register": "疑似账号：纳入备案",
    "platform.switch": "更改平台开关",
    "notice.resend": "重新发送文书",
    "notice.sign": "签发文书",
    "notice.defer": "暂缓签发文书",
    "notice.resume": "恢复待签发",
    "notice.note": "改写附言",
    "notice.edit": "修改文书草稿",
    "notice.print": "打印文书",
    "survey.open": "开始摸底",
    "survey.close": "结束摸底",
    "sweep.start": "立即巡检",
    "job.start": "立即执行任务",
    "scan.start": "即时核查",
    "proof.give": "提交自证链接",
    "inquiry.answer": "答复核实请求",
    "inquiry.withdraw": "撤回声明",
    "inquiry.verify": "核实请求：已核实",
    "inquiry.close": "关闭核实请求",
    "inquiry.rekey": "更换核实链接的密钥",
    "inquiry.remind": "提醒核实请求",
    "inquiry.lapse": "核实请求逾期",
    "statement.observe": "记录人工核查",
    "statement.confirm": "确认没有更新",
    "audit.export": "导出操作记录",
} | {f"case.{kind.value}": f"问题：{kind.label}" for kind in EventKind}
FIELDS = {
    "主送": "主送", "收件邮箱": "收件邮箱", "联系单位": "联系单位", "联系电话": "联系电话", "附言": "附言",
    "number": "文号", "drafts_from": "开始拟文", "display": "姓名", "post": "职务", "roles": "角色", "disabled": "停用", "method": "登录方式", "agent": "浏览器", "sessions": "登录数",
    "reason": "理由", "decision_reason": "理由", "state": "状态", "decided_by": "决定人", "decided_at": "决定时间", "expires_at": "保存到",
    "steps": "督办级次", "appeals": "申诉", "exemption": "豁免", "outcome": "处理结果", "resolved_at": "整改时间", "settled_at": "办结时间",
    "label": "用途", "scopes": "可读取",
    "newest": "最近一次发布", "none_since": "自此没有更新", "evidence": "存证",
    "added": "新增", "changed": "变更", "rows": "行数", "enabled": "访问", "breaker_opened_at": "督办冻结", "breaker_reason": "冻结原因", "paused_until": "暂停到",
    "frozen_at": "督办冻结", "frozen_why": "冻结原因", "rest_until": "暂停到",
    "consecutive_blocks": "连续被拦", "robots_waived": "所有者授权", "walls": "连续被拦", "ignore_robots": "所有者授权", "target": "核查对象", "url": "链接", "platform": "平台", "by": "方式",
}  # fmt: skip
METHODS = {"password": "密码", "cas": "统一身份认证", "oidc": "统一身份认证"}
REGISTER = {column.field: column.heading for column in COLUMNS}


def action_text(code: str) -> str:
    """What was done."""
    return ACTIONS.get(code, "其他操作")


def changes_text(entry: AuditEntry) -> str:
    """What changed: field, before → after; a value that is long or has parts is only said to have changed."""
    if entry.action == "platform.switch":
        parts = [switch_text(entry.subject, entry.after)]
        return mask_personal_data(clean("；".join([*parts, f"理由：{entry.after.get('reason', '')}"]), LONGEST))
    names = [name for name in {**entry.before, **entry.after} if name in FIELDS or name in REGISTER]
    lines = [_change(name, entry.before, entry.after) for name in names]
    return mask_personal_data(clean("；".join(lines), LONGEST)) if lines else ""


def _change(name: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    label = FIELDS.get(name) or REGISTER[name]
    old, new = (_value(name, side.get(name)) for side in (before, after))
    if not old:
        return f"{label}：{new}"
    return f"{label}：{old} → {new or '（空）'}"


def _value(name: str, value: Any) -> str:
    if value in (None, "", [], {}):
        return ""
    if name == "roles":
        return "、".join(_role(code) for code in value)
    if name == "scopes":
        return "、".join(Scope(code).label for code in value if code in list(Scope))
    if name == "agent":
        return browser_name(str(value))
    if name == "method":
        return METHODS.get(value, "其他")
    if name == "state" and value in list(CaseState):
        return CaseState(value).label
    if name == "platform":
        return platform_label(value)
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list | dict):
        plain = isinstance(value, list) and all(isinstance(item, str) for item in value)
        return "、".join(value) if plain else "有更改"
    return str(value)[:16].replace("T", " ") if name.endswith(("_at", "until")) else str(value)


def _role(written: str) -> str:
    code, _, rest = written.partition("@")
    school, _, unit = rest.partition(":")
    where = "、".join(part for part in (school if school != "*" else "", unit) if part)
    return Role(code).label + (f"（{where}）" if where else "")
