"""Opens the database: SQLite in WAL by default, PostgreSQL by URL; the same code, the same migrations."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Table, create_engine, event
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError
from sqlmodel import SQLModel

MIGRATIONS = Path(__file__).parent / "migrations"
BUSY_SECONDS = 30


class StorageError(Exception):
    """The database cannot be used now (locked, full, unreachable, wrong version). Raised by Database; the CLI prints it
    and exits 2, the service keeps running and tries again at the next job."""


def url_of(data: Path, url: str | None = None) -> str:
    """The database URL: the given one, else the embedded SQLite file in the data directory."""
    if url:
        return url.replace("postgres://", "postgresql://", 1).replace("postgresql://", "postgresql+psycopg://", 1)
    return f"sqlite:///{data / 'xunjian.db'}"


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # SQLAlchemy's BEGIN below is the only one
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", f"busy_timeout={BUSY_SECONDS * 1000}", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


class Database:
    """One engine and two kinds of transaction. Safe to use from several threads and processes."""

    def __init__(self, url: str) -> None:
        """Open without touching anything; `upgrade` makes the tables."""
        self.url = url
        self.sqlite = url.startswith("sqlite")
        self.engine: Engine = create_engine(url, pool_pre_ping=not self.sqlite)
        if self.sqlite:
            event.listen(self.engine, "connect", _prepare_sqlite)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection for questions."""
        with _plain_errors(), self.engine.connect() as connection:
            if self.sqlite:
                connection.exec_driver_sql("BEGIN")
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction: all or nothing. SQLite takes the write lock at once, so nothing read in it goes stale."""
        with _plain_errors(), self.engine.connect() as connection:
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

        with _plain_errors():
            config = Config()
            config.set_main_option("script_location", str(MIGRATIONS))
            head = ScriptDirectory.from_config(config).get_current_head()
            with self.engine.connect() as connection:
                if MigrationContext.configure(connection).get_current_revision() == head:
                    return
            with self.engine.connect() as connection:
                if self.sqlite:
                    connection.exec_driver_sql("BEGIN IMMEDIATE")
                config.attributes["connection"] = connection
                command.upgrade(config, "head")
                connection.commit()

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
def _plain_errors() -> Iterator[None]:
    try:
        yield
    except OperationalError as error:
        raise StorageError(_explain(str(error.orig))) from error
    except DBAPIError as error:
        if "full" in str(error.orig):
            raise StorageError(_explain(str(error.orig))) from error
        raise
    except SQLAlchemyError as error:
        raise StorageError(f"数据库无法使用: {error}") from error


def _explain(message: str) -> str:
    if "locked" in message:
        return f"数据库正被另一个程序占用，等待 {BUSY_SECONDS} 秒后仍未释放。请稍后重试，或检查有无未退出的进程。"
    if "full" in message or "disk I/O" in message:
        return "磁盘已满或无法写入，本次操作没有保存任何内容。请清理磁盘后重试。"
    if "unable to open" in message:
        return "无法打开数据库文件。请检查数据目录是否存在、是否有读写权限。"
    return f"数据库无法使用: {message}"


def table(model: type[SQLModel]) -> Table:
    """The SQLAlchemy table of a model."""
    found: Table = model.__table__  # type: ignore[attr-defined]
    return found


def upsert(
    connection: Connection, model: type[SQLModel], rows: Sequence[dict[str, Any]], *, keep: Sequence[str] | None = None
) -> int:
    """Insert rows; where the primary key exists, set every column except ``keep`` (``keep=["*"]`` changes nothing).

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
        changed = {name: statement.excluded[name] for name in rows[0] if name not in kept}
        statement = statement.on_conflict_do_update(index_elements=keys, set_=changed)
    return int(connection.execute(statement, list(rows)).rowcount)
