"""`xunjian review build` over a year: seconds, peak memory, and whether the same input gave the same bytes.

.venv/bin/python -m bench.review                   # 2,000 accounts, 365 looks each, 12 pages of evidence each
.venv/bin/python -m bench.review --accounts 200    # a tenth of it

Both builds run in a process of their own, whose processor time is told beside the clock; the goal is 120 seconds and 1 GB for 2,000 accounts.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import text

from bench.check import peak_megabytes, timed
from bench.load import NOW, OBSERVED, SCHOOL, fill, world_at
from monitors.jobs.review_pack import MANIFEST, build_review
from rules.model import BEIJING
from storage.evidence import EvidenceArchive, StoredPage

YEAR, DAYS = 2025, 365
BODY = 20_000
"""Bytes of a page before it is deflated."""
CITED = """
UPDATE observation SET evidence = :evidence, document = replace(document, '"evidence":""', '"evidence":"' || :evidence || '"')
WHERE key = :key AND observed_at LIKE :day
"""
COMMON = "SELECT source, fingerprint, document FROM observation LIMIT 1"


def prepare(folder: Path, accounts: int) -> None:
    """The register, a look a day, and a page of evidence for the last day of each month."""
    fill(folder, accounts, days=1, posts=100, silent=0.1)
    context = world_at(folder)
    with context.store.database.engine.begin() as connection:
        source, fingerprint, document = connection.exec_driver_sql(COMMON).one()
        document = document.replace('"evidence":"e0"', '"evidence":""')
        common = {"source": source, "fingerprint": fingerprint, "document": document, "now": f"{YEAR + 1}-01-01"}
        connection.exec_driver_sql("DELETE FROM observation")
        connection.execute(text(OBSERVED), common | {"days": DAYS, "first": 1, "last": accounts})
        keys = [key for (key,) in connection.exec_driver_sql("SELECT key FROM account_state ORDER BY key")]
        connection.execute(text(CITED), list(_cited(context.evidence, keys)))
    context.store.close()


def _cited(folder: Path, keys: list[str]) -> Iterator[dict[str, Any]]:
    """A page of each account for each month's last day, and what names it."""
    words = random.Random(1)
    with EvidenceArchive(folder, sync_every=100_000) as archive:
        for month in range(1, 13):
            last = date(YEAR + month // 12, month % 12 + 1, 1) - timedelta(days=1)
            at = datetime(last.year, last.month, last.day, 10, tzinfo=BEIJING)
            for number, key in enumerate(keys):
                body = f"<html><title>{key}</title>".encode() + words.randbytes(BODY // 4).hex().encode() * 2
                page = StoredPage(f"http://x{number}.edu.example/", body, at, headers={"content-type": "text/html"})
                yield {"evidence": archive.append(page, run_id=f"m{month}"), "key": key, "day": f"{last}%"}


def measure(folder: Path, out: Path) -> dict[str, Any]:
    """One pack, in this process."""
    context = world_at(folder)
    seconds, report = timed(lambda: build_review(context, SCHOOL, YEAR, out, NOW))
    context.store.close()
    return {
        "accounts": report.accounts, "pages": report.pages, "missing": report.missing, "seconds": round(seconds, 1),
        "cpu_seconds": round(time.process_time(), 1),
        "peak_mb": round(peak_megabytes()), "manifest": hashlib.sha256((out / MANIFEST).read_bytes()).hexdigest(),
        "pack_mb": round(sum(file.stat().st_size for file in out.rglob("*") if file.is_file()) / 2**20),
    }  # fmt: skip


def main() -> None:
    """Entry of the command."""
    parser = argparse.ArgumentParser(prog="python -m bench.review")
    parser.add_argument("--accounts", type=int, default=2000)
    parser.add_argument("--one", nargs=2, type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.one:
        print(json.dumps(measure(*asked.one)))
        return
    with tempfile.TemporaryDirectory(prefix="xunjian-review-") as folder:
        data = Path(folder) / "data"
        data.mkdir()
        prepare(data, asked.accounts)
        rows = []
        for turn in ("first", "again"):
            command = [sys.executable, "-m", "bench.review", "--one", str(data), str(Path(folder) / turn)]
            rows.append(json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout))
            print(json.dumps(rows[-1]))
        print("same bytes" if rows[0]["manifest"] == rows[1]["manifest"] else "DIFFERENT BYTES")


if __name__ == "__main__":
    main()
