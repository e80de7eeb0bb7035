"""`xunjian serve`: scheduler, console and metrics in one process; crawls are its children."""

from __future__ import annotations

import asyncio
import gc
import signal
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from functools import partial

import structlog
import typer
import uvicorn
from fastapi import FastAPI

from monitors.app_context import AppContext
from monitors.console import create_app
from monitors.console.app_state import state_of
from monitors.errors import InvalidInput
from monitors.jobs.evidence_store import one_folder
from monitors.jobs.evidence_upkeep import keep_evidence
from monitors.scheduled_jobs import SCHEDULED_JOBS, background_tasks
from monitors.service.scheduler import JobScheduler
from monitors.service.service_lock import only_scheduler, only_service
from storage.queue_schema import prepare_queue

log = structlog.get_logger()
GRACE_SECONDS = 3
"""A page that follows a scan stays connected; the service does not wait for it when it ends."""


class Server(uvicorn.Server):
    """uvicorn that ends with exit code 0 when it is told to end: its own handler raises the signal again afterwards."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """SIGTERM and SIGINT ask for a clean end; a second one ends at once."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.handle_exit, number, None)
        try:
            yield
        finally:
            for number in (signal.SIGTERM, signal.SIGINT):
                loop.remove_signal_handler(number)


StartupTask = Callable[[AppContext], Awaitable[None]]


async def serve(context: AppContext, *, first: StartupTask | None = None, greeting: str = "") -> None:
    """Run until SIGTERM or SIGINT. ``first`` runs once in the background after the console is up (the demo's filling);
    ``greeting`` is printed once nothing stands in the way. Raises InvalidInput: port taken, or another service on the data."""
    settings = context.settings
    check_port(settings.host, settings.port)
    with only_service(settings.data, settings.port), only_scheduler(context.store.database) as may_run:
        if greeting:
            typer.echo(greeting)
        log.info("service.started", host=settings.host, port=settings.port, data=str(settings.data))
        try:
            await _serve(context, first, may_run)
        finally:
            log.info("service.stopped")


async def _serve(context: AppContext, first: StartupTask | None, may_run: Callable[[], bool]) -> None:
    settings = context.settings
    now, shared = context.clock(), bool(settings.database_url) and not settings.demo  # the demo is one process
    await asyncio.to_thread(context.store.crawl_runs.mark_lost, now)  # others may run beside us: only who is silent
    await asyncio.to_thread(one_folder, context, serving=True)
    # One that waits is lost with its service, but on the shared queue; one that is silent is lost wherever it ran.
    await asyncio.to_thread(partial(context.store.scans.mark_lost, now, waiting=not shared))

    @asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            if shared:
                await stack.enter_async_context(shared_queue(context))
            uploading = asyncio.create_task(keep_evidence(context))
            stack.callback(uploading.cancel)
            timetable = JobScheduler(context, SCHEDULED_JOBS, may_run)
            state_of(app).timetable = timetable
            timetable.begin()
            stack.push_async_callback(timetable.stop)
            opening = asyncio.create_task(_open(context, timetable, first))
            stack.callback(opening.cancel)
            yield

    app = create_app(context, lifespan=life)
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        log_config=None,  # its loggers hand on to ours
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    gc.collect()
    gc.freeze()  # what is loaded stays: to look through all of it again would cost some request a fifth of a second
    await Server(config).serve()


@asynccontextmanager
async def shared_queue(context: AppContext) -> AsyncIterator[None]:
    """Put jobs on PostgreSQL's queue for the workers, and give back what a lost worker held."""
    from monitors.service.postgres_queue import PostgresQueue  # a service by itself needs no queue library

    await asyncio.to_thread(prepare_queue, context.store.database)
    async with PostgresQueue(context, background_tasks(), connections=4).opened() as queue:
        rescuer = asyncio.create_task(queue.rescue_for_ever())
        try:
            yield
        finally:
            rescuer.cancel()
            await asyncio.gather(rescuer, return_exceptions=True)


async def _open(context: AppContext, timetable: JobScheduler, first: StartupTask | None) -> None:
    if first:
        try:
            await first(context)
        except Exception:  # the console is up already: say what failed and go on with the timetable
            log.exception("opening.failed")
    await timetable.start()


def check_port(host: str, port: int) -> None:
    """Raises BadInput where the port is taken, before anything else was started."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise InvalidInput(
                f"端口 {host}:{port} 不能使用（{error.strerror}）。请用 --port 换一个端口，或先停止占用它的程序。"
            ) from error
