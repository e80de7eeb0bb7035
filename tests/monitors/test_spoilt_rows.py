"""A row whose document was spoilt: every command that reads it says so in Chinese, names the kind and what to do, and goes no further."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pytest

from tests.support.cli import run
from tests.support.console import furnish, open_world

SPOILT = ['{"na', "", "[1]", '{"unheard_of": 1}', "\x00\x01"]
READS = {
    "check": ("filing", "account_state", "case_record"),
    "case list": ("case_record",),
    "case show DEMO-2026-0001": ("case_record", "case_event"),
    "suspect list": ("candidate",),
    "digest": ("case_record", "candidate"),
}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data directory of a furnished context, its database closed."""
    folder = tmp_path_factory.mktemp("world")
    context = open_world(folder)
    furnish(context)
    data = Path(context.settings.data)
    context.store.close()
    return data


def spoil(data: Path, table: str, column: str, text: str) -> None:
    with sqlite3.connect(data / "xunjian.db") as database:
        changed = database.execute(f"UPDATE {table} SET {column} = ?", (text,)).rowcount
    database.close()
    assert changed > 0, table


def copied(world: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(world, tmp_path / "d"))


def told(capsys: pytest.CaptureFixture[str], data: Path, command: str) -> None:
    code, out, err = run(capsys, "--data", str(data), "--now", "2026-11-21T10:00:00+08:00", *command.split())
    assert code == 2, out + err
    for word in ("已损坏", "页面存证不受影响", "备份"):
        assert word in err
    assert "Traceback" not in out + err


@pytest.mark.parametrize(
    ("command", "table"), [(command, table) for command, tables in READS.items() for table in tables]
)
def test_a_spoilt_document_is_told(
    capsys: pytest.CaptureFixture[str], world: Path, tmp_path: Path, command: str, table: str
) -> None:
    data = copied(world, tmp_path)
    for text in SPOILT[:2] if command == "check" else SPOILT:
        spoil(data, table, "document", text)
        told(capsys, data, command)


@pytest.mark.parametrize("text", ['{"na', "", "[]", '{"smtp:a@b.cn": 5}', '{"smtp:a@b.cn": ["sent", "", "gestern"]}'])
def test_spoilt_answers_of_a_letter_are_told(
    capsys: pytest.CaptureFixture[str], world: Path, tmp_path: Path, text: str
) -> None:
    data = copied(world, tmp_path)
    spoil(data, "notice", "delivery_results", text)
    told(capsys, data, "notices")
