"""The cases that are not settled, remembered between questions: pages ask for all of them to say whose turn it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, select

from rules.cases.case import Case
from storage.database import Database, table
from storage.serialization import load
from storage.tables import CaseRow

CASE = table(CaseRow)
OPEN = ("open", "rectifying", "resolved")
BATCH = 500
"""Numbers named in one statement: SQLite takes no more than some thousands."""


class _Known(NamedTuple):
    version: int
    case: Case


class OpenCases:
    """Asks the database for numbers and versions each time, and for the documents of those alone that somebody wrote since."""

    def __init__(self, database: Database) -> None:
        """Over an upgraded database."""
        self._db = database
        self._known: Mapping[str, _Known] = {}

    def all(self, school: str | None = None) -> list[Case]:
        """Newest first, of one school or of all, as they stand now."""
        query = select(CASE.c.number, CASE.c.version).where(CASE.c.state.in_(OPEN))
        if school:
            query = query.where(CASE.c.school == school)
        with self._db.read() as tx:
            standing = tx.execute(query.order_by(CASE.c.opened_at.desc(), CASE.c.number.desc())).all()
            known = dict(self._known)
            stale = [number for number, version in standing if number not in known or known[number].version != version]
            known |= _read(tx, stale)
        found = [known[number] for number, _ in standing if number in known]
        others = {number: each for number, each in known.items() if school and each.case.school != school}
        self._known = others | {each.case.number: each for each in found}  # replaced whole: threads read it meanwhile
        return [each.case for each in found if not each.case.state.is_final]


def _read(tx: Connection, numbers: Sequence[str]) -> dict[str, _Known]:
    """A version is read with its document: another process may have written since the numbers were asked for."""
    found: dict[str, _Known] = {}
    columns: Any = select(CASE.c.number, CASE.c.version, CASE.c.document)
    for start in range(0, len(numbers), BATCH):
        rows = tx.execute(columns.where(CASE.c.number.in_(numbers[start : start + BATCH])))
        found |= {number: _Known(version, load(Case, body)) for number, version, body in rows}
    return found
