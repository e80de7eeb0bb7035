"""A preview passes over what shows nothing new, and still finds what a check after every visit would have found."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from monitors.app_context import AppContext
from monitors.jobs.policy_preview import preview
from monitors.settings import Settings
from monitors.simulate.faults import Faults
from monitors.simulate.population import SimulatedAccount, populate
from monitors.simulate.report import BEGIN
from monitors.simulate.simulated_web import SimulatedWeb
from monitors.simulate.visits import SimulatedCrawler
from rules.accounts.state import apply_observation
from rules.calendar import china_calendar
from rules.evaluation import evaluate, school_context
from rules.model import Account, AccountState, Observation, Verdict
from rules.policies.loader import bundled_policy
from rules.policies.schema import Policy
from storage.store import Store

DAYS = 100
SIAS = bundled_policy("sias")


def visits(lives: list[SimulatedAccount], seed: int) -> list[tuple[SimulatedAccount, list[Observation]]]:
    """A visit a day to everybody, a fifth of all fetches failing."""
    visitor = SimulatedCrawler(SimulatedWeb(lives, BEGIN, seed), Faults(BEGIN, DAYS, seed, 0.2))
    days = [BEGIN + timedelta(days=day, hours=9) for day in range(DAYS)]
    return [(life, visitor.visit(life, now, set())) for now in days for life in lives]


def every_visit_judged(
    policy: Policy, lives: list[SimulatedAccount], seen_by: list[tuple[SimulatedAccount, list[Observation]]]
) -> dict[Any, list[date]]:
    """The slow way: first and last day of every clause that was broken."""
    seen: dict[str, AccountState] = {}
    found: dict[Any, list[date]] = {}
    school = school_context(policy, [life.filing for life in lives], china_calendar())
    for life, looks in seen_by:
        for look in looks:
            seen[life.key] = apply_observation(seen.get(life.key), look, key=life.key)
        account = Account(
            school=policy.code, platform=life.actor.platform, key=life.key, filing=life.filing, seen=seen[life.key]
        )
        now: datetime = looks[-1].observed_at
        for finding in evaluate([account], policy, school, now):
            if finding.verdict is Verdict.VIOLATED:
                days = found.setdefault((finding.account, finding.rule, finding.clause), [now.date(), now.date()])
                days[1] = now.date()
    return found


@pytest.mark.parametrize("seed", [4])
def test_nothing_is_passed_over_that_matters(seed: int, tmp_path: Path) -> None:
    lives = populate(16, BEGIN, DAYS, seed, SIAS.code)
    looked = visits(lives, seed)
    store = Store(f"sqlite:///{tmp_path / 'x.db'}")
    store.filings.save([life.filing for life in lives], by="x", now=BEGIN)
    store.observations.record("r", [(life.key, look) for life, looks in looked for look in looks], apply_observation)
    context = AppContext(Settings(data=tmp_path), store, lambda: BEGIN + timedelta(days=DAYS))
    rows = {
        (row["account"], row["rule"], row["clause"]): [row["first_on"], row["last_on"]]
        for row in preview(context, SIAS, BEGIN.date())
    }
    assert rows == every_visit_judged(SIAS, lives, looked)
    assert any(rule == "inactivity" for _, rule, _ in rows)
    store.close()
