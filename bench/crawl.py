"""The whole path of a crawl against a local server, as a ratio to a bare Scrapy spider over the same URLs in the same run.

.venv/bin/python -m bench.crawl            # 2,400 pages of 400 sites on 50 addresses, three rounds of all three

(a) bare: Scrapy with its defaults and an empty callback. (b) one child: the very command the service starts, with delays
off and robots.txt, evidence, reading and storage on. (c) two children at once on two halves of the same accounts, as the
service runs them. Time is wall clock from start to exit; "steady" leaves out what a run over one account takes.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.campus_server import COLUMNS, address
from crawler.fetch.job import CrawlJob, FetchTask
from crawler.platforms.spec import Target
from monitors import clock
from rules.model import Platform
from storage.crawl_runs import RunKind
from storage.serialization import dump
from storage.store import Store

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
process = AsyncCrawlerProcess({"LOG_LEVEL": "ERROR", "HTTPERROR_ALLOW_ALL": True})
crawler = process.create_crawler(Bare)
process.crawl(crawler)
process.start()
print(json.dumps({"pages": crawler.stats.get_value("response_received_count")}))
"""
WAYS = ("bare", "one child", "two children")
Timed = tuple[float, int]


class Bench:
    """One server, one folder, and the three ways to fetch the same pages."""

    def __init__(self, folder: Path, port: int, addresses: int) -> None:
        """Nothing runs before it is asked for."""
        self.folder, self.port, self.addresses, self.runs = folder, port, addresses, 0

    def homes(self, sites: int) -> list[str]:
        """Home pages, spread over the addresses."""
        return [f"http://{address(n % self.addresses)}:{self.port}/s{n}/" for n in range(sites)]

    def run(self, way: str, sites: int) -> Timed:
        """Seconds and pages of one way over so many sites."""
        self.runs += 1
        homes = self.homes(sites)
        folder = self.folder / f"run{self.runs}"
        folder.mkdir()
        if way == "bare":
            return timed([_bare(folder, homes)])
        halves = [homes] if way == "one child" else [homes[0::2], homes[1::2]]
        Store(f"sqlite:///{folder / 'xunjian.db'}").close()
        return timed([_child(folder, f"half{n}", half) for n, half in enumerate(halves)])


def _bare(folder: Path, homes: list[str]) -> list[str]:
    hosts = list(dict.fromkeys(home.rpartition("/s")[0] for home in homes))
    pages = [f"{home}{name}" for home in homes for name in ("", *(f"{column}.htm" for column in COLUMNS))]
    # A child asks for the sitemap of each account, so the bare spider does; robots.txt, 50 requests, are the child's alone.
    pages += [f"{host}/sitemap.xml" for host in hosts for _ in range(len(homes) // len(hosts))]
    (folder / "urls").write_text("\n".join(pages), encoding="utf-8")
    (folder / "bare.py").write_text(BARE, encoding="utf-8")
    return [sys.executable, str(folder / "bare.py"), str(folder / "urls")]


def _child(folder: Path, name: str, homes: list[str]) -> list[str]:
    looks = tuple(
        FetchTask(target=Target(platform=Platform.WEBSITE, key=f"website:{u[7:-1]}", account_id=u[7:-1], url=u))
        for u in homes
    )
    order = CrawlJob(
        run=f"bench-{name}",
        kind=RunKind.SWEEP,
        platform=Platform.WEBSITE,
        now=clock.wall(),
        data=str(folder),
        database=f"sqlite:///{folder / 'xunjian.db'}",
        looks=looks,
        delay_seconds=0,
        allowed_ranges=("127.0.0.0/8",),
        daily_budget=10**9,
    )
    path = folder / f"{name}.json"
    path.write_text(dump(order), encoding="utf-8")
    return ["sh", "-c", f"exec {sys.executable} -m crawler.fetch.worker < {path}"]


def timed(commands: list[list[str]]) -> Timed:
    """Wall-clock seconds until the last of the commands has ended, and how many pages they say they got."""
    begun = time.perf_counter()
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for command in commands]
    said = [json.loads(each.communicate()[0].strip().splitlines()[-1]) for each in running]
    seconds = time.perf_counter() - begun
    assert not any(each.returncode for each in running), said
    return seconds, sum(each["pages"] if "pages" in each else sum(each["outcomes"].values()) for each in said)


def measure(bench: Bench, sites: int, rounds: int) -> None:
    """Print pages/s of each way, and the ratios of the medians."""
    whole: dict[str, list[float]] = {way: [] for way in WAYS}
    steady: dict[str, list[float]] = {way: [] for way in WAYS}
    for n in range(rounds):
        for way in WAYS:
            start, few = bench.run(way, 1 if way != "two children" else 2)
            seconds, pages = bench.run(way, sites)
            whole[way].append(pages / seconds)
            steady[way].append((pages - few) / (seconds - start))
            print(
                f"round {n + 1}: {way:12} {pages} pages in {seconds:.2f} s, {whole[way][-1]:.0f} pages/s;"
                f" one account {start:.2f} s, steady {steady[way][-1]:.0f} pages/s; load {os.getloadavg()[0]:.1f}",
                flush=True,
            )
    for label, figures in (("whole run", whole), ("steady (start-up left out)", steady)):
        medians = {way: statistics.median(figures[way]) for way in WAYS}
        said = ", ".join(f"{way} {medians[way]:.0f} ({medians[way] / medians['bare']:.2f})" for way in WAYS)
        print(f"median pages/s, {label}: {said}")


def main() -> None:
    """Start the server, measure, stop it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--addresses", type=int, default=50)
    parser.add_argument("--sites", type=int, default=400)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    command = [sys.executable, "-m", "bench.campus_server", str(given.addresses)]
    with (
        tempfile.TemporaryDirectory() as folder,
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server,
    ):
        try:
            assert server.stdout is not None
            measure(Bench(Path(folder), int(server.stdout.readline()), given.addresses), given.sites, given.rounds)
        finally:
            server.kill()


if __name__ == "__main__":
    main()
