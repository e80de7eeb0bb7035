"""`xunjian check` over a whole register and a year of observations: seconds, peak memory, growth, ratio to plain SQL.

.venv/bin/python -m bench.check                       # 10,000 and 100,000 accounts, 365 observations each (about 20 GB)
.venv/bin/python -m bench.check --observations 30     # the same with less disk

Each size is measured in a process of its own: first one SQL query that reads the same rows (filing joined with
account_state), then a first check, which opens a case for every silent account, then a second one, which is every day's.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.load import NOW, SCHOOL, fill, size, world_at
from monitors.jobs.check import check

SAME_ROWS = """
SELECT f.id, f.key, f.document, s.document, s.observed_days, s.observed_days_start FROM filing f LEFT JOIN account_state s ON s.key = f.key
WHERE f.school = 'sias' ORDER BY f.id
"""
ROUNDS = 3


def peak_megabytes() -> float:
    """The most this process ever had in memory."""
    status = Path("/proc/self/status").read_text("ascii")
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) / 1024


def timed(what: Callable[[], Any]) -> tuple[float, Any]:
    """Seconds and result."""
    begun = time.perf_counter()
    result = what()
    return time.perf_counter() - begun, result


def measure(folder: Path) -> dict[str, Any]:
    """One size, in this process."""
    context = world_at(folder)

    def plain() -> int:
        with context.store.database.read() as tx:
            return sum(1 for _ in tx.exec_driver_sql(SAME_ROWS))

    plain()  # the pages of the file come into the system's cache for everybody
    sql = min(timed(plain)[0] for _ in range(ROUNDS))
    before = peak_megabytes()
    first, report = timed(lambda: check(context, SCHOOL, NOW))
    again = min(timed(lambda: check(context, SCHOOL, NOW))[0] for _ in range(ROUNDS))
    return {
        "accounts": report.accounts, "violated": report.violated, "opened": report.opened, "notices": report.notices,
        "sql_seconds": round(sql, 3), "first_seconds": round(first, 2), "again_seconds": round(again, 2),
        "ratio_to_sql": round(again / sql, 1), "peak_mb": round(peak_megabytes()), "mb_before": round(before),
    }  # fmt: skip


def main() -> None:
    """Fill and measure each size, then say how it grows."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--accounts", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--observations", type=int, default=365, help="of each account")
    parser.add_argument("--posts", type=int, default=24, help="of each account in the last year")
    parser.add_argument("--silent", type=float, default=0.02, help="share of accounts whose case is opened")
    parser.add_argument("--measure", type=Path, help="measure a filled folder (used by this command itself)")
    given = parser.parse_args()
    if given.measure:
        print(json.dumps(measure(given.measure)))
        return
    figures = []
    for accounts in given.accounts:
        with tempfile.TemporaryDirectory() as temporary:
            folder = Path(temporary)
            seconds, _ = timed(
                lambda: fill(folder, accounts, days=given.observations, posts=given.posts, silent=given.silent)  # noqa: B023
            )
            done = subprocess.run(
                [sys.executable, "-m", "bench.check", "--measure", str(folder)], capture_output=True, text=True
            )
            sys.stderr.write(done.stderr[-2000:])
            figures.append(json.loads(done.stdout) | {"observations": accounts * given.observations})
            print(json.dumps(figures[-1] | {"fill_seconds": round(seconds), "gigabytes": round(size(folder) / 1e9, 1)}))
    if len(figures) > 1:
        small, large = figures[0], figures[-1]
        grown = large["accounts"] / small["accounts"]
        said = {name: round(large[name] / small[name] / grown, 2) for name in ("first_seconds", "again_seconds")}
        print(json.dumps({"accounts_grow": grown, "time_per_account_grows": said}))


if __name__ == "__main__":
    main()
