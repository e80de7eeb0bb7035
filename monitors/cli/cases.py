"""`xunjian check` and `xunjian case`: findings, cases, and what people decide about them."""

from __future__ import annotations

from collections.abc import Callable, Collection
from contextlib import AbstractContextManager, nullcontext
from datetime import date
from typing import Annotated, Any

import typer

from monitors.app_context import AppContext
from monitors.cli.groups import CommandGroup
from monitors.cli.options import (
    CaseNumber,
    DecidedByOption,
    Format,
    FormatOption,
    ReasonOption,
    SchoolOption,
    asked,
    decided_by,
    print_rows,
)
from monitors.errors import InvalidInput
from monitors.jobs import case_actions
from monitors.jobs.check import check, findings_of
from monitors.json_output import iso
from rules.cases.case import Case
from rules.model import CaseState, Finding
from rules.people import Role, User

commands = CommandGroup()
WORKERS = frozenset({Role.EDITOR, Role.SIGNER})


def check_now(ctx: typer.Context, school: SchoolOption = "", form: FormatOption = Format.TEXT) -> None:
    """Judge by now: findings, cases, steps, notices."""
    with asked(ctx).context() as context:
        schools = _schools(context, school)
        now, broken = context.clock(), 0
        for code in schools:
            if form != Format.TEXT:
                print_rows((_finding(finding) for finding in findings_of(context, code, now)), form)
            report = check(context, code, now)
            broken += report.violated
            if form == Format.TEXT:
                typer.echo(
                    f"{context.policies[code].school}: 账号 {report.accounts}，违反 {report.violated}，无法判定 {report.undetermined}；"
                    f"新立案 {report.opened}，发文 {report.issued}，新通知 {report.notices}"
                )
    if broken:
        raise typer.Exit(1)


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


def shown(case: Case) -> dict[str, Any]:
    """A case as the command contract shows it."""
    return {
        "number": case.number,
        "school": case.school,
        "platform": case.platform.value,
        "account": case.account,
        "rule": case.rule,
        "clause": case.clause,
        "state": case.state.value,
        "opened_at": iso(case.opened_at),
        "steps": [
            {
                "step": step.step,
                "document": step.document.value,
                "due_at": iso(step.due_at),
                "issued_at": iso(step.issued_at),
                "delivered_at": iso(step.delivered_at),
                "approved_by": step.approved_by or None,
            }
            for step in case.steps
        ],
        "title": case.title,
        "unit": case.unit,
        "reason": case.reason,
    }


@commands.command("list")
def list_cases(
    ctx: typer.Context,
    school: SchoolOption = "",
    state: Annotated[CaseState | None, typer.Option(help="只看这种状态")] = None,
    form: FormatOption = Format.TEXT,
) -> None:
    """列出问题台账。"""
    with asked(ctx).context() as context:
        cases = context.store.cases.all(school or None, [state] if state else None)
    print_rows((shown(case) for case in cases), form, _line)


def _line(row: dict[str, Any]) -> str:
    return f"{row['number']}  {CaseState(row['state']).label}  {row['title']}（{row['unit'] or '责任单位待核实'}）  {row['clause']}  {row['reason']}"


@commands.command("show")
def show_case(ctx: typer.Context, number: CaseNumber, form: FormatOption = Format.TEXT) -> None:
    """查看一个条目和它的全部经过。"""
    with asked(ctx).context() as context:
        case = context.store.cases.get(number)
        if case is None:
            raise InvalidInput(f"没有编号为 {number} 的条目。")
        events = context.store.cases.events(number)
    if form != Format.TEXT:
        log = [{"at": iso(e.at), "kind": e.kind.value, "by": e.by, "reason": e.reason} for e in events]
        print_rows([shown(case) | {"evidence": list(case.evidence), "basis": case.basis, "events": log}], form)
        return
    typer.echo(_line(shown(case)))
    typer.echo(f"依据: {case.basis}  存证: {'、'.join(case.evidence) or '无'}")
    for event in events:
        typer.echo(f"  {event.at:%Y-%m-%d %H:%M}  {event.kind.label}  {event.by}  {event.reason}")


