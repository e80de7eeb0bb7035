"""A pytest plugin that keeps which lines of rules/ and storage/ each test runs, and how long the test takes.

`LINES_BY_TEST=FILE python -m pytest -p bench.lines_by_test …` adds a line of JSON for each test that passes: `[test, seconds, {module: [line]}]`.
A line that is run once in a process (a module's own, a cached function's) is on the account of the first test that came by.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import pytest

HERE = f"{Path.cwd()}{os.sep}"
FOLDERS = (f"{HERE}rules{os.sep}", f"{HERE}storage{os.sep}")
ENOUGH = 100
"""Calls of one function in one test that are listened to: a test that calls it more often is not slowed any further."""
_seen: dict[str, set[int]] = defaultdict(set)
_calls: Counter[CodeType] = Counter()
_seconds: list[float] = []


def _on_call(frame: FrameType, event: str, arg: Any) -> Callable[[FrameType, str, Any], Any] | None:
    code = frame.f_code
    if not code.co_filename.startswith(FOLDERS):
        return None
    _calls[code] += 1
    if _calls[code] > ENOUGH:
        return None
    lines = _seen[code.co_filename]

    def on_line(inner: FrameType, event: str, arg: Any) -> Any:
        lines.add(inner.f_lineno)
        return on_line

    return on_line


def _untraced(frame: FrameType, event: str, arg: object) -> None:
    """What a thread that begins between two tests is traced by: nothing."""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """One test, with its fixtures and its threads; one that fails before any change is no witness."""
    _seen.clear()
    _calls.clear()
    _seconds.clear()
    threading.settrace(_on_call)
    sys.settrace(_on_call)
    try:
        answer = yield
    finally:
        sys.settrace(None)
        threading.settrace(_untraced)
    if float("inf") not in _seconds:
        lines = {name.removeprefix(HERE): sorted(numbers) for name, numbers in sorted(_seen.items())}
        with Path(os.environ["LINES_BY_TEST"]).open("a", encoding="utf-8") as kept:
            kept.write(json.dumps([item.nodeid, round(sum(_seconds), 4), lines]) + "\n")
    return answer


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """The seconds of set-up, call and tear-down."""
    _seconds.append(report.duration if report.outcome == "passed" else float("inf"))
