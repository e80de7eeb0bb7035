"""`xunjian simulate --reach`: the year with questions beside the same year without, and what came of each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from monitors.simulate.faults import Faults
from monitors.simulate.population import SimulatedAccount
from monitors.simulate.reach import ReachSimulation, in_order
from monitors.simulate.reach_world import ReachWorld, reach_population
from monitors.simulate.report import BEGIN, SimulationPlan
from rules.calendar import china_calendar, end_of
from rules.model import Platform

SETTLING = 45
"""Days before coverage is measured: on the first one nobody was ever looked at or asked."""
WORKDAYS = 15


def simulate_reach(plan: SimulationPlan) -> dict[str, Any]:
    """Both years over the same lives, and the figures."""
    lives = reach_population(plan.accounts, BEGIN, plan.days, plan.seed, plan.policy.code)
    faults = Faults(BEGIN, plan.days, plan.seed, plan.failing)
    years = []
    for asked in (True, False):
        year = ReachSimulation(
            lives, plan.policy, ReachWorld(faults, plan.seed), BEGIN, plan.days, plan.seed, inquiries=asked
        )
        year.run()
        years.append(year)
    return {
        "accounts": plan.accounts, "days": plan.days, "seed": plan.seed, "policy": plan.policy.code,
        "platforms": dict(Counter(life.actor.platform.value for life in lives)),
        "fates": dict(Counter(life.fate for life in lives)),
        **_figures(years[0], plan, lives), "without_inquiries": _figures(years[1], plan, lives),
    }  # fmt: skip


def _figures(year: ReachSimulation, plan: SimulationPlan, lives: Sequence[SimulatedAccount]) -> dict[str, Any]:
    silences = list(_silences(year, plan, lives))
    settled = year.shares[SETTLING:] or year.shares
    orderly = in_order(lives)
    weeks = max(plan.days / 7, 1)
    asked = sum(year.letters[life.key] for life in orderly) / max(len(orderly), 1)
    unseen = [year.letters[life.key] for life in orderly if year.letters[life.key]]
    return {
        "coverage": round(sum(settled) / len(settled), 4),
        "coverage_least": round(min(settled), 4),
        "silences": len(silences),
        "found": sum(key in year.called for key, _ in silences),
        "found_within_15_workdays": sum(key in year.found and year.found[key] <= limit for key, limit in silences),
        "accused_active": len(year.accused),
        "asked_per_account_year": round(asked * 365 / plan.days, 2),
        "asked_per_asked_account_year": round(sum(unseen) / max(len(unseen), 1) * 365 / plan.days, 2),
        "manual_checks_per_week": round(year.checks / weeks, 1),
        "requests": year.world.requests,
        "by_platform": _by_platform(year, silences),
    }


def _silences(year: ReachSimulation, plan: SimulationPlan, lives: Sequence[SimulatedAccount]) -> Any:
    """True silences that lasted longer than anybody may take, each with the last moment for a person to have it."""
    calendar = china_calendar()
    for life in lives:
        for breach in life.breaches(plan.end, year.limit, calendar):
            since = max(breach.since, BEGIN + timedelta(days=SETTLING - 21))
            day, _ = calendar.add_workdays(since.date(), WORKDAYS)
            if end_of(day) < min(breach.until, plan.end):
                yield (life.key, breach.since), end_of(day)


def _by_platform(year: ReachSimulation, silences: Sequence[Any]) -> dict[str, dict[str, int]]:
    found: dict[str, Counter[str]] = {}
    for key, limit in silences:
        row = found.setdefault(year.by_key[key[0]].actor.platform.value, Counter())
        row["silences"] += 1
        row["found"] += key in year.called
        row["in_time"] += key in year.found and year.found[key] <= limit
    return {platform: dict(row) for platform, row in sorted(found.items())}


def reach_text(figures: Mapping[str, Any]) -> str:
    """The figures as a person reads them."""
    platforms = "、".join(f"{Platform(code).label} {count}" for code, count in figures["platforms"].items())
    head = f"模拟 {figures['accounts']} 个账号 {figures['days']} 天（{platforms}），种子 {figures['seed']}，制度 {figures['policy']}"
    return "\n".join([head, _line("有核实请求", figures), _line("没有核实请求", figures["without_inquiries"])])


def _line(title: str, row: Mapping[str, Any]) -> str:
    return (
        f"{title}：掌握率 {row['coverage']:.1%}（最低 {row['coverage_least']:.1%}）；超期停更 {row['silences']} 次，"
        f"认定 {row['found']}，15 个工作日内到人 {row['found_within_15_workdays']}；冤枉 {row['accused_active']}；"
        f"每个正常账号每年被询问 {row['asked_per_account_year']:g} 次，每周人工核查 {row['manual_checks_per_week']:g} 个"
    )
