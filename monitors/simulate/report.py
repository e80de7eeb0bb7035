"""Runs a simulation twice, once as the service watches and once as a daily poller would, and says what came of it."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from monitors.simulate.faults import Faults
from monitors.simulate.population import Breach, SimulatedAccount, populate
from monitors.simulate.run import Simulation
from monitors.simulate.scoring import AccuracyScore
from rules.model import BEIJING, Platform
from rules.policies.schema import Policy

BEGIN = datetime(2025, 1, 1, tzinfo=BEIJING)
"""Any day would do, but a simulation must not depend on the day it is run."""
SLACK = timedelta(hours=1)
"""A look that is due waits for the next sweep."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulationPlan:
    """What to simulate. ``failing``: share of fetches that fail at random, beside the scripted faults."""

    policy: Policy
    accounts: int
    days: int
    seed: int
    failing: float = 0.02

    @property
    def end(self) -> datetime:
        """When it is over."""
        return BEGIN + timedelta(days=self.days)


def simulate(plan: SimulationPlan) -> dict[str, Any]:
    """Both ways of watching over the same lives, and the figures."""
    lives = populate(plan.accounts, BEGIN, plan.days, plan.seed, plan.policy.code)
    faults = Faults(BEGIN, plan.days, plan.seed, plan.failing)
    ways = [Simulation(lives, plan.policy, faults, BEGIN, plan.end, plan.seed, daily=daily) for daily in (False, True)]
    tallies = [way.run() for way in ways]
    return _figures(plan, lives, faults, ways, tallies)


def _figures(
    plan: SimulationPlan,
    lives: Sequence[SimulatedAccount],
    faults: Faults,
    ways: Sequence[Simulation],
    tallies: Sequence[AccuracyScore],
) -> dict[str, Any]:
    ours, daily = ways
    mine, theirs = tallies
    asked = {"ours": ours.visitor.requests, "daily": daily.visitor.requests}
    return {
        "accounts": plan.accounts, "days": plan.days, "seed": plan.seed, "failing": plan.failing,
        "policy": plan.policy.code, "fates": dict(Counter(life.fate for life in lives)),
        "platforms": dict(Counter(life.actor.platform.value for life in lives)),
        "requests": asked | {"ratio": round(asked["ours"] / asked["daily"], 4)},
        "failures": _failures(ours, daily),
        "false_accusations": {stage: mine.wrong[stage] + theirs.wrong[stage] for stage in ("finding", "case", "step")},
        "examples": [*mine.examples, *theirs.examples],
        "steps": _steps(ours, mine),
        "findings": _findings(mine, theirs, lives, plan),
        "delay_hours": _delays(mine, lives, faults),
        "daily_delay_hours": _delays(theirs, lives, faults),
        "names": _names(mine, lives, plan, faults),
        "breaker": dict(ours.freezes), "cases": dict(ours.court.counts), "looked_because": dict(ours.reasons),
    }  # fmt: skip


def _failures(ours: Simulation, daily: Simulation) -> dict[str, Any]:
    known = ours.visitor.met + daily.visitor.met
    return {"ours": ours.visitor.met.total(), "daily": daily.visitor.met.total(), "kinds": len(known),
            "total": known.total(), "by_kind": dict(sorted(known.items()))}  # fmt: skip


def _steps(ours: Simulation, mine: AccuracyScore) -> dict[str, int]:
    """Steps that went out, and of them: after a post nobody had seen yet, on a frozen platform, on old evidence."""
    issued = sum(count for kind, count in ours.court.counts.items() if kind.startswith("step/"))
    return {
        "issued": issued, "overtaken": mine.wrong["overtaken"],
        "while_frozen": mine.wrong["step_while_frozen"], "stale": mine.wrong["step_stale"],
    }  # fmt: skip


def _findings(
    mine: AccuracyScore, theirs: AccuracyScore, lives: Iterable[SimulatedAccount], plan: SimulationPlan
) -> dict[str, int]:
    """Breaches by account and beginning. Those that a day before the end only daily polling knew are not held against us."""
    early = {key for key, at in theirs.first.items() if at <= plan.end - timedelta(days=1)}
    true = {(b.key, b.since) for life in lives for b in mine.breaches(life) if b.until > BEGIN}
    return {
        "true": len(true), "ours": len(mine.first), "daily": len(theirs.first),
        "missed": len(early - mine.first.keys()), "more": len(mine.first.keys() - theirs.first.keys()),
    }  # fmt: skip


