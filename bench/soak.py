"""Half an hour of faults: is memory flat, is every run and observation accounted for, do alerts fire and clear?

.venv/bin/python -m bench.soak --minutes 30 --seed 1

A real PostgreSQL, `xunjian serve`, two `xunjian worker`s, Prometheus with the rules of deploy/ (their waits cut to seconds,
six hours of a stale sweep to 150 s), and 200 sites on loopback, all of them due again each minute. One fault after another,
in an order drawn by the seed: a worker is killed, a worker hangs for 40 s, the database restarts, the service is killed,
every site answers 503 for a minute. The service and one worker that nobody touches say how memory grows.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any
from urllib.request import urlopen

import psycopg

from bench.campus_server import DOWN, UP, address
from bench.workers import sites, unfinished
from monitors import clock
from storage.queue_schema import prepare_queue
from storage.store import Store
from tests.support.ports import free_port
from tests.support.postgres import PostgresServer, postgres_server

ROOT = Path(__file__).parents[1]
RULES = ROOT / "deploy" / "prometheus" / "rules.yml"
SITES, ADDRESSES, ROUND_SECONDS = 200, 100, 60
DRAIN_SECONDS = 240


def environment(database: str, folder: Path) -> dict[str, str]:
    """Settings of every process, as an operator would give them to a container."""
    given = {
        "DATABASE_URL": database,
        "ALLOWED_RANGES": '["127.0.0.0/8"]',
        "DELAY_SECONDS": "0.1",
        "ACCOUNTS_PER_PROCESS": "50",
        "STALLED_SECONDS": "20",
        "EVIDENCE_STORE": str(folder / "store"),
    }
    return {**os.environ, "PYTHONPATH": str(ROOT), **{f"XUNJIAN_{name}": value for name, value in given.items()}}


@dataclass
class Process:
    """One of ours that can be killed and started again."""

    name: str
    arguments: list[str]
    env: dict[str, str]
    folder: Path
    running: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, its words going to a file."""
        with (self.folder / f"{self.name}.log").open("ab") as log:
            command = [sys.executable, "-m", "monitors", *self.arguments]
            self.running = subprocess.Popen(command, cwd=ROOT, env=self.env, stdout=log, stderr=log)

    def signal(self, number: int) -> None:
        """Send it a signal, if it lives."""
        if self.running:
            with suppress(ProcessLookupError):
                self.running.send_signal(number)

    def kill(self) -> None:
        """kill -9, waited for."""
        self.signal(signal.SIGKILL)
        self.wait()

    def wait(self) -> None:
        """Until it has ended by itself, a minute at most."""
        if self.running:
            self.running.wait(60)

    def megabytes(self) -> float | None:
        """Resident memory; None when it is not there."""
        try:
            status = Path(f"/proc/{self.running.pid if self.running else 0}/status").read_text("ascii")
        except OSError:
            return None
        found = re.search(r"VmRSS:\s+(\d+)", status)
        return int(found[1]) / 1024 if found else None


@dataclass
class Soak:
    """What runs, and what was seen of it."""

    server: PostgresServer
    database: str
    campus: int
    serve: Process
    steady: Process
    victim: Process
    memory: dict[str, list[float]] = field(default_factory=lambda: {"serve": [], "worker": []})
    fired: set[str] = field(default_factory=set)
    firing: set[str] = field(default_factory=set)
    faults: list[str] = field(default_factory=list)

    def make_due(self) -> None:
        """Every account is due again, as if eight days had passed."""
        with suppress(psycopg.Error), psycopg.connect(self.database) as connection:
            connection.execute("UPDATE account_state SET next_visit_at = NULL")

    def kill_worker(self) -> Iterator[None]:
        """A worker is killed; another takes its place after ten seconds."""
        self.victim.kill()
        yield
        self.victim.start()

    def hang_worker(self) -> Iterator[None]:
        """A worker stops as a whole and goes on after forty seconds."""
        self.victim.signal(signal.SIGSTOP)
        yield from [None] * 4
        self.victim.signal(signal.SIGCONT)

    def restart_database(self) -> Iterator[None]:
        """Every connection ends."""
        self.server.restart()
        yield

    def kill_service(self) -> Iterator[None]:
        """The scheduler and the console are gone for half a minute."""
        self.serve.kill()
        yield from [None] * 3
        self.serve.start()

    def wall_of_sites(self) -> Iterator[None]:
        """Every site answers 503 for a minute."""
        urlopen(f"http://{address(0)}:{self.campus}{DOWN}").close()
        yield from [None] * 6
        urlopen(f"http://{address(0)}:{self.campus}{UP}").close()

    def look(self, prometheus: int) -> None:
        """Note memory and alerts."""
        for name, process in (("serve", self.serve), ("worker", self.steady)):
            if (found := process.megabytes()) is not None:
                self.memory[name].append(found)
        with suppress(OSError), urlopen(f"http://127.0.0.1:{prometheus}/api/v1/alerts", timeout=5) as answer:
            alerts = json.load(answer)["data"]["alerts"]
            self.firing = {each["labels"]["alertname"] for each in alerts if each["state"] == "firing"}
            self.fired |= self.firing


