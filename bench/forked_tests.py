"""Asks tests about a changed module in a child that is forked from a process where everything foreign is imported already.

The parent imports pytest and every package that the tests need, and no module of the project: the child imports those anew, from the files as they
stand then. Starting pytest costs five seconds of processor time otherwise, for every change.
"""

from __future__ import annotations

import importlib
import os
import resource
import signal
import sys
import sysconfig
import time
from collections.abc import Iterable
from pathlib import Path

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
        importlib.import_module("pytest").main(["--collect-only", *OPTIONS, *files])
        foreign = tuple({sysconfig.get_path("purelib"), sysconfig.get_path("platlib"), sysconfig.get_path("stdlib")})
        found = [n for n, m in sys.modules.items() if (getattr(m, "__file__", None) or "").startswith(foreign)]
        names.write_text("\n".join(found), "utf-8")
        os._exit(0)
    os.waitpid(child, 0)
    sys.dont_write_bytecode = True
    for name in names.read_text("utf-8").split():
        if not name.startswith(("_pytest", "__", "test")):
            _import(name)


def _import(name: str) -> None:
    try:
        importlib.import_module(name)
    except Exception as failure:
        print(f"not imported ahead: {name} ({type(failure).__name__})", flush=True)


def _quiet() -> None:
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nothing, stream)


def ask(tests: list[str]) -> str:
    """`failed`, `timed out`, or an empty text where the tests noticed nothing."""
    if not (child := os.fork()):
        os.setsid()
        _quiet()
        resource.setrlimit(resource.RLIMIT_CPU, (PROCESSOR_SECONDS, PROCESSOR_SECONDS + 5))
        os._exit(int(importlib.import_module("pytest").main([*OPTIONS, *tests])))
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
