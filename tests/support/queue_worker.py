"""A worker to be killed: `python -m tests.support.queue_worker ORDER.json` works for a campus on loopback until it is ended."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from monitors import clock
from monitors.app_context import AppContext
from monitors.job_queue import Queue
from monitors.service.worker import work
from monitors.settings import load_settings
from storage.store import Store

ROOT = Path(__file__).parents[2]


def open_context(order: dict[str, Any]) -> AppContext:
    """A context on PostgreSQL whose network is the campus."""
    settings = load_settings(**order["settings"])
    return AppContext(
        settings, Store(settings.database), clock.wall, connect_to=order["campus"] and tuple(order["campus"])
    )


@contextmanager
def worker(order: dict[str, Any], data: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A worker process with a data directory and a way out of its own; killed at the end where it still lives."""
    data.mkdir(parents=True, exist_ok=True)
    file = data / "order.json"
    own = {"data": str(data), "egress": data.name}
    file.write_text(json.dumps(order | {"settings": order["settings"] | own}), "utf-8")
    with (data / "worker.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.queue_worker", str(file)], cwd=ROOT, stdout=log, stderr=log
        )
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        process.wait(20)


def main() -> None:
    """Entry of the process."""
    order = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    context = open_context(order)
    asyncio.run(work(context, list(Queue), order.get("concurrency", 1)))
    context.store.close()


if __name__ == "__main__":
    main()
