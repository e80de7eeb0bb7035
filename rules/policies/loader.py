"""Reads a policy from text: a wrong file does not load, and says in Chinese where it is wrong and what to do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from difflib import get_close_matches
from functools import cache
from importlib import resources
from itertools import pairwise
from typing import Any

import yaml
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from rules.calendar import PeriodUnit
from rules.catalogue import RULES
from rules.model import DocumentType, Filing
from rules.policies.schema import Clause, LadderStep, Policy, version_of

Place = tuple[str | int, ...]
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""Eight times as fast: nearly every command reads every policy."""
CLIMB = (DocumentType.REMINDER, DocumentType.RECTIFICATION, DocumentType.PUBLIC_NOTICE, DocumentType.SHUTDOWN)
REGISTER_FIELDS = {field.name for field in fields(Filing)}


@dataclass(frozen=True, slots=True)
class PolicyProblem:
    """One mistake: the line (0 where unknown) and YAML path, what is wrong, and the remedy."""

    line: int
    where: str
    what: str
    remedy: str


class PolicyError(Exception):
    """A policy file cannot be used. Raised by `load_policy`; the catcher shows it: every mistake is listed at once."""

    def __init__(self, path: str, problems: tuple[PolicyProblem, ...]) -> None:
        self.path, self.problems = path, problems
        lines = [f"  第 {p.line} 行 {p.where}：{p.what}。{p.remedy}" for p in problems]
        super().__init__(f"制度文件 {path} 有 {len(problems)} 处错误：\n" + "\n".join(lines))


