"""Some of the archive's pages as one WACZ 1.1.1 file that web archive players open: records copied byte for byte.

The same pages give the same bytes. Each record keeps the hash that its evidence id holds, so that whoever has the ids
needs neither us nor the database to check them.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from warcio.archiveiterator import ArchiveIterator

from storage.evidence.archive import EvidenceArchive
from storage.evidence.warc import REFERS_TO, EvidenceError, parse_date, plain

VERSION = "1.1.1"
ARCHIVE, INDEX, LINES, PAGES = (
    "archive/data.warc.gz",
    "indexes/index.cdx.gz",
    "indexes/index.idx",
    "pages/pages.jsonl",
)
STAMP = (1980, 1, 1, 0, 0, 0)
"""The date of every part of the package: the oldest a zip file can say, for the machine's clock is no evidence."""


@dataclass(frozen=True, slots=True)
class CopiedRecord:
    """One record in the package: where it stands in ``archive/data.warc.gz`` and what the whole member hashes to."""

    evidence: str
    url: str
    at: datetime
    offset: int
    length: int
    sha256: str


@dataclass(frozen=True, slots=True)
class _Copy:
    record: CopiedRecord
    line: str


def write_wacz(
    path: Path, archive: EvidenceArchive, evidence: Iterable[str], *, title: str, created: datetime
) -> tuple[list[CopiedRecord], list[str]]:
    """Write the records behind these ids, and those they refer to, in the order of their times.

    Returns what was copied, and the ids that could not be read (damaged or missing): they are named, never left out in
    silence. ``created`` is the moment the package speaks of. Raises EvidenceError where the file cannot be written.
    """
    members, missing = _members(archive, evidence)
    data, copies = _joined(members)
    parts = {ARCHIVE: data, **_indexes(copies), PAGES: _pages(copies, title)}
    package = _datapackage(parts, title, created)
    seal = json.dumps({"path": "datapackage.json", "hash": _sha256(package)}).encode()
    try:
        with zipfile.ZipFile(path, "w") as file:
            for name, body in {**parts, "datapackage.json": package, "datapackage-digest.json": seal}.items():
                packed = zipfile.ZIP_STORED if name.endswith(".gz") else zipfile.ZIP_DEFLATED
                file.writestr(zipfile.ZipInfo(name, STAMP), body, packed)
    except OSError as error:
        raise EvidenceError(f"不能写入存证包 {path}（{error.strerror}），请检查磁盘空间和权限。") from error
    return [copy.record for copy in copies], missing


def _members(archive: EvidenceArchive, evidence: Iterable[str]) -> tuple[dict[str, bytes], list[str]]:
    """The members by id, a referred one before the revisit that needs it."""
    members: dict[str, bytes] = {}
    missing: list[str] = []
    for wanted in evidence:
        try:
            members |= _with_referred(archive, wanted)
        except EvidenceError:
            missing.append(wanted)
    return members, missing


def _with_referred(archive: EvidenceArchive, wanted: str) -> dict[str, bytes]:
    """The member and what it refers to, in whatever file, the one with the bytes first. Raises EvidenceError."""
    member = archive.member(wanted)
    first = _record(member).rec_headers.get_header(REFERS_TO)
    return (_with_referred(archive, first) if first else {}) | {wanted: member}


def _record(member: bytes) -> Any:
    return next(iter(ArchiveIterator(io.BytesIO(member))))


def _joined(members: dict[str, bytes]) -> tuple[bytes, list[_Copy]]:
    data, copies = bytearray(), []
    for evidence, member in members.items():
        found = _record(member)
        named = found.rec_headers
        at = parse_date(named.get_header("WARC-Date"))
        assert at is not None, "our own records are dated"
        url = named.get_header("WARC-Target-URI")
        record = CopiedRecord(evidence, url, at, len(data), len(member), hashlib.sha256(member).hexdigest())
        copies.append(_Copy(record, _index_line(record, found)))
        data += member
    return bytes(data), copies


def _index_line(record: CopiedRecord, found: Any) -> str:
    http = found.http_headers
    revisit = found.rec_type == "revisit"
    mime = "" if http is None else (http.get_header("content-type") or "").partition(";")[0].strip()
    entry = {
        "url": record.url,
        "mime": "warc/revisit" if revisit else mime or found.content_type or "unk",
        "status": http.get_statuscode() if http else "200",
        "digest": found.rec_headers.get_header("WARC-Payload-Digest"),
        "length": str(record.length),
        "offset": str(record.offset),
        "filename": "data.warc.gz",
    }
    return f"{surt(record.url)} {record.at.astimezone(UTC):%Y%m%d%H%M%S} {json.dumps(entry, ensure_ascii=False)}\n"


def surt(url: str) -> str:
    """The sort-friendly form of an address: ``cn,edu,bit)/path?query``."""
    parts = urlsplit(plain(url))
    host = ",".join(reversed((parts.hostname or "").split(".")))
    port = f":{parts.port}" if parts.port else ""
    return f"{host}{port}){parts.path or '/'}{'?' + parts.query if parts.query else ''}".lower()


def _indexes(copies: Sequence[_Copy]) -> dict[str, bytes]:
    lines = sorted(copy.line for copy in copies)
    packed = gzip.compress("".join(lines).encode(), mtime=0)
    head = '!meta 0 {"format": "cdxj-gzip-1.0", "filename": "index.cdx.gz"}\n'
    block = {"offset": 0, "length": len(packed), "digest": _sha256(packed), "filename": "index.cdx.gz"}
    first = " ".join(lines[0].split(" ", 2)[:2]) if lines else "0 0"
    return {INDEX: packed, LINES: f"{head}{first} {json.dumps(block)}\n".encode()}


def _pages(copies: Sequence[_Copy], title: str) -> bytes:
    head = {"format": "json-pages-1.0", "id": "pages", "title": title}
    rows = [
        {
            "id": copy.record.sha256[:24],
            "url": copy.record.url,
            "ts": copy.record.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "title": title,
            "evidence": copy.record.evidence,
        }
        for copy in copies
    ]
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in (head, *rows)).encode()


def _datapackage(parts: dict[str, bytes], title: str, created: datetime) -> bytes:
    resources = [
        {"name": name.rpartition("/")[2].lower(), "path": name, "hash": _sha256(body), "bytes": len(body)}
        for name, body in parts.items()
    ]
    package = {
        "profile": "data-package",
        "wacz_version": VERSION,
        "title": title,
        "created": created.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "software": "xunjian",
        "resources": resources,
    }
    return json.dumps(package, ensure_ascii=False, indent=2).encode()


def _sha256(body: bytes) -> str:
    return f"sha256:{hashlib.sha256(body).hexdigest()}"
