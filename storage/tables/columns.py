"""The column types that all tables share: aware times, and numbers the database counts up by itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, DateTime, Integer, TypeDecorator

from rules.model import BEIJING

AHEAD = timedelta(hours=8)
"""Beijing before UTC: an addition is four times faster than `astimezone`, and a year of observations has a million times."""


class UtcDateTime(TypeDecorator[datetime]):
    """An aware time: kept as UTC, given back in Beijing time, on SQLite as on PostgreSQL. A naive one is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        """To the database, as UTC."""
        if value is not None and value.tzinfo is None:
            raise ValueError(f"a time without a zone: {value!r}")
        return value.astimezone(UTC) if value else None

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        """From the database, in Beijing time."""
        if value is None:
            return None
        return value.astimezone(BEIJING) if value.tzinfo else (value + AHEAD).replace(tzinfo=BEIJING)


TIME = UtcDateTime()


ID = BigInteger().with_variant(Integer, "sqlite")
"""SQLite only counts up an INTEGER primary key by itself."""
