"""`xunjian evidence replay`: observations read again from the stored bytes alone, differences reported."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from crawler.observe.attribute import attribute_page
from crawler.page.page import Page
from crawler.platforms.spec import Target
from monitors.app_context import AppContext
from monitors.jobs.known_sites import with_history
from monitors.jobs.statements import statement_of
from monitors.jobs.sweep import target_of
from rules.model import Observation, Statement
from storage.evidence import EvidenceArchive, EvidenceError

COMPARED = ("outcome", "name", "verified_body", "last_post_at")


def replay_observations(context: AppContext, archive: EvidenceArchive) -> Iterator[dict[str, Any]]:
    """Every stored observation read again from its bytes: one row each, ``same`` or with what differs."""
    known = with_history(context, (target_of(filing) for filing in context.store.filings.all()))
    targets = {target.key: target for target in known}
    for key, seen in context.store.observations.iterate(context.clock()):
        if seen.evidence:
            yield _compared(archive, targets.get(key) or Target(platform=seen.platform, key=key), seen)


def _compared(archive: EvidenceArchive, target: Target, seen: Observation) -> dict[str, Any]:
    row: dict[str, Any] = {"account": target.key, "evidence": seen.evidence, "observed_at": seen.observed_at}
    try:
        page = Page(**vars(archive.get(seen.evidence)))
    except EvidenceError as error:
        return row | {"result": "missing", "reason": str(error)}
    if seen.statement:
        return row | _statement_compared(target.key, seen.statement, page.body)
    again = attribute_page(replace(page, fetched_at=seen.observed_at), target, seen.source)
    differs = {
        name: [getattr(seen, name), getattr(again, name)]
        for name in COMPARED
        if getattr(seen, name) != getattr(again, name)
    }
    return row | ({"result": "different", "differs": differs} if differs else {"result": "same"})


def _statement_compared(key: str, kept: Statement, body: bytes) -> dict[str, Any]:
    """What a person stated, read again from its record."""
    try:
        again = statement_of(body)
    except (ValueError, KeyError) as error:
        return {"result": "different", "differs": {"statement": [kept.by, str(error)]}}
    if again == (key, replace(kept, evidence="")):
        return {"result": "same"}
    return {"result": "different", "differs": {"statement": [kept, again[1]]}}
