"""Checks an archive against its chains, and seals what killed writers left behind."""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from storage.evidence import chain
from storage.evidence.chain import MANIFEST, HashChain, Manifest
from storage.evidence.report import VerifyFailure, VerifyReport
from storage.evidence.tombstone import Grave, grave_fault, tombstone_of
from storage.evidence.warc import EVIDENCE_ID
from storage.evidence.writer import chain_path


@dataclass
class ManifestEvents:
    """What a manifest says of its files: those it knows, how they were sealed, and which records of sealed ones expired."""

    opened: list[str] = field(default_factory=list)
    seals: dict[str, dict[str, Any]] = field(default_factory=dict)
    graves: dict[str, dict[int, Grave]] = field(default_factory=dict)

    def take(self, entry: Mapping[str, Any]) -> bool:
        """One more entry; False where it contradicts those before it."""
        name = str(entry.get("file", ""))
        match entry.get("event"):
            case "open" if name not in self.graves:
                self.opened.append(name)
                self.graves[name] = {}
            case "seal" if name in self.graves and name not in self.seals:
                self.seals[name] = dict(entry)
            case "expire" if name in self.seals and (tombstone := tombstone_of(entry)):
                known = self.graves[name]
                if known.keys() & {record.offset for record in tombstone.records}:
                    return False
                known.update((record.offset, (tombstone, record)) for record in tombstone.records)
            case _:
                return False
        return True


def verify(
    path: Path | str, heads: Mapping[str, str] | None = None, stamped: Mapping[str, str] | None = None
) -> VerifyReport:
    """Check an archive, or one WARC with its chain. ``heads`` were recorded earlier by `EvidenceArchive.heads`;
    ``stamped`` gives the manifest's head by the day whose time-stamp names it.

    Reads every byte once and hashes it once. Raises OSError where a file that is there cannot be read.
    """
    path, report = Path(path), VerifyReport()
    if path.is_dir():
        _archive(path, report, heads or {}, stamped or {})
    elif path.exists():
        _lone_file(path, report, heads or {})
    else:
        report.missing.append(f"{path} 不存在")
    return report


def _archive(root: Path, report: VerifyReport, heads: Mapping[str, str], stamped: Mapping[str, str]) -> None:
    found = {f"{p.parent.name}/{p.name}" for p in root.glob("*/*.warc.gz") if p.stat().st_size}
    events = check_manifest(root, found, report, heads, stamped)
    for name in events.opened:
        check_file(root / name, name, events, report, heads)
    check_references(report, local_chains(root))


def check_manifest(
    root: Path, found: Collection[str], report: VerifyReport, heads: Mapping[str, str], stamped: Mapping[str, str]
) -> ManifestEvents:
    """Check an archive's manifest against the files that were ``found``. Returns what it says of them."""
    if not (root / MANIFEST).exists():
        if heads or stamped:
            report.failures.append(VerifyFailure(MANIFEST, 0, 0, "清单被删除"))
        report.missing.append("没有清单 manifest.chain，不能确认文件是否齐全")
    manifest = Manifest(root).read()
    if manifest.broken:
        report.failures.append(VerifyFailure(MANIFEST, len(manifest.entries) + 1, 0, f"清单{manifest.broken}"))
    if manifest.torn:
        report.missing.append("清单最后一行没有写完")
    _check_head(MANIFEST, manifest, heads, report)
    _check_stamped(manifest, stamped, report)
    events = events_of(manifest, report)
    for name in sorted(set(found) - events.graves.keys()):
        report.failures.append(VerifyFailure(name, 0, 0, "文件不在清单中"))
    return events


def events_of(manifest: HashChain, report: VerifyReport) -> ManifestEvents:
    """What a manifest says, contradictions reported."""
    events = ManifestEvents()
    for number, entry in enumerate(manifest.entries, start=1):
        if not events.take(entry):
            report.failures.append(VerifyFailure(MANIFEST, number, 0, "清单内容前后矛盾"))
    return events


