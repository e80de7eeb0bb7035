"""What of an archive is complete at this moment, while its writers go on: the files to copy, and how far."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from storage.evidence import chain
from storage.evidence.chain import MANIFEST, Manifest
from storage.evidence.writer import chain_path


@dataclass(frozen=True, slots=True)
class SnapshotFile:
    """A file below the archive's folder and how many of its bytes belong to the snapshot. ``sealed``: it never changes again."""

    name: str
    size: int
    sealed: bool


def snapshot(root: Path) -> Iterator[SnapshotFile]:
    """The manifest as it is now and every file it knows, up to the last whole record. A file begun later belongs to the next
    snapshot. Raises OSError where a known file cannot be read."""
    if not (root / MANIFEST).exists():
        return
    manifest = Manifest(root).read()
    yield SnapshotFile(MANIFEST, _length(manifest), False)
    seals = {str(entry["file"]): entry for entry in manifest.entries if entry.get("event") == "seal"}
    for name in dict.fromkeys(str(entry["file"]) for entry in manifest.entries if entry.get("event") == "open"):
        path, seal = root / name, seals.get(name)
        if not path.exists():
            continue  # a loss that `evidence verify` tells, before and after
        beside = chain_path(path)
        if seal:
            yield SnapshotFile(str(beside.relative_to(root)), beside.stat().st_size, True)
            yield SnapshotFile(name, path.stat().st_size, True)
            continue
        links = chain.read(beside.read_bytes())
        last = links.entries[-1] if links.entries else {}
        yield SnapshotFile(str(beside.relative_to(root)), _length(links), False)
        yield SnapshotFile(name, last.get("offset", 0) + last.get("length", 0), False)


def _length(links: chain.HashChain) -> int:
    """Bytes of the whole lines."""
    previous, size = chain.GENESIS, 0
    for entry in links.entries:
        text, previous = chain.line(previous, entry)
        size += len(text)
    return size
