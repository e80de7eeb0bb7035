"""What stands between the spider and the network: bounds on every request, and recordings instead of the network."""

from __future__ import annotations

from collections import Counter
from typing import Any
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.responsetypes import responsetypes

from crawler.fetch.egress import AddressPolicy, EgressDenied, EgressProxy
from crawler.fetch.job import CrawlJob
from crawler.page.page import Page
from storage.evidence import ReplayIndex


class RequestBudgetExceeded(IgnoreRequest):
    """The host has had its requests of the day. Raised by Manners; the account simply stays due."""


class HostPaused(IgnoreRequest):
    """This host showed a wall in this run: nothing more is asked there. Raised by Manners; the account stays due."""


class NoWayOut(Exception):
    """Our own proxy answered because the site could not be reached. Raised by ProxyAnswers with the reason; becomes
    ``unreadable``."""


class NotRecorded(IgnoreRequest):
    """The replayed recording has no answer for this URL. Raised by Replay; becomes ``unreadable``."""


class PolitenessMiddleware:
    """Checks every request, redirects and robots.txt included: address bounds, budget of the day, rest after a wall."""

    def __init__(self, order: CrawlJob, spent: dict[str, int], budget: int, proxy: str) -> None:
        """``spent`` are the requests of today by host before this run."""
        self.guard = AddressPolicy.of(order.allowed_ranges)
        self.before = spent
        self.asked: Counter[str] = Counter()
        self.walled: set[str] = set()
        self._budget = budget
        self._proxy = proxy

    @classmethod
    def from_crawler(cls, crawler: Any) -> PolitenessMiddleware:
        """The spider's own: it reports walls to it and reads the counts at the end."""
        manners: PolitenessMiddleware = crawler.spider.manners
        return manners

    def process_request(self, request: Request) -> None:
        """Raises IgnoreRequest subclasses or Refused."""
        self.guard.check_url(request.url)
        host = urlsplit(request.url).hostname or ""
        if host in self.walled:
            raise HostPaused(host)
        if self.before.get(host, 0) + self.asked[host] >= self._budget:
            raise RequestBudgetExceeded(host)
        self.asked[host] += 1
        if self._proxy:
            request.meta["proxy"] = self._proxy


class ProxyAnswers:
    """Tells what our own proxy says from what a site says: a browser shows both alike."""

    def __init__(self, proxy: EgressProxy) -> None:
        """``proxy`` knows its own answers."""
        self._proxy = proxy

    @classmethod
    def from_crawler(cls, crawler: Any) -> ProxyAnswers:
        """Of the spider's proxy."""
        return cls(crawler.spider.proxy)

    def process_response(self, request: Request, response: Response) -> Response:
        """The site's answer. Raises NoWayOut where there is none."""
        if reason := self._proxy.failure((response.headers.get("Proxy-Status") or b"").decode("latin-1")):
            raise NoWayOut(reason)
        return response


class ReplayMiddleware:
    """Serves every request from a recording where the order names one."""

    def __init__(self, path: str) -> None:
        """``path`` is a WARC file or a folder of them; empty for the network."""
        self._index = ReplayIndex(path) if path else None

    @classmethod
    def from_crawler(cls, crawler: Any) -> ReplayMiddleware:
        """From the spider's order; what the recording lacks is told to the spider."""
        made = cls(crawler.spider.order.replay)
        crawler.spider.notes += [f"录制文件不完整 {error}" for error in (made._index.errors if made._index else ())]
        return made

    def process_request(self, request: Request) -> Response | None:
        """The recorded answer, or None where the network is asked. Raises NotRecorded."""
        if self._index is None:
            return None
        stored = self._index.latest(request.url)
        if stored is None:
            if request.url.endswith("/robots.txt"):
                return Response(request.url, status=404, request=request)
            raise NotRecorded(request.url)
        request.meta["recorded"] = page = Page(**vars(stored))
        headers = {
            name: value for name, value in page.headers.items() if name not in ("content-encoding", "transfer-encoding")
        }
        kind = responsetypes.from_args(headers=None, url=page.url, body=page.body[:1000])
        return kind(request.url, status=page.status, headers=headers, body=page.body, request=request)


__all__ = [
    "AddressPolicy",
    "EgressDenied",
    "HostPaused",
    "NoWayOut",
    "NotRecorded",
    "PolitenessMiddleware",
    "ProxyAnswers",
    "ReplayMiddleware",
    "RequestBudgetExceeded",
]  # fmt: skip