def _lone_file(path: Path, report: VerifyReport, heads: Mapping[str, str]) -> None:
    """One file: as part of its archive where it stands in one, by its chain alone elsewhere."""
    name = f"{path.resolve().parent.name}/{path.name}"
    if not chain_path(path).exists() or not path.name.endswith(".warc.gz"):
        report.missing.append(f"{path.name} 旁没有校验链（.chain 文件），不能判断是否被改动过")
        return
    root = path.resolve().parent.parent
    events: ManifestEvents | None = events_of(Manifest(root).read(), VerifyReport())
    if events and name not in events.graves:
        events, links = None, chain.read(chain_path(path).read_bytes(), expirable=True)
        name = str((links.entries or [{}])[0].get("file", name))
        if not name.endswith(f"/{path.name}"):
            report.failures.append(VerifyFailure(path.name, 0, 0, "校验链属于另一个文件"))
            return
    check_file(path, name, events, report, heads)
    check_references(report, local_chains(root))


def check_file(
    path: Path, name: str, events: ManifestEvents | None, report: VerifyReport, heads: Mapping[str, str]
) -> None:
    """Check one WARC with its chain. ``events``: what its manifest says, None where there is none to ask. Raises OSError
    where a file that is there cannot be read."""
    report.files += 1
    seal = events.seals.get(name) if events else None
    try:
        alive = _being_written(path)
        data = chain_path(path).read_bytes()  # before the WARC: a live writer is then ahead, never behind
        links = chain.read(data, expirable=True)
        size = path.stat().st_size
    except FileNotFoundError as error:
        report.failures.append(VerifyFailure(name, 0, 0, f"{Path(str(error.filename)).name} 不见了"))
        return
    graves = events.graves.get(name, {}) if events else None
    bad, end, tail = _records(path, name, links, size, report, graves)
    if not bad:
        bad = _ends_well(name, links, end, size, tail, seal)
    if bad:
        report.failures.append(bad)
    _check_head(name, links, heads, report)
    if bad or seal:
        return
    if alive:
        report.notes.append(f"{name} 正在写入，已核验到目前的最后一条")
    elif size > end or links.torn:
        report.torn[name] = size - end
        report.missing.append(f"{name} 的写入曾被中断，末尾 {size - end} 字节不属于任何已确认的记录（torn tail）")
    elif name not in heads:
        report.missing.append(f"{name} 没有封存记录，不能排除末尾整条记录被删去")


def _records(
    path: Path, name: str, links: HashChain, size: int, report: VerifyReport, graves: Mapping[int, Grave] | None
) -> tuple[VerifyFailure | None, int, str]:
    """Check each record against the chain, expired ones against their tombstones. Returns what is bad, where the last
    record ends, and the hash of the rest."""
    first = links.entries[0] if links.entries else {}
    if first.get("file") != name and (links.entries or links.broken):
        return VerifyFailure(name, 0, 0, links.broken or "校验链属于另一个文件"), 0, ""
    at = 0
    with path.open("rb") as file:
        for number, entry in enumerate(links.entries[1:], start=1):
            length = entry.get("length")
            length = length if isinstance(length, int) and length > 0 else 0
            member = file.read(length)
            if entry.get("type") == chain.EXPIRED or (graves and at in graves):
                why = _expired(at, entry, links.hashes[number - 1 : number + 1], member, graves, report)
            elif entry.get("offset") != at or hashlib.sha256(member).hexdigest() != entry.get("sha256"):
                why = "内容被截断" if len(member) < length else "内容与校验链不一致"
            else:
                why = ""
            if why:
                return VerifyFailure(name, number, at, why), at, ""
            at += length
            if "refers" in entry:
                report.references.setdefault(str(entry["refers"]), (name, number))
            report.records, report.bytes = report.records + 1, report.bytes + length
        if links.broken:
            return VerifyFailure(name, len(links.entries), at, f"校验链{links.broken}"), at, ""
        tail = file.read(size - at) + links.torn
    if astray := (graves or {}).keys() - {entry["offset"] for entry in links.entries[1:]}:
        why = "登记为到期销毁，文件中却没有这样一条记录"
        return VerifyFailure(name, len(links.entries), min(astray), why), at, ""
    return None, at, hashlib.sha256(tail).hexdigest() if tail else ""


