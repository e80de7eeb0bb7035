"""Work that a form starts and the page does not wait for."""

from __future__ import annotations

import asyncio
from typing import Any

import structlog
from fastapi import FastAPI

from monitors.console.app_state import state_of

log = structlog.get_logger()


def start(app: FastAPI, task: asyncio.Task[Any]) -> None:
    """Keep a task alive until it ends; what went wrong is logged, for nobody awaits it."""
    tasks = state_of(app).tasks
    tasks.add(task)
    task.add_done_callback(lambda done: _ended(tasks, done))


def _ended(tasks: set[asyncio.Task[Any]], done: asyncio.Task[Any]) -> None:
    tasks.discard(done)
    if not done.cancelled() and (error := done.exception()):
        log.error("console.background_failed", error=f"{type(error).__name__}: {error}")
