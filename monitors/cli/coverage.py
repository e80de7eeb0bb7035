"""`xunjian coverage`: of how many accounts it is known whether they are updated."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import typer

from monitors.app_context import AppContext
from monitors.cli.options import Format, FormatOption, SchoolOption, asked, print_rows
from monitors.errors import InvalidInput
from monitors.jobs.coverage import coverage_of
from rules.coverage import ALL_PLATFORMS, CoverageFigures, total
from rules.model import Platform

NO_REGISTER = "台账是空的，或者没有对应的制度文件。请先导入台账，再看 xunjian doctor。"


def coverage_now(ctx: typer.Context, school: SchoolOption = "", form: FormatOption = Format.TEXT) -> None:
    """Figures by school and platform, and of all together in the last row."""
    with asked(ctx).context() as context:
        found = schools_asked(context, school)
        every = [(code, *one) for code in found for one in coverage_of(context, code, context.clock()).items()]
    print_rows(_rows(every, found), form, _line)
    if form != Format.TEXT:
        return
    if not found:
        typer.echo(NO_REGISTER)
    elif unbound := total(figures for *_, figures in every).unbound:
        typer.echo(f"另有 {unbound} 个在用账号，制度没有对它们提出更新要求，不计入掌握率。")


def schools_asked(context: AppContext, school: str) -> list[str]:
    """The school named, or every one that has a register and a policy. Raises InvalidInput on a name that has none."""
    if school and school not in context.policies:
        raise InvalidInput(f"没有学校 {school!r} 的制度文件。现有: {', '.join(sorted(context.policies))}")
    return [school] if school else [code for code in context.schools if code in context.policies]


def _rows(every: list[tuple[str, Platform, CoverageFigures]], schools: list[str]) -> Iterator[dict[str, Any]]:
    for code, platform, figures in every:
        if figures.accounts:
            yield _row(code, platform.value, figures)
    whole = total(figures for *_, figures in every)
    yield _row(schools[0] if len(schools) == 1 else ALL_PLATFORMS, ALL_PLATFORMS, whole)


def _row(school: str, platform: str, figures: CoverageFigures) -> dict[str, Any]:
    return {
        "school": school,
        "platform": platform,
        "accounts": figures.accounts,
        "known": figures.known,
        "active": figures.active,
        "silent": figures.silent,
        "unknown": figures.unknown,
        "asked": figures.asked,
        "overdue": figures.overdue,
    }


def _line(row: dict[str, Any]) -> str:
    what = "合计" if row["platform"] == ALL_PLATFORMS else Platform(row["platform"]).label
    share = f"{row['known'] / row['accounts']:.1%}" if row["accounts"] else "—"
    return (
        f"{what}：账号 {row['accounts']}，掌握 {row['known']}（{share}），其中在更新 {row['active']}、未更新 {row['silent']}；"
        f"不掌握 {row['unknown']}，已询问 {row['asked']}，逾期未答复 {row['overdue']}"
    )
