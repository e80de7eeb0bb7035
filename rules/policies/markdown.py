"""A policy as a page people read: what is asked, on which sentence, what follows, what is still to be confirmed."""

from __future__ import annotations

import re

from rules.catalogue import RULES
from rules.policies.schema import LadderStep, Policy


def policy_page(policy: Policy) -> str:
    """The policy as a page of Chinese Markdown: what is asked, on which sentence, what follows, what to confirm."""
    regulation = policy.regulation
    doubt = "（待学校确认）" if regulation.effective_to_confirm else ""
    lines = [
        f"# {policy.school}：{regulation.title}",
        "",
        f"{regulation.issued_by} {regulation.document}，自 {regulation.effective} 起施行{doubt}。来源：{regulation.source}。",
        "",
        f"发文机关：{policy.office.name if policy.office else '未填写，文书不能编号和印发'}。",
        "",
        *_definition(policy),
        "| 条款 | 问题 | 参数 | 原文 | 督办 |",
        "|---|---|---|---|---|",
    ]
    for clause in policy.clauses:
        settings = "，".join(f"{key}={value}" for key, value in clause.settings.items()) or "—"
        note = "（待学校确认）" if clause.school_to_confirm else ""
        title = RULES[clause.rule].title
        follows = "主管部门的职责，不向主办单位发文" if clause.duty == "office" else clause.ladder
        lines.append(f"| {clause.clause} | {title}{note} | {settings} | {clause.sentence} | {follows} |")
    for name, ladder in policy.ladders.items():
        lines += ["", f"## 督办级次 {name}", ""]
        lines += [f"{number}. {_step_line(step, number)}" for number, step in enumerate(ladder, 1)]
    if policy.routes:
        lines += ["", "## 监管单位", ""]
        lines += [
            f"- {'、'.join((route.to, *route.copies))}{'（只负指导责任）' if route.advises else ''}："
            f"{route.sentence}（{route.clause}）"
            for route in policy.routes
        ]
    for duty, heading in (("unit", "由人判断"), ("office", "主管部门的职责")):
        if checks := [check for check in policy.human if check.duty == duty]:
            lines += ["", f"## {heading}", ""]
            lines += [f"- {check.asks}（{check.clause}）：{check.sentence}" for check in checks]
    return "\n".join([*lines, "", *(f"- {note}" for note in policy.calendar_notes)]).rstrip() + "\n"


def _definition(policy: Policy) -> list[str]:
    """What the regulation calls an account, where the file says."""
    meant = policy.definition
    if meant is None:
        return []
    platforms = "、".join(platform.label for platform in meant.only.platforms)
    but = "、".join(level.label for level in meant.only.except_levels)
    limits = [f"适用于{platforms}" if platforms else "", f"{but}平台不适用" if but else ""]
    return [f"{meant.clause}：{meant.sentence}（{'；'.join(limit for limit in limits if limit)}）", ""]


def _step_line(step: LadderStep, number: int) -> str:
    when = (
        f"上一级送达后{step.after}" if number > 1 else "立案后即发" if not step.after.count else f"立案后{step.after}"
    )
    told = "、".join(addressee.label for addressee in step.tell)
    doubt = "（签批人待学校确认）" if step.approver_to_confirm else ""
    signed = f"，由{step.approver}签批{doubt}" if step.approver else "，自动发出"
    return f"{step.label}：{when}，告知{told}{signed}{'（待学校确认）' if step.school_to_confirm else ''}"


def rules_page() -> str:
    """Every rule: what it asks, its settings, when it can be wrong. The generated part of docs/rules.md."""
    parts = []
    for code, rule in sorted(RULES.items()):
        settings = "、".join(
            f"`{name}`（{'必填' if field.is_required() else f'默认 {_default(field.default)}'}）"
            for name, field in rule.settings.model_fields.items()
        )
        parts.append(f"### `{code}` {rule.title}\n\n{rule.help}\n\n参数：{settings or '无'}")
    return "\n\n".join(parts)


def _default(value: object) -> str:
    return value.pattern if isinstance(value, re.Pattern) else str(value)
