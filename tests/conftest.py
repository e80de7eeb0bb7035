"""What tests share: where ../shared is, a database of each kind, and a closed network."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import pytest

from rules.model import BEIJING
from storage.store import Store
from tests.support.databases import place_database
from tests.support.demo import demo_day, demo_world

__all__ = ["demo_day", "demo_world"]

SHARED = Path(__file__).parents[2] / "shared"
NOW = datetime(2026, 11, 21, 10, 0, tzinfo=BEIJING)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The material beside the project; tests that need it are skipped where it is missing."""
    if not SHARED.is_dir():
        pytest.skip("../shared is not beside the project")
    return SHARED


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The URL of a real PostgreSQL server of our own, on loopback, thrown away afterwards."""
    homes = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    bin_dir = homes[-1] if homes else Path(shutil.which("postgres") or "").parent
    assert (bin_dir / "postgres").exists(), "PostgreSQL is missing; `make setup-dev` installs it"
    folder = Path(tempfile.mkdtemp(prefix="xunjian-pg-"))
    as_user: dict[str, object] = {}
    if os.geteuid() == 0:  # PostgreSQL refuses to run as root
        user = pwd.getpwnam("postgres")
        os.chown(folder, user.pw_uid, user.pw_gid)
        as_user = {"user": user.pw_uid, "group": user.pw_gid, "cwd": folder}
    port, data = _free_port(), folder / "data"
    run = [str(bin_dir / "initdb"), "-D", str(data), "-A", "trust", "-U", "xunjian", "-E", "UTF8", "--no-sync"]
    subprocess.run(run, check=True, capture_output=True, **as_user)  # type: ignore[call-overload]
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c fsync=off"
    control = [str(bin_dir / "pg_ctl"), "-D", str(data), "-w"]
    subprocess.run(
        [*control, "-o", options, "-l", str(folder / "log"), "start"], check=True, capture_output=True, **as_user
    )  # type: ignore[call-overload]
    try:
        yield f"postgresql://xunjian@127.0.0.1:{port}"
    finally:
        subprocess.run([*control, "-m", "immediate", "stop"], check=True, capture_output=True, **as_user)  # type: ignore[call-overload]
        shutil.rmtree(folder, ignore_errors=True)


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
