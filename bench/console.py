"""How long the console's pages take beside an empty page, at some size of register: p95 as a ratio.

.venv/bin/python -m bench.console                    # 2,000 accounts
.venv/bin/python -m bench.console --accounts 100000

The pages are asked in turns with the empty page (a help page: session, layout, no data), in this process, without a
network between; a check has opened a case for every silent account (5 %) before. What is measured is the processor time of this process, answer by answer.
"""

from __future__ import annotations

import argparse
import gc
import logging
import tempfile
import time
from pathlib import Path

import structlog
from fastapi.testclient import TestClient

from bench.load import NOW, SCHOOL, fill, world_at
from monitors.console import create_app
from monitors.jobs.check import check
from monitors.people.api_tokens import make_token
from monitors.people.users import add_user
from rules.people import Scope, grants_of
from storage.filings import key_of

EMPTY = "/help/today"
UNIT = "财务资产处"
PAGES = (
    "/",
    "/accounts",
    "/accounts?q=第19",
    "/accounts?outcome=case",
    "/cases",
    "/cases?state=all",
    "/suspects",
    "/scan",
    "/notices",
    "/digest",
    "/operations",
    "/me",
    "/unit",
)
SHARE = 0.95


def pages_of(context_folder: Path, rounds: int) -> dict[str, list[float]]:
    """Seconds of this process's own work for every answer, by page: a clock on the wall measures the neighbours too."""
    context = world_at(context_folder)
    roles = grants_of(["editor", "signer", "it", "reader", "unit"], unit=UNIT)
    user = add_user(context.store, "bench", "测量", roles, NOW, password="qing-shan-lv-shui-55")
    _, secret = make_token(context.store, user, "测量", [scope.value for scope in Scope], 30, NOW)
    account, case = key_of(context.store.filings.all(SCHOOL)[19]), context.store.cases.all(SCHOOL)[0]
    wanted = (
        *PAGES,
        f"/accounts/{account}",
        f"/cases/{case.number}",
        "/api/v1/accounts?limit=200",
        "/api/v1/cases?limit=200",
    )
    taken: dict[str, list[float]] = {page: [] for page in (EMPTY, *wanted)}
    with TestClient(create_app(context, metrics=False), base_url="http://127.0.0.1:8765") as client:
        form = {"username": "bench", "password": "qing-shan-lv-shui-55", "csrf": _csrf(client.get("/login").text)}
        client.post("/login", data=form)
        gc.collect()
        gc.freeze()  # as the service does once it is loaded
        for turn in range(rounds + 1):
            for page in (EMPTY, *wanted):
                header = {"authorization": f"Bearer {secret}"} if page.startswith("/api/") else {}
                begun = time.process_time()
                answer = client.get(page, headers=header)
                if turn:  # the first round fills caches
                    taken[page].append(time.process_time() - begun)
                assert answer.status_code == 200, (page, answer.status_code)
    context.store.close()
    return taken


def _csrf(page: str) -> str:
    return page.partition('name="csrf" value="')[2].partition('"')[0]


def p95(seconds: list[float]) -> float:
    """The time that 95 of 100 answers stay below."""
    return sorted(seconds)[min(int(len(seconds) * SHARE), len(seconds) - 1)]


def main() -> None:
    """Print one line a page, the slowest first."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--accounts", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=60)
    asked = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        fill(folder, asked.accounts, days=3, posts=10, silent=0.05)
        context = world_at(folder)
        report = check(context, SCHOOL, NOW)
        context.store.close()
        taken = pages_of(folder, asked.rounds)
    empty = p95(taken.pop(EMPTY))
    print(f"{asked.accounts} accounts, {report.opened} cases; empty page p95 {empty * 1000:.1f} ms")
    for page, seconds in sorted(taken.items(), key=lambda pair: -p95(pair[1])):
        print(f"{p95(seconds) / empty:6.1f} ×  {p95(seconds) * 1000:7.1f} ms  {page}")


if __name__ == "__main__":
    main()
