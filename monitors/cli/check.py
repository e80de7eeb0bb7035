"""`xunjian check`: every clause asked of every account, by what changed or, on demand, of all anew."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

import typer

from monitors.app_context import AppContext
from monitors.cli.options import Format, FormatOption, SchoolOption, asked, print_rows
from monitors.errors import InvalidInput
from monitors.jobs.check import check, kept_findings_of
from monitors.jobs.full_check import AnswerDifference, check_kept_answers
from rules.catalogue import RULES
from rules.model import Finding

FullOption = Annotated[
    bool, typer.Option("--full", help="全部账号重新判定，并与留存的判定逐条核对；不一致的列出并更正")
]


def check_now(
    ctx: typer.Context, school: SchoolOption = "", form: FormatOption = Format.TEXT, full: FullOption = False
) -> None:
    """Judge by now: findings, cases, steps, notices."""
    with asked(ctx).context() as context:
        schools = _schools(context, school)
        now, broken = context.clock(), 0
        differing = _compared(context, schools, now, form) if full else 0
        for code in schools:
            if form != Format.TEXT and not full:
                said = kept_findings_of(context, code, now)
                print_rows((_finding(finding) for finding in said if not finding.ended), form)
            report = check(context, code, now)
            broken += report.violated
            if form == Format.TEXT:
                typer.echo(
                    f"{context.policies[code].school}: 账号 {report.accounts}，违反 {report.violated}，无法判定 {report.undetermined}；"
                    f"新立案 {report.opened}，待签发文书 {report.drafts}，自动发出提示 {report.issued}"
                )
    if differing if full else broken:
        raise typer.Exit(1)


def _compared(context: AppContext, schools: Sequence[str], now: datetime, form: Format) -> int:
    """Print where the kept answers differ from asking everything anew; returns how often they do."""
    rows: list[dict[str, Any]] = []
    for code in schools:
        found, name = check_kept_answers(context, code, now), context.policies[code].school
        rows += [_difference(each) for each in found.differences]
        if form == Format.TEXT and found.differences:
            typer.echo(
                f"{name}: 台账 {found.filings} 行全部重新判定，{len(found.differences)} 处与留存的判定不一致，已更正："
            )
            typer.echo("\n".join(_difference_line(each) for each in found.differences))
        elif form == Format.TEXT:
            typer.echo(f"{name}: 台账 {found.filings} 行全部重新判定，与留存的判定完全一致。")
    if form != Format.TEXT:
        print_rows(rows, form)
    return len(rows)


def _difference(each: AnswerDifference) -> dict[str, Any]:
    kept, anew = (None if one is None else one.verdict.value for one in (each.kept, each.anew))
    return _finding(each.finding) | {"outcome": anew, "kept_outcome": kept}


def _difference_line(each: AnswerDifference) -> str:
    said = ["没有判定" if one is None else f"{one.verdict.label}（{one.reason}）" for one in (each.kept, each.anew)]
    finding = each.finding
    return f"  {finding.title}（{each.account}）{finding.clause}“{RULES[finding.rule].title}”：留存为{said[0]}，重新判定为{said[1]}"


def _schools(context: AppContext, school: str) -> list[str]:
    if school and school not in context.policies:
        raise InvalidInput(f"没有学校 {school!r} 的制度文件。现有: {', '.join(sorted(context.policies))}")
    schools = [school] if school else [code for code in context.schools if code in context.policies]
    if not schools:
        raise InvalidInput(
            "没有可以判定的学校：台账是空的，或者没有对应的制度文件。请先导入台账，再看 xunjian doctor。"
        )
    return schools


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "school": finding.school,
        "platform": finding.platform.value,
        "account": finding.account,
        "rule": finding.rule,
        "clause": finding.clause,
        "outcome": finding.verdict.value,
        "reason": finding.reason,
        "evidence": list(finding.evidence),
        "school_to_confirm": finding.school_to_confirm,
        "provisional": finding.provisional,
    }
