"""The one clock that all processes on a database share: leases and heartbeats go by it, facts never do.

A worker whose own clock is ten minutes wrong would take over what others hold, or hold it for ever. PostgreSQL's server
tells the time to all of them; on SQLite they are on one machine, and its clock is theirs. Times are seconds since 1970
(UTC) as floating point numbers, days are counted from 1970-01-01 in Beijing: both databases reckon with them alike.
`--now` moves the product's clock and not this one: a replayed day must not spend a host's patience of another.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Connection, Float, Integer, literal_column, select

SQLITE_NOW = "((julianday('now') - 2440587.5) * 86400.0)"
POSTGRESQL_NOW = "extract(epoch from clock_timestamp())::double precision"
BEIJING_AHEAD, DAY = 28_800, 86_400


def seconds_now(tx: Connection) -> ColumnElement[float]:
    """The moment at which the database comes to this expression, not that at which its transaction began."""
    return literal_column(SQLITE_NOW if _sqlite(tx) else POSTGRESQL_NOW, Float)


def day_now(tx: Connection) -> ColumnElement[int]:
    """The day in Beijing, counted from 1970-01-01."""
    if _sqlite(tx):
        return literal_column(f"CAST(({SQLITE_NOW} + {BEIJING_AHEAD}) / {DAY} AS INTEGER)", Integer)
    return literal_column(f"floor(({POSTGRESQL_NOW} + {BEIJING_AHEAD}) / {DAY})::integer", Integer)


def read_clock(tx: Connection) -> float:
    """Seconds since 1970 by this clock."""
    return float(tx.execute(select(seconds_now(tx))).scalar_one())


def _sqlite(tx: Any) -> bool:
    return bool(tx.dialect.name == "sqlite")
