"""The `xunjian` command: the table of its commands, the global options, the errors that every command shares."""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from monitors import clock
from monitors.cli.groups import CommandGroup, CommandRow, lazy_group
from monitors.cli.options import CliContext
from monitors.errors import InvalidInput, plain_errors

COMMANDS = tuple(
    CommandRow(name, f"monitors.cli.{module}", attribute, text)
    for name, module, attribute, text in (
        ("register", "register", "commands", "备案台账：导入、导出、模板。"),
        ("sweep", "crawl", "sweep_now", "立即巡检：读取到期账号的公开页面，记录更新时间和存证。"),
        (
            "read",
            "crawl",
            "read_saved",
            "读取保存的页面，每个文件输出一行 JSON：结果、名称、标识、最后更新时间、能证明什么、文章。",
        ),
        (
            "scan",
            "crawl",
            "scan_now",
            "即时核查一个可疑账号：是什么、最后更新、是否涉嫌用校名、是否备案、适用哪些条款。",
        ),
        ("proof", "crawl", "prove", "单位自证：查看单位提供的最新链接，核对账号、读出发布时间、留下存证。"),
        (
            "discover",
            "discovery",
            "discover_now",
            "查找未备案的账号、网站和应用：在公开搜索中按计划查询，发现的交人核实；每次只查一部分，下次接着查。",
        ),
        ("suspect", "suspects", "commands", "疑似账号：查看、确认、排除、撤销、后续办理、导入名单。"),
        ("names", "names", "commands", "名称比对：是否使用或模仿受保护的校名。"),
        (
            "check",
            "check",
            "check_now",
            "按现在（或 --now）的时间判定：列出问题、立案、升级、生成通知。重复执行不会重复立案。",
        ),
        (
            "coverage",
            "coverage",
            "coverage_now",
            "掌握率：知道多少账号在更新或未更新，多少不掌握、已询问、逾期未答复。",
        ),
        ("inquiry", "inquiry", "commands", "核实请求：查看、发送、关闭。"),
        (
            "observe",
            "inquiry",
            "observe_now",
            "人工核查：记录在手机上看到的最近一次发布，或自某日起没有发布；一人看到更新即可，未更新要两人先后确认。",
        ),
        ("case", "cases", "commands", "问题台账：查看、提请、签发、送达、申诉、决定、豁免、撤回、销号、撤销操作。"),
        ("survey", "survey", "commands", "摸底：首次核对发现的问题，看过之后再定从哪天起拟写文书。"),
        ("notices", "notices", "commands", "查看通知：哪些待签发、已发送、待打印、已送达、停发；试发渠道。"),
        ("digest", "notices", "digest", "显示日报。过去的日子按当时保存的内容重印。"),
        ("review", "review", "commands", "年审：生成总表、审核表、自查表和可独立核对的存证包。"),
        ("campaign", "campaign", "commands", "专项工作：年审、半年自查、集中清查、备案核对，从通知到结束。"),
        ("evidence", "evidence", "commands", "存证：校验完整性，由原始字节重新得出观察。"),
        ("backup", "backup", "commands", "备份与恢复：服务运行时备份，恢复到新目录并核验。"),
        ("policy", "policy", "commands", "制度文件：检查、显示、试算。"),
        (
            "simulate",
            "simulate",
            "simulate_now",
            "模拟一批账号若干天的真实变化与各种采集故障，统计发现时差、请求数和冤枉数；有冤枉则退出码为 1。",
        ),
        ("serve", "service", "serve", "启动服务：定时巡检、控制台与监控指标。"),
        (
            "worker",
            "service",
            "worker",
            "启动一个执行程序：与其他主机上的执行程序分担采集、核对和收发（需要 PostgreSQL）。",
        ),
        ("doctor", "service", "doctor", "检查安装与设置，说明哪里有问题、该怎么办。"),
        ("user", "users", "commands", "登录账号：添加、列出、改密码、停用。"),
    )
)
"""Every command. The order is that of the help page; a module is imported when its command is called."""

app = CommandGroup(
    cls=lazy_group(COMMANDS),
    help="校媒巡检：高校网站与新媒体账号的更新监测、校名保护与逐级督办。",
)


def show_version(asked: bool) -> None:
    """Print the version and end."""
    if asked:
        from monitors.version import product_version

        typer.echo(f"校媒巡检 xunjian {product_version()}")
        raise typer.Exit


@app.callback()
def options(
    ctx: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", help="显示版本号", callback=show_version, is_eager=True)
    ] = False,
    data: Annotated[Path | None, typer.Option(help="数据目录（数据库、存证、发件箱）")] = None,
    now: Annotated[str, typer.Option(help="把这个时间当作现在（ISO 格式），用于复查与推演")] = "",
) -> None:
    """Global options; the settings and the database are opened only by commands that need them."""
    if (
        "structlog" in sys.modules
    ):  # the command is imported by now: one that writes no log need not wait for the library
        from monitors import logs

        logs.configure(least=logging.WARNING)
    try:
        moment = clock.starting_at(clock.parse_now(now)) if now else clock.wall
    except ValueError as error:
        raise InvalidInput(f"--now 的时间写法不对: {now!r}。请写成 2026-11-21T08:00+08:00 这样的格式。") from error
    ctx.obj = CliContext(data, moment)


def main(argv: list[str] | None = None) -> None:
    """Run a command: exit 0 ok, 1 something found where the command says so, 2 bad usage or input."""
    command: Any = typer.main.get_command(app)
    try:
        code = command.main(args=argv, prog_name="xunjian", standalone_mode=False)
    except typer.Abort:
        code = 130
    except Exception as error:
        typer.echo(_told(error), err=True)
        code = 2
    sys.exit(code or 0)


def _told(error: Exception) -> str:
    """What a person reads of an error. Raises it again where it is a fault of the program."""
    if hasattr(error, "exit_code"):  # the parser's own
        from monitors.cli import usage

        return usage.explain(error)
    if isinstance(error, plain_errors()):
        return f"错误: {error}"
    raise error
