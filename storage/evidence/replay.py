"""Recorded responses by URL, from our own archive or anybody's WARC, read as far as it can be read."""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, BinaryIO

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed

from rules.model import BEIJING
from storage.evidence import warc
from storage.evidence.warc import EVIDENCE_ID, EvidenceError, StoredPage, plain

MAX_MEMBER = 512 * 1024 * 1024
KEPT = ("response", "resource", "conversion", "revisit")
MOST_REFERENCES = 4
"""A revisit may refer to a revisit, which refers to the bytes; a longer way is nobody's honest record."""


@dataclass(frozen=True, slots=True)
class _Place:
    """Where one record stands: the gzip member (None in a plain file) and the offset in what it unpacks to.

    For a revisit also where the record stands that it refers to.
    """

    file: Path
    member: int | None
    offset: int
    at: datetime | None
    origin: _Place | None


@dataclass(frozen=True, slots=True)
class _Reference:
    """What a revisit refers to: the number or the digest of a record met here, or an evidence id of the same archive."""

    earlier: tuple[str, ...]
    evidence: str
    fault: str
    """What to say where it is nowhere."""


class ReplayIndex:
    """What a WARC file, or every WARC under a folder, has recorded. Bodies stay on the disk until asked for.

    ``errors`` lists, in Chinese, what could not be read: a WARC cut in the middle gives everything before the cut.
    """

    def __init__(self, path: Path | str) -> None:
        """Read through the records once. Raises EvidenceError where there is no WARC at all."""
        path = Path(path)
        self.errors: list[str] = []
        self._places: list[_Place] = []
        self._by_url: dict[str, list[int]] = {}
        self._met: list[tuple[_Place, _Reference | None, set[str]]] = []
        self._known: dict[str, tuple[_Place, _Reference | None]] = {}
        self._last: datetime | None = None
        files = sorted(p for p in path.rglob("*.warc*") if p.suffix in (".warc", ".gz")) if path.is_dir() else [path]
        if not files or not files[0].exists():
            raise EvidenceError(f"{path} 里没有 WARC 文件，请检查路径")
        for file in files:
            self._last = None  # a missing date is taken from the record before, never from another file
            self._scan(file)
        self._settle()

    def __len__(self) -> int:
        """How many responses were recorded."""
        return len(self._places)

    def __iter__(self) -> Iterator[StoredPage]:
        """Every page in the order recorded. Raises EvidenceError for one that became unreadable since."""
        return (self._page(place) for place in self._places)

    def urls(self) -> list[str]:
        """Every recorded URL once, in the order first seen."""
        return list(self._by_url)

    def latest(self, url: str) -> StoredPage | None:
        """The newest response recorded for a URL, None where there is none."""
        places = self._of(url)[::-1]  # of two with the same time, the one recorded later
        return self._page(max(places, key=_when)) if places else None

    def recorded(self, url: str) -> list[StoredPage]:
        """All responses for a URL in the order recorded."""
        return [self._page(place) for place in self._of(url)]

    def _of(self, url: str) -> list[_Place]:
        return [self._places[number] for number in self._by_url.get(plain(url), [])]

    def _scan(self, file: Path) -> None:
        """Take in a file up to its end, or to the first damage, which is reported."""
        try:
            with file.open("rb") as stream:
                if stream.read(2) != b"\x1f\x8b":
                    stream.seek(0)
                    self._records(file, None, stream)
                    return
                stream.seek(0)
                for member, data in _members(stream):
                    self._records(file, member, io.BytesIO(data))
        except (EvidenceError, OSError) as error:
            self.errors.append(f"{file.name}：{error}")

    def _records(self, file: Path, member: int | None, stream: BinaryIO) -> None:
        try:
            records, end = ArchiveIterator(stream), 0
            for record in records:
                at = warc.parse_date(record.rec_headers.get_header("WARC-Date")) or _http_date(record.http_headers)
                self._last = at = at or self._last
                records.read_to_end(record)
                offset = records.get_record_offset()
                if record.length is None or getattr(record.raw_stream, "limit", 0) > 0:
                    raise EvidenceError(f"偏移 {member or offset} 处的记录不完整，其后内容无法读取")
                end = offset + records.get_record_length()
                if record.rec_type in KEPT:
                    self._keep(_Place(file, member, offset, at, None), record)
            stream.seek(end)
            if stream.read(4096).strip():  # half a header ends the iteration without a word
                raise EvidenceError(f"偏移 {member or end} 处的记录不完整，其后内容无法读取")
        except EvidenceError:
            raise
        except Exception as error:  # half a header makes warcio fail in any way: AttributeError, ValueError …
            raise EvidenceError(f"已读取 {len(self._met)} 条，此后内容不是 WARC 或不完整") from error

    def _keep(self, place: _Place, record: Any) -> None:
        named = record.rec_headers
        url = (named.get_header("WARC-Target-URI") or "").strip("<>")
        where = f"{place.file.name}：偏移 {place.member or place.offset} 处的"
        if place.at is None:
            self.errors.append(f"{where}记录没有时间，页面上的相对日期无法换算，已略过（{url}）")
            return
        digest, number = named.get_header("WARC-Payload-Digest"), named.get_header("WARC-Record-ID")
        keys = {plain(url), plain(named.get_header("Xunjian-Requested-URI") or url)}
        refers = None
        if record.rec_type == "revisit":
            earlier = tuple(filter(None, (named.get_header("WARC-Refers-To"), digest)))
            refers = _Reference(
                earlier, named.get_header(warc.REFERS_TO) or "", f"{where}重复记录找不到原始内容，已略过（{url}）"
            )
        for key in filter(None, (number, "" if refers else digest)):
            self._known[key] = (place, refers)
        self._met.append((place, refers, keys))

    def _settle(self) -> None:
        """Take in what was met, in its order, each revisit with the record that it refers to."""
        for place, refers, keys in self._met:
            whole = self._whole(place, refers)
            if whole is None:
                assert refers is not None
                self.errors.append(refers.fault)
                continue
            self._places.append(whole)
            for key in keys:
                self._by_url.setdefault(key, []).append(len(self._places) - 1)
        self._met, self._known = [], {}

    def _whole(self, place: _Place, refers: _Reference | None, depth: int = 0) -> _Place | None:
        """The place with its origin; None where that is not there."""
        if refers is None or depth > MOST_REFERENCES:
            return None if refers else place
        found = next((self._known[key] for key in refers.earlier if key in self._known), None)
        found = found or _elsewhere(place.file, refers.evidence)
        origin = self._whole(*found, depth + 1) if found else None
        return replace(place, origin=origin) if origin else None

    def _page(self, place: _Place) -> StoredPage:
        first = self._page(place.origin) if place.origin else None
        return warc.page_of(_record(place), first=first, fallback=place.at)


