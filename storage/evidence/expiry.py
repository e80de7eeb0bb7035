"""Destroys records whose time is over: the tombstone is written first, then each record is overwritten where it stands."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
import shutil
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import takewhile
from pathlib import Path
from typing import Any

from storage.evidence import chain
from storage.evidence.chain import Manifest
from storage.evidence.report import VerifyReport
from storage.evidence.tombstone import ExpiredRecord, Tombstone, evidence_id, expired_line, place_of, tombstones_in
from storage.evidence.verify import ManifestEvents, events_of
from storage.evidence.warc import EvidenceError
from storage.evidence.writer import chain_path

LOCK = "expiry.lock"
Wanted = Mapping[str, tuple[str, str]]
"""Evidence ids, each with the code of a retention rule and its reason in Chinese."""
REFERS = re.compile(rb'"refers":"([^"]+)"')


@dataclass
class Expiry:
    """What went, or would go: ``done`` with its tombstones; ``left`` says of an id why it stays for now; ``elsewhere`` are
    ids whose file this folder does not have."""

    done: list[Tombstone] = field(default_factory=list)
    left: dict[str, str] = field(default_factory=dict)
    elsewhere: set[str] = field(default_factory=set)

    @property
    def bytes(self) -> int:
        """Bytes overwritten. No room on the disk is won: every file keeps its length."""
        return sum(record.length for tombstone in self.done for record in tombstone.records)


@contextmanager
def unchanging(root: Path, *, expiring: bool = False) -> Iterator[None]:
    """While this is held no record expires: whoever copies files of an archive gets them as their manifest has them.
    ``expiring``: to be alone. Raises OSError."""
    if not root.exists():
        yield
        return
    fd = os.open(root / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX if expiring else fcntl.LOCK_SH)
        yield
    finally:
        os.close(fd)


def expire(root: Path, wanted: Wanted, at: datetime, *, dry: bool = False) -> Expiry:
    """Destroy the records behind these evidence ids. ``dry``: only say what would go.

    What a record that stays refers to stays as well. An id whose tombstone is there already is finished: a killed
    process leaves nothing half done for long. Raises EvidenceError, OSError.
    """
    with unchanging(root, expiring=True):
        manifest = Manifest(root).read()
        if manifest.broken:
            raise EvidenceError("存证清单不衔接，没有销毁任何记录。请执行 xunjian evidence verify 查明原因")
        events, known = events_of(manifest, VerifyReport()), tombstones_in(manifest)
        moment = at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        found, chains = Expiry(), _Chains(root)
        planned = [
            tombstone
            for id in sorted(wanted.keys() - known.keys())
            if (tombstone := _planned(root, id, wanted, moment, events, chains, found))
        ]
        _keep_referred(root, planned, found)
        new = [tombstone for tombstone in planned if tombstone.evidence not in found.left]
        found.done = sorted([*(known[id] for id in wanted if id in known), *new], key=lambda one: one.evidence)
        if not dry:
            for tombstone in new:
                Manifest(root).add(tombstone.link())
            for name in dict.fromkeys(tombstone.file for tombstone in found.done):
                overwrite(root, name, [tombstone for tombstone in found.done if tombstone.file == name])
        return found


class _Chains:
    """The chains of an archive, one at a time."""

    def __init__(self, root: Path) -> None:
        self._root, self._held = root, ("", chain.HashChain([], []))

    def of(self, name: str) -> chain.HashChain:
        if self._held[0] != name:
            self._held = (name, chain.read(chain_path(self._root / name).read_bytes(), expirable=True))
        return self._held[1]


def _planned(
    root: Path, id: str, wanted: Wanted, moment: str, events: ManifestEvents, chains: _Chains, found: Expiry
) -> Tombstone | None:
    """The tombstone of an id; None where it cannot have one, which ``found`` then says."""
    place = place_of(id)
    if place is None or place[0] not in events.graves or not (root / place[0]).exists():
        found.elsewhere.add(id)
        return None
    name, offset = place
    links = chains.of(name) if name in events.seals and chain_path(root / name).exists() else None
    if links is None or links.broken:
        found.left[id] = "所在文件尚未封存" if name not in events.seals else "所在文件的校验链已损坏"
        return None
    unit = _unit(links, offset, [other[1] for each in wanted if (other := place_of(each)) and other[0] == name])
    if not unit or evidence_id(name, offset, unit[0].sha256) != id:  # two hosts may call their files alike
        found.elsewhere.add(id)
        return None
    if not all(_intact(root / name, one) for one in unit):
        found.left[id] = "内容与校验链不一致，保持原样以便查明"
        return None
    tombstone = Tombstone(id, name, *wanted[id], moment, unit)
    try:
        for record in unit:
            tombstone.filler(record)
    except ValueError:
        found.left[id] = "记录太短，没有填充的余地"
        return None
    return tombstone


def _unit(links: chain.HashChain, offset: int, alone: Collection[int]) -> tuple[ExpiredRecord, ...]:
    """The record at an offset, what was asked to get it, and the screenshot of the same page, unless it is one of those
    that go by an id of their own."""
    rows = list(zip(links.entries[1:], links.hashes[1:], links.hashes, strict=False))
    first = next((n for n, (entry, *_) in enumerate(rows) if entry.get("offset") == offset), None)
    if first is None or rows[first][0].get("type") == chain.EXPIRED:
        return ()
    head = rows[first][0]
    asked = takewhile(lambda row: row[0].get("type") == "request", rows[first + 1 :])
    shots = (row for row in rows[first + 1 :] if _pictures(row[0], head) and row[0].get("offset") not in alone)
    return tuple(_record(*row) for row in (rows[first], *asked, *shots))


def _pictures(entry: Mapping[str, Any], page: Mapping[str, Any]) -> bool:
    return entry.get("type") == "resource" and (entry.get("url"), entry.get("at")) == (page.get("url"), page.get("at"))


def _record(entry: Mapping[str, Any], link: str, before: str) -> ExpiredRecord:
    return ExpiredRecord(entry["offset"], entry["length"], entry["sha256"], link, before)


def _intact(path: Path, record: ExpiredRecord) -> bool:
    """Whether the bytes are those of the chain: evidence that was tampered with is not destroyed as if it were whole."""
    with path.open("rb") as file:
        file.seek(record.offset)
        return hashlib.sha256(file.read(record.length)).hexdigest() == record.sha256


def _keep_referred(root: Path, planned: Collection[Tombstone], found: Expiry) -> None:
    """Enter in ``left`` whatever a record that stays refers to, and what that in turn refers to."""
    ids = {tombstone.evidence for tombstone in planned}
    referrers = _referrers(root, ids) if ids else {}
    while staying := {id for id in ids if referrers.get(id, set()) - ids}:
        ids -= staying
        found.left |= dict.fromkeys(staying, "另一份保留的存证引用了它")


def _referrers(root: Path, wanted: Collection[str]) -> dict[str, set[str]]:
    """Which records refer to each of these ids. A chain is searched for the word only: a year has many lines."""
    since, referrers = min(wanted)[:10], dict[str, set[str]]()
    for path in root.glob("*/*.chain"):
        if path.parent.name < since:
            continue  # nobody refers to what comes later
        name = f"{path.parent.name}/{path.name.removesuffix('.chain')}.warc.gz"
        for text in path.read_bytes().splitlines():
            match = REFERS.search(text)
            if match and (target := match[1].decode("ascii", "replace")) in wanted:
                entry = json.loads(text[65:])
                referrers.setdefault(target, set()).add(evidence_id(name, entry["offset"], entry["sha256"]))
    return referrers


def overwrite(root: Path, name: str, tombstones: Collection[Tombstone]) -> None:
    """Put the fillers of one file's tombstones in place, then the lines of its chain; what is there already is left. To be
    called with the tombstones on disk: until it ends, `verify` says so of the file, and calling it again ends it."""
    warc, beside = root / name, chain_path(root / name)
    wanted = [(tombstone, record) for tombstone in tombstones for record in tombstone.records]
    _break_links(warc)
    with warc.open("r+b") as file:
        for tombstone, record in wanted:
            filler = tombstone.filler(record)
            file.seek(record.offset)
            if file.read(record.length) != filler:
                file.seek(record.offset)
                file.write(filler)
        file.flush()
        os.fdatasync(file.fileno())
    lines = {record.link.encode("ascii"): expired_line(record) for _, record in wanted}
    old = beside.read_bytes().splitlines(keepends=True)
    new = [lines.get(text[:64], text) for text in old]
    if new != old:
        _replace(beside, b"".join(new))


def _break_links(path: Path) -> None:
    """A backup made of hard links keeps its own bytes: a file with another name somewhere becomes a copy first."""
    fresh = path.with_name(f"{path.name}.new")
    fresh.unlink(missing_ok=True)
    if path.stat().st_nlink > 1:
        shutil.copy2(path, fresh)
        with fresh.open("rb") as file:
            os.fsync(file.fileno())
        fresh.replace(path)


def _replace(path: Path, data: bytes) -> None:
    """New content under the old name, whole or not at all."""
    fresh = path.with_name(f"{path.name}.new")
    with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