def _expired(
    at: int,
    entry: Mapping[str, Any],
    links: Sequence[str],
    member: bytes,
    graves: Mapping[int, Grave] | None,
    report: VerifyReport,
) -> str:
    """Why a record is not expired as its tombstone has it; "" where it is, or where there is no manifest to ask."""
    if graves is None:
        said = "有记录按规定到期销毁，登记在原存证目录的清单里，这里没有清单，不能核对"
        report.missing += [] if said in report.missing else [said]
        return "" if entry.get("offset") == at else "内容与校验链不一致"
    if at not in graves:
        return "内容已被抹去，清单中没有到期销毁的登记"
    report.expired.add(graves[at][0].evidence)
    return grave_fault(graves[at], entry, links, member)


def _ends_well(
    name: str, links: HashChain, end: int, size: int, tail: str, seal: dict[str, Any] | None
) -> VerifyFailure | None:
    if seal is None:
        return None
    if links.head != seal.get("head") or max(len(links.entries) - 1, 0) != seal.get("records"):
        return VerifyFailure(name, len(links.entries), end, "与封存时相比，记录有缺失或被替换")
    if size != seal.get("bytes") or tail != seal.get("tail", ""):
        return VerifyFailure(name, len(links.entries), end, "与封存时相比，文件末尾有变动")
    return None


def check_references(report: VerifyReport, chains: Callable[[str], bytes]) -> None:
    """Whether what the checked records refer to is still there: "unchanged" shows nothing without it. ``chains`` gives the
    chain of a WARC by its name, nothing where there is none."""
    held: dict[str, dict[int, str]] = {}
    for evidence, (name, number) in sorted(report.references.items()):
        match = EVIDENCE_ID.fullmatch(evidence)
        target = f"{match[1]}/{match[2]}.warc.gz" if match else ""
        if match and target not in held:
            entries = chain.read(chains(target), expirable=True).entries[1:]
            there = (entry for entry in entries if entry.get("type") != chain.EXPIRED)
            held[target] = {entry.get("offset", -1): str(entry.get("sha256")) for entry in there}
        if not match or not held[target].get(int(match[3]), "").startswith(match[4]):
            said = f"{name} 第 {number} 条记录说页面没有变化，它引用的存证 {evidence} 不在这里，当时的页面不能还原"
            report.missing.append(said)


def local_chains(root: Path) -> Callable[[str], bytes]:
    """The chains of an archive on this disk, of WARCs that are there, too."""

    def of(name: str) -> bytes:
        beside = chain_path(root / name)
        return beside.read_bytes() if (root / name).exists() and beside.exists() else b""

    return of


def _check_head(name: str, links: HashChain, heads: Mapping[str, str], report: VerifyReport) -> None:
    known = heads.get(name, chain.GENESIS)
    if known != chain.GENESIS and known not in links.hashes and not any(bad.file == name for bad in report.failures):
        report.failures.append(VerifyFailure(name, 0, 0, "与另行保存的链首不符，存证被整体改写或截短"))


def _check_stamped(manifest: HashChain, stamped: Mapping[str, str], report: VerifyReport) -> None:
    """The first day whose head the manifest does not hold; a broken manifest is told already."""
    if manifest.broken:
        return
    for day, head in stamped.items():
        if head not in manifest.hashes:
            why = f"与 {day} 的时间戳所证明的链首不符，存证在那以后被整体改写或截短"
            report.failures.append(VerifyFailure(MANIFEST, 0, 0, why))
            return


def _being_written(path: Path) -> bool:
    fd = os.open(path, os.O_RDONLY)
    try:
        fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(fd)
    return False


def seal_abandoned(root: Path) -> list[str]:
    """Enter in the manifest how the files of killed writers stand, torn tail and all. Returns the names sealed.

    A file that fails its check is not sealed: the failure stays visible.
    """
    events, sealed = events_of(Manifest(root).read(), VerifyReport()), []
    for name in events.opened:
        path, report = root / name, VerifyReport()
        if name in events.seals or not path.exists() or not chain_path(path).exists() or _being_written(path):
            continue
        links = chain.read(chain_path(path).read_bytes())
        size = path.stat().st_size
        bad, _, tail = _records(path, name, links, size, report, {})
        if bad is None:
            entry = {"event": "seal", "file": name, "records": max(len(links.entries) - 1, 0), "head": links.head,
                     "bytes": size, "tail": tail}  # fmt: skip
            if Manifest(root).add(entry, once=True):  # its writer, or another process, may have been quicker
                sealed.append(name)
    return sealed