def load_policy(text: str, path: str) -> Policy:
    """Read one school's file. ``path`` only names it in messages. Raises PolicyError."""
    try:
        root = yaml.compose(text, LOADER)
        lines = dict(_lines(root, ())) if root else {}
        data = yaml.load(text, LOADER)  # noqa: S506 - safe either way
    except (yaml.YAMLError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        what = "不是合法的 YAML" if isinstance(error, yaml.YAMLError) else "有无法识别的日期或数值"
        raise PolicyError(
            path, (PolicyProblem(mark.line + 1 if mark else 0, "", what, "请检查缩进、冒号和引号"),)
        ) from error
    if not isinstance(data, dict):
        raise PolicyError(
            path, (PolicyProblem(1, "", "内容不是“字段: 值”的形式", "请参照 rules/policies 中的文件编写"),)
        )
    found: list[tuple[Place, str, str]] = [(place, "字段重复", "请只保留一处") for place in _twice(root, ())]
    try:
        policy = Policy.model_validate({**data, "version": version_of(text)})
        found += _mistakes(policy)
    except ValidationError as error:
        found += _explained_all(error)
    if found:
        raise PolicyError(
            path, tuple(PolicyProblem(_line(lines, at), _where(at), what, fix) for at, what, fix in found)
        )
    return policy


def bundled_policies() -> dict[str, str]:
    """The text of every policy that ships with the product, by file name without ``.yaml``."""
    folder = resources.files("rules").joinpath("policies")
    files = sorted(item.name for item in folder.iterdir() if item.name.endswith(".yaml"))
    return {name.removesuffix(".yaml"): folder.joinpath(name).read_text("utf-8") for name in files}


@cache
def bundled_policy(code: str) -> Policy:
    """A policy that ships with the product. Raises KeyError for an unknown code, PolicyError for a broken file."""
    return load_policy(bundled_policies()[code], f"rules/policies/{code}.yaml")


def _mistakes(policy: Policy) -> Iterator[tuple[Place, str, str]]:
    """What the schema alone cannot see."""
    if policy.school not in policy.names.full:
        yield ("names", "full"), f"受保护全称中没有学校名称“{policy.school}”", "请把学校全称写入 names.full"
    for name, ladder in policy.ladders.items():
        yield from _ladder_problems(("ladders", name), ladder)
    for index, clause in enumerate(policy.clauses):
        place: Place = ("clauses", index)
        if any((clause.rule, clause.clause) == (c.rule, c.clause) for c in policy.clauses[:index]):
            yield place, f"规则 {clause.rule} 与条款“{clause.clause}”重复", "同一条款的同一规则只写一次"
        if clause.ladder not in policy.ladders:
            yield (*place, "ladder"), f"没有名为“{clause.ladder}”的督办级次", f"可用：{'、'.join(policy.ladders)}"
        yield from _misused(place, clause)
    for index, form in enumerate(policy.register_fields):
        for field in sorted(set(form.fields) - REGISTER_FIELDS):
            yield ("register", index, "fields"), f"台账没有“{field}”字段", f"可用：{'、'.join(sorted(REGISTER_FIELDS))}"
    polling = policy.polling
    fixed = all(
        period.count > 0 and period.unit in (PeriodUnit.HOURS, PeriodUnit.DAYS)
        for period in (polling.floor, polling.ceiling)
    )
    if not fixed or polling.floor.as_timedelta() > polling.ceiling.as_timedelta():
        yield ("polling",), "巡检间隔的下限应大于零且不大于上限", "请用小时或天书写，如 floor: 6小时、ceiling: 7天"
    lead = policy.inquiry.lead
    if lead.count < 0 or lead.unit not in (PeriodUnit.HOURS, PeriodUnit.DAYS):
        yield ("inquiry", "lead"), f"提前询问的时间“{lead}”写法不对", "请用天书写，如 lead: 14天；0天 表示期满再问"


def _misused(place: Place, clause: Clause) -> Iterator[tuple[Place, str, str]]:
    rule = RULES.get(clause.rule)
    if rule is None:
        close = get_close_matches(clause.rule, RULES, 1)
        remedy = f"是否想写 {close[0]}？" if close else f"可用的规则：{'、'.join(sorted(RULES))}"
        yield (*place, "rule"), f"没有“{clause.rule}”这条规则", remedy
        return
    try:
        rule.settings.model_validate(clause.settings)
    except ValidationError as error:
        known = "、".join(rule.settings.model_fields) or "无"
        for at, what, remedy in _explained_all(error):
            yield (*place, "with", *at), what, f"{remedy}；{clause.rule} 的参数：{known}"


def _ladder_problems(place: Place, ladder: tuple[LadderStep, ...]) -> Iterator[tuple[Place, str, str]]:
    """Where a ladder does not climb: a lighter step after a graver one, no waiting in between, a code used twice."""
    for index, step in enumerate(ladder):
        here = (*place, index)
        if step.document not in CLIMB:
            yield (*here, "document"), f"“{step.document.label}”不能作为督办级次", f"可用：{'、'.join(CLIMB)}"
        if step.document in (DocumentType.PUBLIC_NOTICE, DocumentType.SHUTDOWN) and not step.approver:
            yield here, f"“{step.label}”未写明签批人", "公开通报和关停必须由人签批，请写 approver"
        if step.after.count < 0 or (index and not step.after.count):
            yield (*here, "after"), "与上一级之间没有间隔", "请写上一级送达后多久，如 after: 1个月"
        if any(step.code == other.code for other in ladder[:index]):
            yield (*here, "code"), f"级次代码“{step.code}”重复", "每一级用不同的代码"
    for index, (before, step) in enumerate(pairwise(ladder), 1):
        if not _graver(before.document, step.document):
            yield (*place, index), f"“{step.label}”不比上一级“{before.label}”更重", "督办级次应逐级加重"


def _graver(before: DocumentType, after: DocumentType) -> bool:
    """关停整改 may be followed by 注销账号, both shutdowns; nothing else may be said twice."""
    if before is after is DocumentType.SHUTDOWN or not {before, after} <= set(CLIMB):
        return True
    return CLIMB.index(after) > CLIMB.index(before)


_KINDS = {
    "missing": ("缺少这一项", "请补上"),
    "extra_forbidden": ("不认识的字段", "请核对拼写，或删除这一行"),
    "string_too_short": ("不能为空", "请填写"),
    "too_short": ("不能为空", "请至少写一项"),
    "string_pattern_mismatch": ("格式不对", "代码用小写字母、数字、连字符和下划线；学校标识码为 10 位数字"),
    "pattern_regex": ("不是合法的正则表达式", "请检查括号是否成对"),
    "date_from_datetime_parsing": ("不是日期", "请写成 2020-09-07"),
    "date_type": ("不是日期", "请写成 2020-09-07"),
    "tuple_type": ("应为列表", "请写成 [甲, 乙]"),
    "dict_type": ("应为“字段: 值”", "请检查缩进"),
    "model_type": ("应为“字段: 值”", "请检查缩进"),
    "ip_any_network": ("不是地址段", "请写成 10.0.0.0/8 的形式，且主机位为零"),
}
_MISSING = {"sentence": "缺少依据的原文", "clause": "缺少依据的条款", "title": "缺少制度名称"}


def _explained_all(error: ValidationError) -> list[tuple[Place, str, str]]:
    """One line a place: a list that is "too short" only because its items are wrong is not a second mistake."""
    lines = {at: (at, what, remedy) for at, what, remedy in map(_explained, error.errors())}
    return [lines[at] for at in lines if not any(other[: len(at)] == at for other in lines if other != at)]


def _explained(detail: ErrorDetails) -> tuple[Place, str, str]:
    """One pydantic error as place, what is wrong, remedy."""
    at, kind, given = detail["loc"], detail["type"], detail["input"]
    if kind == "missing" and at:
        return at, _MISSING.get(str(at[-1]), "缺少这一项"), "请按制度原文填写"
    if kind == "value_error":
        return at, str(detail["ctx"]["error"]), "请改正"
    if kind in ("enum", "literal_error"):
        return at, f"“{given}”不在可用的值之内", f"可用：{detail['ctx']['expected']}"
    what, remedy = _KINDS.get(kind, ("值不对", "请核对类型和范围"))
    return at, f"“{given}”{what}" if isinstance(given, str | int) and given != "" else what, remedy


def _where(at: Place) -> str:
    text = "".join(f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in at)
    return text.removeprefix(".")


def _line(lines: dict[Place, int], at: Place) -> int:
    """The line of the place, or of the nearest thing around it that exists."""
    while at and at not in lines:
        at = at[:-1]
    return lines.get(at, 1)


def _lines(node: yaml.Node, at: Place) -> Iterator[tuple[Place, int]]:
    yield at, node.start_mark.line + 1
    for part, _, child in _children(node):
        yield from _lines(child, (*at, part))


def _twice(node: yaml.Node | None, at: Place) -> Iterator[Place]:
    """Keys written twice in one mapping: YAML silently keeps the last, which hides a clause."""
    seen: set[str | int] = set()
    for part, is_key, child in _children(node) if node else ():
        if is_key and part in seen:
            yield (*at, part)
        seen.add(part)
        yield from _twice(child, (*at, part))


def _children(node: yaml.Node) -> Iterator[tuple[str | int, bool, Any]]:
    if isinstance(node, yaml.MappingNode):
        yield from ((str(key.value), True, child) for key, child in node.value)
    elif isinstance(node, yaml.SequenceNode):
        yield from ((index, False, child) for index, child in enumerate(node.value))