def _elsewhere(file: Path, evidence: str) -> tuple[_Place, _Reference | None] | None:
    """A record of another file of the archive that this one belongs to; None where it is not there."""
    if not (match := EVIDENCE_ID.fullmatch(evidence)):
        return None
    place = _Place(file.resolve().parent.parent / match[1] / f"{match[2]}.warc.gz", int(match[3]), 0, None, None)
    try:
        named = _record(place).rec_headers
    except EvidenceError:
        return None
    place = replace(place, at=warc.parse_date(named.get_header("WARC-Date")))
    first = named.get_header(warc.REFERS_TO)
    return place, _Reference((), first, "") if first else None


def _record(place: _Place) -> Any:
    """The record at its place, the payload in memory."""
    try:
        with place.file.open("rb") as stream:
            stream.seek(place.member or 0)
            source = stream if place.member is None else io.BytesIO(next(_members(stream))[1])
            source.seek(place.offset)
            record = next(iter(ArchiveIterator(source)))
            record.raw_stream = io.BytesIO(record.raw_stream.read())
            return record
    except (OSError, StopIteration, ArchiveLoadFailed) as error:
        raise EvidenceError(f"{place.file.name} 偏移 {place.member or place.offset} 处的记录已无法读取") from error


def _members(stream: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Each whole gzip member with its offset. Raises EvidenceError at the first that is cut, damaged or immense.

    warcio passes over a cut member in silence, so members are unpacked here and records read from what came out.
    """
    at, rest = 0, b""
    while block := rest or stream.read(1 << 16):
        unpacker, parts, size, used = zlib.decompressobj(31), [], 0, 0
        while not unpacker.eof:
            if not block:
                raise EvidenceError(f"文件在偏移 {at} 处的记录中间被截断，其后没有内容")
            try:
                parts.append(unpacker.decompress(block))
            except zlib.error as error:
                raise EvidenceError(f"偏移 {at} 处的压缩数据已损坏，其后内容无法读取") from error
            size += len(parts[-1])
            if size > MAX_MEMBER:
                raise EvidenceError(f"偏移 {at} 处的记录解压后过大，其后内容不再读取")
            used += len(block) - len(unpacker.unused_data)
            block = b"" if unpacker.eof else stream.read(1 << 16)
        yield at, b"".join(parts)
        at, rest = at + used, unpacker.unused_data.lstrip(b"\0")


def _when(place: _Place) -> float:
    return place.at.timestamp() if place.at else 0.0


def _http_date(http: Any) -> datetime | None:
    try:
        return parsedate_to_datetime(http.get_header("date")).astimezone(BEIJING) if http else None
    except (TypeError, ValueError):
        return None
