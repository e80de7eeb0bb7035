"""`xunjian simulate`: a synthetic population over simulated time, with everything going wrong that is known to."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from monitors.cli.options import Format, FormatOption, asked
from monitors.errors import InvalidInput
from monitors.policy_registry import policies_of


def simulate_now(
    ctx: typer.Context,
    accounts: Annotated[int | None, typer.Option(min=1, help="账号数，默认 200；--reach 时 600")] = None,
    days: Annotated[int | None, typer.Option(min=1, help="天数，默认 180；--reach 时 365")] = None,
    seed: Annotated[int, typer.Option(help="随机种子；同一种子结果相同")] = 1,
    failing: Annotated[float, typer.Option(min=0, max=0.9, help="随机失败的请求比例，另有成片故障")] = 0.02,
    policy: Annotated[str, typer.Option(help="按哪份制度判定，默认 sias；--reach 时 demo，它管所有平台")] = "",
    reach: Annotated[
        bool, typer.Option("--reach", help="按各平台实际公开的程度模拟：有、没有核实请求各一年，统计掌握率")
    ] = False,
    form: FormatOption = Format.TEXT,
) -> None:
    """A synthetic population; exits 1 where somebody was falsely accused."""
    from monitors.simulate.reach_report import reach_text, simulate_reach
    from monitors.simulate.report import (  # the demo's pages: only where they are needed
        SimulationPlan,
        accused,
        simulate,
        text,
    )

    policies = policies_of(asked(ctx).settings())
    policy = policy or ("demo" if reach else "sias")
    if policy not in policies or not any(clause.rule == "inactivity" for clause in policies[policy].clauses):
        raise InvalidInput(f"没有含停更条款的制度 {policy!r}。现有: {', '.join(sorted(policies))}")
    size, length = (600, 365) if reach else (200, 180)
    plan = SimulationPlan(
        policy=policies[policy], accounts=accounts or size, days=days or length, seed=seed, failing=failing
    )
    figures = simulate_reach(plan) if reach else simulate(plan)
    match form:
        case Format.JSON:
            typer.echo(json.dumps(figures, ensure_ascii=False, indent=1))
        case Format.JSONL:
            typer.echo(json.dumps(figures, ensure_ascii=False))
        case _:
            typer.echo(reach_text(figures) if reach else text(figures))
    if figures["accused_active"] if reach else accused(figures):
        raise typer.Exit(1)
