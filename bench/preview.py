"""`xunjian policy preview` over a year of daily observations: seconds and peak memory.

.venv/bin/python -m bench.preview                     # 2,000 accounts, 365 days, lively and slow ones as in a simulation
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from bench.check import peak_megabytes, timed
from bench.load import LIST, NOW, SCHOOL, account, world_at
from monitors.jobs.policy_preview import preview
from monitors.simulate.population import RHYTHMS
from rules.model import Filing, Observation, Post
from storage.filings import FILING, _row, key_of
from storage.observations import OBSERVATION, _observation_row
from storage.serialization import dump


def fill(folder: Path, accounts: int, days: int) -> None:
    """A database of filings and observations, one a day; a hundredth of the accounts fall silent in the middle."""
    context = world_at(folder)
    with context.store.database.engine.begin() as connection:
        for number in range(accounts):
            filing, look = account(number, 0.0)
            connection.execute(insert(FILING), [_row(filing, dump(filing), NOW)])
            connection.execute(insert(OBSERVATION), list(_rows(filing, look, number, days)))
    context.store.close()


def _rows(filing: Filing, look: Observation, number: int, days: int) -> Iterator[dict[str, Any]]:
    dice = random.Random(number)
    every = dice.choices([days for days, _ in RHYTHMS], [weight for _, weight in RHYTHMS])[0]
    begin = NOW - timedelta(days=days)
    stop = begin + timedelta(days=days / 2) if number % 100 == 0 else NOW
    posts, at = [], begin - timedelta(days=LIST * every)
    while at < stop:
        at += timedelta(days=every * dice.uniform(0.6, 1.4))
        posts.append(at)
    key = key_of(filing)
    for n in range(days):
        now = begin + timedelta(days=n, hours=2)
        newest = bisect_right(posts, min(now, stop))
        seen = replace(
            look, observed_at=now, evidence=f"e{n}-{number}", posts=_listed(posts[max(0, newest - LIST) : newest])
        )
        yield _observation_row(f"r{n}", key, seen)


def _listed(posts: list[datetime]) -> tuple[Post, ...]:
    return tuple(
        Post(id=f"p{at:%Y%m%d%H%M}", title="学校召开工作会议", url=f"http://x/{at:%d%H%M}", published_at=at)
        for at in reversed(posts)
    )


def measure(folder: Path) -> dict[str, Any]:
    """One preview, in this process."""
    context = world_at(folder)
    policy = context.policies[SCHOOL]
    since = (NOW - timedelta(days=365)).date()
    worked = time.process_time()
    seconds, rows = timed(lambda: list(preview(context, policy, since)))
    worked = time.process_time() - worked
    rules = sorted({row["rule"] for row in rows})
    return {
        "seconds": round(seconds, 2),
        "cpu_seconds": round(worked, 2),
        "rows": len(rows),
        "rules": rules,
        "peak_mb": round(peak_megabytes()),
    }


def main() -> None:
    """Fill, then measure in a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--accounts", type=int, default=2000)
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--measure", type=Path, help="measure a filled folder (used by this command itself)")
    given = parser.parse_args()
    if given.measure:
        print(json.dumps(measure(given.measure), ensure_ascii=False))
        return
    with tempfile.TemporaryDirectory() as temporary:
        seconds, _ = timed(lambda: fill(Path(temporary), given.accounts, given.days))
        print(json.dumps({"accounts": given.accounts, "days": given.days, "fill_seconds": round(seconds)}), flush=True)
        for _ in range(given.rounds):
            subprocess.run([sys.executable, "-m", "bench.preview", "--measure", temporary], check=True)


if __name__ == "__main__":
    main()
