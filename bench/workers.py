"""How much faster several workers are, and whether any host is asked faster than its lease allows.

.venv/bin/python -m bench.workers          # 1, 2 and 4 workers, 800 sites on 400 addresses, answers after 200 ms

A real PostgreSQL, real `xunjian worker` processes. Each address is asked at most once in two seconds, whoever asks; two
sites stand on each, so that shards of different workers meet there. The server counts. "Linear" is the pages/s of one
worker times their number; processor time is that of the whole machine.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import psycopg

from bench.campus_server import COUNTS, address
from monitors import clock
from monitors.app_context import AppContext
from monitors.jobs.run_sweep import sweep_due
from monitors.scheduled_jobs import background_tasks
from monitors.service.postgres_queue import PostgresQueue
from rules.model import Filing, Platform
from storage.queue_schema import prepare_queue
from tests.support.postgres import PostgresServer, postgres_server
from tests.support.queue_worker import open_context, worker

PACE_SECONDS = 2.0
SCHOOL = "sias"


@dataclass(frozen=True)
class Figures:
    """One run: workers, pages and seconds from the first request to the last, most of the processor that was busy, and the
    shortest gap between two requests to one address."""

    workers: int
    pages: int
    seconds: float
    busy: float
    gap: float


def settings(database: str, data: Path) -> dict[str, Any]:
    """Of the scheduler and of every worker."""
    return {
        "data": str(data),
        "database_url": database,
        "delay_seconds": PACE_SECONDS,
        "accounts_per_process": 50,
        "allowed_ranges": ["127.0.0.0/8"],
        "evidence_store": str(data.parent / "store"),
    }


def sites(count: int, addresses: int, port: int) -> list[Filing]:
    """Websites of one school, spread over the addresses."""
    found = []
    for n in range(count):
        where = f"{address(n % addresses)}:{port}/s{n}"
        found.append(
            Filing(
                id=f"W{n:05d}", school=SCHOOL, platform=Platform.WEBSITE, name=f"示例单位{n}",
                account_id=where, url=f"http://{where}/", unit=f"示例单位{n}",
            )
        )  # fmt: skip
    return found


def fill(context: AppContext, filings: list[Filing]) -> None:
    """A register, and every account of it due, cut into shards on the queue."""
    context.store.filings.save(filings, by="bench", now=clock.wall())
    prepare_queue(context.store.database)

    async def put() -> None:
        async with PostgresQueue(context, background_tasks(), 2).opened():
            await sweep_due(context)

    asyncio.run(put())


def unfinished(database: str) -> int:
    """Jobs that wait or run."""
    with psycopg.connect(database) as connection:
        row = connection.execute("SELECT count(*) FROM procrastinate_jobs WHERE status IN ('todo', 'doing')").fetchone()
    return int(row[0]) if row else 0


def busy_seconds() -> float:
    """Processor time of the whole machine so far, idle time left out."""
    first = Path("/proc/stat").read_text("ascii").splitlines()[0].split()
    ticks = [int(each) for each in first[1:9]]
    return (sum(ticks) - ticks[3] - ticks[4]) / os.sysconf("SC_CLK_TCK")


def run(server: PostgresServer, folder: Path, workers: int, count: int, addresses: int) -> Figures:
    """So many workers over the whole register, each with a data directory of its own."""
    command = [sys.executable, "-m", "bench.campus_server", str(addresses), "--delay", "0.2"]
    with ExitStack() as stack:
        campus = stack.enter_context(subprocess.Popen(command, stdout=subprocess.PIPE, text=True))
        stack.callback(campus.kill)
        assert campus.stdout is not None
        port = int(campus.stdout.readline())
        name = f"workers{workers}"
        with psycopg.connect(f"{server.url}/postgres", autocommit=True) as admin:
            admin.execute(f"CREATE DATABASE {name}".encode())
        order = {"settings": settings(f"{server.url}/{name}", folder / name), "campus": None}
        context = open_context(order)
        stack.callback(context.store.close)
        fill(context, sites(count, addresses, port))
        before, begun = busy_seconds(), time.monotonic()
        running = [stack.enter_context(worker(order, folder / f"{name}-{n}")) for n in range(workers)]
        while unfinished(f"{server.url}/{name}"):
            time.sleep(0.2)
            assert all(each.poll() is None for each in running), "a worker ended before the work did"
        seconds = time.monotonic() - begun
        busy = (busy_seconds() - before) / seconds / (os.cpu_count() or 1)
        with urlopen(f"http://{address(0)}:{port}{COUNTS}") as answer:
            counts = json.load(answer)
    gaps = [gap for _, gap in counts.values() if gap is not None]
    return Figures(workers, sum(pages for pages, _ in counts.values()), seconds, busy, min(gaps))


def main() -> None:
    """Measure and print one line a run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2, 4])
    parser.add_argument("--sites", type=int, default=800)
    parser.add_argument("--addresses", type=int, default=400)
    given = parser.parse_args()
    one = 0.0
    with tempfile.TemporaryDirectory() as folder, postgres_server() as server:
        for workers in given.workers:
            found = run(server, Path(folder), workers, given.sites, given.addresses)
            speed = found.pages / found.seconds
            one = one or speed / workers
            print(
                f"{workers} workers: {found.pages} pages in {found.seconds:.0f} s, {speed:.1f} pages/s,"
                f" {speed / (one * workers):.2f} of linear, processor {found.busy:.0%} busy,"
                f" shortest gap {found.gap:.2f} s (lease {PACE_SECONDS:.0f} s)",
                flush=True,
            )


if __name__ == "__main__":
    main()
