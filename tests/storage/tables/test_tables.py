"""Migrations make what the models say: tables, columns, indexes, what a row is known by, and what stands in it unless said otherwise."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect
from sqlalchemy.dialects import sqlite
from sqlmodel import SQLModel

from rules.model import BEIJING
from storage import tables
from storage.store import Store
from tests.conftest import NOW

DEFAULTS = {
    "AccountAnswersRow": {"revision": 0, "violated": 0, "undetermined": 0},
    "AccountStateRow": {"observed_days": "0", "observed_days_start": 0},
    "CrawlRunRow": {"summary": "{}", "attempt": 1, "heartbeat_at": 0.0},
    "FilingRow": {"position": 2_147_483_647},  # the largest INTEGER of PostgreSQL: behind every row of a register
    "HostLeaseRow": {"next_at": 0.0, "busy_until": 0.0, "walled_at": 0.0},
    "NoticeRow": {"claimed_until": 0.0, "attempts": 0, "delivery_results": "{}"},
    "OneTimeTokenRow": {"document": "{}"},
    "PlatformLeaseRow": {"expires_at": 0.0, "consecutive_blocks": 0},
    "PlatformStateRow": {"enabled": True, "robots_waived": False},
    "ScheduledJobRow": {"enabled": True},
    "UserRow": {"totp_counter": 0},
}


def _models() -> dict[str, type[SQLModel]]:
    found = {name: getattr(tables, name) for name in tables.__all__}
    return {name: model for name, model in found.items() if isinstance(model, type) and issubclass(model, SQLModel)}


def test_migrations_make_what_the_models_say(store: Store) -> None:
    with store.database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        assert compare_metadata(context, SQLModel.metadata) == []
        made = inspect(connection)
        for name, table in SQLModel.metadata.tables.items():
            assert made.get_pk_constraint(name)["constrained_columns"] == [c.name for c in table.primary_key], name


def test_every_model_is_a_table() -> None:
    assert {model.__tablename__ for model in _models().values()} == set(SQLModel.metadata.tables)


def test_what_stands_in_a_row_unless_said_otherwise() -> None:
    found = {
        name: {field: info.default for field, info in model.model_fields.items() if info.default not in (None, "")}
        for name, model in _models().items()
    }
    stated = {
        name: {field: value for field, value in fields.items() if isinstance(value, int | float | str)}
        for name, fields in found.items()
    }
    assert {name: fields for name, fields in stated.items() if fields} == DEFAULTS


def test_a_time_is_kept_as_utc_and_given_back_in_beijing_time() -> None:
    kind, dialect = tables.UtcDateTime(), sqlite.dialect()
    kept = kind.process_bind_param(NOW, dialect)
    assert kept is not None
    assert (kept, kept.tzinfo) == (NOW, UTC)
    for stored in (kept, kept.replace(tzinfo=None)):  # PostgreSQL's, SQLite's
        back = kind.process_result_value(stored, dialect)
        assert back is not None
        assert (back, back.tzinfo) == (NOW, BEIJING)
    assert kind.process_bind_param(None, dialect) is None
    assert kind.process_result_value(None, dialect) is None
    with pytest.raises(ValueError, match="without a zone"):
        kind.process_bind_param(datetime(2026, 3, 2, 9), dialect)
