"""`xunjian evidence replay`: observations read again from the stored bytes alone, differences reported."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from crawler.observe.attribute import attribute_page
from crawler.page.page import Page
from crawler.platforms.spec import Target
from monitors.app_context import AppContext
from monitors.errors import InvalidInput
from monitors.jobs.known_sites import with_history
from monitors.jobs.statements import statement_of
from monitors.jobs.sweep import target_of
from rules.model import BEIJING, LabeledEnum, Observation, Statement
from storage.evidence import EvidenceArchive, EvidenceError

COMPARED = ("outcome", "name", "verified_body", "last_post_at")


LABELS = {
    "outcome": "观察结果",
    "name": "名称",
    "verified_body": "认证主体",
    "last_post_at": "最近发布",
    "statement": "陈述",
}
FOLDER = re.compile(r"\d{4}-\d\d-\d\d")


def place_of(path: Path) -> tuple[Path, str]:
    """The archive that a path means, and what the evidence ids of one of its files begin with ("" for the whole).

    Raises InvalidInput for a lone file that does not stand in the folder of its day.
    """
    if path.is_dir():
        return path, ""
    if not path.name.endswith(".warc.gz") or not FOLDER.fullmatch(path.resolve().parent.name):
        raise InvalidInput(
            f"{path} 不是存证目录里的 WARC 文件。请给出存证目录，或目录中某一天的文件，如 evidence/2026-11-21/….warc.gz。"
        )
    day = path.resolve().parent
    return day.parent, f"{day.name}.{path.name.removesuffix('.warc.gz')}."


def replay_observations(context: AppContext, archive: EvidenceArchive, only: str = "") -> Iterator[dict[str, Any]]:
    """Every stored observation read again from its bytes: one row each, ``same`` or with what differs. ``only``: what the
    evidence ids of the file begin with that alone is asked about."""
    known = with_history(context, (target_of(filing) for filing in context.store.filings.all()))
    targets = {target.key: target for target in known}
    for key, seen in context.store.observations.iterate(context.clock()):
        if seen.evidence and seen.evidence.startswith(only):
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


def told(row: dict[str, Any]) -> str:
    """A row that is not the same, as a person reads it."""
    differs = "；".join(
        f"{LABELS[name]}：记录为“{_shown(was)}”，重新读取为“{_shown(now)}”"
        for name, (was, now) in row.get("differs", {}).items()
    )
    return f"{row['account']}  {row['evidence']}  {row.get('reason') or differs}"


def _shown(value: Any) -> str:
    match value:
        case LabeledEnum():
            return value.label
        case Statement():
            return f"{value.by}：{value.newest or value.none_since or '无日期'}"
        case datetime():
            return f"{value.astimezone(BEIJING):%Y-%m-%d %H:%M}"
    return str(value or "无")
