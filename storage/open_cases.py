"""The cases that are not settled, remembered between questions: pages ask for all of them to say whose turn it is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from sqlalchemy import select

from rules.cases.case import Case
from rules.policies.schema import LadderStep
from storage.database import Database, chunked, table
from storage.serialization import load
from storage.tables import CaseRow

CASE = table(CaseRow)
OPEN = ("open", "rectifying", "resolved")
WHOLE = (CASE.c.number, CASE.c.version, CASE.c.document)


class _Known(NamedTuple):
    version: int
    case: Case


class OpenCases:
    """Asks the database for numbers and versions each time, and for the documents of those alone that somebody wrote since."""

    def __init__(self, database: Database) -> None:
        """Over an upgraded database."""
        self._db = database
        self._known: Mapping[str, _Known] = {}
        self._ladders: dict[str, tuple[LadderStep, ...]] = {}

    def all(self, school: str | None = None) -> list[Case]:
        """Newest first, of one school or of all, as they stand now."""
        known = dict(self._known)
        columns = (CASE.c.number, CASE.c.version) if known else WHOLE
        query = select(*columns).where(CASE.c.state.in_(OPEN))
        if school:
            query = query.where(CASE.c.school == school)
        with self._db.read() as tx:
            standing = tx.execute(query.order_by(CASE.c.opened_at.desc(), CASE.c.number.desc())).all()
            if known:
                stale = [n for n, version in standing if n not in known or known[n].version != version]
                for numbers in chunked(stale):
                    known |= self._parsed(tx.execute(select(*WHOLE).where(CASE.c.number.in_(numbers))))
            else:
                known = self._parsed(standing)
        found = [known[row.number] for row in standing if row.number in known]
        others = {number: each for number, each in known.items() if school and each.case.school != school}
        self._known = others | {each.case.number: each for each in found}  # replaced whole: threads read it meanwhile
        return [each.case for each in found if not each.case.state.is_final]

    def _parsed(self, rows: Iterable[Any]) -> dict[str, _Known]:
        """A version comes with its document: another process may have written since the numbers were asked for."""
        return {number: _Known(version, self._shared(load(Case, body))) for number, version, body in rows}

    def _shared(self, case: Case) -> Case:
        """Cases of one policy have few ladders: equal ones are held once."""
        return replace(case, ladder=self._ladders.setdefault(repr(case.ladder), case.ladder))
