"""The crawl child: `python -m crawler.fetch.worker < ORDER.json` follows one order and prints one line of JSON."""

from __future__ import annotations

import ctypes
import json
import logging
import signal
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from scrapy.crawler import AsyncCrawlerProcess

from crawler.fetch.browser import find_browser
from crawler.fetch.egress import AddressPolicy, EgressProxy
from crawler.fetch.job import CrawlJob
from crawler.fetch.middleware import PolitenessMiddleware
from crawler.fetch.scrapy_settings import settings_for
from crawler.fetch.spider import AccountSpider
from crawler.platforms import SPECS
from rules.accounts.state import apply_observation
from rules.model import BEIJING
from storage.crawl_runs import CrawlRunRepository
from storage.database import Database, StorageError
from storage.evidence import EvidenceArchive, EvidenceError
from storage.observations import ObservationRepository
from storage.serialization import load

PR_SET_PDEATHSIG = 1


def die_with_parent() -> None:
    """On Linux, be killed when the service dies, so that no orphan goes on crawling."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def clock_from(start: datetime) -> Callable[[], datetime]:
    """The order's clock counted on with a monotonic one: the child never reads the wall clock itself."""
    begun, start = time.monotonic(), start.astimezone(BEIJING)  # readers ask for Beijing time twenty times a page
    return lambda: start + timedelta(seconds=time.monotonic() - begun)


EXPECTED = ("downloadermiddlewares.retry", "downloadermiddlewares.robotstxt", "core.downloader.handlers.http11")
"""Loggers that report what an observation reports anyway: a page that did not come. Errors of ours still show."""


def run_job(order: CrawlJob) -> dict[str, Any]:
    """Crawl, keep evidence, save observations; returns the summary. Raises StorageError, EvidenceError."""
    database = Database(order.database)
    looks, runs = ObservationRepository(database), CrawlRunRepository(database)
    spec = SPECS[order.platform.value]
    archive = EvidenceArchive(Path(order.data) / "evidence")
    proxy = EgressProxy(AddressPolicy.of(order.allowed_ranges), order.connect_to)
    browser = find_browser(order.browser_path)
    today = order.now.astimezone(BEIJING).date()
    settings = settings_for(order, spec, proxy.url, browser)
    budget = spec.daily_budget if order.daily_budget is None else order.daily_budget
    manners = PolitenessMiddleware(order, runs.requests_by_host(today), budget, settings["GUARD_PROXY"])
    process = AsyncCrawlerProcess(settings)
    for name in EXPECTED:
        logging.getLogger(f"scrapy.{name}").setLevel(logging.CRITICAL)
    crawler = process.create_crawler(AccountSpider)
    process.crawl(
        crawler,
        order=order,
        spec=spec,
        archive=archive,
        clock=clock_from(order.now),
        save=lambda pairs: looks.record(order.run, pairs, apply_observation),
        manners=manners,
        proxy=proxy,
        browser=browser,
    )
    process.start()
    spider = crawler.spider
    assert isinstance(spider, AccountSpider)
    archive.close()
    for host, count in manners.asked.items():
        runs.add_requests(host, today, count)
    database.close()
    return spider.summary()


def main() -> int:
    """Entry of the child: 0 when the order was followed, 1 with the reason on stderr when it was not.

    The order comes by standard input, for it may hold an account's authorisation, which no file should.
    """
    die_with_parent()
    order = load(CrawlJob, sys.stdin.buffer.read().decode("utf-8"))
    try:
        summary = run_job(order)
    except (StorageError, EvidenceError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(json.dumps(summary, ensure_ascii=False) + "\n")
    return 1 if summary["error"] else 0


if __name__ == "__main__":
    raise SystemExit(main())
