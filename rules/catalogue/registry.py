"""What a rule is: a pure function, its Chinese name, and the settings a school may write, read off its signature."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from ipaddress import IPv4Network, IPv6Network
from typing import Any, get_type_hints

from pydantic import BaseModel, ConfigDict, create_model

from rules.calendar import Calendar
from rules.model import Account, Filing, LabeledEnum, RuleResult

Network = IPv4Network | IPv6Network
RuleFunction = Callable[..., RuleResult | None]
"""``(account, school, now, *, settings…) -> Answer``; None where the rule does not apply to the account at all."""


class RuleGroup(LabeledEnum):
    """What a rule is about, in the order in which a leader reads the findings. The first four are urgent."""

    UNAPPROVED = "unapproved", "未经批准"
    CLOSED = "closed", "关停"
    ACTIVITY = "activity", "更新"
    LOST = "lost", "失联"
    REGISTER = "register", "备案信息"
    CONTENT = "content", "页面内容"
    PERIODIC = "periodic", "年审与自查"

    @property
    def is_urgent(self) -> bool:
        """False for matters of the register, which can wait."""
        return self in (RuleGroup.UNAPPROVED, RuleGroup.CLOSED, RuleGroup.ACTIVITY, RuleGroup.LOST)


@dataclass(frozen=True, slots=True)
class UnitChecks:
    """A unit's self-check covers all its accounts: its newest date, and the filing that answers for the unit."""

    newest: date | None
    filing: str


@dataclass(frozen=True, kw_only=True)
class SchoolContext:
    """What a rule may know beyond the account: the school's own data, the calendar and register-wide facts.

    ``shared`` holds, for every active filing of a unit with more than one account on a platform (and of a type, for
    apps), the group in order of age: the eldest is the main account. ``self_checks``: by unit.
    """

    code: str
    name: str
    calendar: Calendar
    effective: date
    units: frozenset[str] = frozenset()
    units_complete: bool = False
    unit_short_names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    ranges: tuple[Network, ...] = ()
    domains: tuple[str, ...] = ()
    shared: Mapping[str, tuple[Filing, ...]] = field(default_factory=dict)
    self_checks: Mapping[str, UnitChecks] = field(default_factory=dict)


BoundRule = Callable[[Account, SchoolContext, datetime], RuleResult | None]
"""A check with a school's settings filled in."""


@dataclass(frozen=True)
class Rule:
    """One rule of the catalogue. ``help`` is its docstring, shown in the console and in docs/rules.md.

    ``problem`` and ``demand`` are what a paper calls the problem and asks for, unless the school or its clause says it in
    other words. ``setting_names``: what each setting is called in front of a person; ``value_names``: what
    each word is called that a setting may be.
    """

    code: str
    title: str
    group: RuleGroup
    problem: str
    demand: str
    check: RuleFunction
    setting_names: Mapping[str, str] = field(default_factory=dict)
    value_names: Mapping[str, str] = field(default_factory=dict)

    @property
    def help(self) -> str:
        """The docstring, dedented: what the rule asks, then 「何时可能出错」."""
        return inspect.getdoc(self.check) or ""

    @cached_property
    def settings(self) -> type[BaseModel]:
        """A model of the keyword-only arguments: what a policy may write under ``with``."""
        hints = get_type_hints(self.check, include_extras=True)
        fields: dict[str, Any] = {
            name: (hints[name], ... if parameter.default is parameter.empty else parameter.default)
            for name, parameter in inspect.signature(self.check).parameters.items()
            if parameter.kind is parameter.KEYWORD_ONLY
        }
        return create_model(f"{self.code}_settings", __config__=ConfigDict(extra="forbid", frozen=True), **fields)

    def bind(self, written: Mapping[str, Any]) -> BoundRule:
        """The check with a school's settings filled in. Raises pydantic.ValidationError."""
        settings = self.settings.model_validate(dict(written))
        values = {name: getattr(settings, name) for name in type(settings).model_fields}
        return lambda account, school, now: self.check(account, school, now, **values)


RULES: dict[str, Rule] = {}
"""Every rule by its code; filled when `rules.catalogue` is imported."""


def rule(
    title: str,
    *,
    group: RuleGroup,
    problem: str,
    demand: str,
    settings: Mapping[str, str] | None = None,
    values: Mapping[str, str] | None = None,
) -> Callable[[RuleFunction], RuleFunction]:
    """Register a function as a rule under its own name; ``settings`` names its keyword-only arguments in Chinese, ``values``
    the words they may be.

    Raises TypeError where a setting has no name, or a name no setting.
    """

    def register(check: RuleFunction) -> RuleFunction:
        parameters = inspect.signature(check).parameters.values()
        written = {each.name for each in parameters if each.kind is each.KEYWORD_ONLY}
        if written != set(settings or {}):
            raise TypeError(f"{check.__name__}: every setting has a Chinese name, and nothing else: {sorted(written)}")
        RULES[check.__name__] = Rule(check.__name__, title, group, problem, demand, check, settings or {}, values or {})
        return check

    return register


def by_weight() -> list[str]:
    """The codes of all rules, those first whose findings a leader reads first."""
    return [code for group in RuleGroup for code, each in RULES.items() if each.group is group]
