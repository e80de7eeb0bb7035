"""One spider for every platform: accounts in, pages kept as evidence, observations out."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import scrapy
from scrapy.exceptions import CloseSpider
from scrapy.http import Response
from twisted.python.failure import Failure

from crawler.fetch.browser import browser_meta, captured_pages
from crawler.fetch.egress import EgressProxy
from crawler.fetch.errors import UNKNOWN, describe_fetch_error
from crawler.fetch.host_turns import NOT_ASKED, LeaseUnavailable
from crawler.fetch.job import CrawlJob, FetchTask
from crawler.fetch.middleware import PolitenessMiddleware
from crawler.fetch.revisits import Address, Revisits
from crawler.observe.attribute import NO_BROWSER, attribute_page, summarize_visit
from crawler.observe.page_reading import PageReading, read_page, reader_of
from crawler.observe.read_timing import ReadTiming
from crawler.page.page import Page
from crawler.platforms.authorized_api import (
    HOSTS,
    ApiCredential,
    ApiRequest,
    list_call,
    parse_token_response,
    redact_secrets,
    token_call,
)
from crawler.platforms.spec import PageSource, PlatformSpec
from rules.model import Observation, Outcome, Platform
from storage.crawl_runs import RunKind
from storage.database import StorageError
from storage.evidence import EvidenceArchive, EvidenceError
from storage.robots_answers import RobotsAnswerRepository
from storage.run_attempts import RunTakenOver

__all__ = ["AccountSpider"]

FOLLOW_MAX = 6
"""List columns read beside a home page: enough to meet the live ones, few enough for a guest."""

SHARED_WALLS = (RunKind.SWEEP, RunKind.LINKED_POST)
"""Runs whose walls are the host's own; what a pasted link or a search meets says nothing about the accounts."""
READY_MOST, READY_LONGEST = 200, timedelta(seconds=30)
"""Observations wait this long, at most, to be saved together: a child that is killed loses no more."""

Save = Callable[[list[tuple[str, Observation]]], None]

NO_PAGE = "no_public_page: 该平台没有可公开读取的页面"


@dataclass
class Visit:
    """One look in progress: what was seen so far and how many answers are still on their way."""

    look: FetchTask
    pending: int = 0
    seen: list[Observation] = field(default_factory=list)
    asked: set[str] = field(default_factory=set)
    led: bool = False


