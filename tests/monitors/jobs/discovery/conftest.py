"""One demo campus with its main sites swept and one discovery run, for tests that only look; smaller worlds for the others."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitors.demo.campus import CampusServer, DemoCampus
from monitors.jobs.discovery.discover import DiscoverReport, discover
from monitors.jobs.run_sweep import run_sweep
from tests.conftest import NOW
from tests.support.discovery import Run, campus_world

SITES = ["website:shifan.example", "website:dag.shifan.example", "website:lib.shifan.example"]
"""The copied site, and two of the same content system as an innocent one."""


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
