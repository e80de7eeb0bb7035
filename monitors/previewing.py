"""`xunjian policy preview`: what a policy would have found on the stored observations; nothing is opened or sent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from monitors.world import World
from rules.absorb import absorb
from rules.calendar import standard, start_of
from rules.catalogue import SchoolContext
from rules.engine import Checks, answers, checks, context
from rules.model import BEIJING, Account, Answer, Filing, Observation, Seen, Verdict
from rules.policy import Clause, Policy
from storage.filings import key_of
from storage.looks import Glance

NEVER, FOREVER = datetime(1, 1, 2, tzinfo=BEIJING), datetime(9999, 12, 30, tzinfo=BEIJING)


@dataclass
class Replayed:
    """One account relived look by look. Between two looks that showed the same, nothing but time can change an answer, so
    a clause is asked again only when a look differs or a date passes that an answer named (``until``)."""

    filing: Filing
    bound: Checks
    school: SchoolContext
    since: datetime
    seen: Seen | None = None
    boundary: datetime = NEVER
    found: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    broken: list[tuple[Clause, Answer]] = field(default_factory=list)

    def absorb(self, key: str, look: Observation) -> None:
        """One look more, and what every clause says of it."""
        self.seen = absorb(self.seen, look, key=key)
        now = look.observed_at
        account = Account(
            school=self.filing.school, platform=self.filing.platform, key=key, filing=self.filing, seen=self.seen
        )
        said = list(answers(account, self.bound, self.school, now))
        self.boundary = min(
            (answer.until for _, answer in said if answer.until and answer.until > now), default=FOREVER
        )
        self.broken = [(clause, answer) for clause, answer in said if answer.verdict is Verdict.VIOLATED]
        self.stand(now)

    def stand(self, now: datetime) -> None:
        """What is broken is still broken at ``now``."""
        if now < self.since:
            return
        for clause, answer in self.broken:
            row = self.found.setdefault((clause.rule, clause.clause), self._row(clause, now))
            row |= {"last_on": now.date(), "reason": answer.reason, "evidence": list(answer.evidence)}

    def _row(self, clause: Clause, now: datetime) -> dict[str, Any]:
        return {
            "account": key_of(self.filing),
            "title": self.filing.name,
            "rule": clause.rule,
            "clause": clause.clause,
            "school_to_confirm": clause.school_to_confirm,
            "first_on": now.date(),
        }


def preview(world: World, policy: Policy, since: date) -> Iterator[dict[str, Any]]:
    """One row per account and clause that would have been broken from ``since`` on, with the first and last day."""
    filings = {key_of(filing): filing for filing in world.store.filings.iterate(policy.code)}
    school = context(policy, filings.values(), standard())
    bound, looks, start = checks(policy), world.store.looks, start_of(since)
    key, account, pending = "", None, None
    for glance in looks.glances(world.clock()):
        if glance.key != key:
            yield from _close(world, account, pending)
            key, pending = glance.key, None
            filing = filings.get(key)
            account = Replayed(filing, bound, school, start) if filing else None
        if account is None:
            continue
        if pending and glance.sign == pending.sign and glance.at < account.boundary:
            pending = glance
            continue
        if pending and glance.sign != pending.sign:
            account.absorb(key, looks.observation(pending.seq))
        account.absorb(key, looks.observation(glance.seq))
        pending = glance
    yield from _close(world, account, pending)


def _close(world: World, account: Replayed | None, pending: Glance | None) -> Iterator[dict[str, Any]]:
    if account and pending:
        account.absorb(pending.key, world.store.looks.observation(pending.seq))
        yield from account.found.values()
