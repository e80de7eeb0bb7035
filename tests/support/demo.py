"""The demo campus, swept once in a session, for tests that only look."""

from __future__ import annotations

import asyncio
import fcntl
import logging
import os
import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager, redirect_stderr
from datetime import datetime
from pathlib import Path

import pytest
import structlog

from monitors import clock, logs
from monitors.app_context import AppContext
from monitors.demo.campaigns import run_campaigns
from monitors.demo.desk import work_the_desk
from monitors.demo.official import demo_grants
from monitors.demo.register import demo_canaries, opening
from monitors.demo.server import CampusServer
from monitors.jobs.run_sweep import check_all, run_sweep
from monitors.log_masking import mask_logs
from monitors.settings import Settings, load_settings
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


@contextmanager
def _campus(settings: Settings, opened: datetime) -> Iterator[AppContext]:
    """The campus of that moment, served, and a store in the folder of the settings."""
    campus, filings = opening(opened)
    canaries = [CanaryAccount(c.platform, c.key, c.name, c.account_id, c.url, c.alive) for c in demo_canaries(campus)]
    with CampusServer(campus) as server, closing(Store(settings.database)) as store:
        given = settings.model_copy(update={"grants": demo_grants(campus)})
        store.filings.save(filings, by="测试", now=opened)
        yield AppContext(given, store, clock.wall, connect_to=server.connect_to, canaries=canaries)


def _live_a_day(settings: Settings, opened: datetime) -> None:
    """One sweep, one check, the desk's work and the campaigns, by the children and readers that the product uses."""
    with _campus(settings, opened) as context, logged_to(settings.data / LOG):
        report = asyncio.run(run_sweep(context, everything=True))
        assert report.errors == []
        asyncio.run(check_all(context))
        work_the_desk(context, "demo")
        run_campaigns(context, "demo")


def _settings(data: Path) -> Settings:
    # A delay, however short, means one request at a time a host: no wall overtakes the accounts before it.
    return load_settings(data=data, demo=True, delay_seconds=0.001)


@pytest.fixture(scope="session")
def demo_day(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, datetime]:
    """The folder of a demo campus after its first day, and when it opened. Lived once for all processes of a test run."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    lived, mark = shared / "demo-world", shared / "demo-world.opened"
    with (shared / "demo-world.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not mark.exists():
            shutil.rmtree(lived, ignore_errors=True)
            lived.mkdir()
            opened = clock.wall()
            _live_a_day(_settings(lived), opened)
            mark.write_text(opened.isoformat())
    return lived, datetime.fromisoformat(mark.read_text())


@pytest.fixture(scope="module")
def demo_world(demo_day: tuple[Path, datetime], tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppContext]:
    """The demo campus after its first day: a copy for each module, so that none sees what another did there."""
    lived, opened = demo_day
    own = tmp_path_factory.mktemp("demo") / "data"
    shutil.copytree(lived, own)
    with _campus(_settings(own), opened) as context:
        yield context
