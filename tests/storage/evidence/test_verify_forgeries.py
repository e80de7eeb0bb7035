"""Forgeries whose author computed the hashes anew: which anchor finds which, and what none of them can."""

from __future__ import annotations

import gzip
import shutil
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from storage.evidence import EvidenceArchive, VerifyStatus, verify
from storage.evidence.chain import GENESIS, MANIFEST, Manifest, line, read
from tests.support.evidence import page, sealed


def files(root: Path) -> tuple[Path, Path]:
    """The last WARC and its chain."""
    warc = sorted(root.glob("*/*.warc.gz"))[-1]
    return warc, warc.with_name(warc.name.removesuffix(".warc.gz") + ".chain")


def write_chain(path: Path, entries: list[dict[str, Any]]) -> str:
    text, head = b"", GENESIS
    for entry in entries:
        part, head = line(head, entry)
        text += part
    path.write_bytes(text)
    return head


def without_last_record(root: Path) -> None:
    """Its bytes and its link are gone; the manifest is not touched."""
    warc, chain = files(root)
    last = read(chain.read_bytes()).entries[-1]
    warc.write_bytes(warc.read_bytes()[: last["offset"]])
    chain.write_bytes(b"".join(chain.read_bytes().splitlines(keepends=True)[:-1]))


def without_last_record_resealed(root: Path) -> None:
    """And the seal of the file fits again."""
    without_last_record(root)
    warc, chain = files(root)
    links, entries = read(chain.read_bytes()), Manifest(root).read().entries
    seal = next(e for e in entries if e["event"] == "seal" and e["file"] == f"{warc.parent.name}/{warc.name}")
    seal |= {"records": len(links.entries) - 1, "bytes": warc.stat().st_size, "head": links.head}
    write_chain(root / MANIFEST, entries)


def replaced_file(root: Path) -> None:
    """Other bytes in the first record of the file, and a chain made for them."""
    warc, chain = files(root)
    entries, data = read(chain.read_bytes()).entries, warc.read_bytes()
    member = gzip.compress(gzip.decompress(data[: entries[1]["length"]]).replace(b"2026", b"2025"), mtime=0)
    moved = len(member) - entries[1]["length"]
    warc.write_bytes(member + data[entries[1]["length"] :])
    entries[1] |= {"length": len(member), "sha256": sha256(member).hexdigest()}
    for entry in entries[2:]:
        entry["offset"] += moved
    write_chain(chain, entries)


def cut_manifest(root: Path) -> None:
    """The last seal is gone from the list, the file stands."""
    manifest = root / MANIFEST
    manifest.write_bytes(b"".join(manifest.read_bytes().splitlines(keepends=True)[:-1]))


def cut_with_its_file(root: Path) -> None:
    """The last file, its chain and its two links are gone: as if it had never been written."""
    cut_manifest(root)
    cut_manifest(root)
    for path in files(root):
        path.unlink()


FORGERIES: list[tuple[Callable[[Path], None], VerifyStatus]] = [
    (without_last_record, VerifyStatus.FAILED),
    (without_last_record_resealed, VerifyStatus.VERIFIED),
    (replaced_file, VerifyStatus.FAILED),
    (cut_manifest, VerifyStatus.UNVERIFIABLE),
    (cut_with_its_file, VerifyStatus.VERIFIED),
]
"""A forgery, and what the archive says of it alone: VERIFIED is what cannot be noticed without an outside anchor."""


@pytest.mark.parametrize(("forge", "alone"), FORGERIES)
def test_either_anchor_finds_what_the_archive_alone_cannot(
    tmp_path: Path, forge: Callable[[Path], None], alone: VerifyStatus
) -> None:
    sealed(tmp_path)
    heads = EvidenceArchive(tmp_path).heads()
    forge(tmp_path)
    assert verify(tmp_path).status is alone
    assert verify(tmp_path, heads).status is VerifyStatus.FAILED
    stamped = verify(tmp_path, stamped={"2026-11-21": heads[MANIFEST]})
    assert stamped.status is VerifyStatus.FAILED
    assert any("2026-11-21" in bad.reason for bad in stamped.failures) or alone is VerifyStatus.FAILED


def test_an_edited_head_in_the_database_is_told(tmp_path: Path) -> None:
    sealed(tmp_path)
    heads = EvidenceArchive(tmp_path).heads() | {MANIFEST: "ab" * 32}
    assert verify(tmp_path, heads).status is VerifyStatus.FAILED


def test_what_came_after_the_last_stamp_is_out_of_its_reach(tmp_path: Path) -> None:
    """Said in docs/evidence.md: only a later anchor finds it."""
    sealed(tmp_path)
    stamped = {"2026-11-21": EvidenceArchive(tmp_path).heads()[MANIFEST]}
    with EvidenceArchive(tmp_path) as archive:
        archive.append(page(70), run_id="z9")
    later = {"2026-11-22": EvidenceArchive(tmp_path).heads()[MANIFEST]}
    manifest, kept = tmp_path / MANIFEST, Manifest(tmp_path).read()
    manifest.write_bytes(b"".join(manifest.read_bytes().splitlines(keepends=True)[:-2]))
    name = kept.entries[-1]["file"]
    for path in (tmp_path / name, tmp_path / name.replace(".warc.gz", ".chain")):
        path.unlink()
    assert verify(tmp_path, stamped=stamped).status is VerifyStatus.VERIFIED
    assert verify(tmp_path, stamped=stamped | later).status is VerifyStatus.FAILED


def test_a_deleted_archive_is_told(tmp_path: Path) -> None:
    sealed(tmp_path / "a")
    stamped = {"2026-11-21": EvidenceArchive(tmp_path / "a").heads()[MANIFEST]}
    shutil.rmtree(tmp_path / "a")
    (tmp_path / "a").mkdir()
    assert verify(tmp_path / "a").status is VerifyStatus.UNVERIFIABLE
    assert verify(tmp_path / "a", stamped=stamped).status is VerifyStatus.FAILED
