"""Recorded responses by URL, from our own archive or anybody's WARC, read as far as it can be read."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed

from rules.model import BEIJING
from storage.evidence import warc
from storage.evidence.warc import EvidenceError, StoredPage

KEPT = ("response", "resource", "conversion", "revisit")


@dataclass(frozen=True, slots=True)
class _Place:
    """Where one record stands, and for a revisit where the payload it refers to stands."""

    file: Path
    offset: int
    at: datetime
    origin: tuple[Path, int] | None = None


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
        self._payloads: dict[str, tuple[Path, int]] = {}
        files = sorted(p for p in path.rglob("*.warc*") if p.suffix in (".warc", ".gz")) if path.is_dir() else [path]
        if not files or not files[0].exists():
            raise EvidenceError(f"{path} 里没有 WARC 文件，请检查路径")
        for file in files:
            self._scan(file)

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
        return self._page(max(places, key=lambda place: place.at)) if places else None

    def recorded(self, url: str) -> list[StoredPage]:
        """All responses for a URL in the order recorded."""
        return [self._page(place) for place in self._of(url)]

    def _of(self, url: str) -> list[_Place]:
        return [self._places[number] for number in self._by_url.get(plain(url), [])]

    def _scan(self, file: Path) -> None:
        last: datetime | None = None
        # warcio says on stderr, and nowhere else, that gzip data is damaged; a cut record it passes over in silence.
        complaints = io.StringIO()
        try:
            with file.open("rb") as stream, contextlib.redirect_stderr(complaints):
                records = ArchiveIterator(stream)
                for record in records:
                    at = warc.parse_date(record.rec_headers.get_header("WARC-Date")) or _http_date(record.http_headers)
                    last = at = at or last
                    records.read_to_end(record)
                    offset = records.get_record_offset()
                    if record.length is None or getattr(record.raw_stream, "limit", 0) > 0 or complaints.tell():
                        self.errors.append(f"{file.name}：偏移 {offset} 处的记录不完整或已损坏，其后内容无法读取")
                        return
                    if record.rec_type in KEPT:
                        self._keep(file, offset, at, record)
        except Exception as error:  # half a header makes warcio fail in any way: AttributeError, ValueError …
            whole = (
                "整份压缩而非逐条压缩，请先用 warcio recompress 转换"
                if "recompress" in str(error)
                else "此后内容不是 WARC"
            )
            self.errors.append(f"{file.name}：{whole}（已读取 {len(self._places)} 条）")

    def _keep(self, file: Path, offset: int, at: datetime | None, record: Any) -> None:
        named = record.rec_headers
        url = (named.get_header("WARC-Target-URI") or "").strip("<>")
        if at is None:
            self.errors.append(
                f"{file.name}：偏移 {offset} 处的记录没有时间，页面上的相对日期无法换算，已略过（{url}）"
            )
            return
        digest, number = named.get_header("WARC-Payload-Digest"), named.get_header("WARC-Record-ID")
        origin = None
        if record.rec_type == "revisit":
            origin = self._payloads.get(named.get_header("WARC-Refers-To") or "") or self._payloads.get(digest or "")
            if origin is None:
                self.errors.append(f"{file.name}：偏移 {offset} 处的重复记录找不到原始内容，已略过（{url}）")
                return
        else:
            self._payloads |= {key: (file, offset) for key in (digest, number) if key}
        self._places.append(_Place(file, offset, at, origin))
        for key in {plain(url), plain(named.get_header("Xunjian-Requested-URI") or url)}:
            self._by_url.setdefault(key, []).append(len(self._places) - 1)

    def _page(self, place: _Place) -> StoredPage:
        body = warc.payload(_record(*place.origin)) if place.origin else None
        return warc.page_of(_record(place.file, place.offset), body=body, fallback=place.at)


def _record(file: Path, offset: int) -> Any:
    """The record at an offset, its payload read into memory."""
    try:
        with file.open("rb") as stream, contextlib.redirect_stderr(io.StringIO()):
            stream.seek(offset)
            record = next(iter(ArchiveIterator(stream)))
            record.raw_stream = io.BytesIO(record.raw_stream.read())
            return record
    except (OSError, StopIteration, ArchiveLoadFailed) as error:
        raise EvidenceError(f"{file.name} 偏移 {offset} 处的记录已无法读取") from error


def _http_date(http: Any) -> datetime | None:
    try:
        return parsedate_to_datetime(http.get_header("date")).astimezone(BEIJING) if http else None
    except (TypeError, ValueError):
        return None


def plain(url: str) -> str:
    """A URL as it is looked up: scheme and host in lower case, no default port, no fragment, a path at least ``/``."""
    try:
        parts = urlsplit(url.strip())
        port = "" if parts.port in (None, {"http": 80, "https": 443}.get(parts.scheme)) else f":{parts.port}"
    except ValueError:
        return url
    if not parts.hostname:
        return url
    return f"{parts.scheme}://{parts.hostname}{port}{parts.path or '/'}" + (f"?{parts.query}" if parts.query else "")
