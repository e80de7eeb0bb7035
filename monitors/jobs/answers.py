"""What the clauses say of every account, kept from check to check: asked again is only what changed, or whose time has come."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache, cached_property
from importlib import resources
from importlib.metadata import version
from importlib.resources.abc import Traversable
from typing import Any

from pydantic import ValidationError

from monitors.app_context import AppContext
from monitors.version import product_version
from rules.accounts.join import join
from rules.calendar import china_calendar
from rules.cases.case import Case
from rules.catalogue import RULES, SchoolContext
from rules.coverage import Knowledge, coverage_kind
from rules.evaluation import (
    REGISTER_WIDE_RULES,
    BoundClauses,
    Opened,
    bind_clauses,
    evaluate_account,
    held_answers,
    school_context,
)
from rules.kept_answers import KeptAnswers, pack, unpack
from rules.model import AccountState, Filing, Finding
from rules.policies.routing import supervisor
from rules.policies.schema import Policy
from storage.answers import DueFiling, KeptRow
from storage.database import chunked
from storage.serialization import dump, load_json

SOME = 1000
"""Filings that are asked, and written down, at a time."""
TRIES = 5
"""An account that changes while it is asked is asked again; one that does so each time waits for the next check."""


def refresh(context: AppContext, school: str, now: datetime) -> int:
    """Ask every filing that is due at ``now`` anew and keep what is said; returns how many. Afterwards the kept answers are
    what asking all of them would give. Raises KeyError where the school has no policy."""
    policy, answers = context.policies[school], context.store.answers
    answers.take_up()
    answers.begin(school, stamp_of(policy), now)
    compares, asked = any(clause.rule in REGISTER_WIDE_RULES for clause in policy.clauses), 0
    for _ in range(TRIES):
        for due in chunked(answers.due(school, now), SOME):
            answers.settle(school, due, whole_units=compares)
        asking, before = Asking(context, policy, now, compares), asked
        for due in chunked(answers.due(school, now), SOME):
            asking.ask(due)
            asked += len(due)
        if asked == before:
            break
        answers.take_up()
    return asked


def stamp_of(policy: Policy) -> str:
    """Changes with the policy, the program and its calendar: what was answered under another stamp is asked again."""
    return hashlib.sha256(f"{_program()} {policy.version} {dump(policy)}".encode()).hexdigest()


@cache
def _program() -> str:
    digest = hashlib.sha256()
    for part in (product_version(), version("chinesecalendar"), *_sources(resources.files("rules"))):
        digest.update(part.encode())
    return digest.hexdigest()


def _sources(folder: Traversable) -> Iterator[str]:
    """The rules themselves: an edited installation does not change its version."""
    for each in sorted(folder.iterdir(), key=lambda one: one.name):
        if each.is_dir() and each.name != "__pycache__":
            yield from _sources(each)
        elif each.name.endswith((".py", ".yaml")):
            yield each.read_text("utf-8")


@dataclass
class Asking:
    """One pass over filings of one school. What the clauses need besides the filing is read when the first one is asked.
    ``compares``: some clause holds a filing against the others of its unit."""

    context: AppContext
    policy: Policy
    now: datetime
    compares: bool
    _units: frozenset[str] = frozenset()
    _school: SchoolContext | None = None

    def ask(self, due: Sequence[DueFiling]) -> None:
        """Ask some filings and keep what is said, except where something changed meanwhile: that stays due."""
        school, answers = self.policy.code, self.context.store.answers
        filings, seen = answers.inputs(school, due, self.now)
        around = self._around(filings.values())
        there = [each for each in due if each.filing in filings]
        answers.keep(school, [(each, *self._said(filings[each.filing], seen, around)) for each in there], self.now)

    def _said(
        self, filing: Filing, seen: Mapping[str, AccountState], school: SchoolContext
    ) -> tuple[KeptAnswers, Knowledge | None]:
        (account,) = join([filing], seen, {}, self.policy.code)
        opened = self.opened.get(account.key, {})
        answers = tuple(evaluate_account(account, self.bound, school, self.now))
        held = held_answers(account, answers, self.policy, school, self.now, opened)
        return pack(account, supervisor(account, self.policy), held), coverage_kind(account, answers)

    def _around(self, filings: Iterable[Filing]) -> SchoolContext:
        """What the clauses may know of the school: of its register the units of these filings."""
        units = frozenset(filing.unit for filing in filings if self.compares and filing.unit)
        if self._school is None or not units <= self._units:
            others = self.context.store.filings.of_units(self.policy.code, units)
            self._units, self._school = units, school_context(self.policy, others, china_calendar())
        return self._school

    @cached_property
    def bound(self) -> BoundClauses:
        return bind_clauses(self.policy)

    @cached_property
    def opened(self) -> Opened:
        return settings_at_opening(self.context, self.context.store.cases.open(self.policy.code))


def kept_findings(policy: Policy, rows: Iterable[KeptRow]) -> Iterator[Finding]:
    """Kept answers as findings."""
    for row in rows:
        yield from unpack(row.kept, policy, row.platform, row.key)


def settings_at_opening(context: AppContext, cases: Iterable[Case]) -> Opened:
    """By account, rule and clause the settings under which its open case began, from the policies kept by version."""
    policies: dict[str, dict[tuple[str, str], dict[str, Any]]] = {}
    opened: defaultdict[str, dict[tuple[str, str], dict[str, Any]]] = defaultdict(dict)
    for case in cases:
        if case.policy_version not in policies:
            policies[case.policy_version] = _settings(context.store.cases.remembered_policy(case.policy_version))
        key = (case.rule, case.clause)
        settings = policies[case.policy_version].get(key)
        if settings is not None and _still_valid(case.rule, settings):
            opened[case.account][key] = settings
    return opened


def _settings(document: str | None) -> dict[tuple[str, str], dict[str, Any]]:
    """Settings by rule and clause of a policy as it was kept, which today's schema need not accept."""
    clauses = load_json("制度版本", document).get("clauses", []) if document else []
    return {(c["rule"], c["clause"]): dict(c.get("settings", c.get("with", {}))) for c in clauses}


def _still_valid(rule: str, settings: dict[str, Any]) -> bool:
    """False where the rule has lost a setting since: it can no longer be asked as it was."""
    try:
        return rule in RULES and bool(RULES[rule].settings.model_validate(settings))
    except ValidationError:
        return False
