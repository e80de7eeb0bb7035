"""A command as a person types it."""

from __future__ import annotations

import pytest

from monitors.cli.main import main


def run(capsys: pytest.CaptureFixture[str], *args: str) -> tuple[int, str, str]:
    """Run a command; returns its exit code, what it printed and what it said to stderr."""
    capsys.readouterr()  # what was said before is not the command's
    with pytest.raises(SystemExit) as ended:
        main(list(args))
    said = capsys.readouterr()
    return int(ended.value.code or 0), said.out, said.err
