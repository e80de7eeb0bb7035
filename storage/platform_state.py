"""The state of each platform: its breaker, the operator's switches, and its rests after a wall, one for each egress."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import groupby
from typing import Any, TypedDict, Unpack

from sqlalchemy import Connection, Select, and_, insert, select, union

from rules.model import Platform
from storage.audit import record
from storage.database import Database, table, upsert
from storage.serialization import load_json
from storage.tables import OperatorEventRow, PlatformLeaseRow, PlatformStateRow

PLATFORM, EVENT, LEASE = table(PlatformStateRow), table(OperatorEventRow), table(PlatformLeaseRow)
DEFAULT_EGRESS = "default"
"""What the way out of a process is called where nobody named it."""
REST = ("consecutive_blocks", "paused_until")
"""What a wall changes: it was met at one egress, and says nothing of the others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformState:
    """One platform; the defaults are those of a platform on which nothing ever happened.

    The rest is that of the egress asked about; where none was, the longest of all.
    """

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

    def get(self, platform: str, egress: str | None = None) -> PlatformState:
        """One platform; the defaults where nothing ever happened."""
        with self._db.read() as tx:
            return _read(tx, platform, egress)

    def all(self) -> list[PlatformState]:
        """Every platform that something happened on."""
        with self._db.read() as tx:
            rows = tx.execute(_of_all()).all()
        return [_of_rows(name, list(found)) for name, found in groupby(rows, key=lambda row: str(row.platform))]

    def open_breakers(self) -> list[Platform]:
        """Platforms whose breaker is open."""
        return [state.platform for state in self.all() if state.breaker_opened_at]

    def set(self, platform: str, egress: str = DEFAULT_EGRESS, **values: Unpack[PlatformChange]) -> None:
        """Set these of a platform's columns, whatever the others are by now."""
        with self._db.write() as tx:
            _set(tx, platform, egress, values)

    def change(
        self, platform: str, change: Callable[[PlatformState], PlatformState], egress: str = DEFAULT_EGRESS
    ) -> None:
        """Set the columns in which ``change`` differs from the state it is given; nobody changes it in between."""
        with self._db.write() as tx:
            before = _read(tx, platform, egress)
            if change(before) == before:
                return
            _set(tx, platform, egress, asdict(before), keep=["*"])  # PostgreSQL locks only a row that is there
            before = _read(tx, platform, egress, lock=True)
            old, new = asdict(before), asdict(change(before))
            _set(tx, platform, egress, {name: value for name, value in new.items() if value != old[name]})

    def switch(self, platform: str, *, by: str, reason: str, now: datetime, **values: Unpack[PlatformChange]) -> None:
        """An operator throws a switch; who and why are kept. A rest ends at every egress alike."""
        action = f"{platform}: {json.dumps(values, default=str)}"
        with self._db.write() as tx:
            rested = select(LEASE.c.egress).where(LEASE.c.platform == platform).order_by(LEASE.c.egress)
            for egress in list(tx.execute(rested).scalars()) or [DEFAULT_EGRESS]:
                _set(tx, platform, egress, values)
            tx.execute(insert(EVENT), [{"at": now, "by": by, "action": action, "reason": reason}])
            record(tx, "platform.switch", platform, now=now, after={**values, "reason": reason})

    def operator_events(self, limit: int = 50) -> list[OperatorEvent]:
        """The newest switches thrown."""
        with self._db.read() as tx:
            return [_event(row) for row in tx.execute(select(EVENT).order_by(EVENT.c.seq.desc()).limit(limit))]


def _read(tx: Connection, platform: str, egress: str | None = None, *, lock: bool = False) -> PlatformState:
    state = select(PLATFORM).where(PLATFORM.c.platform == platform)
    rests = select(LEASE.c.consecutive_blocks, LEASE.c.paused_until).where(LEASE.c.platform == platform)
    if egress is not None:
        rests = rests.where(LEASE.c.egress == egress)
    if lock:
        state, rests = state.with_for_update(), rests.order_by(LEASE.c.egress).with_for_update()
    row, found = tx.execute(state).first(), tx.execute(rests).all()
    return _state(platform, {**row._mapping} if row else {}, found)


def _of_all() -> Select[Any]:
    """Every platform that something happened on with its switches, once for each egress that rests."""
    rested = LEASE.c.paused_until.is_not(None) | (LEASE.c.consecutive_blocks > 0)
    met = union(select(PLATFORM.c.platform), select(LEASE.c.platform).where(rested)).subquery()
    switches = [column for column in PLATFORM.c if column.name != "platform"]
    query = select(met.c.platform, PLATFORM.c.platform.label("switched"), *switches, *(LEASE.c[name] for name in REST))
    query = query.outerjoin_from(met, PLATFORM, PLATFORM.c.platform == met.c.platform)
    return query.outerjoin(LEASE, and_(LEASE.c.platform == met.c.platform, rested)).order_by(met.c.platform)


def _of_rows(platform: str, rows: Sequence[Any]) -> PlatformState:
    first = rows[0]._mapping
    switches = {column.name: first[column.name] for column in PLATFORM.c} if first["switched"] else {}
    return _state(platform, switches, [row for row in rows if row.consecutive_blocks is not None])


def _state(platform: str, switches: Mapping[str, Any], rests: Sequence[Any]) -> PlatformState:
    return PlatformState(
        **{**switches, "platform": Platform(platform)},
        consecutive_blocks=max((rest.consecutive_blocks for rest in rests), default=0),
        paused_until=max((rest.paused_until for rest in rests if rest.paused_until), default=None),
    )


def _event(row: Any) -> OperatorEvent:
    platform, _, changes = row.action.partition(": ")
    return OperatorEvent(
        at=row.at, by=row.by, platform=Platform(platform), changes=load_json("平台开关记录", changes), reason=row.reason
    )


def _set(
    tx: Connection, platform: str, egress: str, values: Mapping[str, Any], keep: Sequence[str] | None = None
) -> None:
    """One statement a table on the columns meant: a row written whole would undo what somebody else set meanwhile."""
    untouched = asdict(PlatformState(platform=Platform(platform)))
    rest = {name: untouched.pop(name) for name in REST} | {"platform": platform, "egress": egress}
    rest |= {"holder": "", "expires_at": 0.0}
    if switches := tuple(name for name in values if name in untouched and name != "platform"):
        row = untouched | {name: values[name] for name in switches}
        upsert(tx, PlatformStateRow, [row], only=switches, keep=keep)
    if rested := tuple(name for name in values if name in REST):
        row = rest | {name: values[name] for name in rested}
        upsert(tx, PlatformLeaseRow, [row], only=rested, keep=keep)
