"""Databases that are migrated already: migrating costs a fifth of a second, and a test run opens thousands."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

from storage.store import Store


@cache
def _migrated() -> bytes:
    """An empty SQLite database as the migrations make it, made once a process."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "xunjian.db"
        Store(f"sqlite:///{file}").close()
        return file.read_bytes()


def place_database(folder: Path) -> str:
    """The URL of an empty database of today's version in a data directory; one that is there stays as it is."""
    file = folder / "xunjian.db"
    if not file.exists():
        folder.mkdir(parents=True, exist_ok=True)
        file.write_bytes(_migrated())
        file.chmod(0o600)
    return f"sqlite:///{file}"
