"""The state of each platform: its pause, its breaker, the operator's switches, and the requests made to its hosts."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any, TypedDict, Unpack

from sqlalchemy import Connection, insert, select

from rules.model import Platform
from storage.audit import record
from storage.database import Database, table, upsert
from storage.serialization import load_json
from storage.tables import OperatorEventRow, PlatformStateRow, RequestCountRow

PLATFORM, EVENT, COUNT = table(PlatformStateRow), table(OperatorEventRow), table(RequestCountRow)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformState:
    """One platform; the defaults are those of a platform on which nothing ever happened."""

    platform: Platform
    consecutive_blocks: int = 0
    paused_until: datetime | None = None
    breaker_opened_at: datetime | None = None
    breaker_reason: str = ""
    enabled: bool = True
    robots_waived: bool = False


class PlatformChange(TypedDict, total=False):
    """The columns of a platform that may be set."""

    consecutive_blocks: int
    paused_until: datetime | None
    breaker_opened_at: datetime | None
    breaker_reason: str
    enabled: bool
    robots_waived: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorEvent:
    """A switch that an operator threw. ``changes`` maps the columns of `PlatformChange` to what they were set to."""

    at: datetime
    by: str
    platform: Platform
    changes: Mapping[str, Any]
    reason: str


class PlatformStateRepository:
    """Questions and sentences about platforms."""

    def __init__(self, database: Database) -> None:
        """Over an upgraded database."""
        self._db = database

    def get(self, platform: str) -> PlatformState:
        """One platform; the defaults where nothing ever happened."""
        with self._db.read() as tx:
            row = tx.execute(select(PLATFORM).where(PLATFORM.c.platform == platform)).first()
        return _state(row) if row else PlatformState(platform=Platform(platform))

    def all(self) -> list[PlatformState]:
        """Every platform that something happened on."""
        with self._db.read() as tx:
            return [_state(row) for row in tx.execute(select(PLATFORM).order_by(PLATFORM.c.platform))]

    def open_breakers(self) -> list[Platform]:
        """Platforms whose breaker is open."""
        return [state.platform for state in self.all() if state.breaker_opened_at]

    def set(self, platform: str, **values: Unpack[PlatformChange]) -> None:
        """Set these of a platform's columns, whatever the others are by now."""
        with self._db.write() as tx:
            _set(tx, platform, values)

    def change(self, platform: str, change: Callable[[PlatformState], PlatformState]) -> None:
        """Set the columns in which ``change`` differs from the state it is given; nobody changes it in between."""
        query = select(PLATFORM).where(PLATFORM.c.platform == platform).with_for_update()
        with self._db.write() as tx:
            row = tx.execute(query).first()
            before = _state(row) if row else PlatformState(platform=Platform(platform))
            if row is None and change(before) != before:
                upsert(tx, PlatformStateRow, [asdict(before)], keep=["*"])  # PostgreSQL locks only a row that is there
                before = _state(tx.execute(query).one())
            old, new = asdict(before), asdict(change(before))
            if values := {name: value for name, value in new.items() if value != old[name]}:
                _set(tx, platform, values)

    def switch(self, platform: str, *, by: str, reason: str, now: datetime, **values: Unpack[PlatformChange]) -> None:
        """An operator throws a switch; who and why are kept."""
        action = f"{platform}: {json.dumps(values, default=str)}"
        with self._db.write() as tx:
            _set(tx, platform, values)
            tx.execute(insert(EVENT), [{"at": now, "by": by, "action": action, "reason": reason}])
            record(tx, "platform.switch", platform, now=now, after={**values, "reason": reason})

    def operator_events(self, limit: int = 50) -> list[OperatorEvent]:
        """The newest switches thrown."""
        with self._db.read() as tx:
            return [_event(row) for row in tx.execute(select(EVENT).order_by(EVENT.c.seq.desc()).limit(limit))]

    def add_requests(self, host: str, day: date, requests: int) -> int:
        """Add to a host's count of the day and return it."""
        with self._db.write() as tx:
            upsert(tx, RequestCountRow, [{"host": host, "day": day, "requests": 0}], keep=["*"])
            same = (COUNT.c.host == host) & (COUNT.c.day == day)
            tx.execute(COUNT.update().where(same).values(requests=COUNT.c.requests + requests))
            return int(tx.execute(select(COUNT.c.requests).where(same)).scalar_one())

    def requests_by_host(self, day: date) -> dict[str, int]:
        """Requests of the day by host."""
        with self._db.read() as tx:
            query = select(COUNT.c.host, COUNT.c.requests).where(COUNT.c.day == day)
            return {host: n for host, n in tx.execute(query)}


def _state(row: Any) -> PlatformState:
    return PlatformState(**{**row._mapping, "platform": Platform(row.platform)})


def _event(row: Any) -> OperatorEvent:
    platform, _, changes = row.action.partition(": ")
    return OperatorEvent(
        at=row.at, by=row.by, platform=Platform(platform), changes=load_json("平台开关记录", changes), reason=row.reason
    )


def _set(tx: Connection, platform: str, values: Mapping[str, Any]) -> None:
    """One statement on the columns meant: a row written whole would undo what somebody else set meanwhile."""
    untouched = asdict(PlatformState(platform=Platform(platform)))
    upsert(tx, PlatformStateRow, [untouched | dict(values)], only=tuple(values))
