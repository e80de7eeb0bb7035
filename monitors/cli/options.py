"""What the commands share: the context they open, how they print, what they refuse."""

from __future__ import annotations

import getpass
import json
import logging
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitors.clock import Clock
from monitors.errors import InvalidInput

if TYPE_CHECKING:  # a command imports the database and the crawlers when it opens them
    from monitors.app_context import AppContext
    from monitors.settings import Settings
    from rules.people import Role, User


class Format(StrEnum):
    """How a command prints."""

    TEXT = "text"
    JSON = "json"
    JSONL = "jsonl"


FormatOption = Annotated[Format, typer.Option("--format", help="输出格式")]
SchoolOption = Annotated[str, typer.Option("--school", help="学校代码，如 sias；不填则为所有学校")]
OnlySchoolOption = Annotated[str, typer.Option("--school", help="学校代码，如 sias；只有一所学校时可以不填")]
PlatformsOption = Annotated[list[str] | None, typer.Option("--platform", help="只看这些平台，可写多次")]
ReplayOption = Annotated[str, typer.Option("--replay", help="用这份 WARC 录制代替网络")]
DecidedByOption = Annotated[str, typer.Option("--by", help="经办人：有登录账号时写登录名，否则写姓名")]
ReasonOption = Annotated[str, typer.Option("--reason", help="理由")]
UnitOption = Annotated[str, typer.Option("--unit", help="责任单位，文书发给它；群组填创建人所在单位")]
PasswordStdinOption = Annotated[bool, typer.Option("--password-stdin", help="从标准输入读取密码（一行）")]
CaseNumber = Annotated[str, typer.Argument(metavar="NUMBER", help="条目编号，如 BIT-2026-0001")]
SuspectKey = Annotated[str, typer.Argument(metavar="KEY", help="账号，如 weibo:9000000101，见 xunjian suspect list")]
UserName = Annotated[str, typer.Argument(metavar="NAME", help="登录名，如工号；使用统一身份认证时与校园账号一致")]
RegisterFile = Annotated[Path, typer.Argument(metavar="FILE", help="xlsx 或 csv 文件")]
EvidencePath = Annotated[
    Path | None, typer.Argument(metavar="PATH", help="存证目录或 WARC 文件；不填则为数据目录里的存证")
]


@dataclass(frozen=True)
class CliContext:
    """The global options."""

    data: Path | None
    clock: Clock

    def settings(self, **more: Any) -> Settings:
        """The settings with the command line's on top. Raises SettingsError."""
        from monitors.settings import load_settings, settings_file
        from monitors.settings_names import former_name_warnings

        settings = load_settings(**({"data": self.data} | more))
        for warning in former_name_warnings(settings_file({"data": settings.data}), os.environ):
            typer.echo(f"提示：{warning}。", err=True)
        return settings

    @contextmanager
    def context(self, **more: Any) -> Iterator[AppContext]:
        """Settings and database, opened and closed."""
        from monitors import logs
        from monitors.app_context import AppContext
        from monitors.log_masking import mask_logs
        from storage.audit import Actor, acting
        from storage.store import Store

        logs.configure(least=logging.WARNING)
        settings = self.settings(**more)
        mask_logs()
        store = Store(settings.database)
        try:
            with acting(Actor(f"命令行（{account_name()}）", "本机")):
                yield AppContext(settings, store, self.clock)
        finally:
            store.close()


def account_name() -> str:
    """The account of the operating system that runs the command, for the audit log."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())


@contextmanager
def decided_by(context: AppContext, by: str, roles: Iterable[Role], school: str | None) -> Iterator[User | None]:
    """Who decides by ``--by``: a person with one of the roles, under whose name the log enters it; None while there are
    no people, when a typed name is taken. Raises PeopleError."""
    from monitors.people.users import person_acting
    from storage.audit import Actor, acting

    user = person_acting(context.store, by, roles, school)
    with acting(Actor(user.name if user else f"命令行（{account_name()}）", "本机")):
        yield user


def asked(ctx: typer.Context) -> CliContext:
    """The global options of this call."""
    found: CliContext = ctx.obj
    return found


def print_rows(rows: Iterable[dict[str, Any]], form: Format, line: Any = None) -> None:
    """Print rows: JSON Lines as they come, one JSON array, or one text line each by ``line(row)``."""
    if form == Format.JSON:
        typer.echo(json.dumps(list(rows), ensure_ascii=False, indent=1, default=_plain))
        return
    for row in rows:
        typer.echo(line(row) if form == Format.TEXT and line else json.dumps(row, ensure_ascii=False, default=_plain))


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, date | Path):
        return str(value)
    if isinstance(value, tuple | set | frozenset):
        return list(value)
    raise TypeError(f"{type(value).__name__} is not for output")


def day(text: str, clock: Clock) -> date:
    """A day as typed, today where nothing was. Raises InvalidInput."""
    if not text:
        return clock().date()
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise InvalidInput(f"日期写法不对: {text!r}。请写成 2026-11-21 这样的格式。") from error


def known_schools(context: AppContext, schools: list[str]) -> list[str]:
    """These schools, each with a register and a policy here. Raises InvalidInput."""
    if not context.schools:
        raise InvalidInput("台账是空的，不知道要为哪所学校查找。请先用 xunjian register import 导入台账。")
    for code in schools:
        if code not in context.schools or code not in context.policies:
            known = [each for each in context.schools if each in context.policies]
            raise InvalidInput(f"学校 {code!r} 没有台账或制度文件。可用: {', '.join(known) or '（无）'}")
    return schools
