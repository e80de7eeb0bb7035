"""docs/scale.md holds what `bench.scale` reckons now."""

from __future__ import annotations

from pathlib import Path

from bench.scale import loads, platform_table, whole_table
from rules.model import Platform

DOCUMENT = Path(__file__).parents[2] / "docs" / "scale.md"


def test_the_document_holds_both_tables() -> None:
    text, rows = DOCUMENT.read_text("utf-8"), loads()
    assert platform_table(rows) in text
    assert whole_table(rows) in text


def test_nobody_is_asked_faster_than_a_guest_may() -> None:
    for row in loads():
        if row.platform is not Platform.WEBSITE and row.requests:
            assert row.requests / row.addresses <= row.pace
