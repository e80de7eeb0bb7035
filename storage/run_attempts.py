"""A run that is tried again belongs to the newest attempt: what an older one still sends is refused."""

from __future__ import annotations

from sqlalchemy import Connection, select

from storage.database import StorageError, table
from storage.tables import CrawlRunRow

RUN = table(CrawlRunRow)


class RunTakenOver(StorageError):
    """The run was started again elsewhere while this attempt at it was thought dead. Raised by `check_attempt`; the child
    saves nothing more and ends, for the other has its accounts."""


def check_attempt(tx: Connection, run: str, attempt: int) -> None:
    """Hold the run as it is until the transaction ends. Raises RunTakenOver where another attempt at it has begun."""
    newest = tx.execute(select(RUN.c.attempt).where(RUN.c.id == run).with_for_update(read=True)).scalar()
    if newest is not None and newest != attempt:
        raise RunTakenOver("这次采集已由另一个采集进程接手，本进程不再保存。")
