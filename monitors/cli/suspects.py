"""`xunjian suspect`: what people decide about found accounts, and what they do about them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from monitors.app_context import AppContext
from monitors.cli.groups import CommandGroup
from monitors.cli.options import (
    DecidedByOption,
    Format,
    FormatOption,
    OnlySchoolOption,
    ReasonOption,
    SchoolOption,
    SuspectKey,
    UnitOption,
    asked,
    decided_by,
    known_schools,
    print_rows,
)
from monitors.errors import InvalidInput
from rules.candidates import Candidate, CandidateState, ConfirmedKind, FollowUp, clones_first
from rules.people import Role

commands = CommandGroup()
ConfirmedKindOption = Annotated[
    ConfirmedKind | None,
    typer.Option(
        "--kind", help="misuse 擅用校名、impersonation 冒充、unfiled 未备案的校内账号、dormant 已停用；不填按查找结果"
    ),
]
FollowUpArgument = Annotated[
    FollowUp, typer.Argument(help="complaint 平台投诉、talk 约谈、cyberspace 转网信部门、register 纳入备案")
]


def line_of(candidate: Candidate) -> str:
    """One candidate on one line."""
    expires = f"；{candidate.expires_at:%Y-%m-%d} 后删除" if candidate.expires_at else ""
    kind = f"·{candidate.decided_kind.label}" if candidate.decided_kind else ""
    return (
        f"{candidate.state.label}{kind} {candidate.school} {candidate.key} {candidate.name}（{candidate.platform.label}，{candidate.kind.label}）"
        f" {candidate.url} {candidate.why}{expires}"
    )


@commands.command("list")
def listed(
    ctx: typer.Context,
    school: SchoolOption = "",
    state: Annotated[
        str, typer.Option(help="waiting 待核实、confirmed 已确认、excluded 已排除、filed 已备案；不填为全部")
    ] = "",
    form: FormatOption = Format.TEXT,
) -> None:
    """列出疑似账号及已作的决定。"""
    from monitors.jobs.discovery.run import as_row

    if state and state not in list(CandidateState):
        raise InvalidInput(f"没有状态 {state!r}。可用: {', '.join(CandidateState)}")
    with asked(ctx).context() as context:
        found = clones_first(context.store.candidates.all(school or None, CandidateState(state) if state else None))
    if form == Format.TEXT:
        typer.echo("\n".join(map(line_of, found)) or "没有疑似账号。")
    else:
        print_rows(map(as_row, found), form)


@commands.command("confirm")
def confirm(
    ctx: typer.Context,
    key: SuspectKey,
    by: DecidedByOption,
    school: OnlySchoolOption = "",
    kind: ConfirmedKindOption = None,
    reason: ReasonOption = "",
    unit: UnitOption = "",
) -> None:
    """属实：随即按制度立案。责任单位不明的，文书等查明以后再发。"""
    _judge(ctx, key, school, CandidateState.CONFIRMED, by, reason, unit, kind)


@commands.command("exclude")
def exclude(
    ctx: typer.Context, key: SuspectKey, by: DecidedByOption, reason: ReasonOption, school: OnlySchoolOption = ""
) -> None:
    """排除：不属于本校事项；名称不变就不再提出。尚未发文的条目同时认定不属实。"""
    _judge(ctx, key, school, CandidateState.EXCLUDED, by, reason)


@commands.command("filed")
def filed(
    ctx: typer.Context, key: SuspectKey, by: DecidedByOption, school: OnlySchoolOption = "", reason: ReasonOption = ""
) -> None:
    """已备案：台账中有这个账号；没有的，先登记。"""
    _judge(ctx, key, school, CandidateState.FILED, by, reason)


@commands.command("undo")
def undo(ctx: typer.Context, key: SuspectKey, by: DecidedByOption, school: OnlySchoolOption = "") -> None:
    """撤销十分钟以内作出的决定；因确认而立的条目同时终止。"""
    from monitors.jobs.suspects import decisions

    with asked(ctx).context() as context, _as_editor(context, by, code := school or _only(context, key)) as person:
        told = decisions.undo(context, code, key, by=person)
    typer.echo("\n".join([line_of(told.candidate), *told.notes]))


@commands.command("step")
def step(
    ctx: typer.Context,
    key: SuspectKey,
    kind: FollowUpArgument,
    by: DecidedByOption,
    note: Annotated[str, typer.Option("--note", help="办理情况")] = "",
    school: OnlySchoolOption = "",
) -> None:
    """登记已确认账号的后续办理：平台投诉、约谈、转网信部门、纳入备案。"""
    from monitors.jobs.suspects import decisions

    with asked(ctx).context() as context, _as_editor(context, by, code := school or _only(context, key)) as person:
        changed = decisions.follow_up(context, code, key, kind, by=person, note=note)
    typer.echo(line_of(changed))


@commands.command("package")
def package(
    ctx: typer.Context,
    key: SuspectKey,
    out: Annotated[Path, typer.Option("--out", help="存为哪个 zip 文件")],
    school: OnlySchoolOption = "",
) -> None:
    """生成平台投诉材料：学校声明、证据清单、页面和截图。"""
    from monitors.jobs.discovery.candidates import SuspectError
    from monitors.jobs.suspects.package import complaint_package

    with asked(ctx).context() as context:
        try:
            made = complaint_package(context, school or _only(context, key), key)
        except SuspectError as error:
            raise InvalidInput(str(error)) from error
    out.write_bytes(made.data)
    typer.echo(f"已生成 {out}（{len(made.data) // 1024 + 1} KB）。")


def _judge(
    ctx: typer.Context,
    key: str,
    school: str,
    state: CandidateState,
    by: str,
    reason: str,
    unit: str = "",
    kind: ConfirmedKind | None = None,
) -> None:
    from monitors.jobs.suspects.decisions import decide_candidate_as

    with asked(ctx).context() as context, _as_editor(context, by, code := school or _only(context, key)) as person:
        told = decide_candidate_as(context, code, key, state, by=person, reason=reason, unit=unit, kind=kind)
    opened = [f"问题台账条目 {'、'.join(told.cases)}。"] if told.cases else []
    typer.echo("\n".join([line_of(told.candidate), *opened, *told.notes]))


@contextmanager
def _as_editor(context: AppContext, by: str, school: str) -> Iterator[str]:
    """The name under which a decision stands. What cannot be decided becomes a sentence and exit 2."""
    from monitors.jobs.discovery.candidates import SuspectError

    try:
        with decided_by(context, by, {Role.EDITOR}, school) as user:
            yield user.display if user else by
    except SuspectError as error:
        raise InvalidInput(str(error)) from error


def _only(context: AppContext, key: str) -> str:
    schools = [candidate.school for candidate in context.store.candidates.all() if candidate.key == key]
    if len(schools) != 1:
        raise InvalidInput(
            f"{'有多所学校' if schools else '没有'}疑似账号 {key}，请用 xunjian suspect list 查看，并用 --school 写明学校。"
        )
    return schools[0]


@commands.command("import")
def import_now(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(help="名单：xlsx 或 csv，列出名称或链接")],
    school: OnlySchoolOption = "",
    form: FormatOption = Format.TEXT,
) -> None:
    """导入别人提供的名单：逐行比对校名与台账，可疑的进入待核实；不能用的行逐行说明。"""
    from monitors.jobs.list_import import import_list
    from storage.register.sheets import NotATable

    with asked(ctx).context() as context:
        codes = known_schools(
            context, [school] if school else [code for code in context.schools if code in context.policies]
        )
        if len(codes) != 1:
            raise InvalidInput(f"请用 --school 写明学校：{', '.join(codes)}")
        try:
            report = asyncio.run(import_list(context, file.read_bytes(), file.name, codes[0]))
        except (NotATable, OSError) as error:
            reason = error.strerror if isinstance(error, OSError) else str(error)
            raise InvalidInput(f"{file}: {reason}") from error
    if form != Format.TEXT:
        bad = [{"place": t.place, "column": t.column, "reason": t.reason, "kind": "bad_row"} for t in report.troubles]
        print_rows([*report.rows, *bad], form)
    else:
        for row in report.rows:
            typer.echo(f"{row['place']} {row['name'] or row['url']}：{row['kind_label']}，{row['why']}")
        typer.echo(f"共 {len(report.rows)} 行，新的疑似账号 {report.new} 个，待人核实 {report.waiting} 个。")
        for trouble in report.troubles:
            typer.echo(f"{trouble.place} 未导入 {trouble.column} {trouble.reason}", err=True)
    if report.troubles:
        raise typer.Exit(1)
