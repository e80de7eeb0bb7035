"""A small year on what platforms really show: with questions nearly everything is known, nobody is accused, few are bothered."""

from __future__ import annotations

import json

import pytest

from monitors.cli.main import main
from monitors.simulate.population import populate
from monitors.simulate.reach_people import Given, Owners
from monitors.simulate.reach_report import simulate_reach
from monitors.simulate.reach_world import MIX, SEEN, provable, reach_population
from monitors.simulate.report import BEGIN, SimulationPlan
from rules.calendar import Period, china_calendar
from rules.model import ClaimType, Platform
from rules.policies.loader import bundled_policy


def test_a_season_with_questions_and_without() -> None:
    plan = SimulationPlan(policy=bundled_policy("demo"), accounts=80, days=120, seed=5)
    with_questions = simulate_reach(plan)
    without = with_questions["without_inquiries"]
    assert with_questions["accused_active"] == without["accused_active"] == 0
    assert with_questions["coverage"] > 0.97 > 0.7 > without["coverage"]
    assert with_questions["silences"] == without["silences"] > 0
    assert with_questions["found_within_15_workdays"] == with_questions["silences"]
    assert without["found_within_15_workdays"] < without["silences"]
    assert 0 < with_questions["asked_per_account_year"] <= 9, (
        "the first round, which asks everybody, weighs more in a season"
    )
    assert 0 < with_questions["manual_checks_per_week"] <= 10
    assert without["asked_per_account_year"] == without["manual_checks_per_week"] == 0


def test_the_same_seed_is_the_same_year() -> None:
    plan = SimulationPlan(policy=bundled_policy("demo"), accounts=12, days=60, seed=2)
    assert simulate_reach(plan) == simulate_reach(plan)


def test_what_is_provable_is_what_the_platform_table_says() -> None:
    lives = {life.actor.platform: life for life in reach_population(400, BEGIN, 30, 1, "demo")}
    assert set(lives) == {platform for platform, _ in MIX} == set(SEEN)
    both = ClaimType.ACTIVE | ClaimType.INACTIVE
    assert provable(lives[Platform.WEBSITE]) == both
    assert provable(lives[Platform.WEIBO]) == both
    assert provable(lives[Platform.WECHAT]) == ClaimType.ACTIVE, "no page of WeChat's shows silence"
    assert ClaimType.INACTIVE not in provable(lives[Platform.DOUYIN])
    assert provable(lives[Platform.CHANNELS]) == ClaimType.NONE


def test_owners_answer_as_often_as_they_are_said_to() -> None:
    life = next(life for life in populate(50, BEGIN, 60, 1, "demo") if life.fate == "live")
    owners = Owners(3, Period.parse("2个月"), china_calendar())
    first = [owners.reply(life, f"Q{n}", BEGIN, reminded=False) for n in range(2000)]
    again = [owners.reply(life, f"Q{n}", BEGIN, reminded=True) for n in range(2000)]
    assert sum(bool(each) for each in first) / 2000 == pytest.approx(0.7, abs=0.04)
    assert sum(bool(each) for each in again) / 2000 == pytest.approx(0.2, abs=0.04)
    given = [each.given for each in first if each]
    assert set(given) == {Given.LINK, Given.FOREIGN_LINK, Given.OLD_LINK}
    assert given.count(Given.LINK) / len(given) == pytest.approx(0.9, abs=0.04)


def test_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["simulate", "--reach", "--accounts", "8", "--days", "50", "--seed", "1", "--format", "json"]
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert not ended.value.code
    figures = json.loads(capsys.readouterr().out)
    contract = {"coverage", "silences", "found", "found_within_15_workdays", "accused_active", "asked_per_account_year"}
    assert contract | {"manual_checks_per_week"} <= set(figures)
