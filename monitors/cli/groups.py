"""Groups of commands whose help speaks Chinese, and one that imports a command's module only when it is called."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

OPTIONS, SUBCOMMAND = "[选项]", "命令 [参数]…"
HEADINGS = {
    "ARGUMENTS_PANEL_TITLE": "参数",
    "OPTIONS_PANEL_TITLE": "选项",
    "COMMANDS_PANEL_TITLE": "命令",
    "REQUIRED_LONG_STRING": "[必填]",
    "DEFAULT_STRING": "[默认: {}]",
}
"""Words of typer's own help pages, by the name it keeps them under."""


class _ChineseHelp:
    """Mixed into typer's classes: the words that they put around our own."""

    def format_usage(self, ctx: Any, formatter: Any) -> None:
        """The line that says how the command is written."""
        pieces = self.collect_usage_pieces(ctx)  # type: ignore[attr-defined]
        formatter.write_usage(ctx.command_path, " ".join(pieces), prefix="用法: ")

    def get_help_option(self, ctx: Any) -> Any:
        """``--help`` itself."""
        option = super().get_help_option(ctx)  # type: ignore[misc]
        if option:
            option.help = "显示这份说明"
        return option

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """The whole page. The module that draws it takes a tenth of a second to import, so not before."""
        from typer import rich_utils

        for name, heading in HEADINGS.items():
            setattr(rich_utils, name, heading)
        super().format_help(ctx, formatter)  # type: ignore[misc]


class ChineseCommand(_ChineseHelp, TyperCommand):
    """A command."""


class ChineseGroup(_ChineseHelp, TyperGroup):
    """A group of commands."""


class CommandGroup(typer.Typer):
    """`typer.Typer` with both classes above; without arguments it shows its help, unless it is a command by itself."""

    def __init__(self, cls: type[TyperGroup] = ChineseGroup, **given: Any) -> None:
        """A group; its help stands in the table of commands."""
        given.setdefault("no_args_is_help", not given.get("invoke_without_command"))
        super().__init__(
            cls=cls,
            options_metavar=OPTIONS,
            subcommand_metavar=SUBCOMMAND,
            add_completion=False,
            pretty_exceptions_enable=False,
            **given,
        )

    def command(self, name: str | None = None, **given: Any) -> Callable[[Any], Any]:
        """Register a command."""
        given.setdefault("cls", ChineseCommand)
        given.setdefault("options_metavar", OPTIONS)
        return super().command(name, **given)


@dataclass(frozen=True, slots=True)
class CommandRow:
    """One row of the table: the word typed, where its function or `CommandGroup` stands, and what it is for."""

    name: str
    module: str
    attribute: str
    help: str

    def load(self) -> Any:
        """Import the module; the command as typer's parser wants it."""
        found = getattr(import_module(self.module), self.attribute)
        if not isinstance(found, typer.Typer):
            single = CommandGroup()
            single.command(self.name, help=self.help)(found)
            found = single
        command: Any = typer.main.get_command(found)
        command.name, command.help = self.name, self.help
        return command


def lazy_group(rows: tuple[CommandRow, ...]) -> type[TyperGroup]:
    """A group that knows names and help from ``rows`` and imports a module when its command is called."""
    table = {row.name: row for row in rows}

    class LazyGroup(ChineseGroup):
        def __init__(self, **given: Any) -> None:
            super().__init__(**given)
            for row in rows:
                self.add_command(ChineseCommand(row.name, help=row.help))

        def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
            name, known, rest = super().resolve_command(ctx, args)
            return name, table[name].load() if name in table else known, rest

    return LazyGroup
