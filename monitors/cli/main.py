"""The `xunjian` command: global options, the errors every command shares, and the groups of commands."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from monitors import clock, logs
from monitors.cli import (
    cases,
    crawl,
    discovery,
    evidence,
    names,
    notices,
    policy,
    register,
    service,
    simulate,
    usage,
    users,
)
from monitors.cli.options import CliContext, InvalidInput
from monitors.settings import SettingsError
from monitors.version import product_version
from rules.cases.case import CaseError
from rules.people import PeopleError
from rules.policies.loader import PolicyError
from storage.database import StorageError
from storage.evidence import EvidenceError
from storage.register import RegisterError

PLAIN_ERRORS = (
    InvalidInput,
    SettingsError,
    StorageError,
    EvidenceError,
    RegisterError,
    PolicyError,
    CaseError,
    PeopleError,
)

app = typer.Typer(
    help="校媒巡检：高校网站与新媒体账号的更新监测、校名保护与逐级督办。",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)


def show_version(asked: bool) -> None:
    """Print the version and end."""
    if asked:
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
    try:
        moment = clock.starting_at(clock.parse_now(now)) if now else clock.wall
    except ValueError as error:
        raise InvalidInput(f"--now 的时间写法不对: {now!r}。请写成 2026-11-21T08:00+08:00 这样的格式。") from error
    ctx.obj = CliContext(data, moment)


for module in (register, crawl, discovery, names, cases, notices, evidence, policy, simulate, service, users):
    module.register_commands(app)


def main(argv: list[str] | None = None) -> None:
    """Run a command: exit 0 ok, 1 something found where the command says so, 2 bad usage or input."""
    logs.configure()
    command: Any = typer.main.get_command(app)
    try:
        code = command.main(args=argv, prog_name="xunjian", standalone_mode=False)
    except PLAIN_ERRORS as error:
        typer.echo(f"错误: {error}", err=True)
        code = 2
    except typer.Abort:
        code = 130
    except Exception as error:
        if not hasattr(error, "exit_code"):
            raise
        typer.echo(usage.explain(error), err=True)
        code = 2
    sys.exit(code or 0)
