"""What the running console holds besides its routes, under one typed name."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from fastapi import FastAPI
from prometheus_client import CollectorRegistry

from monitors.app_context import AppContext


class Timetable(Protocol):
    """The scheduler, as the console needs it: `monitors.service.scheduler.JobScheduler`."""

    @property
    def alive(self) -> bool:
        """True while it runs."""

    def run_soon(self, name: str) -> None:
        """Run one job now, in the background."""


@dataclass(slots=True)
class ConsoleState:
    """``metrics`` None: switched off; ``timetable`` None: a console by itself; ``tasks``: work that no page waits for;
    ``opened_papers``: which drafts a person had open, and as what."""

    context: AppContext
    metrics: CollectorRegistry | None = None
    timetable: Timetable | None = None
    tasks: set[asyncio.Task[Any]] = field(default_factory=set)
    opened_papers: dict[tuple[str, str], Mapping[str, str]] = field(default_factory=dict)


def keep_state(app: FastAPI, state: ConsoleState) -> None:
    """Hand the state to an application that is being made."""
    app.state.console = state


def state_of(app: FastAPI) -> ConsoleState:
    """The state of an application made by `create_app`."""
    state: ConsoleState = app.state.console
    return state


def scheduler_alive(app: FastAPI) -> bool | None:
    """Whether the timetable runs; None where this process has none."""
    timetable = state_of(app).timetable
    return timetable.alive if timetable is not None else None
