"""What a command imports: the modules are counted, for seconds differ from machine to machine."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest
import typer

from monitors.cli.groups import CommandRow
from monitors.cli.main import COMMANDS, app

HEAVY = {
    "scrapy",
    "sqlalchemy",
    "sqlmodel",
    "playwright",
    "fastapi",
    "lxml",
    "jieba",
    "pydantic",
    "structlog",
    "twisted",
}
PROBE = """
import sys
from monitors.cli.main import main
try:
    main(sys.argv[1:])
finally:
    print("\\n" + " ".join(sys.modules), file=sys.stderr)
"""


def imported(*args: str, text: str = "") -> tuple[set[str], str]:
    """The modules that a call leaves behind, and what it printed."""
    done = subprocess.run(
        [sys.executable, "-c", PROBE, *args], input=text, capture_output=True, text=True, check=True, timeout=60
    )
    return set(done.stderr.splitlines()[-1].split()), done.stdout


@pytest.mark.parametrize("args", [["--help"], ["--version"]])
def test_help_imports_no_capability(args: list[str]) -> None:
    modules, out = imported(*args)
    assert not modules & HEAVY
    assert not {name for name in modules if name.startswith(("storage", "crawler", "alerts", "monitors.jobs"))}
    assert "巡检" in out or "校媒" in out
    assert len(modules) < 400


def test_a_command_that_logs_has_its_log_set_up(tmp_path: Path) -> None:
    """To standard error: standard output belongs to whoever reads what the command prints."""
    probe = "import structlog; print(structlog.is_configured())"
    for args in (["doctor", "--format", "json"], ["case", "list"], ["serve", "--help"]):
        code = PROBE.replace('print("\\n"', f'{probe}\n    print("\\n"')
        given = ["--data", str(tmp_path), *args]
        done = subprocess.run([sys.executable, "-c", code, *given], capture_output=True, text=True, timeout=60)
        assert done.stdout.splitlines()[-1] == "True", (args, done.stdout, done.stderr)


def test_names_are_screened_without_crawler_and_database() -> None:
    modules, out = imported("names", "screen", "--school", "sias", text="西亚斯表白墙\n" * 10)
    assert out.count('"verdict": "flag"') == 10
    assert not modules & (HEAVY - {"pydantic"}) | modules & {"pypinyin", "rich.text"}
    assert len(modules) < 900, "each costs a third of a millisecond"
    assert not {
        name for name in modules if name.startswith(("storage.", "alerts.", "monitors.jobs", "monitors.people"))
    }


def test_the_help_page_lists_every_command_under_chinese_headings() -> None:
    _, out = imported("--help")
    assert all(f" {row.name} " in out for row in COMMANDS)
    assert all(heading in out for heading in ("用法:", "选项", "命令"))
    assert not any(english in out for english in ("Usage", "Options", "Commands", "Show this message"))


@pytest.mark.parametrize("row", COMMANDS, ids=lambda row: row.name)
def test_every_row_of_the_table_leads_to_its_command(row: CommandRow) -> None:
    command, found = row.load(), getattr(import_module(row.module), row.attribute)
    assert (command.name, command.help) == (row.name, row.help)
    assert bool(getattr(command, "commands", {})) == isinstance(found, typer.Typer)


def test_a_mistyped_command_is_likened_to_the_known_ones() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "monitors", "swep"], capture_output=True, text=True, check=False, timeout=60
    )
    assert (done.returncode, "没有命令“swep”" in done.stderr) == (2, True)
    assert "用法: xunjian [选项] 命令 [参数]…" in done.stderr
    assert [row.name for row in COMMANDS] == list(typer.main.get_command(app).commands)  # type: ignore[attr-defined]
