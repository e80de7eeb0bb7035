"""The simulation's own goals at a small scale: nobody wrongly accused, what daily polling finds, a sixth of its requests."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from typer.testing import CliRunner

from crawler.observe.attribute import attribute_page
from crawler.observe.parse import PARSER_ERRORS
from monitors.cli.main import app
from monitors.simulate.failures import failures
from monitors.simulate.faults import Faults
from monitors.simulate.population import PLATFORMS, populate
from monitors.simulate.report import BEGIN, SimulationPlan, accused, simulate, text
from monitors.simulate.run import Simulation
from monitors.simulate.simulated_web import SimulatedWeb, first_urls, target_of
from monitors.simulate.visits import unmade
from rules.model import ClaimType, Observation, Platform
from rules.policies.loader import bundled_policy

SIAS = bundled_policy("sias")


@pytest.fixture(scope="module")
def figures() -> dict[str, Any]:
    return simulate(SimulationPlan(policy=SIAS, accounts=30, days=100, seed=62))


def test_nobody_is_wrongly_accused(figures: dict[str, Any]) -> None:
    assert not accused(figures), figures["examples"]
    assert figures["failures"]["total"] > 100
    assert figures["steps"]["issued"] > 0
    assert figures["steps"]["while_frozen"] == figures["steps"]["stale"] == 0


def test_what_daily_polling_finds_is_found(figures: dict[str, Any]) -> None:
    found = figures["findings"]
    assert found["daily"] > 0
    assert found["missed"] == 0
    assert figures["names"]["missed"] == 0


def test_the_requests_are_a_fraction(figures: dict[str, Any]) -> None:
    assert figures["requests"]["ratio"] <= 0.18  # the first look at everybody weighs more in a short simulation


def test_what_can_be_reached_is_found_within_a_day(figures: dict[str, Any]) -> None:
    assert figures["delay_hours"]["reachable"]["p99"] <= 24


def test_the_text_says_the_same(figures: dict[str, Any]) -> None:
    said = text(figures)
    assert "冤枉：误判 0，误立案 0，误发文 0" in said
    assert str(figures["requests"]["ours"]) in said


@pytest.mark.parametrize("platform", [platform for platform, _ in PLATFORMS])
def test_no_failure_shows_silence_or_an_end(platform: Platform) -> None:
    """One page per signature, status and spoiled body: whatever still reads shows life at most."""
    PARSER_ERRORS.clear()
    lives = [life for life in populate(40, BEGIN, 90, 3, "sias") if life.fate == "live"]
    life = next(life for life in lives if life.actor.platform is platform)
    town, target = SimulatedWeb(lives, BEGIN, 3), target_of(life)
    for source, url in first_urls(target):
        page = town.fetch(url, BEGIN + timedelta(days=30, hours=12))
        for failure in failures(platform):
            spoiled = failure.spoil(page)
            seen = (
                spoiled
                if isinstance(spoiled, Observation)
                else attribute_page(spoiled, target, source.code if source else None)
            )
            if failure.instead:
                assert failure.spoil(unmade(page.url, page.fetched_at)) == spoiled, failure.kind
            assert not seen.proves & (ClaimType.INACTIVE | ClaimType.GONE), failure.kind
            assert not seen.outcome.is_fact or failure.kind.startswith("body/cut"), failure.kind
            code = failure.kind.rpartition("/")[2]
            assert failure.kind.startswith("body/") or seen.reason.startswith(code), (failure.kind, seen.reason)
    assert not PARSER_ERRORS


def test_the_same_seed_makes_the_same_day() -> None:
    def once() -> tuple[int, int, dict[str, int]]:
        lives, end = populate(15, BEGIN, 20, 5, "sias"), BEGIN + timedelta(days=20)
        one = Simulation(lives, SIAS, Faults(BEGIN, 20, 5, 0.2), BEGIN, end, 5)
        one.run()
        return one.visitor.requests, one.looks, dict(one.visitor.met)

    assert once() == once()


@pytest.mark.parametrize("daily", [False, True])
def test_a_reading_taken_again_changes_nothing(daily: bool) -> None:
    """Pages that did not change are not read anew: the same looks, requests, faults, findings, names and cases."""

    def told(remember: bool) -> tuple[Any, ...]:
        everybody, end = populate(30, BEGIN, 100, 62, "sias"), BEGIN + timedelta(days=100)
        lives = [life for number, life in enumerate(everybody) if life.fate != "live" or number < 6]
        one = Simulation(lives, SIAS, Faults(BEGIN, 100, 62, 0.2), BEGIN, end, 62, daily=daily, remember=remember)
        tally = one.run()
        counts = one.visitor.requests, one.visitor.met, one.looks, one.reasons, one.court.counts
        return *counts, tally.first, tally.names, tally.wrong, tally.other

    again = told(True)
    assert again == told(False)
    assert again[5], "no silence was found at all"


def test_an_account_that_only_its_pages_hide_is_never_accused() -> None:
    """Half of all fetches fail for three months: late findings, no false ones."""
    figures = simulate(SimulationPlan(policy=SIAS, accounts=20, days=80, seed=3, failing=0.5))
    assert not accused(figures), figures["examples"]
    assert figures["failures"]["kinds"] > 150


def test_the_command(tmp_path: Any) -> None:
    asked = ["--data", str(tmp_path), "simulate", "--accounts", "6", "--days", "8", "--format", "json"]
    done = CliRunner().invoke(app, asked)
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["false_accusations"] == {"finding": 0, "case": 0, "step": 0}
