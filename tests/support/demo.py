"""The demo campus, swept once in a session, for tests that only look."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from monitors import clock
from monitors.app_context import AppContext
from monitors.demo.desk import work_the_desk
from monitors.demo.official import demo_grants
from monitors.demo.register import demo_canaries, opening
from monitors.demo.server import CampusServer
from monitors.jobs.run_sweep import check_schools, run_sweep
from monitors.settings import load_settings
from rules.circuit_breaker import CanaryAccount
from storage.store import Store


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
        report = asyncio.run(run_sweep(context, everything=True))
        assert report.errors == []
        check_schools(context)
        work_the_desk(context, "demo")
        yield context
    store.close()
