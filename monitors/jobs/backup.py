"""备份: a data directory copied while the service runs, with a hash of every file."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from monitors.errors import InvalidInput
from monitors.private_files import keep_private
from monitors.settings import Settings
from monitors.version import product_version
from storage.database import StorageError
from storage.database_backup import SQLITE, dump_database
from storage.evidence.expiry import unchanging
from storage.evidence.snapshot import SnapshotFile, snapshot

MANIFEST, ABOUT = "MANIFEST.sha256", "backup.json"
OWN = {"evidence", "demo", "serve.lock", "last_backup", SQLITE, f"{SQLITE}-wal", f"{SQLITE}-shm", f"{SQLITE}-journal"}
"""In the data directory, and copied in a way of its own or not at all."""
MARK = "last_backup"
"""In the data directory: when the last whole backup was made, and where."""
BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class BackupReport:
    """What a backup holds: files, bytes, and the fingerprint of its manifest, to be noted elsewhere."""

    files: int
    bytes: int
    fingerprint: str
    outside: tuple[str, ...] = ()
    """Folders the settings name outside the data directory: not in the backup."""


def create_backup(settings: Settings, folder: Path, now: datetime, *, link: bool = False) -> BackupReport:
    """Copy everything into a new folder. The database comes first: the evidence its rows cite is then there already.

    ``link``: sealed evidence becomes a hard link instead of a copy, which costs no room and guards against deletion only.
    Raises InvalidInput, StorageError.
    """
    data, folder = settings.data.resolve(), folder.resolve()
    if folder.is_relative_to(data):
        raise InvalidInput(f"备份不能放在数据目录 {data} 里面，请换一个目录，最好在另一块磁盘上。")
    if folder.exists() and any(folder.iterdir()):
        raise InvalidInput(f"{folder} 不是空的。每次备份请用一个新目录，例如以日期命名。")
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        keep_private(folder)
        hashes = dict(_write(settings, data, folder, now, link))
        text = "".join(f"{digest}  {name}\n" for name, digest in sorted(hashes.items()))
        _write_whole(folder / MANIFEST, text.encode())
        (data / MARK).write_text(f"{now.isoformat(timespec='seconds')}\n{folder}\n", encoding="utf-8")
    except OSError as error:
        raise StorageError(
            f"备份没有完成（{error.strerror or error}），{folder} 里的内容不能使用。请检查磁盘空间和权限后重做。"
        ) from error
    size = sum((folder / name).stat().st_size for name in hashes)
    return BackupReport(len(hashes), size, hashlib.sha256(text.encode()).hexdigest(), _outside(settings, data))


def _write(settings: Settings, data: Path, folder: Path, now: datetime, link: bool) -> Iterator[tuple[str, str]]:
    dumped = dump_database(settings.database, folder)
    dumped.chmod(0o600)
    yield dumped.name, _hash(dumped)
    about = {"version": product_version(), "created_at": now.isoformat(timespec="seconds"), "database": dumped.name}
    _write_whole(folder / ABOUT, json.dumps(about, ensure_ascii=False, indent=1).encode() + b"\n")
    yield ABOUT, _hash(folder / ABOUT)
    with unchanging(data / "evidence"):  # the files as the manifest has them
        for one in snapshot(data / "evidence"):
            name = f"evidence/{one.name}"
            yield name, _evidence(data / name, folder / name, one, link)
    for path in sorted(data.rglob("*")):
        name = str(path.relative_to(data))
        if path.is_file() and path.relative_to(data).parts[0] not in OWN and "/." not in f"/{name}":
            try:
                yield f"files/{name}", copy_hashed(path, folder / "files" / name)
            except FileNotFoundError:
                continue  # removed meanwhile


def _evidence(source: Path, target: Path, one: SnapshotFile, link: bool) -> str:
    if link and one.sealed:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            os.link(source, target)
        except OSError:  # another file system, or one without hard links
            return copy_hashed(source, target, one.size)
        return _hash(target)
    return copy_hashed(source, target, one.size)


def _outside(settings: Settings, data: Path) -> tuple[str, ...]:
    named = [folder.resolve() for folder in (settings.policies, settings.templates) if folder]
    return tuple(str(folder) for folder in named if not folder.is_relative_to(data))


def copy_hashed(source: Path, target: Path, size: int | None = None) -> str:
    """Copy the first ``size`` bytes (all without one), put them on the disk, return their SHA-256. Raises OSError."""
    digest, left = hashlib.sha256(), size
    with source.open("rb") as file:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with open(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as copy:
            while (left is None or left > 0) and (block := file.read(BLOCK if left is None else min(BLOCK, left))):
                digest.update(block)
                copy.write(block)
                left = None if left is None else left - len(block)
            copy.flush()
            os.fsync(copy.fileno())
    return digest.hexdigest()


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _write_whole(path: Path, data: bytes) -> None:
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
