"""A context that the demo campus answers to, for tests of discovery."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from monitors.app_context import AppContext
from monitors.demo.campus import CampusServer, DemoCampus, demo_filings
from monitors.jobs.discovery.discover import DiscoverReport
from monitors.settings import load_settings
from storage.store import Store
from tests.conftest import NOW


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
