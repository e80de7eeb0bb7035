"""What the commands share: the context they open, how they print, what they refuse."""

from __future__ import annotations

import getpass
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from monitors.app_context import AppContext
from monitors.clock import Clock
from monitors.people.users import person_acting
from monitors.settings import Settings, load_settings
from rules.people import Role, User
from storage.audit import Actor, acting
from storage.store import Store


class InvalidInput(Exception):
    """What was typed cannot be used. Raised by commands; the CLI prints it and exits 2."""


class Format(StrEnum):
    """How a command prints."""

    TEXT = "text"
    JSON = "json"
    JSONL = "jsonl"


FormatOption = Annotated[Format, typer.Option("--format", help="输出格式")]


@dataclass(frozen=True)
class CliContext:
    """The global options."""

    data: Path | None
    clock: Clock

    def settings(self, **more: Any) -> Settings:
        """The settings with the command line's on top. Raises SettingsError."""
        return load_settings(**({"data": self.data} | more))

    @contextmanager
    def context(self, **more: Any) -> Iterator[AppContext]:
        """Settings and database, opened and closed."""
        settings = self.settings(**more)
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
    """A day as typed, today where nothing was. Raises BadInput."""
    if not text:
        return clock().date()
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise InvalidInput(f"日期写法不对: {text!r}。请写成 2026-11-21 这样的格式。") from error
