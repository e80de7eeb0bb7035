"""The tables of the job queue (Procrastinate's own), made once and brought up to date under a lock."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.metadata import version
from importlib.resources import files
from typing import Any

from sqlalchemy import text

from storage.database import MIGRATING, Database

PACKAGE = "procrastinate"
MADE = "SELECT obj_description(to_regclass('procrastinate_jobs'), 'pg_class'), to_regclass('procrastinate_jobs') IS NOT NULL"
_STEP = re.compile(r"(\d+)\.(\d+)\.(\d+)_\d+_.*\.sql")


def prepare_queue(database: Database) -> None:
    """Make the queue's tables, or take the steps between the version that made them (kept as the comment on its main table)
    and the installed one. Two processes at once are safe. Raises StorageError."""
    installed = version(PACKAGE)
    with database.write() as tx:
        tx.execute(text(f"SELECT pg_advisory_xact_lock({MIGRATING})"))
        made, exists = tx.execute(text(MADE)).one()
        if made == installed:
            return
        steps = _steps_after(made or installed) if exists else [_read("schema.sql")]
        cursor: Any = tx.connection.cursor()
        for step in steps:
            cursor.execute(step)  # the driver's own: several statements, and per cents that are no parameters
        cursor.execute(f"COMMENT ON TABLE procrastinate_jobs IS '{installed}'")


def live_workers(database: Database, seconds: float) -> int:
    """How many workers said within so many seconds that they live; 0 where the queue has no tables yet. Raises StorageError."""
    with database.read() as tx:
        if not tx.execute(text("SELECT to_regclass('procrastinate_workers') IS NOT NULL")).scalar():
            return 0
        query = (
            "SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > now() - make_interval(secs => :seconds)"
        )
        return int(tx.execute(text(query), {"seconds": seconds}).scalar_one())


def _steps_after(made: str) -> Iterator[str]:
    for step in sorted(each.name for each in files(f"{PACKAGE}.sql.migrations").iterdir()):
        match = _STEP.fullmatch(step)
        if match and tuple(map(int, match.groups())) > _numbers(made):
            yield _read(f"migrations/{step}")


def _numbers(release: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", release)[:3])


def _read(name: str) -> str:
    return (files(f"{PACKAGE}.sql") / name).read_text("utf-8")
