"""`xunjian backup`: make a backup while the service runs, and put one into a new data directory."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from monitors.cli.groups import CommandGroup
from monitors.cli.options import asked
from monitors.jobs.backup import create_backup
from monitors.jobs.restore import DamagedBackup, restore_backup

commands = CommandGroup()


@commands.command()
def create(
    ctx: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="放备份的新目录，最好在另一块磁盘上")],
    link: Annotated[
        bool, typer.Option("--link", help="已封存的存证用硬链接，不占空间；只防误删，不防磁盘损坏和改动")
    ] = False,
) -> None:
    """备份数据库、存证、设置、制度文件和发件箱。服务可以照常运行。"""
    made = create_backup(asked(ctx).settings(), folder, asked(ctx).clock(), link=link)
    typer.echo(f"已备份 {made.files} 个文件，{made.bytes / 1024**2:.1f} MB，到 {folder}")
    typer.echo(f"清单指纹（请另行记录，恢复时可用 --fingerprint 核对）：{made.fingerprint}")
    for place in made.outside:
        typer.echo(f"注意：{place} 在数据目录之外，没有备份，请另行保存。")


@commands.command()
def restore(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="备份所在的目录")],
    to: Annotated[Path, typer.Option(help="恢复到哪个新目录，原有数据不会被覆盖")],
    database_url: Annotated[
        str, typer.Option(envvar="XUNJIAN_RESTORE_URL", help="备份来自 PostgreSQL 时：一个空数据库的地址")
    ] = "",
    fingerprint: Annotated[str, typer.Option(help="备份时显示的清单指纹，用来确认备份没有被整体改动")] = "",
) -> None:
    """核对备份的每个文件，恢复到新目录，再核验存证。备份有改动则不恢复，退出码为 1。"""
    try:
        done = restore_backup(folder, to, database_url=database_url, fingerprint=fingerprint)
    except DamagedBackup as error:
        typer.echo(f"错误: {error}", err=True)
        raise typer.Exit(1) from error
    typer.echo(f"已恢复 {done.files} 个文件到 {to}\n存证{done.evidence}")
    if done.waiting:
        typer.echo(
            f"注意：备份时有 {done.waiting} 份文书待发送，其中可能有备份之后已经发出的。启动服务前请用 "
            f"xunjian --data {to} notices --state due 核对：启动后它们会再次发送。"
        )
    typer.echo(f"启动：xunjian --data {to} serve")
