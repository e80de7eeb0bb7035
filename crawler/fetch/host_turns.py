"""A request waits for its host's lease before it leaves: in the child, right before the connection.

Scrapy's own delay counts in one process only, and without one it starts all that is queued of a host together, whatever
`CONCURRENT_REQUESTS_PER_DOMAIN` says. Here the lease gives the pace, and requests of a host wait for it one after another.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext, suppress
from functools import partial
from typing import Any

from scrapy.exceptions import IgnoreRequest

from storage.database import StorageError
from storage.host_leases import HostLeaseRepository, HostPace, HostTurn

BATCH_MOST = 16
"""Requests booked at once of a host without a pace; each batch is twice the last, so that at most half is unused."""
WAIT_LEAST = 0.02


class RequestBudgetExceeded(IgnoreRequest):
    """The host has had its requests of the day. Raised by HostTurns; the account simply stays due."""


class HostPaused(IgnoreRequest):
    """This host showed a wall to a run of this moment, or this run is over: nothing more is asked there. Raised by
    HostTurns; the account stays due."""


class LeaseUnavailable(IgnoreRequest):
    """The database could not be asked whether a request may leave, so it does not. Raised by HostTurns; the run ends with
    the reason, and the account stays due."""


NOT_ASKED = (RequestBudgetExceeded, HostPaused, LeaseUnavailable)
"""We chose not to ask: there is nothing to say, and the account stays due."""


class HostTurns:
    """One run's requests, by host. ``holder`` is the run's own name, ``egress`` that of its way out."""

    def __init__(self, leases: HostLeaseRepository, pace: HostPace, *, holder: str, egress: str) -> None:
        """Asks nothing yet."""
        self._leases, self._pace, self._holder, self._egress = leases, pace, holder, egress
        self._threads = ThreadPoolExecutor(2, thread_name_prefix="lease")
        self.asked: Counter[str] = Counter()
        self.walled: set[str] = set()
        self.over = False
        """Set when this run may ask no more, whatever is still queued."""
        self._leased = 0
        self._spent: set[str] = set()
        self._booked: Counter[str] = Counter()
        self._batch: Counter[str] = Counter()
        self._booking: dict[str, asyncio.Lock] = {}
        self._queues: dict[str, asyncio.Lock] = {}

    def check(self, host: str) -> None:
        """Raises HostPaused or RequestBudgetExceeded where it is known already that a request cannot leave."""
        if self.over or host in self.walled:
            raise HostPaused(host)
        if host in self._spent:
            raise RequestBudgetExceeded(host)

    @asynccontextmanager
    async def turn(self, host: str) -> AsyncIterator[None]:
        """Wait until a request to this host may leave; its answer is awaited within. Raises IgnoreRequest's kinds above."""
        self.check(host)
        if not self._pace.delay:
            await self._from_batch(host)
            self.asked[host] += 1
            yield
            return
        async with self._queue(host):
            self.check(host)  # what came before may have met a wall
            self._leased += 1
            holder = f"{self._holder}/{self._leased}"
            await self._acquire(host, holder=holder)
            self.asked[host] += 1
            try:
                yield
            finally:
                with suppress(LeaseUnavailable):  # it lapses by itself
                    await self._ask(partial(self._leases.release, host, self._egress, holder))

    def _queue(self, host: str) -> AbstractAsyncContextManager[object]:
        """Requests of one run to a host leave in the order they came; one that a person waits for stands in no queue."""
        return nullcontext() if self._pace.urgent else self._queues.setdefault(host, asyncio.Lock())

    async def _from_batch(self, host: str) -> None:
        if not self._booked[host]:
            async with self._booking.setdefault(host, asyncio.Lock()):
                if not self._booked[host]:
                    self._batch[host] = min(2 * self._batch[host] or 1, BATCH_MOST)
                    self._booked[host] += await self._acquire(host, self._batch[host])
        self._booked[host] -= 1

    async def _acquire(self, host: str, requests: int = 1, *, holder: str = "") -> int:
        reserve = partial(self._leases.reserve, host, self._egress, holder, self._pace, requests)
        while True:
            turn: HostTurn = await self._ask(reserve)
            if turn.granted:
                return turn.granted
            if turn.walled:
                self.walled.add(host)
            if turn.spent:
                self._spent.add(host)
            self.check(host)
            await asyncio.sleep(max(turn.wait, WAIT_LEAST))
            self.check(host)

    async def _ask(self, question: partial[Any]) -> Any:
        """Off the loop: a database that is slow stops no page on its way."""
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, question)
        except StorageError as error:
            raise LeaseUnavailable(str(error)) from error

    def wall(self, host: str, *, shared: bool) -> None:
        """This host showed a wall: nothing more is asked there in this run, nor in others of this moment if ``shared``."""
        if host not in self.walled and shared:
            self._threads.submit(self._tell_wall, host)
        self.walled.add(host)

    def _tell_wall(self, host: str) -> None:
        try:
            self._leases.wall(host, self._egress)
        except StorageError:
            return  # the others meet the wall themselves

    def close(self) -> None:
        """Give back what was booked and never asked. Raises StorageError; then it stays booked for the day."""
        self._threads.shutdown(wait=True)
        if unused := {host: count for host, count in self._booked.items() if count}:
            self._leases.give_back(unused, self._egress)
