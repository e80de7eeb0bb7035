"""`xunjian register`: the 台账 in and out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from monitors.cli.options import InvalidInput, asked
from storage.register import diff, read_register, template, write_register

commands = typer.Typer(help="备案台账：导入、导出、模板。", no_args_is_help=True)
School = Annotated[str, typer.Option("--school", help="学校代码，如 sias；只有一所学校的台账时可不填")]
File = Annotated[Path, typer.Argument(help="xlsx 或 csv 文件")]


def register_commands(app: typer.Typer) -> None:
    """Hang the group into the command."""
    app.add_typer(commands, name="register")


@commands.command("template")
def make_template(file: File) -> None:
    """生成一份空白台账，含填写说明和示例行。"""
    template(_writable(file))
    typer.echo(f"模板已保存: {file}")


@commands.command("import")
def import_register(
    ctx: typer.Context,
    file: File,
    school: School = "",
    by: Annotated[str, typer.Option(help="谁导入的，记入变更记录")] = "命令行",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只显示会有哪些变化，不保存")] = False,
) -> None:
    """导入台账。有一行不合格就整份不导入，并列出每一处要改的地方；同一份文件重复导入不会产生变化。"""
    if not file.is_file():
        raise InvalidInput(f"找不到文件 {file}")
    with asked(ctx).context() as context:
        code = school or _only_school(context.schools)
        filings = read_register(file, school=code)
        if dry_run:
            for change in diff(tuple(context.store.filings.all(code)), filings):
                typer.echo(str(change))
            return
        added, changed = context.store.filings.save(filings, by=by, now=context.clock())
        typer.echo(
            f"已导入 {len(filings)} 个账号（学校 {code}）：新增 {added}，变更 {changed}，未变 {len(filings) - added - changed}。"
        )


@commands.command("export")
def export_register(ctx: typer.Context, file: File, school: School = "") -> None:
    """导出台账；重新导入不会丢失任何内容。"""
    with asked(ctx).context() as context:
        filings = context.store.filings.all(school or None)
        if not filings:
            raise InvalidInput("台账是空的，没有可以导出的内容。请先用 xunjian register import 导入。")
        write_register(filings, _writable(file))
    typer.echo(f"已导出 {len(filings)} 个账号: {file}")


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
