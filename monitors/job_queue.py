"""Background work behind one small interface: in this process by default, on PostgreSQL's queue for many workers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from rules.model import LabeledEnum


class Queue(LabeledEnum):
    """What a worker may take up: `xunjian worker --queues`."""

    CRAWL = "crawl", "采集"
    BROWSER = "browser", "浏览器查看"
    MAIL = "mail", "收发"
    CHECK = "check", "核对"


@dataclass(frozen=True, slots=True)
class BackgroundTask:
    """A kind of work: ``run(context, **arguments)``, with arguments that JSON can carry. It may be run again after a worker
    died in the middle of it, so it begins by asking what is done already."""

    name: str
    queue: Queue
    run: Callable[..., Awaitable[object]]


@dataclass(frozen=True, slots=True, kw_only=True)
class JobOrder:
    """One piece of work. ``key``: never twice on the queue; ``alone``: never two of them at once, "" for its key;
    ``egress``: only for workers that leave by this address."""

    task: BackgroundTask
    key: str
    alone: str = ""
    egress: str = ""
    arguments: Mapping[str, Any] = field(default_factory=dict)


class JobQueue(Protocol):
    """Where background work is put. ``spreads``: several workers share it, so that it pays to cut it up."""

    spreads: bool

    async def put(self, order: JobOrder) -> bool:
        """Have it done: done by now in this process, on the queue otherwise. False where the same work (by key) is on its
        way already. Raises what the work raises in this process, StorageError where the queue cannot be reached."""


class InProcessQueue:
    """The default: whoever puts work here waits for its end."""

    spreads = False

    def __init__(self, context: Any) -> None:
        """``context`` is the process's `AppContext`."""
        self._context = context
        self._running: set[str] = set()

    async def put(self, order: JobOrder) -> bool:
        """Do it now."""
        if order.key in self._running:
            return False
        self._running.add(order.key)
        try:
            await order.task.run(self._context, **order.arguments)
        finally:
            self._running.discard(order.key)
        return True
