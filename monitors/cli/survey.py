"""`xunjian survey`: what a school's first look found, and from which day papers are drafted."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Annotated, Any

import typer

from monitors.app_context import AppContext
from monitors.cli.groups import CommandGroup
from monitors.cli.options import DecidedByOption, Format, FormatOption, account_name, asked, day, decided_by, print_rows
from monitors.errors import InvalidInput
from monitors.jobs.surveys import SurveyLine, SurveyView, close_survey, survey_view
from monitors.json_output import iso
from rules.people import Role

commands = CommandGroup()
School = Annotated[str, typer.Option("--school", help="学校代码，如 sias")]


@commands.command("show")
def show(ctx: typer.Context, school: School, form: FormatOption = Format.TEXT) -> None:
    """显示摸底：按条款和单位列出问题，台账的缺项单列。"""
    with asked(ctx).context() as context:
        _known(context, school)
        view = survey_view(context, school)
    if form != Format.TEXT:
        print_rows([_row(school, view)], form)
        return
    typer.echo(_state(view))
    for heading, lines in (("账号的事实", view.facts), ("台账的缺项（请单位补正，不发整改通知书）", view.gaps)):
        typer.echo(f"■ {heading}：{sum(len(line.cases) for line in lines)} 件")
        for line in lines:
            typer.echo(f"  {line.clause}  {line.title}  {line.unit or '责任单位待核实'}：{len(line.cases)} 件")


@commands.command("close")
def close(
    ctx: typer.Context,
    school: School,
    by: DecidedByOption = "",
    since: Annotated[str, typer.Option("--from", help="从哪一天起拟写文书（2026-12-01），不填为今天")] = "",
) -> None:
    """结束摸底。文书从选定的日期起拟写，签发后才会发出。"""
    with asked(ctx).context() as context:
        _known(context, school)
        with decided_by(context, by, {Role.EDITOR, Role.SIGNER}, school) if by else nullcontext() as user:
            name = user.display if user else by or f"命令行（{account_name()}）"
            held = close_survey(context, school, by=name, drafts_from=day(since, context.clock))
    typer.echo(f"摸底已结束：{held} 件问题自选定的日期起拟写文书。")


def _known(context: AppContext, school: str) -> None:
    if school not in context.policies:
        raise InvalidInput(f"没有学校 {school!r} 的制度文件。现有: {'、'.join(sorted(context.policies))}")


def _state(view: SurveyView) -> str:
    survey = view.survey
    if survey is None:
        return "这所学校还没有进行过摸底。"
    if survey.closed_at is None:
        return f"摸底自 {survey.opened_at:%Y-%m-%d %H:%M} 开始（{survey.reason}），期间只立案，不拟文书。"
    return f"摸底已由{survey.closed_by}于 {survey.closed_at:%Y-%m-%d %H:%M} 结束，自 {survey.drafts_from} 起拟文。"


def _row(school: str, view: SurveyView) -> dict[str, Any]:
    survey = view.survey
    return {
        "school": school,
        "state": "none" if survey is None else "closed" if survey.closed_at else "open",
        "reason": survey.reason if survey else "",
        "opened_at": iso(survey.opened_at) if survey else None,
        "closed_at": iso(survey.closed_at) if survey else None,
        "closed_by": survey.closed_by if survey else "",
        "drafts_from": survey.drafts_from.isoformat() if survey and survey.drafts_from else None,
        "facts": [_line(line) for line in view.facts],
        "gaps": [_line(line) for line in view.gaps],
    }


def _line(line: SurveyLine) -> dict[str, Any]:
    return {
        "clause": line.clause,
        "rule": line.rule,
        "unit": line.unit,
        "cases": [{"number": case.number, "title": case.title, "reason": case.reason} for case in line.cases],
    }
