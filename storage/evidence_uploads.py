"""Which sealed evidence files the shared store holds: who cites one asks here, not the network."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select

from storage.database import Database, table, upsert
from storage.tables import EvidenceUploadRow

UPLOAD = table(EvidenceUploadRow)


class EvidenceUploadRepository:
    """Questions and sentences about files in the shared store."""

    def __init__(self, database: Database) -> None:
        """Over an upgraded database."""
        self._db = database

    def add(self, folder: str, file: str, size: int, now: datetime) -> None:
        """The store has this file of a folder, whole."""
        with self._db.write() as tx:
            upsert(tx, EvidenceUploadRow, [{"folder": folder, "file": file, "bytes": size, "at": now}])

    def forget(self, folder: str, files: Collection[str]) -> None:
        """The store's copies of these are no more what the folder holds: they are put there anew."""
        with self._db.write() as tx:
            tx.execute(UPLOAD.delete().where(UPLOAD.c.folder == folder, UPLOAD.c.file.in_(sorted(files))))

    def folders(self) -> set[str]:
        """The folders that have files in the store."""
        with self._db.read() as tx:
            return set(tx.execute(select(UPLOAD.c.folder).distinct()).scalars())

    def of(self, folder: str) -> set[str]:
        """The files of a folder that the store has."""
        with self._db.read() as tx:
            return set(tx.execute(select(UPLOAD.c.file).where(UPLOAD.c.folder == folder)).scalars())

    def missing(self, evidence: Collection[str]) -> set[str]:
        """Those of these evidence ids whose file the store does not have."""
        files = {id: file_of(id) for id in evidence}
        with self._db.read() as tx:
            query = select(UPLOAD.c.file).where(UPLOAD.c.file.in_(sorted(set(files.values()))))
            there = set(tx.execute(query).scalars())
        return {id for id, file in files.items() if file not in there}


def file_of(evidence: str) -> str:
    """The file in which an evidence id stands, as ``day/name``."""
    day, _, rest = evidence.partition(".")
    return f"{day}/{rest.partition('.')[0]}.warc.gz"
