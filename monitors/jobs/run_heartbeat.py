"""A crawl run says that it lives; one that says nothing for two minutes is lost, whoever ran it and wherever."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import structlog

from crawler.fetch.job import CrawlJob
from monitors.app_context import AppContext
from monitors.jobs.scheduled_job import ScheduledJob
from storage.crawl_runs import SILENT_SECONDS
from storage.database import StorageError

log = structlog.get_logger()
BEAT_SECONDS = SILENT_SECONDS / 4


@asynccontextmanager
async def heartbeat(context: AppContext, begun: Sequence[CrawlJob]) -> AsyncIterator[None]:
    """Say that these runs live, from when they begin until the block ends. ``begun`` fills as they do."""
    beating = asyncio.create_task(_beat(context, begun))
    try:
        yield
    finally:
        beating.cancel()


async def _beat(context: AppContext, begun: Sequence[CrawlJob]) -> None:
    while True:
        await asyncio.sleep(BEAT_SECONDS)
        for order in begun:
            try:
                await asyncio.to_thread(context.store.crawl_runs.heartbeat, order.run, order.attempt or 1)
            except StorageError as error:
                log.warning("run.heartbeat_failed", run=order.run, error=str(error))


async def mark_lost_runs(context: AppContext) -> None:
    """A run whose process was killed ends as 中断; what it recorded stays, and its accounts are due as before. So does a scan,
    whoever carried it out and wherever."""
    if lost := await asyncio.to_thread(context.store.crawl_runs.mark_lost, context.clock()):
        log.warning("runs.lost", runs=lost)
    if lost := await asyncio.to_thread(context.store.scans.mark_lost, context.clock()):
        log.warning("scans.lost", scans=lost)


JOBS = (ScheduledJob("lost_runs", "标记中断的采集", "* * * * *", mark_lost_runs),)
