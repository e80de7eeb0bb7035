"""One demo campus with its main sites swept and one discovery run, for tests that only look; smaller worlds for the others."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest

from monitors.app_context import AppContext
from monitors.demo.campus import CampusServer, DemoCampus, demo_filings
from monitors.jobs.discovery.discover import DiscoverReport, discover
from monitors.jobs.run_sweep import run_sweep
from monitors.settings import load_settings
from storage.store import Store
from tests.conftest import NOW

SITES = ["website:shifan.example", "website:dag.shifan.example", "website:lib.shifan.example"]
"""The copied site, and two of the same content system as an innocent one."""


@dataclass
class Run:
    """A context after discovery, with the campus behind it."""

    context: AppContext
    campus: DemoCampus
    report: DiscoverReport


def campus_world(folder: Path, server: CampusServer, now: datetime = NOW) -> AppContext:
    """A context that the demo campus answers to, its register filled."""
    settings = load_settings(data=folder, demo=True, delay_seconds=0.0, browser="/none")
    context = AppContext(settings, Store(settings.database), lambda: now, connect_to=server.connect_to)
    context.store.filings.save(demo_filings(server.campus), by="测试", now=now)
    return context


@pytest.fixture(scope="session")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """The campus searched once."""
    with CampusServer(DemoCampus(NOW, slow_seconds=0.2)) as server:
        context = campus_world(tmp_path_factory.mktemp("discovery"), server)
        asyncio.run(run_sweep(context, platforms=["website"], accounts=SITES))
        report = asyncio.run(discover(context))
        yield Run(context, server.campus, report)
        context.store.close()


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Run]:
    """A campus of the test's own, nothing searched yet, whose Sogou has had enough from the beginning."""
    with CampusServer(DemoCampus(NOW, patience=0)) as server:
        context = campus_world(tmp_path, server)
        yield Run(context, server.campus, DiscoverReport())
        context.store.close()