def prometheus(folder: Path, port: int) -> tuple[list[str], int]:
    """The command of a Prometheus that scrapes the service each two seconds, and its port."""
    rules = re.sub(r"for: \S+", "for: 10s", RULES.read_text("utf-8")).replace("> 6 * 3600", "> 150")
    (folder / "rules.yml").write_text(rules, "utf-8")
    own = free_port()
    (folder / "prometheus.yml").write_text(
        "global: {scrape_interval: 2s, evaluation_interval: 2s}\nrule_files: [rules.yml]\n"
        f"scrape_configs: [{{job_name: xunjian, static_configs: [{{targets: ['127.0.0.1:{port}']}}]}}]\n",
        "utf-8",
    )
    return [
        "prometheus",
        f"--config.file={folder / 'prometheus.yml'}",
        f"--storage.tsdb.path={folder / 'tsdb'}",
        f"--web.listen-address=127.0.0.1:{own}",
    ], own


def fault_order(seed: int, soak: Soak) -> Iterator[Callable[[], Iterator[None]]]:
    """All kinds in a drawn order, again and again."""
    drawn = random.Random(seed)
    kinds = [soak.kill_worker, soak.hang_worker, soak.restart_database, soak.kill_service, soak.wall_of_sites]
    while True:
        drawn.shuffle(kinds)
        yield from kinds


def endure(soak: Soak, minutes: float, seed: int, watched: int) -> None:
    """Faults for so many minutes, one at a time with quiet between them; steps of ten seconds."""
    end, faults = time.monotonic() + minutes * 60, fault_order(seed, soak)
    under_way: Iterator[None] | None = None
    quiet, due = 3, 0.0
    while time.monotonic() < end or under_way:
        if time.monotonic() >= due:
            soak.make_due()
            due = time.monotonic() + ROUND_SECONDS
        if under_way is None and quiet == 0:
            fault = next(faults)
            soak.faults.append(fault.__name__)
            under_way = fault()
        if under_way is not None and next(under_way, under_way) is under_way:
            under_way, quiet = None, 3
        elif under_way is None:
            quiet -= 1
        soak.look(watched)
        time.sleep(10)


def settle(soak: Soak, watched: int) -> None:
    """Wait until the queue is empty and no alert fires, as long as that may take."""
    end = time.monotonic() + DRAIN_SECONDS
    while time.monotonic() < end:
        soak.look(watched)
        with suppress(psycopg.Error):
            if not unfinished(soak.database) and not soak.firing:
                return
        time.sleep(5)


def accounts_of(database: str) -> dict[str, Any]:
    """What the tables say in the end."""
    questions = {
        "jobs by state": "SELECT status::text, count(*) FROM procrastinate_jobs GROUP BY 1",
        "runs by state": "SELECT status, count(*) FROM crawl_run GROUP BY 1",
        "observations kept twice": "SELECT 'all', count(*) FROM (SELECT 1 FROM observation"
        " GROUP BY run, key, observed_at, fingerprint HAVING count(*) > 1) AS doubled",
        "visits": "SELECT 'all', count(*) FROM crawl_run_account",
    }
    with psycopg.connect(database) as connection:
        return {name: dict(connection.execute(sql.encode()).fetchall()) for name, sql in questions.items()}


def growth(series: list[float]) -> str:
    """First against last third, the first minute left out: the median of each."""
    calm = series[6:]
    third = max(1, len(calm) // 3)
    first, last = median(calm[:third]), median(calm[-third:])
    return f"{first:.0f} MB -> {last:.0f} MB ({last / first:.2f} x)"


def main() -> None:
    """Run it and print what was seen."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        server = stack.enter_context(postgres_server())
        database, port = f"{server.url}/postgres", free_port()
        command = [sys.executable, "-m", "bench.campus_server", str(ADDRESSES), "--delay", "0.05"]
        campus = stack.enter_context(subprocess.Popen(command, stdout=subprocess.PIPE, text=True))
        stack.callback(campus.kill)
        assert campus.stdout is not None
        campus_port = int(campus.stdout.readline())
        store = Store(database.replace("postgresql:", "postgresql+psycopg:"))
        store.filings.save(sites(SITES, ADDRESSES, campus_port), by="bench", now=clock.wall())
        store.scheduled_jobs.add_missing({"sweep": "* * * * *"})
        prepare_queue(store.database)
        store.close()
        env = environment(database, folder)
        names = {"serve": ["serve", "--port", str(port)], "steady": ["worker"], "victim": ["worker"]}
        processes = {
            name: Process(name, ["--data", str(folder / name), *arguments], env, folder)
            for name, arguments in names.items()
        }
        for process in processes.values():
            process.start()
            stack.callback(process.kill)
        watching, watched = prometheus(folder, port)
        with (folder / "prometheus.log").open("wb") as log:
            watcher = stack.enter_context(subprocess.Popen(watching, stdout=log, stderr=log))
        stack.callback(watcher.kill)
        soak = Soak(server, database, campus_port, processes["serve"], processes["steady"], processes["victim"])
        endure(soak, given.minutes, given.seed, watched)
        settle(soak, watched)
        for process in processes.values():
            process.signal(signal.SIGTERM)
        for process in processes.values():
            process.wait()
        report(soak)
        verify = [sys.executable, "-m", "monitors", "--data", str(folder / "serve"), "evidence", "verify"]
        print("evidence:", subprocess.run(verify, cwd=ROOT, env=env, capture_output=True, text=True).stdout.strip())


def report(soak: Soak) -> None:
    """One line a figure."""
    print(f"faults: {len(soak.faults)} ({', '.join(sorted(set(soak.faults)))})")
    for name, counts in accounts_of(soak.database).items():
        print(f"{name}: {counts}")
    for name, series in soak.memory.items():
        print(f"memory of the {name}: {growth(series)}")
    print(f"alerts that fired: {sorted(soak.fired)}; still firing: {sorted(soak.firing)}")


if __name__ == "__main__":
    main()
