"""Asks tests about a changed module in children of warm processes: starting pytest costs five seconds of processor time otherwise, for every change.

A change inside a function is put into the function object, in a child of a process that has imported all tests and all they need
(`WarmTests`). Where that is not noticed, and for what stands outside functions, a child is asked that imports the project anew from the files
as they stand then (`ask`): its parent has imported every foreign package, and nothing of the project.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import resource
import signal
import sys
import sysconfig
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import CodeType, FunctionType

OPTIONS = ("-qx", "-p", "no:cacheprovider", "--no-header", "-W", "ignore::pytest.PytestAssertRewriteWarning")
PROCESSOR_SECONDS = 40
WALL_SECONDS = 150
"""A change whose tests have not ended by then is caught: unchanged they take some seconds."""


def warm(root: Path, files: Iterable[str]) -> None:
    """Import what the tests import, but nothing of the checkout; the compiled tests are left beside them for the children."""
    os.chdir(root)
    sys.path[:0] = [str(root)]
    names = root / "foreign_modules.txt"
    if not (child := os.fork()):
        _quiet()
        _pytest("--collect-only", *files)
        foreign = tuple({sysconfig.get_path("purelib"), sysconfig.get_path("platlib"), sysconfig.get_path("stdlib")})
        found = [n for n, m in sys.modules.items() if (getattr(m, "__file__", None) or "").startswith(foreign)]
        names.write_text("\n".join(found), "utf-8")
        os._exit(0)
    os.waitpid(child, 0)
    sys.dont_write_bytecode = True
    for name in names.read_text("utf-8").split():
        if not name.startswith(("_pytest", "__", "test")):
            _import(name)


def _pytest(*arguments: str) -> int:
    return int(importlib.import_module("pytest").main([*OPTIONS, *arguments]))


def _import(name: str) -> None:
    try:
        importlib.import_module(name)
    except Exception as failure:
        print(f"not imported ahead: {name} ({type(failure).__name__})", flush=True)


def _quiet() -> None:
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nothing, stream)


def ask(tests: list[str], swaps: Iterable[tuple[FunctionType, CodeType]] = ()) -> str:
    """`failed`, `timed out`, or an empty text where the tests noticed nothing."""
    if not (child := os.fork()):
        os.setsid()
        _quiet()
        resource.setrlimit(resource.RLIMIT_CPU, (PROCESSOR_SECONDS, PROCESSOR_SECONDS + 5))
        for function, code in swaps:
            function.__code__ = code
        os._exit(_pytest(*tests))
    until = time.monotonic() + WALL_SECONDS
    try:
        while time.monotonic() < until:
            done, status = os.waitpid(child, os.WNOHANG)
            if done:
                return _said(status)
            time.sleep(0.02)
        os.killpg(child, signal.SIGKILL)
        os.waitpid(child, 0)
        return "timed out"
    finally:
        _end_group(child)


def _said(status: int) -> str:
    if os.WIFSIGNALED(status):
        return "timed out" if os.WTERMSIG(status) in (signal.SIGXCPU, signal.SIGKILL) else "failed"
    return "failed" if os.WEXITSTATUS(status) else ""


def _end_group(leader: int) -> None:
    try:
        os.killpg(leader, signal.SIGKILL)
    except ProcessLookupError:
        return


class WarmTests:
    """A process that has collected the tests, and answers for one change inside a function at a time."""

    def __init__(self, files: Iterable[str]) -> None:
        asked, self._asked = os.pipe()
        self._answers, answers = os.pipe()
        if not os.fork():
            os.close(self._asked)
            os.dup2(asked, 100)
            os.dup2(answers, 101)
            _serve(100, 101, list(files))
        os.close(asked)
        os.close(answers)
        self._lines = os.fdopen(self._answers, encoding="utf-8")

    def ask(self, module: Path, qualname: str, tests: list[str]) -> str:
        """As `ask`, with the module's file as it stands; an empty text too where no such function is known."""
        os.write(self._asked, (json.dumps([str(module), qualname, tests]) + "\n").encode())
        return str(json.loads(self._lines.readline()))


def _serve(asked: int, answers: int, files: list[str]) -> None:
    _quiet()
    _pytest("--collect-only", *files)
    functions = defaultdict(list)
    for found in gc.get_objects():
        if isinstance(found, FunctionType):
            functions[found.__code__.co_filename, found.__code__.co_qualname].append(found)
        elif type(found).__name__ == "Mark" and getattr(found, "_param_ids_generated", None):
            object.__setattr__(
                found, "_param_ids_generated", None
            )  # pytest escapes them once more at the next collection
    gc.freeze()
    with os.fdopen(asked, encoding="utf-8") as lines:
        for line in lines:
            module, qualname, tests = json.loads(line)
            changed = {
                (code.co_firstlineno, code.co_qualname): code
                for code in _codes(compile(Path(module).read_bytes(), module, "exec", dont_inherit=True))
            }
            swaps = [
                (function, changed[key])
                for function in functions[module, qualname]
                if (key := (function.__code__.co_firstlineno, qualname)) in changed
            ]
            os.write(answers, (json.dumps(ask(tests, swaps) if swaps else "") + "\n").encode())
    os._exit(0)


def _codes(code: CodeType) -> Iterator[CodeType]:
    yield code
    for const in code.co_consts:
        if isinstance(const, CodeType):
            yield from _codes(const)
