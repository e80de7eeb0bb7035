"""Opens the database: SQLite in WAL by default, PostgreSQL by URL; the same code, the same migrations."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, Table, create_engine, event
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError
from sqlmodel import SQLModel

MIGRATIONS = Path(__file__).parent / "migrations"
MIGRATING = 7_885_934
"""The advisory lock under which PostgreSQL's tables change."""
BUSY_SECONDS = 30
CHUNK = 500
Item = TypeVar("Item")
NO_ROOM = ("full", "disk I/O")
"""What SQLite says on a full disk."""


class StorageError(Exception):
    """The database cannot be used now (locked, full, unreachable, wrong version). Raised by Database; the CLI prints it
    and exits 2, the service keeps running and tries again at the next job."""


def url_of(data: Path, url: str | None = None) -> str:
    """The database URL: the given one, else the embedded SQLite file in the data directory."""
    if url:
        return url.replace("postgres://", "postgresql://", 1).replace("postgresql://", "postgresql+psycopg://", 1)
    return f"sqlite:///{data / 'xunjian.db'}"


PRAGMAS = (f"busy_timeout={BUSY_SECONDS * 1000}", "journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON")


def _connect_sqlite(dialect: Any, _record: Any, arguments: Any, named: Any) -> Any:
    """A prepared connection. A full disk has no room for the index that readers share (-shm): a process that has the file
    to itself can keep it in memory, so that what is stored can still be read."""
    try:
        return _prepared(dialect.loaded_dbapi.connect(*arguments, **named))
    except sqlite3.OperationalError as error:
        if not any(sign in str(error) for sign in NO_ROOM):
            raise
    return _prepared(dialect.loaded_dbapi.connect(*arguments, **named), "locking_mode=EXCLUSIVE")


def _prepared(connection: Any, *first: str) -> Any:
    connection.isolation_level = None  # SQLAlchemy's BEGIN below is the only one
    try:
        for pragma in (*first, *PRAGMAS):
            connection.execute(f"PRAGMA {pragma}")
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()  # the first look is what needs the room
    except sqlite3.DatabaseError:
        connection.close()
        raise
    return connection


SOON_NOTICED = {"keepalives_idle": 20, "keepalives_interval": 5, "keepalives_count": 4, "tcp_user_timeout": 40_000}
"""A server out of reach is noticed within 40 seconds (the last number: milliseconds); by default a quarter of an hour."""
FREED_SOON = "SET tcp_keepalives_idle = 20; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 4; SET tcp_user_timeout = 40000"
"""The same at the server's end, or a host that is gone would hold its locks for two hours."""


def _notice_soon(connection: Any, _: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(FREED_SOON)
    connection.commit()


class Database:
    """One engine and two kinds of transaction. Safe to use from several threads and processes."""

    def __init__(self, url: str) -> None:
        """Open without touching anything; `upgrade` makes the tables."""
        self.url = url
        self.sqlite = url.startswith("sqlite")
        self.engine: Engine = create_engine(
            url, pool_pre_ping=not self.sqlite, hide_parameters=True, connect_args={} if self.sqlite else SOON_NOTICED
        )  # an error's text reaches logs, the rows do not
        if self.sqlite:
            event.listen(self.engine, "do_connect", _connect_sqlite)
        else:
            event.listen(self.engine, "connect", _notice_soon)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection for questions."""
        with plain_errors(), self.engine.connect() as connection:
            if self.sqlite:
                connection.exec_driver_sql("BEGIN")
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction: all or nothing. SQLite takes the write lock at once, so nothing read in it goes stale."""
        with plain_errors(), self.engine.connect() as connection:
            if self.sqlite:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            with connection.begin() if not connection.in_transaction() else _adopt(connection):
                yield connection

    def upgrade(self) -> None:
        """Bring the tables to the newest migration; quick when they are there already."""
        from alembic import command  # a fifth of a crawl child's start, and a child upgrades nothing
        from alembic.config import Config
        from alembic.migration import MigrationContext
        from alembic.script import ScriptDirectory
        from alembic.util import CommandError

        with plain_errors(), _newer_version(CommandError):
            self._make_private()
            config = Config()
            config.set_main_option("script_location", str(MIGRATIONS))
            head = ScriptDirectory.from_config(config).get_current_head()
            with self.engine.connect() as connection:
                if MigrationContext.configure(connection).get_current_revision() == head:
                    return
            with self.engine.connect() as connection:
                if self.sqlite:
                    connection.exec_driver_sql("BEGIN IMMEDIATE")
                else:  # one at a time; who comes second finds the tables made
                    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({MIGRATING})")
                config.attributes["connection"] = connection
                command.upgrade(config, "head")
                connection.commit()

    def is_current(self) -> bool:
        """False where another version of the program has changed the tables since: then this process ends its work. Raises
        StorageError."""
        from alembic.migration import MigrationContext
        from alembic.script import ScriptDirectory

        with plain_errors(), self.engine.connect() as connection:
            found = MigrationContext.configure(connection).get_current_revision()
        return found == ScriptDirectory(str(MIGRATIONS)).get_current_head()

    def _make_private(self) -> None:
        """A new SQLite file is its owner's alone; its journals take their mode from it. It holds phone numbers. A file that
        is there is not touched: closing it here would drop this process's locks on it, and the next process to close the
        database would take away the journal under our hands."""
        path = self.engine.url.database if self.sqlite else None
        if path and path != ":memory:":
            with suppress(OSError):  # what is wrong with the folder is told when it is opened
                os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))

    def close(self) -> None:
        """Give the connections back."""
        self.engine.dispose()


