"""A context of its own for every test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from monitors import clock
from monitors.app_context import AppContext
from monitors.settings import load_settings
from storage.store import Store
from tests.support.databases import place_database


@pytest.fixture
def context(tmp_path: Path) -> Iterator[AppContext]:
    """An empty context whose clock the test may replace."""
    settings = load_settings(data=tmp_path / "data")
    store = Store(place_database(settings.data))
    yield AppContext(settings, store, clock.wall)
    store.close()
