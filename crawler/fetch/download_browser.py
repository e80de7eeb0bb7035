"""The download handler of runs that need a browser; a module of its own, for its imports take half a second."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrapy_playwright.handler import ScrapyPlaywrightDownloadHandler

from crawler.fetch.download import bound_pool, turn_of

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.http import Request, Response


class BoundedBrowserHandler(ScrapyPlaywrightDownloadHandler):  # type: ignore[misc]  # untyped library
    """For pages fetched by a browser, and those beside them that are not."""

    def __init__(self, crawler: Crawler) -> None:
        """As the library's, with bounded connections."""
        super().__init__(crawler)
        bound_pool(self._pool)

    async def download_request(self, request: Request) -> Response:
        """Wait for the host's lease, then as the library. Raises what `HostTurns.turn` raises."""
        async with turn_of(self._crawler, request):
            response: Response = await super().download_request(request)
            return response
