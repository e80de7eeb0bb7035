"""Checks an archive against its chains, and seals what killed writers left behind."""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any

from storage.evidence import chain
from storage.evidence.chain import MANIFEST, HashChain, Manifest
from storage.evidence.report import VerifyFailure, VerifyReport
from storage.evidence.warc import EVIDENCE_ID
from storage.evidence.writer import chain_path


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
    opened, seals = check_manifest(root, found, report, heads, stamped)
    for name in opened:
        check_file(root / name, name, seals.get(name), report, heads)
    check_references(report, local_chains(root))


def check_manifest(
    root: Path, found: Collection[str], report: VerifyReport, heads: Mapping[str, str], stamped: Mapping[str, str]
) -> tuple[list[str], dict[str, dict[str, Any]]]:
    """Check an archive's manifest against the files that were ``found``. Returns the files it knows and how they were sealed."""
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
    opened, seals = _events(manifest, report)
    for name in sorted(set(found) - set(opened)):
        report.failures.append(VerifyFailure(name, 0, 0, "文件不在清单中"))
    return opened, seals


def _events(manifest: HashChain, report: VerifyReport) -> tuple[list[str], dict[str, dict[str, Any]]]:
    opened: list[str] = []
    seals: dict[str, dict[str, Any]] = {}
    for number, entry in enumerate(manifest.entries, start=1):
        name = str(entry.get("file", ""))
        if entry.get("event") == "open" and name not in opened:
            opened.append(name)
        elif entry.get("event") == "seal" and name in opened and name not in seals:
            seals[name] = entry
        else:
            report.failures.append(VerifyFailure(MANIFEST, number, 0, "清单内容前后矛盾"))
    return opened, seals


def _lone_file(path: Path, report: VerifyReport, heads: Mapping[str, str]) -> None:
    """One file: as part of its archive where it stands in one, by its chain alone elsewhere."""
    name = f"{path.resolve().parent.name}/{path.name}"
    if not chain_path(path).exists() or not path.name.endswith(".warc.gz"):
        report.missing.append(f"{path.name} 旁没有校验链（.chain 文件），不能判断是否被改动过")
        return
    root = path.resolve().parent.parent
    opened, seals = _events(Manifest(root).read(), VerifyReport())
    if name not in opened:
        name = str((chain.read(chain_path(path).read_bytes()).entries or [{}])[0].get("file", name))
        if not name.endswith(f"/{path.name}"):
            report.failures.append(VerifyFailure(path.name, 0, 0, "校验链属于另一个文件"))
            return
    check_file(path, name, seals.get(name), report, heads)
    check_references(report, local_chains(root))


def check_file(
    path: Path, name: str, seal: dict[str, Any] | None, report: VerifyReport, heads: Mapping[str, str]
) -> None:
    """Check one WARC with its chain. Raises OSError where a file that is there cannot be read."""
    report.files += 1
    try:
        alive = _being_written(path)
        links = chain.read(chain_path(path).read_bytes())  # before the WARC: a live writer is then ahead, never behind
        size = path.stat().st_size
    except FileNotFoundError as error:
        report.failures.append(VerifyFailure(name, 0, 0, f"{Path(str(error.filename)).name} 不见了"))
        return
    bad, end, tail = _records(path, name, links, size, report)
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
    path: Path, name: str, links: HashChain, size: int, report: VerifyReport
) -> tuple[VerifyFailure | None, int, str]:
    """Check each record against the chain. Returns what is bad, where the last record ends, and the hash of the rest."""
    first = links.entries[0] if links.entries else {}
    if first.get("file") != name and (links.entries or links.broken):
        return VerifyFailure(name, 0, 0, links.broken or "校验链属于另一个文件"), 0, ""
    at = 0
    with path.open("rb") as file:
        for number, entry in enumerate(links.entries[1:], start=1):
            length = entry.get("length")
            length = length if isinstance(length, int) and length > 0 else 0
            member = file.read(length)
            if entry.get("offset") != at or hashlib.sha256(member).hexdigest() != entry.get("sha256"):
                why = "内容被截断" if len(member) < length else "内容与校验链不一致"
                return VerifyFailure(name, number, at, why), at, ""
            at += length
            if "refers" in entry:
                report.references.setdefault(str(entry["refers"]), (name, number))
            report.records, report.bytes = report.records + 1, report.bytes + length
        if links.broken:
            return VerifyFailure(name, len(links.entries), at, f"校验链{links.broken}"), at, ""
        tail = file.read(size - at) + links.torn
    return None, at, hashlib.sha256(tail).hexdigest() if tail else ""


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
            entries = chain.read(chains(target)).entries[1:]
            held[target] = {entry.get("offset", -1): str(entry.get("sha256")) for entry in entries}
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
    opened, seals = _events(Manifest(root).read(), VerifyReport())
    sealed = []
    for name in opened:
        path, report = root / name, VerifyReport()
        if name in seals or not path.exists() or not chain_path(path).exists() or _being_written(path):
            continue
        links = chain.read(chain_path(path).read_bytes())
        size = path.stat().st_size
        bad, _, tail = _records(path, name, links, size, report)
        if bad is None:
            entry = {"event": "seal", "file": name, "records": max(len(links.entries) - 1, 0), "head": links.head,
                     "bytes": size, "tail": tail}  # fmt: skip
            if Manifest(root).add(entry, once=True):  # its writer, or another process, may have been quicker
                sealed.append(name)
    return sealed