@commands.command()
def approve(
    ctx: typer.Context, number: CaseNumber, by: DecidedByOption, step: str = "", reason: ReasonOption = ""
) -> None:
    """签批待发的文书。"""

    def move(context: AppContext) -> Case:
        with _decided_by(context, number, by, {Role.SIGNER}) as user:
            signed = {"user": user.name, "post": user.post} if user else {}
            return case_actions.approve(
                context, number, by=user.display if user else by, step=step, reason=reason, **signed
            )

    _done(ctx, move)


@commands.command()
def deliver(ctx: typer.Context, number: CaseNumber, step: str = "") -> None:
    """登记文书已送达；下一级的期限从送达起算。"""
    _done(ctx, lambda context: case_actions.deliver(context, number, step=step))


@commands.command()
def appeal(ctx: typer.Context, number: CaseNumber, by: DecidedByOption, reason: ReasonOption) -> None:
    """登记单位的申诉；期限停止计算。"""

    def move(context: AppContext) -> Case:
        # Not everybody who appeals signs in: another name is the unit's own words.
        named = context.store.users.one(by.strip().lower())
        with _decided_by(context, number, by, {Role.EDITOR, Role.UNIT}) if named else nullcontext():
            return case_actions.appeal(context, number, by=named.display if named else by, reason=reason)

    _done(ctx, move)


@commands.command()
def decide(
    ctx: typer.Context,
    number: CaseNumber,
    by: DecidedByOption,
    reason: ReasonOption,
    upheld: Annotated[bool, typer.Option("--upheld/--rejected", help="申诉成立 / 不成立")],
) -> None:
    """对申诉作出决定。"""
    _done(ctx, _decision(case_actions.decide, number, by, WORKERS, upheld=upheld, reason=reason))


@commands.command()
def exempt(ctx: typer.Context, number: CaseNumber, by: DecidedByOption, reason: ReasonOption, until: str) -> None:
    """准予豁免到某一天。"""
    try:
        day = date.fromisoformat(until)
    except ValueError as error:
        raise InvalidInput(f"--until 的日期写法不对: {until!r}。请写成 2026-12-31 这样的格式。") from error
    _done(ctx, _decision(case_actions.exempt, number, by, {Role.SIGNER}, reason=reason, until=day))


@commands.command()
def withdraw(ctx: typer.Context, number: CaseNumber, by: DecidedByOption, reason: ReasonOption) -> None:
    """撤回：此前的通知有误，向所有收到通知的人更正。"""
    _done(ctx, _decision(case_actions.withdraw, number, by, WORKERS, reason=reason))


@commands.command()
def dismiss(ctx: typer.Context, number: CaseNumber, by: DecidedByOption, reason: ReasonOption) -> None:
    """认定不属实。"""
    _done(ctx, _decision(case_actions.dismiss, number, by, WORKERS, reason=reason))


@commands.command()
def close(ctx: typer.Context, number: CaseNumber, by: DecidedByOption, reason: ReasonOption) -> None:
    """销号。"""
    _done(ctx, _decision(case_actions.close, number, by, WORKERS, reason=reason))


def _decided_by(
    context: AppContext, number: str, by: str, roles: Collection[Role]
) -> AbstractContextManager[User | None]:
    return decided_by(context, by, roles, context.store.cases.school_of(number))


def _decision(act: Callable[..., Case], number: str, by: str, roles: Collection[Role], **given: Any) -> Any:
    """A decision as `_done` takes it: under the person's own name once there are people."""

    def move(context: AppContext) -> Case:
        with _decided_by(context, number, by, roles) as user:
            return act(context, number, by=user.display if user else by, **given)

    return move


def _done(ctx: typer.Context, move: Any) -> None:
    with asked(ctx).context() as context:
        case: Case = move(context)
    typer.echo(_line(shown(case)))
