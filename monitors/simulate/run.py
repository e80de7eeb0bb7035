"""A simulation: sweeps every twenty minutes, checks every hour, exactly as the service does, over months in seconds."""

from __future__ import annotations

import heapq
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from monitors.jobs.sweep import next_pause, shard_size
from monitors.settings import Settings
from monitors.simulate.case_simulator import CaseSimulator
from monitors.simulate.faults import Faults
from monitors.simulate.population import SimulatedAccount
from monitors.simulate.scoring import AccuracyScore
from monitors.simulate.simulated_web import SimulatedWeb
from monitors.simulate.visits import SimulatedCrawler
from rules.accounts.state import apply_observation
from rules.calendar import china_calendar
from rules.circuit_breaker import CanaryAccount, canary_ok, evaluate_breaker
from rules.evaluation import BoundClauses, bind_clauses, evaluate, evaluate_account, school_context
from rules.model import Account, AccountState, Finding, Platform
from rules.policies.schema import Policy
from rules.visit_schedule import next_visit

SWEEPS, CHECK = (0, 20, 40), 10
"""Minutes of the hour, as in the service's timetable."""
SETTINGS = Settings.model_construct()
"""An operator's defaults, whatever the environment says."""
CANARIES = 2
"""Lively accounts of each platform that stand as canaries."""


@dataclass
class Simulation:
    """One way of watching the town. ``daily``: everybody once a night and nothing else, to compare with."""

    lives: Sequence[SimulatedAccount]
    policy: Policy
    faults: Faults
    begin: datetime
    end: datetime
    seed: int
    daily: bool = False
    remember: bool = True
    """See `SimulatedCrawler.remember`."""
    seen: dict[str, AccountState] = field(default_factory=dict)
    frozen: dict[Platform, datetime] = field(default_factory=dict)
    freezes: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    """Why accounts were looked at again."""

    def __post_init__(self) -> None:
        """Everybody is due at once, as on the day a register is imported."""
        self.visitor = SimulatedCrawler(SimulatedWeb(self.lives, self.begin, self.seed), self.faults, self.remember)
        self.school = school_context(self.policy, [life.filing for life in self.lives], china_calendar())
        self.bound: BoundClauses = bind_clauses(self.policy)
        self.court = CaseSimulator(self.policy, china_calendar())
        self.tally = AccuracyScore(self.policy, self.begin, self.end)
        self.looks = 0
        self._due = [(self.begin, at) for at in range(len(self.lives))]
        self._touched: set[int] = set()
        self._rest: dict[Platform, tuple[int, datetime]] = {}
        self._canaries = [canary for platform in Platform for canary in self._lively(platform)]

    def run(self) -> AccuracyScore:
        """From the first day to the last."""
        hour = self.begin
        while hour < self.end:
            for minute in sorted((*SWEEPS, CHECK)):
                now = hour + timedelta(minutes=minute)
                self._check(now) if minute == CHECK else self._sweep(now)
            hour += timedelta(hours=1)
        return self.tally

    def _sweep(self, now: datetime) -> None:
        """Look at whoever is due, platform by platform; then the breaker, then the next dates."""
        due: dict[Platform, list[tuple[datetime, int]]] = defaultdict(list)
        while self._due and self._due[0][0] <= now:
            pair = heapq.heappop(self._due)
            due[self.lives[pair[1]].actor.platform].append(pair)
        for platform, pairs in due.items():
            size = len(pairs) if self.daily else shard_size(SETTINGS, platform)
            some = [at for _, at in pairs[:size]]
            for pair in pairs[size:]:
                heapq.heappush(self._due, pair)
            _, until = self._rest.get(platform, (0, now))
            if until > now:
                again = [(until, at) for at in some]
            else:
                before = self._verdicts(some, now)
                self._visit(platform, some, now)
                self._guard(platform, some, before, now)
                again = [(self._next(at, now), at) for at in some]
            for pair in again:
                heapq.heappush(self._due, pair)

    def _visit(self, platform: Platform, some: list[int], now: datetime) -> None:
        walled: set[str] = set()
        read = False
        for at in some:
            life = self.lives[at]
            for look in self.visitor.visit(life, now, set() if self.daily else walled):
                self.seen[life.key] = apply_observation(self.seen.get(life.key), look, key=life.key)
                self._touched.add(at)
                self.looks += 1
                read = read or look.outcome.is_fact
            self.tally.named(life, self.seen.get(life.key), now)
        if platform is not Platform.WEBSITE and not self.daily:
            walls, rest = next_pause(self._rest.get(platform, (0, now))[0], read)
            self._rest[platform] = (walls, now + rest) if walled else (0, now)

    def _guard(self, platform: Platform, some: list[int], before: Mapping[str, Finding], now: datetime) -> None:
        if self.daily:
            return
        failed = [c.name for c in self._canaries if c.platform is platform and not self._trusted(c, now)]
        known = {key: finding.verdict for key, finding in before.items()}
        after = list(self._verdicts(some, now).values())
        if evaluate_breaker(platform, known, after, len(some), failed, now):
            self.freezes[platform.value] += platform not in self.frozen
            self.frozen.setdefault(platform, now)
        else:
            self.frozen.pop(platform, None)

    def _trusted(self, canary: CanaryAccount, now: datetime) -> bool:
        return canary_ok(canary, self.seen.get(canary.key), now)

    def _verdicts(self, some: list[int], now: datetime) -> dict[str, Finding]:
        """Findings of those that were ever seen."""
        if self.daily:
            return {}
        accounts = [self._account(at, now) for at in some]
        known = [account for account in accounts if account.seen and account.seen.fact]
        return {finding.key: finding for finding in evaluate(known, self.policy, self.school, now)}

    def _account(self, at: int, now: datetime) -> Account:
        life = self.lives[at]
        return Account(
            school=self.policy.code, platform=life.actor.platform, key=life.key, filing=life.filing_at(now),
            seen=self.seen.get(life.key),
        )  # fmt: skip

    def _next(self, at: int, now: datetime) -> datetime:
        if self.daily:
            return now + timedelta(days=1)
        account = self._account(at, now)
        said = (answer for _, answer in evaluate_account(account, self.bound, self.school, now))
        when, why = next_visit(account, said, self.policy.polling, now, self.court.due(account.key))
        self.reasons[why.value] += 1
        return max(when, now + timedelta(seconds=1))

    def _check(self, now: datetime) -> None:
        """What changed since the last check becomes findings, findings become cases, cases climb."""
        accounts = [self._account(at, now) for at in sorted(self._touched)]
        lives = {self.lives[at].key: self.lives[at] for at in self._touched}
        self._touched.clear()
        findings = list(evaluate(accounts, self.policy, self.school, now))
        for finding in findings:
            self.tally.found(lives[finding.account], finding, now)
        if self.daily:
            return
        by_key = self.visitor.town.lives
        for case in self.court.reconcile(findings, now):
            self.tally.opened(by_key[case.account], case)
        for case in self.court.issue_due_steps(now, self.frozen):
            self.tally.issued(by_key[case.account], case, now, case.platform in self.frozen)

    def _lively(self, platform: Platform) -> Iterator[CanaryAccount]:
        """Accounts that post at least weekly and that nothing happens to."""
        chosen = [life for life in self.lives if life.actor.platform is platform and life.fate == "live"]
        for life in [life for life in chosen if len(life.posts) > 100 and not life.hidden][:CANARIES]:
            yield CanaryAccount(platform, life.key, life.actor.name, life.actor.id, life.filing.url, alive=True)
