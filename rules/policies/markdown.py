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
        "| 条款 | 问题 | 参数 | 原文 | 督办 |",
        "|---|---|---|---|---|",
    ]
    for clause in policy.clauses:
        settings = "，".join(f"{key}={value}" for key, value in clause.settings.items()) or "—"
        note = "（待学校确认）" if clause.school_to_confirm else ""
        title = RULES[clause.rule].title
        lines.append(f"| {clause.clause} | {title}{note} | {settings} | {clause.sentence} | {clause.ladder} |")
    for name, ladder in policy.ladders.items():
        lines += ["", f"## 督办级次 {name}", ""]
        lines += [f"{number}. {_step_line(step, number)}" for number, step in enumerate(ladder, 1)]
    if policy.routes:
        lines += ["", "## 监管单位", ""]
        lines += [f"- {route.to}：{route.sentence}（{route.clause}）" for route in policy.routes]
    if policy.human:
        lines += ["", "## 由人判断", ""]
        lines += [f"- {check.asks}（{check.clause}）" for check in policy.human]
    return "\n".join([*lines, "", *(f"- {note}" for note in policy.calendar_notes)]).rstrip() + "\n"


def _step_line(step: LadderStep, number: int) -> str:
    when = (
        f"上一级送达后{step.after}" if number > 1 else "立案后即发" if not step.after.count else f"立案后{step.after}"
    )
    told = "、".join(addressee.label for addressee in step.tell)
    signed = f"，由{step.approver}签批" if step.approver else "，自动发出"
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
