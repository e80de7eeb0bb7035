"""The register's change log: every change of a filing with who made it, when and why, and its entry in the audit log."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select, tuple_

from rules.model import Filing
from storage.audit import record, record_document
from storage.database import table
from storage.serialization import load, load_json
from storage.tables import FilingChangeRow

CHANGE = table(FilingChangeRow)
FilingId = tuple[str, str]
"""School and number."""
MOST_IDS = 20
"""So often a filing's number may have changed and its history is still followed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FilingChange:
    """One change of one filing. ``before`` is None where it was added, ``after`` where it left the register."""

    at: datetime
    by: str
    reason: str
    before: Filing | None
    after: Filing | None


def changes_of(tx: Connection, filings: Sequence[FilingId]) -> dict[FilingId, list[FilingChange]]:
    """What happened to each of these filings, oldest first; also under the numbers that it had before."""
    known: dict[FilingId, dict[int, FilingChange]] = {}
    waiting = set(filings)
    while waiting and len(known) <= MOST_IDS * len(filings):
        known |= {each: {} for each in waiting}
        query = select(CHANGE).where(tuple_(CHANGE.c.school, CHANGE.c.filing).in_(sorted(waiting)))
        for row in tx.execute(query):
            known[row.school, row.filing][row.seq] = _change(row)
        earlier = {(school, old) for school, filing in waiting for old in _earlier(known[school, filing])}
        waiting = earlier - known.keys()
    return {each: _whole(each, known) for each in filings}


def _earlier(changes: Mapping[int, FilingChange]) -> set[str]:
    """The numbers under which a filing went before."""
    return {change.before.id for change in changes.values() if change.after and change.before}


def _whole(one: FilingId, known: Mapping[FilingId, Mapping[int, FilingChange]]) -> list[FilingChange]:
    found: dict[int, FilingChange] = {}
    waiting, seen = [one[1]], set[str]()
    while waiting:
        if (number := waiting.pop()) in seen:
            continue
        seen.add(number)
        mine = known.get((one[0], number), {})
        found |= mine
        waiting += _earlier(mine)
    return [found[seq] for seq in sorted(found)]


def _change(row: Row[Any]) -> FilingChange:
    sides = load_json("台账变更", row.document)
    before, after = (load(Filing, json.dumps(sides[side])) if sides[side] else None for side in ("before", "after"))
    return FilingChange(at=row.at, by=row.by, reason=row.reason, before=before, after=after)


def change_row(
    key: tuple[str, str], before: str | None, after: str, by: str, now: datetime, reason: str = ""
) -> dict[str, Any]:
    """A row of the log. ``before`` and ``after`` are documents; None or "" where there is none."""
    sides = {"before": json.loads(before or "null"), "after": json.loads(after or "null")}
    body = json.dumps(sides, ensure_ascii=False)
    return {"school": key[0], "filing": key[1], "at": now, "by": by, "reason": reason, "document": body}


def audit_changes(
    tx: Connection,
    changed: Mapping[tuple[str, str], str],
    known: Mapping[tuple[str, str], str],
    now: datetime,
    reason: str = "",
    *,
    each: bool = False,
) -> None:
    """One row, or ``each``: field by field. A whole import: one entry a school, for the change log has every row's
    history."""
    why = {"reason": reason} if reason else {}
    for school in sorted({school for school, _ in changed}):
        keys = [key for key in changed if key[0] == school]
        if each or len(keys) == 1:
            for key in keys:
                before, body = known.get(key), changed[key]
                action = "filing.change" if before else "filing.add"
                record_document(tx, action, f"{school}/{key[1]}", before, body, now=now, school=school, **why)
        else:
            new = sum(key not in known for key in keys)
            after = {"added": new, "changed": len(keys) - new} | why
            record(tx, "filing.import", school, now=now, school=school, after=after)
