"""Which tests to ask about a changed line: those that run it, the nearest and quickest first, within a budget of seconds.

What each test runs is measured once (`bench.lines_by_test`) and kept in a file; test files that are newer than the file are measured
again, and everything is where a module of rules/ or storage/ is newer, for its lines have moved.
"""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from itertools import accumulate
from pathlib import Path

FOLDERS = ("rules", "storage", "monitors", "alerts", "crawler/observe", "crawler/discovery")
"""Folders of tests that are measured; those of pages, of whole weeks and of deployments are not."""
SLOW = ("demo_world", "demo_day", "run_sweep(", "playwright", "chromium")
"""Words of test files that sweep the demo campus or open a browser: minutes for each change."""
BUDGET = 20.0
"""Seconds of tests a change is asked at most, as measured, which is some three times slower than they are."""
NEAR = 2.0
"""Seconds of them that are asked first: they notice most changes."""


@dataclass(frozen=True)
class Witness:
    """A test that passes while nothing is changed, its seconds, and the lines it runs of each module."""

    name: str
    seconds: float
    lines: dict[str, frozenset[int]] = field(repr=False)


def quick_files(root: Path) -> list[Path]:
    """The test files that are measured."""
    files = [path for folder in FOLDERS for path in sorted((root / "tests" / folder).rglob("test_*.py"))]
    return [file for file in files if not any(word in file.read_text("utf-8") for word in SLOW)]


def measured(root: Path, kept: Path) -> list[Witness]:
    """What is kept, with what changed since measured anew and kept too."""
    since = kept.stat().st_mtime if kept.is_file() else 0.0
    if any(m.stat().st_mtime > since for folder in ("rules", "storage") for m in (root / folder).rglob("*.py")):
        kept.unlink(missing_ok=True)
        since = 0.0
    if anew := [file for file in quick_files(root) if file.stat().st_mtime > since]:
        print(f"measuring which lines the tests of {len(anew)} files run", flush=True)
        _forget(kept, {str(file.relative_to(root)) for file in anew})
        _measure(root, anew, kept)
    rows = [json.loads(line) for line in kept.read_text("utf-8").splitlines()]
    found = {name: Witness(name, seconds, {m: frozenset(n) for m, n in of.items()}) for name, seconds, of in rows}
    return [witness for witness in found.values() if (root / witness.name.partition("::")[0]).is_file()]


def _forget(kept: Path, files: set[str]) -> None:
    """Take out what is kept of these files: a test may have another name by now."""
    rows = kept.read_text("utf-8").splitlines(keepends=True) if kept.is_file() else []
    kept.write_text("".join(row for row in rows if json.loads(row)[0].partition("::")[0] not in files), "utf-8")


def _measure(root: Path, files: list[Path], kept: Path) -> None:
    command = [sys.executable, "-B", "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "bench.lines_by_test"]
    command += ["-k", "not postgresql", "--timeout", "60", *map(str, files)]
    subprocess.run(
        command, cwd=root, env=os.environ | {"LINES_BY_TEST": str(kept.absolute())}, check=False, capture_output=True
    )


def _statement(module: Path, line: int) -> tuple[frozenset[int], frozenset[int]]:
    """The lines of the smallest statement that holds the line, without the body of a branch, and those of its function.

    Of a signature the statement is the whole function; of what stands in no function both are empty.
    """
    best: range | None = None
    within: range | None = None
    for node in ast.walk(ast.parse(module.read_text("utf-8"))):
        if isinstance(node, ast.stmt) and node.lineno <= line <= (node.end_lineno or line):
            function = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
            body = getattr(node, "body", None)
            within = within or (range(body[0].lineno, (node.end_lineno or line) + 1) if body and function else None)
            end = body[0].lineno if body and not function else (node.end_lineno or line) + 1
            best = range(node.lineno, max(end, node.lineno + 1))
    return (frozenset(best), frozenset(within)) if best and within else (frozenset(), frozenset())


def witnesses(tests: list[Witness], root: Path, module: str, line: int) -> list[str]:
    """The tests to ask: those that run the statement, then those that run its function, of which late calls are not listened to;
    of a module's own statement, which is run once, those that run the module and those of its folder."""
    statement, function = _statement(root / module, line)
    folder, stem = f"tests/{module.rpartition('/')[0]}/", module.rpartition("/")[2].removesuffix(".py")

    def far(test: Witness) -> tuple[bool, bool, bool, float]:
        there = not statement or not test.lines.get(module, frozenset()).isdisjoint(statement)
        return not there, f"/test_{stem}.py" not in test.name, not test.name.startswith(folder), test.seconds

    asked = [t for t in tests if module in t.lines and (not function or not t.lines[module].isdisjoint(function))]
    if not function:
        asked += [test for test in tests if test.name.startswith(folder) and module not in test.lines]
    chosen: list[str] = []
    spent = 0.0
    for test in sorted(asked or [test for test in tests if test.name.startswith(folder)], key=far):
        if spent + test.seconds <= BUDGET or not chosen:
            spent += test.seconds
            chosen.append(test.name)
    return chosen


def nearest(tests: list[Witness], asked: list[str]) -> int:
    """How many of the tests to ask are asked before the others."""
    seconds = {test.name: test.seconds for test in tests}
    spent = accumulate(seconds[name] for name in asked)
    return max(1, sum(total <= NEAR for total in spent))
