"""What tests share: where ../shared is, a database of each kind, and a closed network."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import pytest

from rules.model import BEIJING
from storage.store import Store
from tests.support.databases import place_database
from tests.support.demo import demo_day, demo_world
from tests.support.postgres import postgres_server

__all__ = ["demo_day", "demo_world"]

SHARED = Path(__file__).parents[2] / "shared"
NOW = datetime(2026, 11, 21, 10, 0, tzinfo=BEIJING)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The material beside the project; tests that need it are skipped where it is missing."""
    if not SHARED.is_dir():
        pytest.skip("../shared is not beside the project")
    return SHARED


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The URL of a real PostgreSQL server of our own, on loopback, thrown away afterwards."""
    with postgres_server() as server:
        yield server.url


@contextmanager
def _database(server: str, template: str = "template1") -> Iterator[str]:
    """The URL of a new database, a copy of the template."""
    import psycopg

    name = f"t{os.urandom(6).hex()}"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as admin:
        admin.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    yield f"{server}/{name}".replace("postgresql://", "postgresql+psycopg://")
    with psycopg.connect(f"{server}/postgres", autocommit=True) as admin:
        admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def fresh_postgres(postgres: str) -> Iterator[str]:
    """An empty database on that server."""
    with _database(postgres) as url:
        yield url


@pytest.fixture(scope="session")
def postgres_template(postgres: str) -> Iterator[str]:
    """The name of a database with today's tables and no rows: a copy costs less than migrating."""
    with _database(postgres) as url:
        Store(url).close()
        yield url.rpartition("/")[2]


@pytest.fixture
def migrated_postgres(postgres: str, postgres_template: str) -> Iterator[str]:
    """A database with today's tables and no rows."""
    with _database(postgres, postgres_template) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """A fresh store on each kind of database: the same code, the same migrations."""
    opened = Store(
        place_database(tmp_path) if request.param == "sqlite" else request.getfixturevalue("migrated_postgres")
    )
    yield opened
    opened.close()
