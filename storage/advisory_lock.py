"""One holder in the whole installation, as long as its connection lives: PostgreSQL's advisory locks."""

from __future__ import annotations

import os
import socket
import zlib
from dataclasses import dataclass

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from storage.database import Database, plain_errors

CLASS = 0x78_75_6E  # "xun": our locks among those of others in the same database
MARK = "xunjian serve"


@dataclass(frozen=True, slots=True)
class LockHolder:
    """The process that holds a lock, by host and number."""

    host: str
    process: str

    def __str__(self) -> str:
        """For a person."""
        return f"主机 {self.host} 上的进程 {self.process}" if self.host else "另一个程序"


class AdvisoryLock:
    """A lock by name. It ends with the process, whatever ends it, and with a restart of the server."""

    def __init__(self, database: Database, name: str) -> None:
        """Nothing is taken yet."""
        self._db, self._id = database, zlib.crc32(name.encode()) & 0x7FFFFFFF
        self._connection: Connection | None = None

    def acquire(self) -> bool:
        """Take it unless somebody else holds it; at once. Raises StorageError."""
        with plain_errors():
            connection = self._db.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            try:
                mine = f"{MARK}:{socket.gethostname()[:36]}:{os.getpid()}"
                connection.execute(text("SELECT set_config('application_name', :mine, false)"), {"mine": mine})
                query = text("SELECT pg_try_advisory_lock(:kind, :id)")
                taken = bool(connection.execute(query, {"kind": CLASS, "id": self._id}).scalar())
            except BaseException:
                connection.invalidate()
                connection.close()
                raise
            if taken:
                self._connection = connection
            else:
                connection.invalidate()  # it bears our name; the pool gets none like it
                connection.close()
            return taken

    def held(self) -> bool:
        """Whether it is (still) ours; where the connection was lost it is taken anew. Raises StorageError where the server
        cannot be reached."""
        if self._connection is not None:
            try:
                self._connection.execute(text("SELECT 1"))
            except DBAPIError:
                self.release()
            else:
                return True
        return self.acquire()

    def holder(self) -> LockHolder:
        """Who holds it. Raises StorageError."""
        query = text(
            "SELECT a.application_name FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid"
            " WHERE l.locktype = 'advisory' AND l.granted AND l.classid = :kind AND l.objid = :id"
            " AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        )
        with self._db.read() as tx:
            name = tx.execute(query, {"kind": CLASS, "id": self._id}).scalar() or ""
        mark, _, rest = name.partition(":")
        host, _, process = rest.rpartition(":")
        return LockHolder(host, process) if mark == MARK else LockHolder("", "")

    def release(self) -> None:
        """Give it back."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.invalidate()
            connection.close()
