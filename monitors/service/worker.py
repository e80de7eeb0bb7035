"""`xunjian worker`: takes jobs from PostgreSQL's queue and does them, one of any number of such processes on any host."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

import structlog
from procrastinate.exceptions import ProcrastinateException
from procrastinate.worker import Worker

from monitors.app_context import AppContext
from monitors.errors import InvalidInput
from monitors.job_queue import Queue
from monitors.jobs.evidence_store import one_folder
from monitors.jobs.evidence_upkeep import keep_evidence
from monitors.scheduled_jobs import background_tasks
from monitors.service.own_jobs import until_lost
from monitors.service.postgres_queue import PostgresQueue
from storage.database import StorageError
from storage.queue_schema import prepare_queue

log = structlog.get_logger()
GRACE_SECONDS = 30.0
"""How long a worker that is told to end waits for its jobs; what is not done by then goes back on the queue."""
NO_DATABASE = (
    "xunjian worker 需要 PostgreSQL：多个程序通过同一个数据库分工。请在设置里填写 database_url（如 "
    "postgresql://xunjian:口令@数据库主机/xunjian），再启动 xunjian serve 和各个 xunjian worker，做法见 docs/deploy-cluster.md。"
    "只有一台机器时不需要 worker，xunjian serve 自己完成全部工作。"
)


def queues_named(text: str) -> list[Queue]:
    """The queues of ``--queues``, all where none is given. Raises InvalidInput."""
    names = [name.strip() for name in text.split(",") if name.strip()]
    known = {queue.value: queue for queue in Queue} | {queue.label: queue for queue in Queue}
    for name in names:
        if name not in known:
            shown = "、".join(f"{queue.value}（{queue.label}）" for queue in Queue)
            raise InvalidInput(f"没有队列“{name}”。可用的队列: {shown}")
    return [known[name] for name in names] or list(Queue)


async def work(context: AppContext, queues: Sequence[Queue], concurrency: int) -> None:
    """Work until SIGTERM or SIGINT, or until a newer version has changed the database: what runs is brought to its end.
    Raises StorageError where the database cannot be reached at the start, InvalidInput where its evidence folder is another."""
    await asyncio.to_thread(prepare_queue, context.store.database)
    await asyncio.to_thread(one_folder, context, serving=False)
    queue = PostgresQueue(context, background_tasks(), concurrency + 3)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    names = [name for each in queues for name in (each.value, f"{each}@{context.settings.egress}")]
    async with queue.opened():
        log.info("worker.started", queues=names, concurrency=concurrency)
        tasks = (queue.rescue_for_ever(), _until_newer(context, stop), keep_evidence(context))
        helpers = [asyncio.create_task(each) for each in tasks]
        try:
            while not stop.is_set():
                await _work_once(queue, names, concurrency, stop)
        finally:
            for helper in helpers:
                helper.cancel()
            context.crawl_processes.stop()
            await asyncio.gather(*helpers, return_exceptions=True)
    log.info("worker.stopped")


async def _work_once(queue: PostgresQueue, names: list[str], concurrency: int, stop: asyncio.Event) -> None:
    """Take jobs until told to stop, or until the connection or the place among the workers is lost: then wait a little for
    the caller to begin again."""
    seconds = queue.context.settings.stalled_seconds
    logging.getLogger("procrastinate").setLevel(logging.ERROR)
    worker = Worker(
        queue.app,
        queues=names,
        concurrency=concurrency,
        install_signal_handlers=False,
        listen_notify=True,
        fetch_job_polling_interval=min(5.0, seconds),
        update_heartbeat_interval=seconds / 3,
        stalled_worker_timeout=seconds,
        shutdown_graceful_timeout=GRACE_SECONDS,
    )
    work_on: Callable[[], Coroutine[Any, Any, None]] = worker.run  # the library says nothing about its type
    working = asyncio.create_task(work_on())
    ends = [asyncio.create_task(each) for each in (stop.wait(), until_lost(worker, queue.running, seconds))]
    await asyncio.wait([working, *ends], return_when=asyncio.FIRST_COMPLETED)
    told_to_end = not working.done()
    for each in ends:
        each.cancel()
    if told_to_end:
        working.cancel()
    try:
        await working
    except asyncio.CancelledError:
        if not told_to_end:
            raise
    except (ProcrastinateException, StorageError, OSError) as error:
        log.warning("worker.database_away", error=str(error))
    if not stop.is_set():
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), min(2.0, seconds / 3))


async def _until_newer(context: AppContext, stop: asyncio.Event) -> None:
    """Stop once the tables are another version's: its workers go on from here."""
    while not stop.is_set():
        await asyncio.sleep(context.settings.stalled_seconds / 3)
        with contextlib.suppress(StorageError):
            if not await asyncio.to_thread(context.store.database.is_current):
                log.warning("worker.newer_database")
                stop.set()
