"""The demo campus, swept once in a session, for tests that only look."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr
from pathlib import Path

import pytest
import structlog

from monitors import clock, logs
from monitors.app_context import AppContext
from monitors.demo.desk import work_the_desk
from monitors.demo.official import demo_grants
from monitors.demo.register import demo_canaries, opening
from monitors.demo.server import CampusServer
from monitors.jobs.run_sweep import check_all, run_sweep
from monitors.log_masking import mask_logs
from monitors.settings import load_settings
from rules.circuit_breaker import CanaryAccount
from storage.store import Store

LOG = "service.log"
"""In the demo world's folder: what its day wrote, as the service would write it."""


@contextmanager
def logged_to(path: Path) -> Iterator[None]:
    """The service's log, from here on, as lines of JSON in a file; what libraries say for their developers too."""
    kept, root = structlog.get_config(), logging.getLogger()
    level, handlers = root.level, list(root.handlers)
    with path.open("w", encoding="utf-8") as file, redirect_stderr(file):
        logging.basicConfig(level=logging.DEBUG, force=True)
        logs.configure("json")
        mask_logs()
        try:
            yield
        finally:
            structlog.configure(**kept)
            root.handlers, root.level = handlers, level


@pytest.fixture(scope="session")
def demo_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppContext]:
    """The demo campus after one sweep and one check, by the children and readers that the product uses."""
    # A delay, however short, means one request at a time a host: no wall overtakes the accounts before it.
    settings = load_settings(data=tmp_path_factory.mktemp("demo"), demo=True, delay_seconds=0.001)
    store = Store(settings.database)
    campus, filings = opening(clock.wall())
    canaries = [CanaryAccount(c.platform, c.key, c.name, c.account_id, c.url, c.alive) for c in demo_canaries(campus)]
    with CampusServer(campus) as server:
        where = ("127.0.0.1", server.plain_port, server.tls_port)
        given = settings.model_copy(update={"grants": demo_grants(campus)})
        context = AppContext(given, store, clock.wall, connect_to=where, canaries=canaries)
        store.filings.save(filings, by="测试", now=clock.wall())
        with logged_to(settings.data / LOG):
            report = asyncio.run(run_sweep(context, everything=True))
            assert report.errors == []
            asyncio.run(check_all(context))
            work_the_desk(context, "demo")
        yield context
    store.close()
