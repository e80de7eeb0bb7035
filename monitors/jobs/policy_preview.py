"""`xunjian policy preview`: what a policy would have found on the stored observations; nothing is opened or sent."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from monitors.app_context import AppContext
from rules.accounts.state import apply_observation
from rules.calendar import china_calendar, start_of
from rules.catalogue import SchoolContext
from rules.evaluation import BoundClauses, bind_clauses, evaluate_account, school_context
from rules.model import BEIJING, Account, AccountState, Filing, RuleResult, Verdict
from rules.policies.schema import Clause, Policy
from storage.filings import key_of
from storage.observations import FACTS, PLACE, WHOLE, ObservationSummary

NEVER, FOREVER = datetime(1, 1, 2, tzinfo=BEIJING), datetime(9999, 12, 30, tzinfo=BEIJING)
VISIT = timedelta(minutes=15)
"""Looks at one account that lie no farther apart were one visit, and are judged together."""


@dataclass
class AccountReplay:
    """One account relived visit by visit.

    While nothing is broken, a visit that shows no more than new posts cannot break anything before the date an answer
    named (``until``): it is passed over, and only the newest post of those passed over is remembered. While something
    is broken, only a visit that shows exactly the same is passed over.
    """

    filing: Filing
    key: str
    bound: BoundClauses
    school: SchoolContext
    since: datetime
    seen: AccountState | None = None
    boundary: datetime = NEVER
    signs: dict[str, str] = field(default_factory=dict)
    """What each of the account's pages showed last."""
    passed: Sequence[ObservationSummary] = ()
    """The last visit that was passed over while something was broken."""
    newest: ObservationSummary | None = None
    """The one with the newest post among those passed over while nothing was."""
    found: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    broken: list[tuple[Clause, RuleResult]] = field(default_factory=list)

    def visit(self, glances: Sequence[ObservationSummary]) -> None:
        """One visit more."""
        at = glances[-1].at
        if at < self.boundary and self._known(glances):
            self._pass(glances)
            return
        if self.newest and not any(glance.posted and glance.posted >= self.newest.posted for glance in glances):
            self._take((self.newest,))  # what was newest has since been taken down
        self.close()
        self._take(glances)
        self._judge(at)

    def _known(self, glances: Sequence[ObservationSummary]) -> bool:
        """True where every page showed what it showed last, new posts apart while nothing is broken."""
        length = WHOLE if self.broken else FACTS
        for glance in glances:
            fingerprint = glance.fingerprint
            if self.signs.get(fingerprint[:PLACE], "")[:length] != fingerprint[:length]:
                return False
        return True

    def close(self) -> None:
        """What is broken was still broken at the last visit that was passed over."""
        if self.broken and self.passed:
            at = self.passed[-1].at
            self._take(self.passed)
            self._judge(at)

    def _pass(self, glances: Sequence[ObservationSummary]) -> None:
        if self.broken:
            self.passed = glances
            return
        for glance in glances:
            if glance.posted and (not self.newest or glance.posted > self.newest.posted):
                self.newest = glance

    def _take(self, glances: Iterable[ObservationSummary]) -> None:
        for glance in glances:
            self.seen = apply_observation(self.seen, glance.look, key=self.key)
            self.signs[glance.fingerprint[:PLACE]] = glance.fingerprint
        self.passed, self.newest = (), None

    def _judge(self, now: datetime) -> None:
        """What every clause says after a visit, and until when nothing but a new fact can change it."""
        account = Account(
            school=self.filing.school, platform=self.filing.platform, key=self.key, filing=self.filing, seen=self.seen
        )
        said = list(evaluate_account(account, self.bound, self.school, now))
        dates = [moment for _, answer in said for moment in (answer.until, answer.look_due) if moment]
        waiting = any(a.verdict is Verdict.UNDETERMINED and a.look_due and a.look_due <= now for _, a in said)
        self.boundary = NEVER if waiting else min((date for date in dates if date > now), default=FOREVER)
        self.broken = [(clause, answer) for clause, answer in said if answer.verdict is Verdict.VIOLATED]
        if now >= self.since:
            for clause, answer in self.broken:
                row = self.found.setdefault((clause.rule, clause.clause), self._row(clause, now))
                row |= {"last_on": now.date(), "reason": answer.reason, "evidence": list(answer.evidence)}

    def _row(self, clause: Clause, now: datetime) -> dict[str, Any]:
        return {
            "account": self.key,
            "title": self.filing.name,
            "rule": clause.rule,
            "clause": clause.clause,
            "school_to_confirm": clause.school_to_confirm,
            "first_on": now.date(),
        }


def preview(context: AppContext, policy: Policy, since: date) -> Iterator[dict[str, Any]]:
    """One row per account and clause that would have been broken from ``since`` on, with the first and last day."""
    filings = {key_of(filing): filing for filing in context.store.filings.iterate(policy.code)}
    school = school_context(policy, filings.values(), china_calendar())
    bound, start = bind_clauses(policy), start_of(since)
    account: AccountReplay | None = None
    for glances in visits(context.store.observations.summaries(context.clock())):
        key = glances[0].key
        if account is None or account.key != key:
            yield from _closed(account)
            filing = filings.get(key)
            account = AccountReplay(filing, key, bound, school, start) if filing else None
        if account:
            account.visit(glances)
    yield from _closed(account)


def visits(glances: Iterable[ObservationSummary]) -> Iterator[list[ObservationSummary]]:
    """Glances that come by account and time, visit by visit."""
    visit: list[ObservationSummary] = []
    for glance in glances:
        if visit and (glance.key != visit[0].key or glance.at - visit[-1].at > VISIT):
            yield visit
            visit = []
        visit.append(glance)
    if visit:
        yield visit


def _closed(account: AccountReplay | None) -> Iterable[dict[str, Any]]:
    if account is None:
        return ()
    account.close()
    return account.found.values()
