"""A backup checked file by file, put into a new data directory, and its evidence verified there."""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import dataclass
from pathlib import Path

from monitors.errors import InvalidInput
from monitors.jobs.backup import ABOUT, MANIFEST, copy_hashed
from monitors.private_files import keep_private
from storage.database import StorageError, url_of
from storage.database_backup import POSTGRESQL, SQLITE, check_dump, load_dump
from storage.evidence import EvidenceArchive, VerifyReport, VerifyStatus
from storage.notices import NoticeState
from storage.store import Store


class DamagedBackup(Exception):
    """A backup is not what was written. Raised by `restore_backup`; the command prints it and exits 1, nothing is restored."""


@dataclass(frozen=True, slots=True)
class RestoreReport:
    """What was put into place, and what waits in the outbox: it may have left after the backup was made."""

    files: int
    evidence: VerifyReport
    waiting: int


def restore_backup(folder: Path, target: Path, *, database_url: str = "", fingerprint: str = "") -> RestoreReport:
    """Check every file of a backup, put it into a new data directory, and verify the evidence there against the database.

    ``fingerprint``: that of the manifest, as it was noted when the backup was made. Raises InvalidInput, StorageError,
    DamagedBackup; nothing stands at ``target`` then.
    """
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise InvalidInput(f"{target} 不是空目录。请恢复到一个新目录，原来的数据不会被覆盖。")
    hashes = _manifest(folder, fingerprint)
    if POSTGRESQL in hashes and not database_url:
        raise InvalidInput("这份备份来自 PostgreSQL：请新建一个空数据库，用 --database-url 写出它的地址。")
    aside = target.with_name(f".{target.name}.restoring")
    shutil.rmtree(aside, ignore_errors=True)
    try:
        for name, digest in hashes.items():
            if copy_hashed(folder / name, aside / _place(name)) != digest:
                raise DamagedBackup(f"{name} 与清单不符，备份被改动或已损坏，没有恢复。")
        report = _checked(aside, database_url, len(hashes))
        keep_private(aside)
        if target.exists():
            target.rmdir()
        aside.rename(target)
    except OSError as error:
        raise StorageError(
            f"恢复没有完成（{error.strerror or error}：{error.filename}）。请检查磁盘空间和权限。"
        ) from error
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return report


def _manifest(folder: Path, fingerprint: str) -> dict[str, str]:
    """Hash by file. Raises InvalidInput, DamagedBackup: files that are missing, or that nobody put there, included."""
    if not folder.is_dir():
        raise InvalidInput(f"找不到备份目录 {folder}。")
    try:
        text = (folder / MANIFEST).read_bytes()
        pairs = [line.split("  ", 1) for line in text.decode("utf-8").splitlines()]
        hashes = {name: digest for digest, name in pairs}
    except (OSError, ValueError) as error:
        raise DamagedBackup(f"{folder} 里没有完整的清单 {MANIFEST}：备份没有做完，或已损坏。") from error
    if fingerprint and hashlib.sha256(text).hexdigest() != fingerprint:
        raise DamagedBackup("清单的指纹与另行记录的不符，备份被整体改动过，没有恢复。")
    there = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()} - {MANIFEST}
    for name in sorted(set(hashes) - there):
        raise DamagedBackup(f"备份里缺少 {name}，没有恢复。")
    for name in sorted(there - set(hashes)):
        raise DamagedBackup(f"备份里多出了清单中没有的 {name}，没有恢复。")
    if ".." in "/".join(hashes).split("/") or not {SQLITE, POSTGRESQL} & set(hashes):
        raise DamagedBackup("清单内容不合规范，没有恢复。")
    return hashes


def _place(name: str) -> str:
    """Where a file of the backup belongs in the data directory."""
    return name.removeprefix("files/") if name.startswith("files/") else name


def _checked(data: Path, database_url: str, files: int) -> RestoreReport:
    """Open what was copied: the database is whole, the evidence is what its chains and the database's heads say."""
    database = data / SQLITE
    if database.exists():
        check_dump(database)
    else:
        load_dump(data / POSTGRESQL, url_of(data, database_url))
        (data / POSTGRESQL).unlink()
    (data / ABOUT).unlink(missing_ok=True)
    store = Store(url_of(data, database_url or None))
    try:
        archive = EvidenceArchive(data / "evidence")
        if (data / "evidence").is_dir():
            archive.seal_abandoned()  # what was being written when the backup was made
        several = store.evidence_uploads.folders()  # then a time-stamp may be of another host's folder
        report = archive.verify(store.chain_heads.all(), {} if several else store.timestamps.heads())
        _, broken = store.audit.verify()
        waiting = sum(
            n for state, n in store.outbox.counts().items() if state in (NoticeState.DUE, NoticeState.CLAIMED)
        )
    finally:
        store.close()
    if report.status is VerifyStatus.FAILED:
        raise DamagedBackup(f"备份里的存证核验不一致，没有恢复。\n{report}")
    if broken:
        raise DamagedBackup(f"备份里的操作记录被改动：{broken}，没有恢复。")
    return RestoreReport(files, report, waiting)
