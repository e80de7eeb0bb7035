"""What the service does by itself, as a row: a module of this folder declares its own as ``JOBS``."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass
from importlib import import_module
from pkgutil import iter_modules

from monitors.app_context import AppContext


@dataclass(frozen=True, slots=True)
class ScheduledJob:
    """One job. ``cron`` is the default, in Beijing time; the jobs' own table keeps what an operator changed."""

    name: str
    label: str
    cron: str
    run: Callable[[AppContext], Awaitable[None]]


def find_jobs(package: str, path: Iterable[str]) -> Iterator[ScheduledJob]:
    """What the modules of a package declare as ``JOBS``, in the order of their names."""
    for module in iter_modules(path):
        yield from getattr(import_module(f"{package}.{module.name}"), "JOBS", ())
