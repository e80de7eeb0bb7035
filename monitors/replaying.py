"""`xunjian evidence replay`: observations read again from the stored bytes alone, differences reported."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from crawler.page import Page
from crawler.read import read
from monitors.world import World
from rules.model import Observation
from storage.evidence import EvidenceArchive, EvidenceError

COMPARED = ("outcome", "name", "verified_body", "last_post_at")
MADE_BY_SPIDER = frozenset({"moved"})
"""What the spider concludes from where it was led, not from the page: the page alone does not say it."""


def recompute(world: World, archive: EvidenceArchive) -> Iterator[dict[str, Any]]:
    """Every stored observation read again from its bytes: one row each, ``same`` or with what differs."""
    for key, seen in world.store.looks.every(world.clock()):
        if seen.evidence:
            yield _compared(archive, key, seen)


def _compared(archive: EvidenceArchive, key: str, seen: Observation) -> dict[str, Any]:
    row: dict[str, Any] = {"account": key, "evidence": seen.evidence, "observed_at": seen.observed_at}
    try:
        page = Page(**vars(archive.get(seen.evidence)))
    except EvidenceError as error:
        return row | {"result": "missing", "reason": str(error)}
    if seen.outcome.value in MADE_BY_SPIDER:
        return row | {"result": "same"}
    again = replace(read(page, seen.platform), evidence=seen.evidence)
    differs = {
        name: [getattr(seen, name), getattr(again, name)]
        for name in COMPARED
        if getattr(seen, name) != getattr(again, name)
    }
    return row | ({"result": "different", "differs": differs} if differs else {"result": "same"})
