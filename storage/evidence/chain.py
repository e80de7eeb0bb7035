"""A hash chain in a text file: each line is ``sha256(previous hash + JSON)``, a space, and the JSON, canonical."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

GENESIS = "0" * 64
MANIFEST = "manifest.chain"

EXPIRED = "expired"
"""The type of a link whose record a retention rule destroyed: what the record was is left, its address is not."""

_DECODER = json.JSONDecoder()
_EXPIRED = re.compile(rb'[0-9a-f]{64} \{"length":\d{1,13},"offset":\d{1,13},"sha256":"[0-9a-f]{64}","type":"expired"\}')

ChainEntry = Mapping[str, Any]


def line(previous: str, entry: ChainEntry) -> tuple[bytes, str]:
    """The next line of a chain, and its hash, which is the chain's new head."""
    text = json.dumps(entry, ensure_ascii=True, sort_keys=True, separators=(",", ":")).encode("ascii")
    head = hashlib.sha256(previous.encode("ascii") + text).hexdigest()
    return b"".join((head.encode("ascii"), b" ", text, b"\n")), head


def expired_line(link: str, offset: int, length: int, sha256: str) -> bytes:
    """The line that takes the place of an expired record's. ``link`` is the hash of the line that stood there: the chain
    goes on from it, and only the tombstone in the manifest says that it was so (`storage.evidence.expiry`)."""
    entry = {"length": length, "offset": offset, "sha256": sha256, "type": EXPIRED}
    return f"{link} {json.dumps(entry, separators=(',', ':'))}\n".encode("ascii")


@dataclass(slots=True)
class HashChain:
    """A chain as read: its entries, the hash after each, and what is wrong with it."""

    entries: list[dict[str, Any]]
    hashes: list[str]
    torn: bytes = b""
    """A last line that never got its end: a write cut short. The line was never acknowledged."""
    whole: bytes = b""
    """The lines of the entries, as they stand in the file."""
    broken: str = ""
    """Why the line after the last entry is not a link of this chain; "" where all are."""

    @property
    def head(self) -> str:
        """The hash after the last entry."""
        return self.hashes[-1] if self.hashes else GENESIS


def read(data: bytes, *, expirable: bool = False) -> HashChain:
    """Check every link. Stops at the first line that is not one: nothing behind it can be trusted. ``expirable``: lines of
    expired records are taken at their word, as a WARC's chain may hold them; whoever verifies asks the manifest for each."""
    chain = HashChain([], [])
    *lines, rest = data.split(b"\n")
    chain.torn, end = rest, 0
    head = GENESIS.encode("ascii")
    for number, text in enumerate(lines, start=1):
        # The bytes are hashed as they stand, so that a change of a blank is found as well.
        head = hashlib.sha256(head + text[65:]).hexdigest().encode("ascii")
        if text[:65] != head + b" " and expirable and _EXPIRED.fullmatch(text):
            head = text[:64]
        entry = _entry(text[65:]) if text[:65] == head + b" " else None
        if entry is None:
            chain.broken = f"第 {number} 行与前文不衔接"
            break
        chain.entries.append(entry)
        chain.hashes.append(head.decode("ascii"))
        end += len(text) + 1
    chain.whole = data[:end]
    return chain


def _entry(text: bytes) -> dict[str, Any] | None:
    """The JSON object of a line; None where it is none."""
    try:
        entry, end = _DECODER.raw_decode(text.decode("ascii"))  # no search for blanks: a line has none
    except (ValueError, RecursionError):
        return None
    return entry if isinstance(entry, dict) and end == len(text) else None


class Manifest:
    """The chain over files: which were opened, how each was sealed, and which of their records have expired. Shared by all
    writers under a file lock."""

    def __init__(self, root: Path) -> None:
        """Nothing is touched until something is added or read."""
        self.path = root / MANIFEST

    def read(self) -> HashChain:
        """Every link, checked. An absent file is an empty chain."""
        return read(self.path.read_bytes()) if self.path.exists() else HashChain([], [])

    def add(self, entry: ChainEntry, *, once: bool = False) -> bool:
        """Append a link, on disk before this returns. Raises OSError, leaving the chain as it was.

        ``once``: only where no link says the same event of the same file yet; False is returned where one does.
        """
        with self._locked() as fd:
            if once and any((e["event"], e["file"]) == (entry["event"], entry["file"]) for e in self.read().entries):
                return False
            size, last = self._end(fd)
            text, _ = line(last, entry)
            try:
                write_all(fd, text)
                os.fsync(fd)
            except OSError:
                os.ftruncate(fd, size)
                raise
            return True

    @contextmanager
    def _locked(self) -> Iterator[int]:
        fd = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX)
            yield fd
        finally:
            os.close(fd)

    def _end(self, fd: int) -> tuple[int, str]:
        """Size and head; a torn last line, which nobody was told of, is cut off first."""
        size = os.fstat(fd).st_size
        back, tail = 4096, b""
        while True:
            start = max(0, size - back)
            tail = os.pread(fd, size - start, start)
            whole = tail[: tail.rfind(b"\n") + 1]
            if start == 0 or whole.count(b"\n") >= 2:
                break
            back *= 4
        if len(whole) < len(tail):
            size -= len(tail) - len(whole)
            os.ftruncate(fd, size)
        last = whole.splitlines()[-1][:64].decode("ascii", "replace") if whole else GENESIS
        return size, last


def write_all(fd: int, data: bytes) -> None:
    """Write everything: a nearly full disk takes a part first and refuses the rest."""
    view = memoryview(data)
    while view:
        view = view[os.write(fd, view) :]
