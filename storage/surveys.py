"""摸底: a school's first findings, and those after a large import, looked over before any paper is drafted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, select

from rules.calendar import start_of
from rules.cases.reconcile import DraftHold
from storage.audit import record
from storage.database import Database, table, upsert
from storage.tables import SurveyRow

SURVEY = table(SurveyRow)


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """One 摸底. ``drafts_from``: the day from which papers of its cases are drafted, set when it is closed."""

    school: str
    opened_at: datetime
    reason: str
    closed_at: datetime | None
    closed_by: str
    drafts_from: date | None

    @property
    def hold(self) -> DraftHold:
        """What it means for cases that open now."""
        if self.closed_at is None:
            return DraftHold(surveying=True)
        return DraftHold(drafts_from=start_of(self.drafts_from) if self.drafts_from else None)


class SurveyRepository:
    """Questions and sentences about surveys."""

    def __init__(self, database: Database) -> None:
        """Over an upgraded database."""
        self._db = database

    def newest(self, school: str) -> Survey | None:
        """A school's open survey, else the one closed last; None where it never had one."""
        last_first = (SURVEY.c.closed_at.is_not(None), SURVEY.c.closed_at.desc(), SURVEY.c.opened_at.desc())
        query = select(SURVEY).where(SURVEY.c.school == school).order_by(*last_first).limit(1)
        with self._db.read() as tx:
            row = tx.execute(query).first()
        return Survey(**row._mapping) if row else None

    def open_schools(self) -> list[str]:
        """Schools whose survey is not over."""
        with self._db.read() as tx:
            return list(tx.execute(select(SURVEY.c.school).where(SURVEY.c.closed_at.is_(None))).scalars())

    def open(self, school: str, reason: str, now: datetime) -> bool:
        """Begin one; False where one is open already."""
        with self._db.write() as tx:
            if _open_one(tx, school) is not None:
                return False
            row = {"school": school, "opened_at": now, "reason": reason, "closed_at": None, "closed_by": ""}
            upsert(tx, SurveyRow, [row | {"drafts_from": None}])
            record(tx, "survey.open", school, now=now, school=school, after={"reason": reason})
            return True

    def close(self, tx: Connection, school: str, by: str, drafts_from: date, now: datetime) -> bool:
        """End the open one, in the transaction that releases its cases; False where none is open."""
        found = _open_one(tx, school)
        if found is None:
            return False
        mine = (SURVEY.c.school == school) & (SURVEY.c.opened_at == found.opened_at)
        tx.execute(SURVEY.update().where(mine).values(closed_at=now, closed_by=by, drafts_from=drafts_from))
        record(tx, "survey.close", school, now=now, school=school, after={"drafts_from": drafts_from, "by": by})
        return True


def _open_one(tx: Connection, school: str) -> Any:
    return tx.execute(select(SURVEY).where(SURVEY.c.school == school, SURVEY.c.closed_at.is_(None))).first()
