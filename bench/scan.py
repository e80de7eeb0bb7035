"""On-demand scans on the demo campus beside a plain fetch and a plain browser load of the same page, in one run.

.venv/bin/python -m bench.scan             # twenty scans each of a plain page and of one that needs the browser
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

from playwright.async_api import async_playwright

from crawler.fetch.browser import find_browser
from monitors import clock
from monitors.app_context import AppContext
from monitors.demo.register import opening
from monitors.demo.server import CampusServer
from monitors.jobs.scan.scan import scan
from monitors.settings import load_settings
from storage.store import Store

PLAIN = "https://news.shifan.example/"
RENDERED = "https://www.douyin.com/user/MS4wLjABAAAADemoOfficialAccountOfShifanDaxue0001"


def shown(name: str, seconds: list[float]) -> None:
    """One line: median and 95th percentile."""
    ordered = sorted(seconds)
    p95 = ordered[min(len(ordered) - 1, round(0.95 * len(ordered)))]
    print(f"{name:34} p50 {statistics.median(ordered):.2f} s   p95 {p95:.2f} s   of {len(ordered)}")


async def timed_scan(context: AppContext, target: str) -> float:
    """Seconds of one scan, report and pictures included."""
    begun = time.perf_counter()
    report = await scan(context, target)
    assert report.evidence, report.could_not_see
    return time.perf_counter() - begun


async def curl(url: str, port: int) -> float:
    """Seconds of a plain fetch."""
    begun = time.perf_counter()
    host = url.split("/")[2]
    command = ("curl", "-sk", "-o", "/dev/null", "--connect-to", f"{host}:443:127.0.0.1:{port}", url)
    child = await asyncio.create_subprocess_exec(*command, stdout=subprocess.DEVNULL)
    assert await child.wait() == 0
    return time.perf_counter() - begun


async def browser_load(url: str, port: int) -> float:
    """Seconds of starting a browser and loading the page."""
    begun = time.perf_counter()
    args = [f"--host-resolver-rules=MAP * 127.0.0.1:{port}", "--ignore-certificate-errors", "--disable-gpu"]
    async with async_playwright() as playwright:
        more = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = await playwright.chromium.launch(executable_path=find_browser(), args=args + more)
        page = await browser.new_page(ignore_https_errors=True)
        await page.goto(url, wait_until="networkidle")
        await browser.close()
    return time.perf_counter() - begun


async def measure(rounds: int) -> None:
    """Print the four rows."""
    with tempfile.TemporaryDirectory() as folder:
        settings = load_settings(data=Path(folder), demo=True, delay_seconds=0.0)
        store = Store(settings.database)
        campus, filings = opening(clock.wall())
        async with CampusServer(campus) as server:
            where = ("127.0.0.1", server.plain_port, server.tls_port)
            context = AppContext(settings, store, clock.wall, connect_to=where)
            store.filings.save(filings, by="bench", now=clock.wall())
            figures: dict[str, list[float]] = {}
            for _ in range(rounds):
                figures.setdefault("curl, plain page", []).append(await curl(PLAIN, server.tls_port))
                figures.setdefault("scan, plain page", []).append(await timed_scan(context, PLAIN))
                figures.setdefault("browser load, rendered page", []).append(
                    await browser_load(RENDERED, server.tls_port)
                )
                figures.setdefault("scan, rendered page", []).append(await timed_scan(context, RENDERED))
        store.close()
    for name, seconds in figures.items():
        shown(name, seconds)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=20)
    asyncio.run(measure(parser.parse_args().rounds))
