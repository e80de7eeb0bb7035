"""Whole-path crawl against a local server as a ratio to a bare Scrapy spider over the same URLs in the same run.

.venv/bin/python -m bench.crawl            # 2,000 pages over 50 addresses, three rounds each, interleaved
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.campus_server import COLUMNS
from crawler.order import Look, Order
from crawler.source import Target
from monitors import clock
from rules.model import Platform
from storage.documents import dump
from storage.store import Store

PORT = 18_080
BARE = """
import sys, scrapy, time, json
from scrapy.crawler import AsyncCrawlerProcess
class Bare(scrapy.Spider):
    name = "bare"
    async def start(self):
        for url in open(sys.argv[1]).read().split():
            yield scrapy.Request(url, dont_filter=True)
    def parse(self, response):
        pass
process = AsyncCrawlerProcess({"LOG_LEVEL": "ERROR"})
crawler = process.create_crawler(Bare)
process.crawl(crawler)
process.start()
print(json.dumps({"pages": crawler.stats.get_value("response_received_count")}))
"""


def urls(addresses: int, sites: int) -> list[str]:
    """Home pages, spread over the addresses."""
    return [f"http://127.0.1.{n % addresses + 1}:{PORT}/s{n}/" for n in range(sites)]


def run(command: list[str]) -> tuple[float, dict[str, object]]:
    """Seconds and the last line of JSON."""
    begun = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return time.perf_counter() - begun, json.loads(done.stdout.strip().splitlines()[-1])


def ours(folder: Path, homes: list[str]) -> list[str]:
    """The very command the service starts, with delays off."""
    folder.mkdir()
    database = f"sqlite:///{folder / 'xunjian.db'}"
    Store(database).close()
    looks = tuple(
        Look(target=Target(platform=Platform.WEBSITE, key=f"website:{u[7:-1]}", account_id=u[7:-1], url=u))
        for u in homes
    )
    order = Order(
        run="bench",
        kind="sweep",
        platform=Platform.WEBSITE,
        now=clock.wall(),
        data=str(folder),
        database=database,
        looks=looks,
        delay_seconds=0,
        allowed_ranges=("127.0.0.0/8",),
        daily_budget=10**9,
    )
    path = folder / "order.json"
    path.write_text(dump(order), encoding="utf-8")
    return [sys.executable, "-m", "crawler.run", str(path)]


def measure(addresses: int, sites: int, rounds: int) -> None:
    """Print pages/s of both and the ratio of the medians."""
    homes = urls(addresses, sites)
    every = homes + [f"{home}{column}.htm" for home in homes for column in COLUMNS]
    figures: dict[str, list[float]] = {"bare": [], "whole path": []}
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        (folder / "urls").write_text("\n".join(every), encoding="utf-8")
        (folder / "bare.py").write_text(BARE, encoding="utf-8")
        for n in range(rounds):
            seconds, said = run([sys.executable, str(folder / "bare.py"), str(folder / "urls")])
            figures["bare"].append(int(str(said["pages"])) / seconds)
            seconds, said = run(ours(folder / f"round{n}", homes))
            figures["whole path"].append(int(str(said["requests"])) / seconds)
            print(
                f"round {n + 1}: bare {figures['bare'][-1]:.0f}, whole path {figures['whole path'][-1]:.0f} pages/s; {said}"
            )
    bare, whole = (statistics.median(figures[name]) for name in figures)
    print(f"median: bare {bare:.0f} pages/s, whole path {whole:.0f} pages/s, ratio {whole / bare:.2f}")


async def main() -> None:
    """Start the server, measure, stop it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--addresses", type=int, default=50)
    parser.add_argument("--sites", type=int, default=400)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    server = subprocess.Popen(
        [sys.executable, "-m", "bench.campus_server", str(given.addresses), str(PORT)], stdout=subprocess.PIPE
    )
    try:
        assert server.stdout is not None
        server.stdout.readline()
        measure(given.addresses, given.sites, given.rounds)
    finally:
        server.kill()


if __name__ == "__main__":
    asyncio.run(main())
