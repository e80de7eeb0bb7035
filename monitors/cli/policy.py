"""`xunjian policy`: draft a file from a regulation, check it, read it as a page, try it on what was observed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from monitors.cli.groups import CommandGroup
from monitors.cli.options import Format, FormatOption, asked, day, print_rows
from monitors.errors import InvalidInput
from monitors.jobs.policy_preview import preview as preview_policy
from monitors.jobs.review_templates import forms_of
from monitors.policy_drafts import Drafted, draft_policy
from monitors.policy_registry import policies_of, read_policy
from rules.policies.markdown import policy_page
from rules.policies.schema import Policy

commands = CommandGroup()


def _read(file: Path) -> Policy:
    if not file.is_file():
        raise InvalidInput(f"找不到文件 {file}")
    try:
        return read_policy(file)
    except UnicodeDecodeError as error:
        raise InvalidInput(f"{file} 不是 UTF-8 编码的文本文件。") from error


@commands.command()
def lint(ctx: typer.Context, file: Path) -> None:
    """检查制度文件和年审模板写得对不对；有错会指出在哪里、怎么改。"""
    policy = _read(file)
    forms_of(asked(ctx).settings())
    typer.echo(f"{file}: 正确。{policy.school}，{len(policy.clauses)} 个条款，版本 {policy.version}")


@commands.command("show")
def show_policy(ctx: typer.Context, which: Annotated[str, typer.Argument(help="学校代码或文件")]) -> None:
    """把制度文件显示成一页易读的中文。"""
    policies = policies_of(asked(ctx).settings())
    typer.echo(policy_page(policies[which] if which in policies else _read(Path(which))))


@commands.command()
def draft(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="制度原文：docx、txt 或 md")],
    out: Annotated[Path, typer.Option(metavar="DIR", help="草稿写到这个目录")],
    school: Annotated[str, typer.Option(help="学校全称，或者已有制度文件的学校代码；不填则从原文中找")] = "",
    code: Annotated[str, typer.Option(help="学校代码，如 sias；不填则用文件名或学校英文缩写")] = "",
) -> None:
    """由制度原文起草制度文件：读懂的句子写成条款，没有读懂的逐句列出；草稿须由人核对后再用。"""
    name = school.strip()
    if name.isascii() and name and (known := policies_of(asked(ctx).settings()).get(name)):
        name = known.school
    drafted = draft_policy(file, school=name, code=code.strip(), today=asked(ctx).clock().date())
    typer.echo(_told(drafted, drafted.write(out)))


def _told(drafted: Drafted, written: Path) -> str:
    clauses, left = drafted.draft.clauses, drafted.draft.open
    waiting = sum(clause.waits for clause in clauses)
    return (
        f"{written}：{drafted.draft.policy['school']}，写成 {len(clauses)} 个条款，其中 {waiting} 个待学校确认；"
        f"{len(left)} 句没有写成条款，列在 {written.with_suffix('.json').name} 的 open 中。"
        f"请对照原文逐条核对，再运行 xunjian policy lint {written}"
    )


@commands.command()
def preview(
    ctx: typer.Context,
    file: Path,
    since: Annotated[str, typer.Option(help="从哪一天算起（2026-01-01）")],
    form: FormatOption = Format.TEXT,
) -> None:
    """按这份制度重算已有的观察，看从某天起会发现哪些问题；不会立案。"""
    policy = _read(file)
    with asked(ctx).context() as context:
        found = list(preview_policy(context, policy, day(since, context.clock)))
    if not found and form == Format.TEXT:
        typer.echo(f"按这份制度重算，自 {since} 起没有发现问题（未能观察的不作判断）。")
    print_rows(found, form, lambda r: f"{r['first_on']} 至 {r['last_on']}  {r['title']}  {r['clause']}  {r['reason']}")
