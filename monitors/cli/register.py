"""`xunjian register`: the 台账 in and out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from monitors.app_context import AppContext
from monitors.cli.groups import CommandGroup
from monitors.cli.options import OnlySchoolOption, RegisterFile, SchoolOption, asked
from monitors.errors import InvalidInput
from monitors.jobs.case_actions import end_cases_of
from monitors.jobs.register_import import UnknownSchool, consequences, known_school
from monitors.jobs.register_import_report import counts, emptied, report
from monitors.jobs.surveys import is_large, open_after_import
from storage.read_choices import ReadChoices
from storage.register import RegisterError, examine, preview, template, write_register

commands = CommandGroup()


@commands.command("template")
def make_template(file: RegisterFile) -> None:
    """生成一份空白台账，含填写说明和示例行。"""
    template(_writable(file))
    typer.echo(f"模板已保存: {file}")


@commands.command("import")
def import_register(
    ctx: typer.Context,
    file: RegisterFile,
    school: OnlySchoolOption = "",
    by: Annotated[str, typer.Option(help="谁导入的，记入变更记录")] = "命令行",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="试导入：显示会有哪些变化，不保存")] = False,
    replace: Annotated[bool, typer.Option("--replace", help="文件是完整的台账：文件里没有的账号从台账移除")] = False,
    allow_empty: Annotated[bool, typer.Option("--allow-empty", help="文件里空着的，把台账里原有的内容清空")] = False,
    new_school: Annotated[bool, typer.Option("--new-school", help="学校还没有制度文件，先建台账")] = False,
) -> None:
    """导入台账。有一行不合格就整份不导入，并列出每一处要改的地方；同一份文件重复导入不会产生变化。"""
    if not file.is_file():
        raise InvalidInput(f"找不到文件 {file}")
    with asked(ctx).context() as context:
        code = _school(context, school, new_school=new_school)
        reading = examine(
            file, school=code, choices=ReadChoices(headings=context.store.register_uploads.headings(code))
        )
        if reading.problems:
            raise RegisterError(list(reading.problems))
        planned = preview(context.store.filings.all(code), reading, retire_missing=replace)
        if planned.emptied and not allow_empty:
            raise InvalidInput(emptied(planned))
        now = context.clock()
        lines = list(report(reading, planned, consequences(context, code, planned.after, now)))
        touched = len(planned.added) + len(planned.changed)
        if is_large(touched, len(planned.before)):
            lines.append(
                "改动超过台账的十分之一，导入后先摸底：新问题只立案，不拟文书；看过后用 xunjian survey close 结束。"
            )
        if not dry_run:
            context.store.filings.carry_out(
                code, planned.before, planned.after, by=by, now=now, reason=f"导入“{file.name}”"
            )
            open_after_import(context, code, touched, len(planned.before), now)
            lines += _ended(end_cases_of(context, code, [each.old for each in planned.removed if each.old], by=by))
        done = "试导入（没有保存）" if dry_run else "已导入"
        typer.echo(f"{done} {planned.in_file} 个账号（学校 {code}）：{counts(planned)}。")
        for line in lines:
            typer.echo(line)


@commands.command("remove")
def remove(
    ctx: typer.Context,
    by: Annotated[str, typer.Option(help="谁移除的，记入变更记录和条目")],
    ids: Annotated[list[str] | None, typer.Argument(help="要移除的备案编号")] = None,
    school: SchoolOption = "",
    everything: Annotated[bool, typer.Option("--all", help="移除这所学校的全部账号，如学校代码写错时建的台账")] = False,
) -> None:
    """从台账移除账号；未结的条目随之终止。最后的内容留在变更记录里，存证不动。"""
    with asked(ctx).context() as context:
        code = _school(context, school, new_school=False)
        known = {filing.id: filing for filing in context.store.filings.all(code)}
        wanted = list(known) if everything else list(dict.fromkeys(ids or ()))
        if strange := [each for each in wanted if each not in known]:
            raise InvalidInput(f"学校 {code} 的台账里没有：{'、'.join(strange)}。没有移除任何账号。")
        if not wanted:
            raise InvalidInput("请写出要移除的备案编号；要移除这所学校的全部账号，请加 --all。")
        removed = context.store.filings.remove(code, wanted, by=by, now=context.clock())
        typer.echo(f"已从学校 {code} 的台账移除 {removed} 个账号。")
        for line in _ended(end_cases_of(context, code, [known[each] for each in wanted], by=by)):
            typer.echo(line)


@commands.command("export")
def export_register(ctx: typer.Context, file: RegisterFile, school: SchoolOption = "") -> None:
    """导出台账；重新导入不会丢失任何内容。"""
    with asked(ctx).context() as context:
        filings = context.store.filings.all(school or None)
        if not filings:
            raise InvalidInput("台账是空的，没有可以导出的内容。请先用 xunjian register import 导入。")
        write_register(filings, _writable(file))
    typer.echo(f"已导出 {len(filings)} 个账号: {file}")


def _ended(numbers: list[str]) -> list[str]:
    return [f"移除的账号有 {len(numbers)} 件未结问题，已随之终止：{'、'.join(numbers)}"] if numbers else []


def _school(context: AppContext, typed: str, *, new_school: bool) -> str:
    try:
        return typed if typed and new_school else known_school(context, typed or _only_school(context.schools))
    except UnknownSchool as error:
        raise InvalidInput(str(error)) from error


def _only_school(schools: list[str]) -> str:
    if len(schools) == 1:
        return schools[0]
    raise InvalidInput("请用 --school 写明是哪所学校的台账（制度文件里的 code，如 sias）。")


def _writable(file: Path) -> Path:
    if file.suffix.lower() not in (".xlsx", ".csv"):
        raise InvalidInput(f"文件名应以 .xlsx 或 .csv 结尾: {file.name}")
    if not file.parent.is_dir():
        raise InvalidInput(f"文件夹不存在: {file.parent}")
    return file
