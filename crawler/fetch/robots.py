"""robots.txt as Scrapy reads it, fetched once per host and day for all processes: the stored bytes go to the same parser."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar
from uuid import uuid4

from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Request, Response
from scrapy.robotstxt import RobotParser
from scrapy.utils.httpobj import urlparse_cached
from scrapy.utils.misc import build_from_crawler

from crawler.fetch.host_turns import NOT_ASKED
from storage.database import StorageError
from storage.robots_answers import BODY_MAX, RobotsAnswerRepository

CLAIM_SECONDS = 60.0
"""How long others wait for the one who asks, at most; one that was killed keeps them no longer."""
POLL_SECONDS = 0.3
SERVER_ERROR = 500

T = TypeVar("T")


class SharedRobots(RobotsTxtMiddleware):
    """Scrapy's middleware, that looks into the common store first. A recording that is replayed has its own robots.txt."""

    def __init__(self, crawler: Any) -> None:
        """As Scrapy's."""
        super().__init__(crawler)
        self._answers: RobotsAnswerRepository | None = crawler.spider.robots_answers
        self._holder = uuid4().hex
        self._readings: dict[str, asyncio.Task[RobotParser | None]] = {}
        self._unasked: dict[str, IgnoreRequest] = {}

    async def robot_parser(self, request: Request) -> RobotParser | None:
        """What the host says. Raises IgnoreRequest where we did not ask it: unread is not allowed."""
        netloc = urlparse_cached(request).netloc
        if netloc not in self._readings:
            self._readings[netloc] = asyncio.ensure_future(self._read(request, netloc))
        parser = await asyncio.shield(self._readings[netloc])
        if netloc in self._unasked:
            raise self._unasked[netloc]
        return parser

    async def _read(self, request: Request, netloc: str) -> RobotParser | None:
        if self._answers is None:
            return await super().robot_parser(request)
        body = await self._stored(self._answers, netloc)
        if body is not None:
            return build_from_crawler(self._parserimpl, self.crawler, body)
        parser = await super().robot_parser(request)
        await self._told(partial(self._answers.give_up, netloc, self._holder))
        return parser

    async def _stored(self, answers: RobotsAnswerRepository, netloc: str) -> bytes | None:
        """Today's answer; None where it is for us to ask."""
        while True:
            claim = await self._told(partial(answers.claim, netloc, self._holder, CLAIM_SECONDS))
            if claim is None or claim.mine or claim.body is not None:
                return claim.body if claim else None
            await asyncio.sleep(POLL_SECONDS)

    async def _parse_robots(self, response: Response, netloc: str, request: Request) -> None:
        if self._answers and response.status < SERVER_ERROR and len(response.body) <= BODY_MAX:
            await self._told(partial(self._answers.answer, netloc, self._holder, response.body))
        await super()._parse_robots(response, netloc, request)

    def _robots_error(self, exc: Exception, netloc: str) -> None:
        if isinstance(exc, NOT_ASKED):
            self._unasked[netloc] = exc
        super()._robots_error(exc, netloc)

    async def _told(self, question: Callable[[], T]) -> T | None:
        """Off the loop. Where the database cannot be used each run asks for itself, as it would alone."""
        try:
            return await asyncio.to_thread(question)
        except StorageError:
            return None
