"""A day's work over a whole register: `xunjian check` when much, little or nothing changed, and what else reads the accounts.

.venv/bin/python -m bench.check                                       # 2,000, 20,000 and 100,000 accounts
.venv/bin/python -m bench.check --accounts 1000000 --changed 0.1      # a province on one machine: 8 GB of disk, an hour

Each size is measured in a process of its own, in seconds of processor time: a first check, which asks every account and
opens a case for each silent one; one where nothing changed; one a day later, when a share of the accounts was looked at;
then the digest, the accounts that are due, the metrics, the figures of 今日 and the coverage.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from bench.load import NOW, SCHOOL, fill, size, world_at
from monitors.jobs.check import check
from monitors.jobs.coverage import coverage_of
from monitors.jobs.digest import gather
from monitors.jobs.sweep import due_targets
from monitors.metrics import registry_of
from rules.calendar import day_of

PLANNED = """
UPDATE account_state SET next_visit_at = strftime('%Y-%m-%d %H:%M:00.000000', '2026-06-01', '+' || rowid % 192 || ' hours')
"""
LOOKED = """
UPDATE account_state SET attempted_at = :at, last_fact_at = :at, document = replace(document, :then, :now)
WHERE rowid % 1000 < :share
"""


def peak_megabytes() -> float:
    """The most this process ever had in memory."""
    status = Path("/proc/self/status").read_text("ascii")
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) / 1024


def timed(what: Callable[[], Any]) -> tuple[float, Any]:
    """Processor seconds and result."""
    begun = time.process_time()
    result = what()
    return round(time.process_time() - begun, 3), result


def measure(folder: Path, changed: float) -> dict[str, Any]:
    """One size, in this process."""
    context = world_at(folder)
    with context.store.database.write() as tx:
        tx.exec_driver_sql(PLANNED)
    first, report = timed(lambda: check(context, SCHOOL, NOW))
    check(context, SCHOOL, NOW)  # asks those whose case has just opened
    nothing, _ = timed(lambda: check(context, SCHOOL, NOW))
    tomorrow = NOW + timedelta(days=1)
    with context.store.database.engine.connect() as tx:
        looks = {"at": "2026-06-02 02:00:00.000000", "then": "2026-06-01T02:00:00", "now": "2026-06-02T02:00:00"}
        tx.exec_driver_sql("BEGIN IMMEDIATE")
        tx.exec_driver_sql(LOOKED, looks | {"share": round(changed * 1000)})
        tx.commit()
        looked = tx.exec_driver_sql("SELECT count(DISTINCT key) FROM changed_account").scalar()
    day, _ = timed(lambda: check(context, SCHOOL, tomorrow))
    context.clock = lambda: tomorrow
    registry = registry_of(context)
    other = {
        "digest": lambda: gather(context, SCHOOL, day_of(tomorrow), tomorrow),
        "due": lambda: due_targets(context, platforms=(), accounts=(), everything=False),
        "metrics": lambda: list(registry.collect()),
        "today": lambda: context.store.front_page.register(8),
        "coverage": lambda: coverage_of(context, SCHOOL, tomorrow),
    }
    return {
        "accounts": report.accounts, "violated": report.violated, "opened": report.opened, "looked": looked,
        "first": first, "nothing_changed": nothing, "day_later": day,
        **{name: timed(what)[0] for name, what in other.items()}, "peak_mb": round(peak_megabytes()),
    }  # fmt: skip


def main() -> None:
    """Fill and measure each size."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--accounts", type=int, nargs="+", default=[2_000, 20_000, 100_000])
    parser.add_argument("--changed", type=float, default=0.1, help="share of accounts looked at on the second day")
    parser.add_argument("--observations", type=int, default=0, help="of each account; only the present is read")
    parser.add_argument("--posts", type=int, default=2, help="of each account in the last year")
    parser.add_argument("--silent", type=float, default=0.002, help="share of accounts whose case is opened")
    parser.add_argument("--measure", type=Path, help="measure a filled folder (used by this command itself)")
    given = parser.parse_args()
    if given.measure:
        print(json.dumps(measure(given.measure, given.changed)))
        return
    for accounts in given.accounts:
        with tempfile.TemporaryDirectory() as temporary:
            folder = Path(temporary)
            fill(folder, accounts, days=given.observations, posts=given.posts, silent=given.silent, unit_size=200)
            command = ["-m", "bench.check", "--measure", str(folder), "--changed", str(given.changed)]
            done = subprocess.run([sys.executable, *command], capture_output=True, text=True)
            sys.stderr.write(done.stderr[-2000:])
            print(
                json.dumps(json.loads(done.stdout.splitlines()[-1]) | {"gigabytes": round(size(folder) / 1e9, 2)}),
                flush=True,
            )


if __name__ == "__main__":
    main()
