"""The signatures of walls, read from walls.yaml: what a page looks like when it says nothing about the account."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from rules.model import Outcome, Platform

FRAGMENT = 4
"""Shortest part of a marker that is looked for instead of it."""
OUTCOMES = {"blocked": Outcome.BLOCKED, "unreadable": Outcome.UNREADABLE}
"""All that a wall can be: a signature that claims a fact about an account does not load."""


@dataclass(frozen=True, slots=True)
class Signature:
    """One row of walls.yaml, its patterns compiled. All conditions that are set must hold."""

    code: str
    outcome: Outcome
    reason: str
    status: tuple[range, ...] = ()
    url: re.Pattern[str] | None = None
    asked: re.Pattern[str] | None = None
    json: tuple[tuple[tuple[str, ...], tuple[Any, ...]], ...] = ()
    title: re.Pattern[str] | None = None
    text: re.Pattern[str] | None = None
    marker: tuple[str, ...] = ()
    raw: tuple[str, ...] = ()
    empty: bool = False
    silent: bool = False
    script: re.Pattern[str] | None = None


@cache
def signatures(platform: Platform) -> tuple[Signature, ...]:
    """The platform's own signatures, then those of any platform."""
    table = _table()
    return table.get(platform.value, ()) + table["any"]


@cache
def signatures_without_text(platform: Platform) -> tuple[Signature, ...]:
    """Those of them that a page may bear however much it says."""
    return tuple(each for each in signatures(platform) if not (each.title or each.text or each.marker or each.silent))


@cache
def markers(platform: Platform) -> tuple[tuple[bytes, tuple[bytes, ...]], ...]:
    """The marker strings of a platform in UTF-8, those of one fragment together: where it is absent, so are they."""
    left = {mark for signature in signatures(platform) for mark in signature.marker}
    grouped = []
    while left:
        shared = Counter(fragment for mark in left for fragment in _fragments(mark))
        best = max(shared, key=lambda fragment: (shared[fragment], len(fragment), fragment))
        having = sorted(mark for mark in left if best in mark)
        grouped.append((best.encode(), tuple(mark.encode() for mark in having)))
        left.difference_update(having)
    return tuple(grouped)


def _fragments(mark: str) -> set[str]:
    """Parts of a marker particular enough to be looked for first (".com" is not), and the marker itself."""
    runs = [run for run in re.findall(r"[\w$-]+", mark) if len(run) >= FRAGMENT]
    return {mark} | {
        run[start:end]
        for run in runs
        for start in range(len(run) - FRAGMENT + 1)
        for end in range(start + FRAGMENT, len(run) + 1)
    }


@cache
def _table() -> dict[str, tuple[Signature, ...]]:
    return {group: tuple(_signature(row) for row in rows) for group, rows in _raw().items() if group != "content"}


@cache
def contents(platform: Platform) -> tuple[str, ...]:
    """Strings of which a real page of the platform carries one."""
    return tuple(_raw()["content"].get(platform.value, ()))


@cache
def _raw() -> dict[str, Any]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # eight times as fast; every crawl child loads this
    loaded: dict[str, Any] = yaml.load(Path(__file__).with_name("block_signatures.yaml").read_text("utf-8"), loader)  # noqa: S506 - safe either way
    return loaded


def _signature(row: dict[str, Any]) -> Signature:
    known = {field.name for field in fields(Signature)}
    if unknown := set(row) - known:
        raise ValueError(f"walls.yaml: unknown condition {sorted(unknown)} in {row.get('code')}")
    return Signature(
        code=row["code"],
        outcome=OUTCOMES[row["outcome"]],
        reason=row["reason"],
        status=tuple(_span(item) for item in row.get("status", ())),
        url=_regex(row.get("url")),
        asked=_regex(row.get("asked")),
        json=tuple((tuple(path.split(".")), tuple(values)) for path, values in row.get("json", {}).items()),
        title=_regex(row.get("title")),
        text=_regex(row.get("text")),
        marker=tuple(row.get("marker", ())),
        raw=tuple(row.get("raw", ())),
        empty=row.get("empty", False),
        silent=row.get("silent", False),
        script=_regex(row.get("script")),
    )


def _regex(pattern: str | None) -> re.Pattern[str] | None:
    return re.compile(pattern) if pattern else None


def _span(item: int | str) -> range:
    low, _, high = str(item).partition("-")
    return range(int(low), int(high or low) + 1)
