"""One service per data directory and per database: locks that end with the process, whatever ends it."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from monitors.errors import InvalidInput
from storage.advisory_lock import AdvisoryLock
from storage.database import Database

NAME = "serve.lock"


@contextmanager
def only_service(data: Path, port: int) -> Iterator[None]:
    """Hold the data directory. Raises InvalidInput where another service holds it: two would poll every page twice, each with
    a budget of its own."""
    path = data / NAME
    fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = os.pread(fd, 200, 0).decode("utf-8", "replace").strip()
            raise InvalidInput(
                f"数据目录 {data} 正被另一个 xunjian serve 使用{f'（{holder}）' if holder else ''}。"
                "请先停止它，或用 --data 换一个数据目录。"
            ) from error
        os.ftruncate(fd, 0)
        os.pwrite(fd, f"进程 {os.getpid()}，端口 {port}\n".encode(), 0)
        yield
    finally:
        os.close(fd)


@contextmanager
def only_scheduler(database: Database) -> Iterator[Callable[[], bool]]:
    """Be the one scheduler of the installation; gives the question whether we still are. SQLite's data directory is lock
    enough. Raises InvalidInput where another host's service schedules, saying which; StorageError."""
    if database.sqlite:
        yield lambda: True
        return
    lock = AdvisoryLock(database, "scheduler")
    if not lock.acquire():
        raise InvalidInput(
            f"这个数据库已有 xunjian serve 在安排任务（{lock.holder()}）。同一个数据库只能有一个，请先停止它；"
            "要增加处理能力，请在别的主机上启动 xunjian worker。"
        )
    try:
        yield lock.held
    finally:
        lock.release()