class AccountSpider(scrapy.Spider):
    """Follows an order. Every answer is kept as evidence first and read second; errors are outcomes, never silence."""

    name = "accounts"

    def __init__(
        self,
        *,
        order: CrawlJob,
        spec: PlatformSpec,
        archive: EvidenceArchive,
        clock: Callable[[], datetime],
        save: Save,
        manners: PolitenessMiddleware,
        robots_answers: RobotsAnswerRepository | None,
        proxy: EgressProxy,
        browser: str | None,
        revisits: Revisits,
    ) -> None:
        """``save`` takes finished (key, observation) pairs; it is called in batches, one visit never split."""
        super().__init__()
        self.order, self.spec, self.archive = order, spec, archive
        self.clock, self.save = clock, save
        self._flushed = clock()
        self.manners, self.proxy, self.browser = manners, proxy, browser
        self.robots_answers = robots_answers
        self.revisits = revisits
        self.error = ""
        self.outcomes: Counter[str] = Counter()
        """Of what was saved: what could not be kept was not seen."""
        self._unsaved: Counter[str] = Counter()
        self._unfinished = len(order.looks)
        self.skipped = 0
        self.notes: list[str] = []
        self.links: dict[str, str] = {}
        self.reads = ReadTiming()
        self._ready: list[tuple[str, Observation]] = []
        self._save_error = ""

    async def start(self) -> AsyncIterator[scrapy.Request]:
        """The first request of every look, in the order's order."""
        await self.proxy.start()
        for look in self.order.looks:
            visit = Visit(look)
            # All are made before one is sent: a visit ends with its last answer, not with the first that comes early.
            requests = self._first_requests(visit)
            for request in requests:
                yield request
            if not requests:
                if not visit.seen:
                    visit.seen.append(self._unseen(look.url, Outcome.UNREADABLE, NO_PAGE))
                self._finish(visit)

    def _first_requests(self, visit: Visit) -> list[scrapy.Request]:
        """What a look begins with; what only a browser could read is noted where there is none."""
        grant = visit.look.grant
        requests = [self._official(visit, grant)] if grant else []
        for source, url in self._first_urls(visit.look):
            if self._needs_browser(visit, source) and not (self.browser or self.order.replay):
                visit.seen.append(self._unseen(url, Outcome.UNREADABLE, NO_BROWSER))
            else:
                requests.append(self._request(visit, url, source))
        return requests

    def _needs_browser(self, visit: Visit, source: PageSource | None) -> bool:
        return visit.look.browser or bool(source and source.browser)

    def _first_urls(self, look: FetchTask) -> Iterator[tuple[PageSource | None, str]]:
        if look.url:
            yield next((s for s in self.spec.sources if s.code == look.source), None), look.url
            return
        for source in self.spec.sources:
            urls = source.urls(look.target)
            yield from ((source, url) for url in urls)
            if urls and self.order.platform == Platform.WEBSITE:
                return  # a home page leads to the rest

    def _request(
        self, visit: Visit, url: str, source: PageSource | None, depth: int = 0, *, whole: bool = False
    ) -> scrapy.Request:
        """``whole``: whatever is known of the page, its bytes are wanted."""
        visit.pending += 1
        visit.asked.add(url)
        browser = self._needs_browser(visit, source) and not self.order.replay
        meta: dict[str, Any] = browser_meta(self.order.platform, visit.look.screenshot) if browser else {}
        at: Address = (visit.look.target.key, url)
        meta["address"] = None if browser or self.order.replay else at
        return scrapy.Request(
            url,
            headers=self.revisits.conditions(at, whole=whole or visit.look.whole or meta["address"] is None),
            callback=self.answered,
            errback=self.failed,
            dont_filter=True,
            meta=meta,
            cb_kwargs={"visit": visit, "source": source, "depth": depth},
        )

    def _official(self, visit: Visit, grant: ApiCredential) -> scrapy.Request:
        """The first request under an account's own authorisation: for a token, or for the list where that is not needed."""
        asked = None if self.order.replay else token_call(grant)
        if asked:
            return self._call(visit, asked, self.authorised)
        return self._list(visit, grant, grant.token)

    def _list(self, visit: Visit, grant: ApiCredential, token: str) -> scrapy.Request:
        call = list_call(visit.look.target, grant, token)
        return self._call(visit, call, self.answered, source=None, depth=1)

    def _call(self, visit: Visit, call: ApiRequest, callback: Any, **given: Any) -> scrapy.Request:
        """robots.txt speaks to guests, which an authorised caller is not; and nothing secret follows a redirect."""
        visit.pending += 1
        visit.asked.add(call.shown)
        return scrapy.Request(
            call.shown if self.order.replay else call.url,
            method="GET" if self.order.replay else call.method,
            body=call.body,
            headers=dict(call.headers),
            callback=callback,
            errback=self.failed,
            dont_filter=True,
            meta={"shown": call.shown, "dont_obey_robotstxt": True, "dont_redirect": True},
            cb_kwargs={"visit": visit, **given},
        )

    def authorised(self, response: Response, visit: Visit) -> list[scrapy.Request]:
        """A token to ask the list with. The answer is a secret, and is not kept."""
        token, reason = parse_token_response(response.body)
        if not token:
            self._see(visit, self._unseen(response.meta["shown"], Outcome.UNREADABLE, reason))
        grant = visit.look.grant
        more = [self._list(visit, grant, token)] if grant and token else []
        self._answered(visit)
        return more

    def answered(self, response: Response, visit: Visit, source: PageSource | None, depth: int) -> list[scrapy.Request]:
        """Keep the bytes, read them, and ask for what the page leads to. (A list: Scrapy re-parses the source of a
        generator callback at every call, which costs more than reading the page.) Where they cannot be kept, or not read
        for want of memory, the run ends: the next page would fare no better."""
        try:
            more = self._read(response, visit, source, depth)
        except EvidenceError as error:
            self.error = str(error)
            raise CloseSpider("evidence") from error
        except MemoryError as error:
            self.error = "采集进程内存不足，已停止。"
            raise CloseSpider("memory") from error
        self._answered(visit)
        return more

    def _read(self, response: Response, visit: Visit, source: PageSource | None, depth: int) -> list[scrapy.Request]:
        page, at = self._page(response, visit), response.meta.get("address")
        kept = self.revisits.keep(page, at)
        if kept is None:
            return [self._request(visit, response.meta["address"][1], source, depth, whole=True)]
        target = visit.look.target
        follow = self.order.follow and depth == 0
        reader = reader_of(target, self.spec, source, asked=depth == 0, follow=follow) if at else ""
        reading = kept.reading(reader)
        if reading is None:
            with self.reads.one():
                reading, page = read_page(
                    self.revisits.whole(kept), target, self.spec, source, asked=depth == 0, follow=follow
                )
        if at:
            by_refresh = "meta refresh" in response.meta.get("redirect_reasons", ())
            self.revisits.remember(at, kept, reading, reader, direct=not by_refresh)
        seen = kept.dated(reading.seen)
        self._see(visit, seen)
        self.links |= dict(reading.links)
        for extra in captured_pages(response, seen.observed_at):
            evidence = self.archive.append(extra, run_id=self.order.run)
            self._see(visit, replace(attribute_page(extra, target), evidence=evidence))
        if shot := response.meta.get("screenshot"):
            self.archive.append_resource(page.url, shot, "image/png", seen.observed_at, run_id=self.order.run)
        return self._further(visit, page, reading, source) if depth == 0 else []

    def _further(
        self, visit: Visit, page: Page, reading: PageReading, source: PageSource | None
    ) -> list[scrapy.Request]:
        """What a first page leads to. One that shows nothing may lead to the page that does; its frames are only parts."""
        seen = reading.seen
        if seen.outcome == Outcome.OK and self.order.follow:
            new = [url for url in reading.next_urls if url not in visit.asked]
            return [self._request(visit, url, None, depth=1) for url in new[:FOLLOW_MAX]]
        if seen.outcome != Outcome.UNREADABLE or not source or visit.led:
            return []
        visit.led, urls = True, source.fallback_urls(page, visit.look.target)
        whole = len(urls) == 1
        new = [url for url in urls if url not in visit.asked]
        return [self._request(visit, url, source if whole else None, depth=0 if whole else 1) for url in new]

    def _page(self, response: Response, visit: Visit) -> Page:
        recorded: Page | None = response.meta.get("recorded")
        if recorded is not None:
            return recorded
        headers = {
            name.decode("latin-1").lower(): b", ".join(values).decode("latin-1")
            for name, values in response.headers.items()
        }
        shown = response.meta.get("shown", response.url)
        asked = response.meta.get("redirect_urls", [shown])[0]
        address = str(response.ip_address) if response.ip_address and not self.settings["GUARD_PROXY"] else ""
        return Page(
            url=shown,
            body=response.body,
            fetched_at=self.clock(),
            status=response.status,
            headers=headers,
            requested_url=asked,
            address=address,
        )

    def failed(self, failure: Failure) -> None:
        """No answer: an observation that says so, or nothing at all where we chose not to ask."""
        request: scrapy.Request = failure.request  # type: ignore[attr-defined]  # Scrapy adds it to Twisted's Failure
        visit: Visit = request.cb_kwargs["visit"]
        url: str = request.meta.get("shown", request.url)
        if isinstance(failure.value, NOT_ASKED):
            self.skipped += 1
            if isinstance(failure.value, LeaseUnavailable):
                self.error = str(failure.value)
        else:
            outcome, reason = describe_fetch_error(failure.value, url)
            if reason == UNKNOWN:  # the words of a library are for the log, not for a reader
                self.logger.warning("%s", redact_secrets(f"{type(failure.value).__name__} {failure.value}")[:500])
            self._see(visit, self._unseen(url, outcome, reason))
        self._answered(visit)

    def _unseen(self, url: str, outcome: Outcome, reason: str) -> Observation:
        return Observation(
            platform=self.order.platform,
            source="none",
            url=url,
            observed_at=self.clock(),
            outcome=outcome,
            reason=reason,
        )

    def _see(self, visit: Visit, seen: Observation) -> None:
        visit.seen.append(seen)
        host = urlsplit(seen.url).hostname or ""
        if host in HOSTS:  # an authorisation is one account's own, and so is its quota
            if not seen.outcome.is_fact:
                self.notes.append(f"{visit.look.target.name or visit.look.target.key} 的官方接口: {seen.reason}")
        elif seen.outcome == Outcome.BLOCKED and not seen.reason.startswith("robots"):
            self.manners.turns.wall(host, shared=self.order.kind in SHARED_WALLS and not self.order.replay)

    def _answered(self, visit: Visit) -> None:
        visit.pending -= 1
        if visit.pending == 0:
            self._finish(visit)

    def _finish(self, visit: Visit) -> None:
        self._unfinished -= 1
        self._unsaved.update(seen.outcome.value for seen in visit.seen)
        self._ready += [(visit.look.target.key, seen) for seen in summarize_visit(visit.seen)]
        if len(self._ready) >= READY_MOST or self.clock() - self._flushed > READY_LONGEST:
            self.flush()

    def flush(self) -> None:
        """Hand over what is finished; where the database cannot take it now, it is kept for the next try."""
        self._flushed = self.clock()
        if not self._ready:
            return
        try:
            self.archive.sync()
            self.save(self._ready)
            self.revisits.flush()
        except (StorageError, EvidenceError) as error:
            self._save_error = str(error)
            self.manners.turns.over |= isinstance(error, RunTakenOver)
        else:
            self.outcomes += self._unsaved
            self._save_error, self._ready, self._unsaved = "", [], Counter()

    async def closed(self, reason: str) -> None:
        """Scrapy's last call: hand over the rest."""
        self.flush()
        self.error = self.error or self._save_error
        if self._unfinished and not self.error:
            self.error = f"有 {self._unfinished} 个账号没有看完，采集就结束了，经过见运行日志。"
        await self.proxy.stop()

    def summary(self) -> dict[str, Any]:
        """What the child prints: counts by outcome, what was skipped, what went wrong."""
        return {
            "run": self.order.run,
            "platform": self.order.platform.value,
            "visits": len(self.order.looks),
            "requests": sum(self.manners.turns.asked.values()),
            "outcomes": dict(self.outcomes),
            "skipped": self.skipped,
            "blocked_hosts": sorted(self.manners.turns.walled),
            "links": self.links,
            "reads": self.reads.as_dict(),
            "unchanged": self.revisits.unchanged,
            "notes": self.notes + self.revisits.notes,
            "error": self.error,
        }
