"""The tombstone of an expired record: the link of the manifest that names it, and the filler that stands in its place."""

from __future__ import annotations

import re
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from storage.evidence import chain
from storage.evidence.warc import EVIDENCE_ID

EVENT = "expire"
FIELDS = {"event", "file", "evidence", "rule", "reason", "at", "records"}
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
HASH = re.compile(r"[0-9a-f]{64}")
HASHES = 3
"""Of an expired record: its own, its link's, and the one before."""
GZIP_HEAD = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
STORED_MOST = 65535
"""Bytes that one stored block of a gzip member holds at most; each block costs five more."""
NOTE = b"This record has expired. Its tombstone stands in manifest.chain."


@dataclass(frozen=True, slots=True)
class ExpiredRecord:
    """One record that was destroyed: where it stood, what it hashed to, the hash of its link in the file's chain, and that
    of the link before it: without it, what stands before an expired line could be computed anew."""

    offset: int
    length: int
    sha256: str
    link: str
    before: str


@dataclass(frozen=True, slots=True)
class Tombstone:
    """What is left of one evidence id: its records (response, request, screenshot), destroyed together. ``rule`` is the
    code of a retention rule, ``reason`` a Chinese sentence without any name, ``at`` a time in UTC to the second."""

    evidence: str
    file: str
    rule: str
    reason: str
    at: str
    records: tuple[ExpiredRecord, ...]

    def link(self) -> dict[str, Any]:
        """As an entry of the manifest."""
        records = [[one.offset, one.length, one.sha256, one.link, one.before] for one in self.records]
        return {"event": EVENT, "file": self.file, "evidence": self.evidence, "rule": self.rule, "reason": self.reason,
                "at": self.at, "records": records}  # fmt: skip

    def filler(self, record: ExpiredRecord) -> bytes:
        """The gzip member that takes a record's place: exactly as long, a WARC record of type metadata that says nothing.
        It follows from the tombstone alone, so that nothing can be hidden in it. Raises ValueError where the place is
        too short."""
        number = uuid5(NAMESPACE_URL, f"{self.file}#{record.offset}")
        fields = f"WARC-Type: metadata\r\nWARC-Record-ID: <urn:uuid:{number}>\r\nWARC-Date: {self.at}\r\n"
        framing = len(f"WARC/1.1\r\n{fields}Content-Length: {0:010}\r\n\r\n") + 4
        blocks = 1
        while (size := record.length - len(GZIP_HEAD) - 8 - 5 * blocks) > STORED_MOST * blocks:
            blocks += 1
        if (room := size - framing) < 0:
            raise ValueError(f"{record.length} bytes are too short for a filler")
        block = NOTE[:room].ljust(room)
        head = f"WARC/1.1\r\n{fields}Content-Length: {room:010}\r\n\r\n"
        return _stored(b"".join((head.encode("ascii"), block, b"\r\n\r\n")), blocks)


def _stored(data: bytes, blocks: int) -> bytes:
    """A gzip member of so many stored blocks: the length of what is stored says the length of the member."""
    parts = [GZIP_HEAD]
    for number in range(blocks):
        piece = data[number * STORED_MOST : (number + 1) * STORED_MOST]
        last = number == blocks - 1
        parts += [bytes([last]), len(piece).to_bytes(2, "little"), (len(piece) ^ 0xFFFF).to_bytes(2, "little"), piece]
    parts += [zlib.crc32(data).to_bytes(4, "little"), len(data).to_bytes(4, "little")]
    return b"".join(parts)


def tombstone_of(entry: Mapping[str, Any]) -> Tombstone | None:
    """The tombstone that an entry of the manifest is; None where it is none, or contradicts itself."""
    match entry:
        case {"event": "expire", "records": [_, *_] as rows, **rest} if entry.keys() == FIELDS:
            texts = [value for value in rest.values() if isinstance(value, str)]
            records = [_record(row) for row in rows]
            if len(texts) == len(rest) and None not in records and MOMENT.fullmatch(rest["at"]):
                known = tuple(record for record in records if record is not None)
                found = Tombstone(**rest, records=known)
                return found if found.evidence == evidence_id(found.file, known[0].offset, known[0].sha256) else None
    return None


def _record(row: Any) -> ExpiredRecord | None:
    match row:
        case [int() as offset, int() as length, *texts] if offset >= 0 and length > 0 and len(texts) == HASHES:
            if all(isinstance(text, str) and HASH.fullmatch(text) for text in texts):
                return ExpiredRecord(offset, length, *texts)
    return None


def evidence_id(name: str, offset: int, sha256: str) -> str:
    """Where the record stands and what it is: an id that a row cites pins the bytes, whatever becomes of the chain."""
    return f"{name.removesuffix('.warc.gz').replace('/', '.')}.{offset}.{sha256[:24]}"


def place_of(evidence: str) -> tuple[str, int] | None:
    """(WARC as ``day/name``, offset) of an evidence id; None where it is none."""
    match = EVIDENCE_ID.fullmatch(evidence)
    return (f"{match[1]}/{match[2]}.warc.gz", int(match[3])) if match else None


def tombstones_in(manifest: chain.HashChain) -> dict[str, Tombstone]:
    """By evidence id, all that a manifest holds; entries that contradict themselves are for `verify` to tell."""
    found = (tombstone_of(entry) for entry in manifest.entries if entry.get("event") == EVENT)
    return {tombstone.evidence: tombstone for tombstone in found if tombstone}


Grave = tuple[Tombstone, ExpiredRecord]
"""One expired record and the tombstone that names it."""


def expired_line(record: ExpiredRecord) -> bytes:
    """What stands in the file's chain for it."""
    return chain.expired_line(record.link, record.offset, record.length, record.sha256)


def grave_fault(grave: Grave, entry: Mapping[str, Any], links: Sequence[str], member: bytes) -> str:
    """Why an expired record's place is not as its tombstone has it; "" where it is. ``entry`` and ``links``, the hash
    before it and its own: what the file's chain says there."""
    tombstone, record = grave
    known = {"length": record.length, "offset": record.offset, "sha256": record.sha256}
    if [*links] != [record.before, record.link] or known != {name: entry.get(name) for name in known}:
        return "到期销毁登记的内容与校验链不一致"
    if entry.get("type") == chain.EXPIRED and member == tombstone.filler(record):
        return ""
    return "登记为到期销毁，原处却不是规定的填充内容（销毁中途断电的，执行 xunjian evidence expire 会接着完成）"
