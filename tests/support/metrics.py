"""A furnished context and what a scrape of it says."""

from __future__ import annotations

import json
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from prometheus_client import generate_latest
from prometheus_client.parser import text_string_to_metric_families

from monitors.app_context import AppContext
from monitors.metrics import registry_of
from tests.support.console import furnished_world


@pytest.fixture
def context(tmp_path: Path) -> Iterator[AppContext]:
    """A furnished context."""
    opened = furnished_world(tmp_path)
    yield opened
    opened.store.close()


def samples(text: str) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    """Every sample of a scrape by name and labels."""
    families = text_string_to_metric_families(text)
    return {(s.name, tuple(sorted(s.labels.items()))): s.value for family in families for s in family.samples}


def scrape(context: AppContext) -> str:
    """One scrape of a fresh registry."""
    return generate_latest(registry_of(context)).decode()


def wait_for(url: str) -> str:
    deadline = time.monotonic() + 40
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:
                result = json.load(answer)["data"]["result"]
            if result:
                return str(result[0]["value"][1])
        except OSError:
            pass
        time.sleep(0.3)
    raise AssertionError("Prometheus never saw us")