def _delays(tally: AccuracyScore, lives: Iterable[SimulatedAccount], faults: Faults) -> dict[str, Any]:
    """From the moment a rule became broken (at the earliest the beginning) to the first check that said so. ``reachable``:
    no scripted fault hid the account meanwhile; ``begun``: nor was the deadline over before anybody ever looked."""
    every: list[float] = []
    reachable: list[float] = []
    begun: list[float] = []
    for life in lives:
        for breach in tally.breaches(life):
            if found := tally.first.get((life.key, breach.since)):
                hours = _hours(breach, found)
                every.append(hours)
                if not faults.disturbed(life, max(breach.since, BEGIN), found):
                    reachable.append(hours)
                    begun += [hours] * (breach.since >= BEGIN)
    return {"all": _spread(every), "reachable": _spread(reachable), "begun": _spread(begun)}


def _hours(breach: Breach, found: datetime) -> float:
    return (found - max(breach.since, BEGIN)) / timedelta(hours=1)


def _spread(values: Sequence[float]) -> dict[str, float]:
    ordered = sorted(values)
    if not ordered:
        return {"count": 0}
    ranks = {f"p{share}": ordered[math.ceil(share / 100 * len(ordered)) - 1] for share in (50, 95, 99)}
    return {"count": len(ordered)} | {name: round(value, 2) for name, value in (ranks | {"worst": ordered[-1]}).items()}


def _names(
    tally: AccuracyScore, lives: Iterable[SimulatedAccount], plan: SimulationPlan, faults: Faults
) -> dict[str, Any]:
    """New names that stood long enough to be seen. ``late``: seen, but after the ceiling because a fetch failed."""
    ceiling = plan.policy.polling.ceiling.as_timedelta()
    counts, waits = Counter({"changed": 0, "noticed": 0, "late": 0, "missed": 0}), [0.0]
    for life in lives:
        changed = life.renamed_at
        if changed is None or changed + ceiling + SLACK > min(plan.end, life.gone_at or plan.end):
            continue
        if faults.disturbed(life, changed, changed + ceiling):
            continue
        counts["changed"] += 1
        seen = tally.names.get(life.key)
        if seen is None:
            counts["missed"] += 1
            continue
        counts["noticed"] += 1
        counts["late"] += seen > changed + ceiling + SLACK
        waits.append((seen - changed) / timedelta(days=1))
    return dict(counts) | {"worst_days": round(max(waits), 2), "ceiling_days": ceiling / timedelta(days=1)}


def accused(figures: Mapping[str, Any]) -> bool:
    """True where anybody was wrongly accused."""
    return any(figures["false_accusations"].values())


def text(figures: Mapping[str, Any]) -> str:
    """The figures as a person reads them."""
    asked, failed, found, names = (figures[name] for name in ("requests", "failures", "findings", "names"))
    wrong, delay, steps = figures["false_accusations"], figures["delay_hours"], figures["steps"]
    platforms = "、".join(f"{Platform(code).label} {count}" for code, count in figures["platforms"].items())
    lines = [
        f"模拟 {figures['accounts']} 个账号 {figures['days']} 天（{platforms}），种子 {figures['seed']}，制度 {figures['policy']}",
        f"注入失败 {failed['total']} 次，{failed['kinds']} 种；其中本系统遇到 {failed['ours']} 次",
        f"冤枉：误判 {wrong['finding']}，误立案 {wrong['case']}，误发文 {wrong['step']}",
        f"发文 {steps['issued']} 份，证据超过 24 小时的 {steps['stale']}，熔断期间的 {steps['while_frozen']}",
        f"请求：本系统 {asked['ours']}，每日轮询 {asked['daily']}，占 {asked['ratio']:.1%}",
        f"发现停更：实有 {found['true']}，本系统 {found['ours']}，每日轮询 {found['daily']}；每日轮询发现而本系统漏掉 {found['missed']}",
        f"发现时差（小时）：全部 {_written(delay['all'])}；不计整段无法访问的 {_written(delay['reachable'])}；"
        f"再不计开始前已逾期的 {_written(delay['begun'])}",
        f"更名：{names['changed']} 次，发现 {names['noticed']}，漏掉 {names['missed']}，超过 {names['ceiling_days']:g} 天才发现 {names['late']}",
    ]
    return "\n".join([*lines, *(f"  {example}" for example in figures["examples"])])


def _written(spread: Mapping[str, float]) -> str:
    return "，".join(f"{name} {spread[name]:g}" for name in ("p50", "p95", "p99", "worst") if name in spread) or "无"
