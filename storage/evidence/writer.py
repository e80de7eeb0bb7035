"""One WARC and its chain, written by one process: whole units or nothing, never a byte behind a torn record."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from storage.evidence.chain import GENESIS, Manifest, line, write_all
from storage.evidence.warc import EvidenceError

MAX_SIZE = 1 << 30
"""A new file is begun after one gigabyte: what fits on a stick and is copied in a minute."""


def chain_path(warc: Path) -> Path:
    """The chain beside a WARC."""
    return warc.with_name(warc.name.removesuffix(".warc.gz") + ".chain")


class WarcWriter:
    """An open WARC with its chain. The lock on the WARC says that its writer is alive."""

    def __init__(self, root: Path, day: str, stem: str) -> None:
        """Begin a new file; an existing one is never opened again. Raises EvidenceError, leaving nothing behind."""
        self.root, self.head, self.records = root, GENESIS, 0
        self.offset = self.chain_size = self._unsynced = 0
        self.path = self._create(root / day, stem)
        self.name = f"{day}/{self.path.name}"
        try:
            fcntl.flock(self._warc, fcntl.LOCK_EX)
            text, self.head = line(GENESIS, {"file": self.name, "format": 1})
            write_all(self._chain, text)
            self.chain_size = len(text)
            _sync_folder(self.path.parent)
            Manifest(root).add({"event": "open", "file": self.name})
        except OSError as error:
            self._drop()
            raise cannot_write(error) from error

    def _create(self, folder: Path, stem: str) -> Path:
        flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_APPEND
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            for number in range(100_000):
                path = folder / f"{stem}-{number:03d}.warc.gz"
                try:
                    self._chain = os.open(chain_path(path), flags, 0o600)
                except FileExistsError:
                    continue
                self._warc = os.open(path, flags, 0o600)  # second: whoever sees a WARC finds its chain
                return path
        except OSError as error:
            raise cannot_write(error) from error
        raise EvidenceError(f"存证目录 {folder} 中同名文件过多")

    def write(self, unit: Sequence[tuple[dict[str, Any], bytes]]) -> list[tuple[int, str]]:
        """Append records (chain entry, gzip member) that belong together. Returns (offset, sha256) of each.

        The bytes come first and the chain after: a crash in between leaves records the chain does not know, which
        nobody was told of. Raises EvidenceError with both files as they were.
        """
        places, lines, head, at = [], [], self.head, self.offset
        for entry, member in unit:
            sha256 = hashlib.sha256(member).hexdigest()
            text, head = line(head, {**entry, "sha256": sha256, "length": len(member), "offset": at})
            places.append((at, sha256))
            lines.append(text)
            at += len(member)
        links = b"".join(lines)
        try:
            write_all(self._warc, b"".join(member for _, member in unit))
            write_all(self._chain, links)
        except OSError as error:
            os.ftruncate(self._warc, self.offset)
            os.ftruncate(self._chain, self.chain_size)
            raise cannot_write(error) from error
        self.offset, self.head = at, head
        self.chain_size += len(links)
        self.records += len(unit)
        self._unsynced += 1
        return places

    @property
    def unsynced(self) -> int:
        """Units written since the last `sync`."""
        return self._unsynced

    def sync(self) -> None:
        """Put everything on the disk, the bytes before the chain that vouches for them."""
        if self._unsynced:
            try:
                os.fdatasync(self._warc)
                os.fdatasync(self._chain)
            except OSError as error:
                raise cannot_write(error) from error
            self._unsynced = 0

    def seal(self) -> None:
        """Sync, close, and enter the head in the manifest: from here on a missing last record is found."""
        self.sync()
        entry = {"event": "seal", "file": self.name, "records": self.records, "head": self.head, "bytes": self.offset}
        try:
            Manifest(self.root).add(entry)
        except OSError as error:
            raise cannot_write(error) from error
        finally:
            self.close()

    def close(self) -> None:
        """Close without sealing, as a crash would; `seal_abandoned` finishes the work later."""
        os.close(self._warc)
        os.close(self._chain)

    def _drop(self) -> None:
        self.close()
        self.path.unlink(missing_ok=True)
        chain_path(self.path).unlink(missing_ok=True)


def cannot_write(error: OSError) -> EvidenceError:
    """The system's refusal as a sentence a member of staff can act on."""
    if error.errno in (errno.ENOSPC, errno.EFBIG, errno.EDQUOT):
        return EvidenceError("磁盘空间不足，存证没有写入，本次观察不予记录。请清理磁盘后重试")
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return EvidenceError("没有写入存证目录的权限，请检查目录的属主和挂载方式")
    return EvidenceError(f"存证写入失败（{error.strerror}），本次观察不予记录")


def _sync_folder(folder: Path) -> None:
    fd = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
