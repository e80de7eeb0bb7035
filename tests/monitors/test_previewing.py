"""A preview passes over what shows nothing new, and still finds what a check after every visit would have found."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from monitors.app_context import World
from monitors.jobs.policy_preview import preview
from monitors.settings import Settings
from monitors.simulate.faults import Faults
from monitors.simulate.population import Life, populate
from monitors.simulate.report import BEGIN
from monitors.simulate.simulated_web import Town
from monitors.simulate.visits import Visitor
from rules.accounts.state import absorb
from rules.calendar import standard
from rules.evaluation import context, evaluate
from rules.model import Account, Observation, Seen, Verdict
from rules.policies.loader import packaged_policy
from rules.policies.schema import Policy
from storage.store import Store

DAYS = 100
SIAS = packaged_policy("sias")


def visits(lives: list[Life], seed: int) -> list[tuple[Life, list[Observation]]]:
    """A visit a day to everybody, a fifth of all fetches failing."""
    visitor = Visitor(Town(lives, BEGIN, seed), Faults(BEGIN, DAYS, seed, 0.2))
    days = [BEGIN + timedelta(days=day, hours=9) for day in range(DAYS)]
    return [(life, visitor.visit(life, now, set())) for now in days for life in lives]


def every_visit_judged(
    policy: Policy, lives: list[Life], seen_by: list[tuple[Life, list[Observation]]]
) -> dict[Any, list[date]]:
    """The slow way: first and last day of every clause that was broken."""
    seen: dict[str, Seen] = {}
    found: dict[Any, list[date]] = {}
    school = context(policy, [life.filing for life in lives], standard())
    for life, looks in seen_by:
        for look in looks:
            seen[life.key] = absorb(seen.get(life.key), look, key=life.key)
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
    store.looks.record("r", [(life.key, look) for life, looks in looked for look in looks], absorb)
    world = World(Settings(data=tmp_path), store, lambda: BEGIN + timedelta(days=DAYS))
    rows = {
        (row["account"], row["rule"], row["clause"]): [row["first_on"], row["last_on"]]
        for row in preview(world, SIAS, BEGIN.date())
    }
    assert rows == every_visit_judged(SIAS, lives, looked)
    assert any(rule == "inactivity" for _, rule, _ in rows)
    store.close()
