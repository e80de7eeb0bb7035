"""How much was known of each school's accounts when that was last counted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from rules.coverage import CoverageFigures
from rules.model import Platform
from storage.database import Database, table, upsert
from storage.serialization import dump, load
from storage.tables import CoverageRow

COVERAGE = table(CoverageRow)


@dataclass(frozen=True, slots=True)
class CountedCoverage:
    """A school's figures by platform, and when they were counted."""

    at: datetime
    platforms: Mapping[Platform, CoverageFigures]


class CoverageRepository:
    """Questions and sentences about coverage."""

    def __init__(self, database: Database) -> None:
        """Over an upgraded database."""
        self._db = database

    def save(self, school: str, figures: Mapping[Platform, CoverageFigures], now: datetime) -> None:
        """Keep a school's figures in place of the earlier ones."""
        rows = [
            {"school": school, "platform": platform.value, "at": now, "document": dump(counted)}
            for platform, counted in figures.items()
        ]
        with self._db.write() as tx:
            tx.execute(COVERAGE.delete().where(COVERAGE.c.school == school))
            upsert(tx, CoverageRow, rows)

    def all(self) -> dict[str, CountedCoverage]:
        """The figures of every school that was counted."""
        with self._db.read() as tx:
            rows = tx.execute(select(COVERAGE).order_by(COVERAGE.c.school, COVERAGE.c.platform)).all()
        found: dict[str, dict[Platform, CoverageFigures]] = {}
        times: dict[str, datetime] = {}
        for row in rows:
            found.setdefault(row.school, {})[Platform(row.platform)] = load(CoverageFigures, row.document)
            times[row.school] = row.at
        return {school: CountedCoverage(times[school], platforms) for school, platforms in found.items()}
