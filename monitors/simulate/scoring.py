"""Keeps the score of a simulation against the truth: what was found and when, what was wrongly said of whom."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from monitors.simulate.population import Breach, SimulatedAccount
from rules.calendar import Period, china_calendar
from rules.cases.case import Case
from rules.catalogue.activity import TWO_MONTHS
from rules.model import AccountState, Finding, Verdict
from rules.policies.schema import Policy

SILENCE = "inactivity"
FRESH = timedelta(hours=24)
"""How old the evidence of a step may be, as the requirement says it."""


@dataclass
class AccuracyScore:
    """``found``: the first check that said so, by account and beginning of the breach."""

    policy: Policy
    begin: datetime
    end: datetime
    first: dict[tuple[str, datetime], datetime] = field(default_factory=dict)
    names: dict[str, datetime] = field(default_factory=dict)
    """When the new name of an account was first seen."""
    wrong: Counter[str] = field(default_factory=Counter)
    """False accusations by stage: finding, case, step; and steps that were not as they should be, see `issued`."""
    examples: list[str] = field(default_factory=list)
    other: Counter[str] = field(default_factory=Counter)
    """Violations of other rules, each account once."""
    _told: set[tuple[str, str]] = field(default_factory=set)

    def __post_init__(self) -> None:
        """The limit is the policy's own."""
        clause = next(clause for clause in self.policy.clauses if clause.rule == SILENCE)
        self.limit = Period.parse(str(clause.settings.get("limit", TWO_MONTHS)))

    def found(self, life: SimulatedAccount, finding: Finding, now: datetime) -> None:
        """One finding of a check."""
        if finding.verdict is not Verdict.VIOLATED:
            return
        if finding.rule != SILENCE:
            self.other[finding.rule] += (finding.account, finding.rule) not in self._told
            self._told.add((finding.account, finding.rule))
            return
        truth = self._deadline(life, finding.shown_at or now)
        if (finding.shown_at or now) <= truth:
            self._accused("finding", f"{finding.account} {now:%Y-%m-%d %H:%M} {finding.reason}")
        else:
            self.first.setdefault((finding.account, truth), now)

    def opened(self, life: SimulatedAccount, case: Case) -> None:
        """One case, as it opens."""
        if case.rule == SILENCE and case.shown_at <= self._deadline(life, case.shown_at):
            self._accused("case", f"{case.account} {case.opened_at:%Y-%m-%d %H:%M} {case.reason}")

    def issued(self, life: SimulatedAccount, case: Case, now: datetime, frozen: bool) -> None:
        """A case as it is when its next step goes out. Where the account posted after the last look, which is at most a
        day old, the step was right when it was looked at and is overtaken: that is counted apart."""
        self.wrong["step_while_frozen"] += frozen
        self.wrong["step_stale"] += now - case.shown_at > FRESH
        if case.rule != SILENCE:
            return
        if case.shown_at <= self._deadline(life, case.shown_at):
            self._accused("step", f"{case.account} {now:%Y-%m-%d %H:%M} {case.reason}")
        elif now <= self._deadline(life, now):
            self.wrong["overtaken"] += 1

    def named(self, life: SimulatedAccount, seen: AccountState | None, now: datetime) -> None:
        """What the account is called after a look."""
        if life.renamed_at and seen and seen.name == life.new_name and seen.name_seen:
            self.names.setdefault(life.key, now)

    def _deadline(self, life: SimulatedAccount, now: datetime) -> datetime:
        return life.deadline(now, self.limit, china_calendar())

    def _accused(self, stage: str, words: str) -> None:
        self.wrong[stage] += 1
        if len(self.examples) < 5:
            self.examples.append(f"{stage}: {words}")

    def breaches(self, life: SimulatedAccount) -> list[Breach]:
        """The true ones, as far as the simulation goes."""
        return list(life.breaches(self.end, self.limit, china_calendar()))
