"""What stands between the spider and the network: bounds on every request, and recordings instead of the network."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.responsetypes import responsetypes

from crawler.fetch.egress import AddressPolicy, EgressDenied, EgressProxy
from crawler.fetch.host_turns import HostTurns
from crawler.fetch.job import CrawlJob
from crawler.page.page import Page
from storage.evidence import ReplayIndex


class NoWayOut(Exception):
    """Our own proxy answered because the site could not be reached. Raised by ProxyAnswers with the reason; becomes
    ``unreadable``."""


class NotRecorded(IgnoreRequest):
    """The replayed recording has no answer for this URL. Raised by Replay; becomes ``unreadable``."""


class PolitenessMiddleware:
    """Checks every request, redirects and robots.txt included: address bounds, and whether its host may be asked at all.
    When a request leaves is for `BoundedHandler` to wait."""

    def __init__(self, order: CrawlJob, turns: HostTurns, proxy: str) -> None:
        """``turns`` are this run's requests by host."""
        self.guard = AddressPolicy.of(order.allowed_ranges)
        self.turns = turns
        self._proxy = proxy

    @classmethod
    def from_crawler(cls, crawler: Any) -> PolitenessMiddleware:
        """The spider's own: it reports walls to it and reads the counts at the end."""
        manners: PolitenessMiddleware = crawler.spider.manners
        return manners

    def process_request(self, request: Request) -> None:
        """Raises IgnoreRequest subclasses or Refused."""
        self.guard.check_url(request.url)
        self.turns.check(urlsplit(request.url).hostname or "")
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
    "NoWayOut",
    "NotRecorded",
    "PolitenessMiddleware",
    "ProxyAnswers",
    "ReplayMiddleware",
]  # fmt: skip
