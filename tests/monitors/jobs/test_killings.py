"""kill -9 in the middle of a sweep and of an import, at the size of the suite; docs/evidence.md records 200 of each."""

from __future__ import annotations

from pathlib import Path

from tests.support.killings import kill_imports, kill_sweeps


def test_killed_sweeps_lose_nothing_and_leave_nothing_half(tmp_path: Path) -> None:
    seen = kill_sweeps(8, 16, tmp_path)
    assert seen.faults == []
    assert seen.children == 8


def test_killed_imports_leave_the_sheet_as_it_was_or_whole(tmp_path: Path) -> None:
    seen = kill_imports(14, 16, tmp_path)
    assert seen.faults == []
    assert seen.children == 14
