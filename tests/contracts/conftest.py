"""An installation as version 0.1.0 left it: a register, a day of looks with evidence, cases in every state."""

from __future__ import annotations

import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from monitors.cli.main import app

ARCHIVE = Path(__file__).with_name("installation_0_1_0.tar.xz")
Run = Callable[..., Any]


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its data directory, unpacked; whoever opens it first migrates it."""
    folder = tmp_path_factory.mktemp("installation")
    with tarfile.open(ARCHIVE) as archive:
        archive.extractall(folder, filter="data")
    return folder


@pytest.fixture(scope="module")
def xunjian(installation: Path) -> Run:
    """A command on that installation, at the moment it was put away; fails where the command does."""

    def run(*arguments: str, text: str | None = None) -> str:
        options = ["--data", str(installation), "--now", "2026-11-28T18:00:00+08:00"]
        result = CliRunner().invoke(app, [*options, *arguments], input=text)
        assert result.exit_code in (0, 1), result.output  # 1: something was found
        return result.stdout

    return run
