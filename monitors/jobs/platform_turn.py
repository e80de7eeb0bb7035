"""One platform is asked by one child at a time over all processes: its turn is a lease in the database, kept by a heartbeat."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from uuid import uuid4

import structlog

from monitors.app_context import AppContext
from rules.model import Platform
from storage.database import StorageError
from storage.platform_leases import LEASE_SECONDS

log = structlog.get_logger()
WAIT_SECONDS = 1.0
"""Between two questions for a turn that another process has."""
RENEW_SECONDS = LEASE_SECONDS / 4


@asynccontextmanager
async def platform_turn(context: AppContext, platform: Platform) -> AsyncIterator[None]:
    """Wait for the platform's turn at this egress and keep it meanwhile. Raises StorageError.

    Those of one process queue at a lock, so that they are served in the order they came and one of them asks the database.
    A turn that was lost (its process was stopped for a minute) is not fought for: the hosts' own leases still hold the pace.
    """
    holder = uuid4().hex
    leases, egress = context.store.platform_leases, context.settings.egress
    async with context.platform_locks[platform]:
        while not await asyncio.to_thread(leases.take, platform.value, egress, holder):  # noqa: ASYNC110
            await asyncio.sleep(WAIT_SECONDS)  # what ends the waiting happens in another process
        keeping = asyncio.create_task(_keep(context, platform, holder))
        try:
            yield
        finally:
            keeping.cancel()
            with suppress(StorageError):  # it lapses by itself
                await asyncio.to_thread(leases.release, platform.value, egress, holder)


async def _keep(context: AppContext, platform: Platform, holder: str) -> None:
    while True:
        await asyncio.sleep(RENEW_SECONDS)
        try:
            kept = await asyncio.to_thread(
                context.store.platform_leases.take, platform.value, context.settings.egress, holder
            )
        except StorageError as error:
            log.warning("platform.turn_not_renewed", platform=platform.value, error=str(error))
            continue
        if not kept:
            log.warning("platform.turn_lost", platform=platform.value)
            return
