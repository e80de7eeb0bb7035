"""Checks the shared store: every worker's archive there, file by file, against its chains and the heads kept elsewhere."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from storage.evidence.chain import MANIFEST, Manifest
from storage.evidence.report import VerifyFailure, VerifyReport
from storage.evidence.shared_store import SharedStore
from storage.evidence.verify import check_file, check_manifest, check_references
from storage.evidence.writer import chain_path


def verify_shared(
    store: SharedStore, heads: Mapping[str, str], stamped: Mapping[str, str], own: Collection[str] = ()
) -> VerifyReport:
    """Check all folders. ``heads`` are those of the manifests as they were put there, by folder; ``stamped`` gives a manifest's head by day,
    of any folder, ``own`` the links of the local manifest, which may be ahead of its copy. At most one file is on this disk
    at a time. Raises EvidenceError where the store cannot be used, OSError where this disk cannot."""
    report, links = VerifyReport(), set(own)
    present = store.folders()
    for folder in sorted({*present, *heads}):
        if folder not in present:
            report.failures.append(VerifyFailure(f"{folder}/{MANIFEST}", 0, 0, "共享存储中没有这个目录的清单"))
            continue
        found = VerifyReport()
        with TemporaryDirectory(prefix="xunjian-verify-") as place:
            _folder(store, folder, Path(place), found, heads.get(folder, ""))
            links.update(Manifest(Path(place)).read().hashes)
        report.add(found, folder)
    for day, head in stamped.items():
        if head not in links:
            why = f"与 {day} 的时间戳所证明的链首不符，存证在那以后被整体改写或截短"
            report.failures.append(VerifyFailure(MANIFEST, 0, 0, why))
    return report


def _folder(store: SharedStore, folder: str, root: Path, report: VerifyReport, head: str) -> None:
    (root / MANIFEST).write_bytes(store.read(folder, MANIFEST))
    found = store.files(folder)
    events = check_manifest(root, (), report, {MANIFEST: head} if head else {}, {})
    report.notes += [f"{name} 已存入，清单尚未更新" for name in sorted(found - events.graves.keys())]
    for name in events.opened:
        if name not in events.seals and name not in found:
            report.notes.append(f"{name} 尚未封存，还没有存入共享存储")
            continue
        beside = str(chain_path(Path(name)))
        with store.brought(folder, name, root), store.brought(folder, beside, root):
            check_file(root / name, name, events, report, {})
    check_references(report, lambda name: _chain(store, folder, name) if name in found else b"")


def _chain(store: SharedStore, folder: str, name: str) -> bytes:
    with suppress(FileNotFoundError):  # told of that file already
        return store.read(folder, str(chain_path(Path(name))))
    return b""
