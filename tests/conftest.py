"""What tests share: where ../shared is, a database of each kind, and a closed network."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from rules.model import BEIJING
from storage.store import Store
from tests.support.demo import demo_world
from tests.support.postgres import postgres_server

__all__ = ["demo_world"]

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


@pytest.fixture
def fresh_postgres(postgres: str) -> Iterator[str]:
    """An empty database on that server."""
    import psycopg

    name = f"t{os.urandom(6).hex()}"
    with psycopg.connect(f"{postgres}/postgres", autocommit=True) as admin:
        admin.execute(f'CREATE DATABASE "{name}"')
    yield f"{postgres}/{name}".replace("postgresql://", "postgresql+psycopg://")
    with psycopg.connect(f"{postgres}/postgres", autocommit=True) as admin:
        admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """A fresh store on each kind of database: the same code, the same migrations."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'xunjian.db'}"
    else:
        url = request.getfixturevalue("fresh_postgres")
    opened = Store(url)
    yield opened
    opened.close()
