"""`xunjian review`: the annual review's pack."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from monitors.cli.groups import CommandGroup
from monitors.cli.options import Format, FormatOption, asked, print_rows
from monitors.errors import InvalidInput
from monitors.jobs.review_pack import ReviewReport, build_review
from monitors.jobs.review_templates import write_templates

commands = CommandGroup()


@commands.callback()
def review() -> None:
    """年审材料：总表、审核表、自查表和可独立核对的存证包。"""


@commands.command()
def build(
    ctx: typer.Context,
    school: Annotated[str, typer.Option("--school", help="学校代码，如 sias")],
    year: Annotated[int, typer.Option("--year", help="哪一年，如 2026")],
    out: Annotated[Path, typer.Option("--out", help="放到哪个文件夹；须不存在或是空的")],
    form: FormatOption = Format.TEXT,
) -> None:
    """生成年审材料：总表、各账号审核表、各单位自查表、存证包、清单和核对程序。"""
    with asked(ctx).context() as context:
        if school not in context.policies:
            raise InvalidInput(f"没有学校代码 {school} 的制度文件；已有：{'、'.join(sorted(context.policies))}。")
        report = build_review(context, school, year, out, context.clock())
    row = asdict(report) | {"folder": str(report.folder)}
    print_rows([row], form, lambda _: _text(report))


@commands.command()
def templates(
    out: Annotated[Path, typer.Option("--out", help="放到哪个文件夹；改好后放进数据目录的 templates 文件夹")],
    form: FormatOption = Format.TEXT,
) -> None:
    """导出审核表和自查表的模板（docx），可以改成本校的样式。"""
    print_rows(({"file": str(path)} for path in write_templates(out)), form, lambda row: row["file"])


def _text(report: ReviewReport) -> str:
    return (
        f"年审材料已生成：{report.folder}\n"
        f"账号 {report.accounts} 个、单位 {report.units} 个、存证页面 {report.pages} 份；"
        f"全年未观察到的账号 {report.unobserved} 个，不能读取的存证 {report.missing} 份。\n"
        f"核对：python3 {report.folder}/verify.py"
    )
