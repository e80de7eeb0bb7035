"""`xunjian discover`: looking for accounts nobody filed."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated, Any

import typer

from monitors.cli.options import Format, FormatOption, PlatformsOption, ReplayOption, asked, known_schools, print_rows
from monitors.cli.suspects import line_of
from monitors.errors import InvalidInput
from rules.model import Platform
from storage.database import StorageError

Schools = Annotated[list[str] | None, typer.Option("--school", help="只查这些学校（代码），可写多次")]


def discover_now(
    ctx: typer.Context,
    platform: PlatformsOption = None,
    school: Schools = None,
    replay: ReplayOption = "",
    form: FormatOption = Format.TEXT,
) -> None:
    """Ask the next questions of the discovery plan."""
    from monitors.jobs.discovery.discover import DiscoverReport, discover  # the matcher: only where it is needed

    unknown = [name for name in platform or [] if name not in list(Platform)]
    if unknown:
        raise InvalidInput(f"没有平台 {unknown[0]!r}。可用的平台: {', '.join(sorted(Platform))}")
    if replay and not Path(replay).exists():
        raise InvalidInput(f"找不到录制文件 {replay}")
    with asked(ctx).context() as context:
        schools = known_schools(context, school or [])
        report: DiscoverReport = asyncio.run(
            discover(context, platforms=platform or [], schools=schools, replay=replay)
        )
    if form != Format.TEXT:
        print_rows([report.as_dict()], form)
    else:
        typer.echo(as_text(report))
    for problem in report.errors:
        typer.echo(f"出错 {problem}", err=True)
    if report.errors:
        raise StorageError("有采集进程没有正常结束，已保存的结果不受影响；没有查到的下次再查。")


def as_text(report: Any) -> str:
    """A report for a person. What was blocked is said to be blocked, never "nothing found"."""
    from crawler.discovery.plan import SearchOutcome

    counts = "，".join(f"{SearchOutcome(code).label} {n}" for code, n in report.asked.items()) or "没有到期的查询"
    lines = [f"查询 {sum(report.asked.values())} 次：{counts}", f"新发现 {report.new} 个，待人核实 {report.waiting} 个"]
    lines += [f"  {line_of(candidate)}" for candidate in report.candidates]
    if report.filed:
        lines.append(f"{report.filed} 个疑似账号已在台账中，不再等待核实")
    if report.left:
        lines.append(f"另有 {report.left} 次查询因限额或拦截没有进行，下次再查")
    lines += [f"  {label}被拦截后正在休息，{until:%m-%d %H:%M} 之后再查" for label, until in report.resting.items()]
    lines += [f"  {row.reply.label}：{row.search}“{row.query}”（{row.reason}），不能说明没有" for row in report.hidden]
    return "\n".join([*lines, *report.notes])
