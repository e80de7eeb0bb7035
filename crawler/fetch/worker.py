"""The crawl child: `python -m crawler.fetch.worker < ORDER.json` follows one order and prints one line of JSON."""

from __future__ import annotations

import argparse
import ctypes
import json
import logging
import os
import resource
import signal
import sys
import time
from collections.abc import Callable
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from scrapy.crawler import AsyncCrawlerProcess

from crawler.fetch.browser import find_browser
from crawler.fetch.egress import AddressPolicy, EgressProxy
from crawler.fetch.host_turns import HostTurns
from crawler.fetch.job import CrawlJob
from crawler.fetch.middleware import PolitenessMiddleware
from crawler.fetch.revisits import Revisits
from crawler.fetch.scrapy_settings import delay_of, settings_for
from crawler.fetch.spider import AccountSpider
from crawler.platforms import SPECS
from crawler.platforms.spec import PlatformSpec
from rules.accounts.state import apply_observation
from rules.model import BEIJING, AccountState, Observation, Platform
from storage.crawl_runs import RunKind
from storage.database import Database, StorageError
from storage.evidence import EvidenceArchive, EvidenceError
from storage.host_leases import HostLeaseRepository, HostPace
from storage.observations import ObservationRepository
from storage.robots_answers import RobotsAnswerRepository
from storage.serialization import load
from storage.whole_fetches import WholeFetchRepository

PR_SET_PDEATHSIG = 1
ANSWER_MARGIN_SECONDS = 15
"""Beside the time-out of an answer: how long a host stays leased to a request of a child that was killed."""
ORPHANED = 3
"""Exit code of a child whose parent died before it could look: nobody is there to read it."""


def die_with_parent(parent: int = 0) -> None:
    """On Linux, be killed when the service dies, so that no orphan goes on crawling. One that died before this was called
    sent no signal: then its place as our parent is taken by another process, and we end. ``parent`` 0: nobody said."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if parent and os.getppid() != parent:
        raise SystemExit(ORPHANED)


def limit_memory(megabytes: int) -> None:
    """A ceiling on what this process, and each one it starts, may write to. (RLIMIT_DATA: Chromium reserves terabytes of
    addresses that it never touches, which RLIMIT_AS would count.) 0: none."""
    if megabytes:
        _, hard = resource.getrlimit(resource.RLIMIT_DATA)
        wanted = megabytes * 1024 * 1024
        resource.setrlimit(resource.RLIMIT_DATA, (wanted if hard < 0 else min(wanted, hard), hard))


def clock_from(start: datetime) -> Callable[[], datetime]:
    """The order's clock counted on with a monotonic one: the child never reads the wall clock itself."""
    begun, start = time.monotonic(), start.astimezone(BEIJING)  # readers ask for Beijing time twenty times a page
    return lambda: start + timedelta(seconds=time.monotonic() - begun)


EXPECTED = (
    "scrapy.downloadermiddlewares.retry",
    "scrapy.downloadermiddlewares.robotstxt",
    "scrapy.downloadermiddlewares.httpcompression",
    "scrapy.core.downloader.handlers.http11",
    "scrapy-playwright",
)
"""Loggers that report what an observation reports anyway: a page that did not come. Errors of ours still show."""


def facts_only(seen: AccountState | None, look: Observation, *, key: str) -> AccountState:
    """`apply_observation` for whatever somebody pasted: a link that showed nothing is no failure of the account it names."""
    after = apply_observation(seen, look, key=key)
    return seen or AccountState() if after.obstacle else after


def revisited_keys(order: CrawlJob) -> list[str]:
    """The accounts whose pages may be answered "not modified": those of a sweep. Whatever somebody asks for by itself, and
    what comes from a recording, is whole."""
    if order.kind is not RunKind.SWEEP or order.replay:
        return []
    return sorted({look.target.key for look in order.looks})


def run_job(order: CrawlJob) -> dict[str, Any]:
    """Crawl, keep evidence, save observations; returns the summary. Raises StorageError, EvidenceError."""
    database = Database(order.database)
    observations = ObservationRepository(database)
    spec = SPECS[order.platform.value]
    archive = EvidenceArchive(Path(order.data) / "evidence")
    proxy = EgressProxy(AddressPolicy.of(order.allowed_ranges), order.connect_to)
    browser = find_browser(order.browser_path)
    settings = settings_for(order, spec, proxy.url, browser)
    manners = PolitenessMiddleware(order, turns_of(order, spec, HostLeaseRepository(database)), settings["GUARD_PROXY"])
    process = AsyncCrawlerProcess(settings)
    fold = facts_only if order.kind is RunKind.SCAN else apply_observation
    for name in EXPECTED:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    crawler = process.create_crawler(AccountSpider)
    process.crawl(
        crawler,
        order=order,
        spec=spec,
        archive=archive,
        clock=clock_from(order.now),
        save=lambda pairs: observations.record(order.run, pairs, fold, order.attempt),
        manners=manners,
        robots_answers=None if order.replay else RobotsAnswerRepository(database),
        proxy=proxy,
        browser=browser,
        revisits=Revisits(archive, order.run, WholeFetchRepository(database), revisited_keys(order)),
    )
    process.start()
    spider = crawler.spider
    assert isinstance(spider, AccountSpider)
    with closing(database):
        _keep_accounts(spider, archive)
    return spider.summary()


def turns_of(order: CrawlJob, spec: PlatformSpec, leases: HostLeaseRepository) -> HostTurns:
    """The requests of this run by host. A website is everybody's host: all egresses share its pace. Raises StorageError."""
    pace = HostPace(
        delay=delay_of(order, spec),
        hold=order.timeout_seconds + ANSWER_MARGIN_SECONDS,
        budget=spec.daily_budget if order.daily_budget is None else order.daily_budget,
        since=leases.clock(),
        urgent=order.urgent,
    )
    egress = "" if order.platform is Platform.WEBSITE else order.egress
    return HostTurns(leases, pace, holder=f"{order.run}/{order.attempt or 0}", egress=egress)


def _keep_accounts(spider: AccountSpider, archive: EvidenceArchive) -> None:
    """Seal the evidence and give back requests that never left. What was observed is saved by now: a fault here is told
    beside it."""
    try:
        spider.manners.turns.close()
        archive.close()
    except (StorageError, EvidenceError) as error:
        spider.error = spider.error or str(error)


def main() -> int:
    """Entry of the child: 0 when the order was followed, 1 with the reason in the summary when it was not.

    The order comes by standard input, for it may hold an account's authorisation, which no file should.
    """
    parser = argparse.ArgumentParser(prog="python -m crawler.fetch.worker")
    parser.add_argument("--parent", type=int, default=0)
    parser.add_argument("--memory-mb", type=int, default=0)
    given = parser.parse_args()
    die_with_parent(given.parent)
    limit_memory(given.memory_mb)
    order = load(CrawlJob, sys.stdin.buffer.read().decode("utf-8"))
    try:
        summary = run_job(order)
    except (StorageError, EvidenceError) as error:
        summary = {"run": order.run, "platform": order.platform.value, "error": str(error)}
    sys.stdout.write(json.dumps(summary, ensure_ascii=False) + "\n")
    return 1 if summary["error"] else 0


if __name__ == "__main__":
    raise SystemExit(main())
