"""Findings followed to cases inside a simulation, with officials who sign, deliver and close after a while."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from rules.calendar import Calendar
from rules.cases import signing, transitions
from rules.cases.case import Case, EventKind, Transition
from rules.cases.reconcile import reconcile
from rules.cases.signing import Signatory
from rules.model import CaseState, Finding, Platform
from rules.people import TWO_PERSONS
from rules.policies.schema import Policy

SIGNED_AFTER = timedelta(days=2)
DELIVERED_AFTER = timedelta(days=1)
CLOSED_AFTER = timedelta(days=5)
EDITOR, SIGNER = Signatory(display="张示例"), Signatory(display="李示例")


@dataclass
class CaseSimulator:
    """Every case of the simulation, kept in memory."""

    policy: Policy
    calendar: Calendar
    cases: dict[str, Case] = field(default_factory=dict)
    """The newest case of each finding."""
    running: dict[str, Case] = field(default_factory=dict)
    """Those of them that are not settled."""
    counts: Counter[str] = field(default_factory=Counter)
    _number: int = 0

    def reconcile(self, findings: Iterable[Finding], now: datetime) -> Iterator[Case]:
        """Follow today's findings; gives the cases that were opened."""
        for case, events in reconcile(self.cases, findings, self.policy, now, self._next, self.calendar):
            self._keep((case, events))
            self.counts.update(event.kind.value for event in events)
            if any(event.kind is EventKind.OPENED for event in events):
                yield case

    def issue_due_steps(self, now: datetime, frozen: Collection[Platform]) -> Iterator[Case]:
        """Let the officials do their part and sign what is due; gives each case as it was when a step went out."""
        for case in list(self.running.values()):
            case = self._worked(case, now)
            status = transitions.escalation_status(case, now, frozen)
            if case.pending_step and (status.ready or (status.signable and self._signs(case, now))):
                yield case
                self.counts[f"step/{case.pending_step.document.value}"] += 1
                self._keep(self._sent(case, now, frozen))

    def due(self, account: str) -> datetime | None:
        """When the earliest waiting step of an account's cases may go out."""
        waiting = [case.pending_step.due_at for case in self._of(account) if case.pending_step]
        return min(waiting, default=None)

    def _of(self, account: str) -> Iterator[Case]:
        return (case for case in self.running.values() if case.account == account)

    def _worked(self, case: Case, now: datetime) -> Case:
        """What people do by themselves: confirm that a paper arrived, sign the next one, strike off what is cured."""
        last = case.issued_steps[-1] if case.issued_steps else None
        if last and last.issued_at and not last.delivered_at and now >= last.issued_at + DELIVERED_AFTER:
            case = self._keep(transitions.register_delivery(case, last.step, now, self.calendar))
        if case.state is CaseState.RESOLVED and case.resolved_at and now >= case.resolved_at + CLOSED_AFTER:
            return self._keep(transitions.close(case, "张示例", "已整改", now))
        return case

    def _signs(self, case: Case, now: datetime) -> bool:
        """A paper for which the policy names the signer lies on a desk for two days; the others are signed as they come."""
        waiting = case.pending_step
        slow = waiting and case.step_by_code(waiting.step).needs_approver
        return bool(waiting and (not slow or now >= waiting.due_at + SIGNED_AFTER))

    def _sent(self, case: Case, now: datetime, frozen: Collection[Platform]) -> Transition:
        waiting = case.pending_step
        assert waiting, "only a step that waits is sent"
        if transitions.escalation_status(case, now, frozen).ready:
            return signing.issue(case, now, notice="simulated", frozen=frozen)
        if waiting.document in TWO_PERSONS:
            case, _ = signing.propose(case, waiting.step, EDITOR, now, frozen=frozen)
        return signing.sign(case, waiting.step, SIGNER, now, notice="simulated", frozen=frozen)

    def _keep(self, change: Transition) -> Case:
        case, _ = change
        self.cases[case.key] = case
        self.running.pop(case.key, None)
        if not case.state.is_final:
            self.running[case.key] = case
        return case

    def _next(self) -> str:
        self._number += 1
        return f"SIM-{self._number:05d}"
