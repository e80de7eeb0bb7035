"""A consistent copy of the database while others write to it, and such a copy put into place."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

from sqlalchemy.engine import URL, make_url

from storage.database import StorageError

SQLITE, POSTGRESQL = "xunjian.db", "database.dump"
"""How the copy of each kind of database is called in a backup."""
SECONDS = 6 * 3600
"""After so long a dump or its loading is given up."""


def dump_database(url: str, folder: Path) -> Path:
    """Write the database's state of one moment into ``folder``; writers go on. Raises StorageError, OSError."""
    if url.startswith("sqlite"):
        return _copy_sqlite(Path(make_url(url).database or ""), folder / SQLITE)
    target = folder / POSTGRESQL
    _run("pg_dump", make_url(url), ["--format=custom", "--no-owner", "--no-privileges", f"--file={target}"])
    return target


def _copy_sqlite(source: Path, target: Path) -> Path:
    if not source.is_file():
        raise StorageError(f"找不到数据库文件 {source}，没有可以备份的内容。请用 --data 指定数据目录。")
    try:
        with (
            closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True, timeout=60)) as live,
            closing(sqlite3.connect(target)) as copy,
        ):
            live.backup(copy)  # in one go: page by page it would begin anew at every change
            copy.execute("PRAGMA journal_mode=DELETE")  # one file, complete by itself
    except sqlite3.DatabaseError as error:
        raise StorageError(f"数据库无法复制（{error}）。请检查磁盘空间和数据目录的权限。") from error
    return target


def check_dump(file: Path) -> None:
    """Raises StorageError where the copy is not a whole database."""
    if file.name != SQLITE:
        return
    try:
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as copy:
            found = copy.execute("PRAGMA quick_check").fetchone()[0]
    except sqlite3.DatabaseError as error:
        raise StorageError(f"备份里的数据库不能读取（{error}）。") from error
    if found != "ok":
        raise StorageError(f"备份里的数据库有损坏：{found}")


def load_dump(file: Path, url: str) -> None:
    """Load a PostgreSQL dump into an empty database, all or nothing. Raises StorageError."""
    place = make_url(url)
    tables = _run("psql", place, ["-At", "-c", "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"]).strip()
    if tables != "0":
        raise StorageError("要恢复到的 PostgreSQL 数据库不是空的。请新建一个空数据库，再用 --database-url 指定它。")
    _run(
        "pg_restore",
        place,
        ["--no-owner", "--no-privileges", "--single-transaction", f"--dbname={place.database}", str(file)],
    )


def _run(program: str, url: URL, arguments: list[str]) -> str:
    """One of PostgreSQL's own programs; the password goes by the environment, where no other user sees it."""
    if not shutil.which(program):
        raise StorageError(f"找不到 {program}。请安装 PostgreSQL 客户端：apt-get install postgresql-client")
    names = {
        "PGHOST": url.host,
        "PGPORT": url.port,
        "PGUSER": url.username,
        "PGPASSWORD": url.password,
        "PGDATABASE": url.database,
    }
    environ = os.environ | {name: str(value) for name, value in names.items() if value}
    try:
        done = subprocess.run(  # noqa: S603 - a fixed program, its arguments are ours
            [str(shutil.which(program)), *arguments],
            env=environ,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise StorageError(f"{program} 没有执行完（{type(error).__name__}）。") from error
    if done.returncode:
        said = done.stderr.strip().splitlines()[-1:] or ["没有说明"]
        raise StorageError(f"{program} 失败：{said[0]}。请检查 database_url、磁盘空间，以及客户端版本不低于服务器。")
    return done.stdout
