"""Requests to a host are leased before they leave: however many processes ask, it is asked as often as by one.

A lease is taken by one statement on the host's row, so that a process which is killed has booked what it asked, and two at
once see each other. Nothing is queued: whoever comes while a host is not free is told how long to wait, and comes again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, case, func, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from storage.database import Database, table
from storage.database_clock import day_now, read_clock, seconds_now
from storage.tables import HostLeaseRow

HOST = table(HostLeaseRow)
BUSY_POLL = 0.5
"""Seconds after which a host that somebody waits for is asked about again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HostPace:
    """How a host is to be asked. Seconds; ``since`` is when this run began by the database's clock.

    Without a delay only the day's budget is counted. ``urgent``: a person waits, so that the request leaves at once and
    those of others come later by its delay.
    """

    delay: float
    hold: float
    budget: int
    since: float
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class HostTurn:
    """The answer: how many requests may leave now. None: ``wait`` so many seconds, or not at all in this run."""

    granted: int = 0
    wait: float = 0.0
    spent: bool = False
    walled: bool = False


class HostLeaseRepository:
    """Questions and sentences about hosts. Every method raises StorageError."""

    def __init__(self, database: Database) -> None:
        """Over an upgraded database."""
        self._db = database

    def clock(self) -> float:
        """Seconds since 1970 by the database's clock."""
        with self._db.read() as tx:
            return read_clock(tx)

    def reserve(self, host: str, egress: str, holder: str, pace: HostPace, requests: int = 1) -> HostTurn:
        """Book up to so many requests of today, and the host's next moment. More than one only without a delay."""
        if pace.budget < 1:
            return HostTurn(spent=True)
        with self._db.write() as tx:
            wanted = min(requests, pace.budget)
            if _take(tx, host, egress, holder, pace, wanted):
                return HostTurn(granted=wanted)
            turn, left = _why_not(tx, host, egress, pace)
            if 0 < left < wanted and not turn.walled and _take(tx, host, egress, holder, pace, left):
                return HostTurn(granted=left)
            return turn

    def release(self, host: str, egress: str, holder: str) -> None:
        """The answer came, or never will: the host is free for its next moment."""
        with self._db.write() as tx:
            mine = (HOST.c.host == host, HOST.c.egress == egress, HOST.c.holder == holder)
            tx.execute(HOST.update().where(*mine).values(busy_until=0.0, holder=""))

    def give_back(self, unused: dict[str, int], egress: str) -> None:
        """Requests of today that were booked and never left, by host."""
        with self._db.write() as tx:
            for host, requests in sorted(unused.items()):
                same = (HOST.c.host == host, HOST.c.egress == egress, HOST.c.day == day_now(tx))
                tx.execute(HOST.update().where(*same).values(requests=HOST.c.requests - requests))

    def wall(self, host: str, egress: str) -> None:
        """A wall stands before this host: every run of this moment leaves it alone, later ones may try."""
        with self._db.write() as tx:
            same = (HOST.c.host == host, HOST.c.egress == egress)
            tx.execute(HOST.update().where(*same).values(walled_at=seconds_now(tx)))

    def requests_today(self) -> dict[str, int]:
        """Requests of today (by the database's clock) by host, over all egresses."""
        with self._db.read() as tx:
            query = select(HOST.c.host, func.sum(HOST.c.requests)).where(HOST.c.day == day_now(tx))
            return {host: int(n) for host, n in tx.execute(query.group_by(HOST.c.host))}


def _take(tx: Connection, host: str, egress: str, holder: str, pace: HostPace, requests: int) -> bool:
    now, today = seconds_now(tx), day_now(tx)
    queues = pace.delay > 0 and not pace.urgent
    values: dict[str, Any] = {"host": host, "egress": egress, "day": today, "requests": requests, "walled_at": 0.0}
    values |= {"next_at": now + pace.delay, "busy_until": now + pace.hold if queues else 0.0, "holder": holder}
    build: Any = sqlite_insert if tx.dialect.name == "sqlite" else postgresql_insert
    used = _used(today)
    change: dict[str, Any] = {"day": today, "requests": used + requests}
    free = [used + requests <= pace.budget, HOST.c.walled_at < pace.since]
    if pace.urgent:
        change["next_at"] = case((HOST.c.next_at > now, HOST.c.next_at), else_=now) + pace.delay
    elif queues:
        change |= {"next_at": now + pace.delay, "busy_until": now + pace.hold, "holder": holder}
        free += [HOST.c.next_at <= now, HOST.c.busy_until <= now]
    statement = build(HOST).values(**values)
    statement = statement.on_conflict_do_update(index_elements=["host", "egress"], set_=change, where=and_(*free))
    return tx.execute(statement.returning(HOST.c.requests)).first() is not None


def _used(today: ColumnElement[int]) -> ColumnElement[int]:
    return case((HOST.c.day == today, HOST.c.requests), else_=0)


def _why_not(tx: Connection, host: str, egress: str, pace: HostPace) -> tuple[HostTurn, int]:
    """What stands against it, and how many requests of today are left."""
    columns = (HOST.c.next_at, HOST.c.busy_until, HOST.c.walled_at, _used(day_now(tx)), seconds_now(tx))
    same = (HOST.c.host == host, HOST.c.egress == egress)
    next_at, busy_until, walled_at, used, now = tx.execute(select(*columns).where(*same)).one()
    left = pace.budget - used
    if walled_at >= pace.since:
        return HostTurn(walled=True), left
    if left < 1:
        return HostTurn(spent=True), 0
    wait = max(next_at - now, min(busy_until - now, BUSY_POLL), 0.0)
    return HostTurn(wait=wait), left
