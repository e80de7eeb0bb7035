"""Names that scripts, dashboards, settings files and stored rows rely on change only together with `published.yaml`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from rules.model import AccountState
from storage.serialization import DocumentError, load
from tests.contracts.shapes import PUBLISHED, collect


@pytest.fixture(scope="module")
def now_published(xunjian: Callable[..., str], installation: Path) -> dict[str, Any]:
    return collect(xunjian, installation)


@pytest.mark.parametrize("kind", ["commands", "metrics", "settings", "stored", "api"])
def test_what_is_published_is_what_was_agreed(kind: str, now_published: dict[str, Any]) -> None:
    agreed = yaml.safe_load(PUBLISHED.read_text(encoding="utf-8"))
    assert now_published[kind] == agreed[kind], "a name changed: migrate what is stored, then write published.yaml anew"


def test_a_stored_field_that_nobody_knows_is_refused() -> None:
    assert load(AccountState, '{"failures": 2}').failures == 2
    with pytest.raises(DocumentError, match="misfortunes"):
        load(AccountState, '{"misfortunes": 2}')
