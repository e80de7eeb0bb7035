"""A scan that somebody started and does not wait for: its stages and its end are kept, whatever becomes of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from secrets import token_hex

import structlog

from crawler.fetch.egress import EgressDenied
from monitors.app_context import AppContext
from monitors.job_queue import BackgroundTask, JobOrder, Queue
from monitors.jobs.run_heartbeat import BEAT_SECONDS
from monitors.jobs.scan.scan import scan
from monitors.jobs.scan.words import refusal
from rules.accounts.pasted_target import InvalidTarget
from rules.people import OFFICE, User
from storage.database import StorageError
from storage.evidence import EvidenceError
from storage.scans import ScanRecord, ScanState
from storage.serialization import dump

log = structlog.get_logger()
FAILED = "核查时出错，没有结论，已记录。请再查一次；仍不行时请信息中心查看运行日志。"


def begin_scan(context: AppContext, text: str, who: User) -> tuple[str, bool]:
    """Keep the scan that begins; returns its id, and False where this person has the same one running already."""
    now, schools = context.clock(), who.schools(OFFICE)
    alone = next(iter(schools)) if schools and len(schools) == 1 else ""
    wanted = ScanRecord(
        id=f"{now:%Y%m%d-%H%M%S}-{token_hex(4)}",
        target=text,
        user=who.name,
        display=who.display,
        school=alone,
        started_at=now,
    )
    kept = context.store.scans.start(wanted)
    if kept == wanted.id:
        context.store.audit.add("scan.start", text[:200], now=now, school=alone)
    return kept, kept == wanted.id


async def carry_out(context: AppContext, id: str, text: str) -> None:
    """Look, and keep the report or why there is none. Raises nothing that the person who waits would not be told."""
    kept = context.store.scans

    async def progress(state: ScanState) -> None:
        await asyncio.to_thread(kept.advance, id, state)

    try:
        async with _alive(context, id):
            report = await scan(context, text, progress=progress)
    except (InvalidTarget, EgressDenied, StorageError, EvidenceError) as error:
        await asyncio.to_thread(kept.finish, id, ScanState.REFUSED, now=context.clock(), said=refusal(error))
    except Exception as error:  # whatever it was, nobody may wait for a scan that is over
        log.error("scan.failed", scan=id, error=f"{type(error).__name__}: {error}")
        await asyncio.to_thread(kept.finish, id, ScanState.FAILED, now=context.clock(), said=FAILED)
    else:
        done = {"said": report.headline, "tone": report.tone, "document": dump(report)}
        await asyncio.to_thread(kept.finish, id, ScanState.DONE, now=context.clock(), **done)


@asynccontextmanager
async def _alive(context: AppContext, id: str) -> AsyncIterator[None]:
    """Say that the scan lives, now and until the block ends. Raises StorageError at its beginning."""

    async def beat() -> None:
        while True:
            await asyncio.sleep(BEAT_SECONDS)
            try:
                await asyncio.to_thread(context.store.scans.heartbeat, id)
            except StorageError as error:
                log.warning("scan.heartbeat_failed", scan=id, error=str(error))

    await asyncio.to_thread(context.store.scans.heartbeat, id)
    beating = asyncio.create_task(beat())
    try:
        yield
    finally:
        beating.cancel()


def scan_order(id: str, text: str) -> JobOrder:
    """The order to carry out a scan that `begin_scan` kept."""
    return JobOrder(task=SCAN, key=f"scan.{id}", arguments={"id": id, "text": text})


SCAN = BackgroundTask("scan", Queue.BROWSER, carry_out)
TASKS = (SCAN,)