@contextmanager
def _adopt(connection: Connection) -> Iterator[None]:
    try:
        yield
    except BaseException:
        connection.rollback()
        raise
    connection.commit()


@contextmanager
def _newer_version(unknown_revision: type[Exception]) -> Iterator[None]:
    try:
        yield
    except unknown_revision as error:
        raise StorageError("数据库是由更新版本的校媒巡检建立的，这个版本不能使用。请升级程序后再试。") from error


@contextmanager
def plain_errors() -> Iterator[None]:
    """The driver's errors as StorageError with a sentence for a person."""
    try:
        yield
    except DBAPIError as error:
        if isinstance(error, IntegrityError):
            raise  # a fault of ours, not the database's
        raise StorageError(_explain(str(error.orig))) from error
    except sqlite3.DatabaseError as error:  # from the pragmas at connecting, which SQLAlchemy does not wrap
        raise StorageError(_explain(str(error))) from error
    except SQLAlchemyError as error:
        raise StorageError(f"数据库无法使用（{type(error).__name__}），请执行 xunjian doctor 查看。") from error


DAMAGED = (
    "数据库文件已损坏，不能读取。请先停止服务，把数据目录原样复制一份留存，再用最近的备份恢复数据库；"
    "存证文件不受影响，可用 xunjian evidence verify 核验。"
)


def _explain(message: str) -> str:
    if "deadlock detected" in message:
        return "数据库中有两项操作在互相等待，本次操作没有保存任何内容。请重试。"
    if "locked" in message:
        return f"数据库正被另一个程序占用，等待 {BUSY_SECONDS} 秒后仍未释放。请稍后重试，或检查有无未退出的进程。"
    if (
        "malformed" in message
        or "not a database" in message
        or "no such table" in message
        or "no such column" in message
    ):
        return DAMAGED
    if "full" in message or "disk I/O" in message:
        return "磁盘已满或无法写入，本次操作没有保存任何内容。请清理磁盘后重试。"
    if "unable to open" in message:
        return "无法打开数据库文件。请检查数据目录是否存在、是否有读写权限。"
    if "readonly" in message:
        return "数据库文件是只读的，不能保存。请检查数据目录的权限和挂载方式。"
    if "connection" in message and ("refused" in message or "failed" in message or "closed" in message):
        return "连不上数据库服务器。请检查设置 database_url 里的地址、端口和口令，以及服务器是否在运行。"
    return f"数据库无法使用: {message}"


def table(model: type[SQLModel]) -> Table:
    """The SQLAlchemy table of a model."""
    found: Table = model.__table__  # type: ignore[attr-defined]
    return found


def upsert(
    connection: Connection,
    model: type[SQLModel],
    rows: Sequence[dict[str, Any]],
    *,
    keep: Sequence[str] | None = None,
    only: Sequence[str] | None = None,
) -> int:
    """Insert rows; where the primary key exists, set every column except ``keep`` (``keep=["*"]`` changes nothing), or the
    columns ``only``. Rows are taken in the order of their keys: two processes that write the same ones in orders of their
    own would wait for each other for ever.

    Returns the number of rows inserted or changed.
    """
    if not rows:
        return 0
    target = table(model)
    keys = [column.name for column in target.primary_key]
    build = sqlite_insert if connection.dialect.name == "sqlite" else postgresql_insert
    statement: Any = build(target)
    if keep == ["*"]:
        statement = statement.on_conflict_do_nothing(index_elements=keys)
    else:
        kept = {*keys, *(keep or ())}
        changed = {name: statement.excluded[name] for name in only or rows[0] if name not in kept}
        statement = statement.on_conflict_do_update(index_elements=keys, set_=changed)
    ordered = sorted(rows, key=lambda row: [row[key] for key in keys])
    return int(connection.execute(statement, ordered).rowcount)


def chunked(items: Iterable[Item], size: int = CHUNK) -> Iterator[list[Item]]:
    """Some at a time, by default as many as go into one IN list."""
    left = iter(items)
    while some := list(islice(left, size)):
        yield some
