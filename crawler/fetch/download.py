"""Scrapy's download handler: a request leaves when its host's lease allows, and what comes before a body is bounded, too
(it bounds bodies itself, but no headers)."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, Any

from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.utils.httpobj import urlparse_cached
from twisted.python.failure import Failure
from twisted.web._newclient import HEADER, STATUS

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.http import Request, Response

    from crawler.fetch.host_turns import HostTurns

HEAD_MAX = 256 * 1024
"""Bytes of status line and headers, interim answers (1xx) included: what Chromium takes too."""


class HeadTooLarge(Exception):
    """A server sent headers without end. Raised into the request; becomes ``unreadable``."""


def bound_head(protocol: Any) -> Any:
    """The protocol of one connection, made to give up on an answer whose head is over the limit."""
    receive, of, size = protocol.dataReceived, None, 0

    def receive_bounded(data: bytes) -> None:
        nonlocal of, size
        parser = protocol._parser
        if parser is not of:  # each request on the connection has a parser of its own
            of, size = parser, 0
        if parser is not None and getattr(parser, "state", None) in (STATUS, HEADER):
            size += len(data)
        receive(data)
        if size > HEAD_MAX and protocol._parser is parser and parser.state in (STATUS, HEADER):
            protocol._giveUp(Failure(HeadTooLarge()))  # type: ignore[no-untyped-call]
            protocol.transport.abortConnection()

    protocol.dataReceived = receive_bounded
    return protocol


def bound_pool(pool: Any) -> None:
    """Bound every connection of a Twisted connection pool."""
    of_scrapy: Any = pool._factory

    class Factory(of_scrapy):  # type: ignore[misc]  # whichever class Scrapy gave its pool
        def buildProtocol(self, addr: Any) -> Any:  # noqa: N802
            return bound_head(super().buildProtocol(addr))

    pool._factory = Factory


def turn_of(crawler: Crawler, request: Request) -> AbstractAsyncContextManager[None]:
    """The lease of the host that a request goes to, of the run that the crawler is for."""
    spider: Any = crawler.spider
    turns: HostTurns = spider.manners.turns
    return turns.turn(urlparse_cached(request).hostname or "")


class BoundedHandler(HTTP11DownloadHandler):
    """For pages fetched without a browser."""

    def __init__(self, crawler: Crawler) -> None:
        """As Scrapy's, with bounded connections."""
        super().__init__(crawler)
        bound_pool(self._pool)

    async def download_request(self, request: Request) -> Response:
        """Wait for the host's lease, then as Scrapy. Raises what `HostTurns.turn` raises."""
        async with turn_of(self._crawler, request):
            return await super().download_request(request)
