"""One page as WARC 1.1 records and back: bytes as they were handed over, headers that stay true."""

from __future__ import annotations

import re
import uuid
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, Protocol
from urllib.parse import urlsplit

from rules.model import BEIJING
from storage.evidence.content_decoding import decoded, payload

LEVEL = 3
"""zlib level: on real pages 5 % larger than level 9 in a quarter of the time."""
ORIGINAL = "x-archive-orig-"
"""Prefix of a header that describes the wire, not the bytes we were given (pywb's convention)."""
PROFILES = "http://netpreserve.org/warc/1.1/revisit/"
SAME_BODY, NOT_MODIFIED = PROFILES + "identical-payload-digest", PROFILES + "server-not-modified"
"""What a record refers to an earlier one for: the same bytes came again, or the server said that nothing changed (304)."""
REFERS_TO = "Xunjian-Refers-To"
EVIDENCE_ID = re.compile(r"(\d{4}-\d\d-\d\d)\.([A-Za-z0-9_-]{1,80})\.(\d{1,13})\.([0-9a-f]{24})")
"""Day, file, offset, and the beginning of the record's hash."""
Headers = Iterable[tuple[str, str]]
_CONTROL = re.compile(r"[\x00-\x20\x7f]")
_TOKEN = re.compile(r"[^!#$%&'*+.^_`|~0-9A-Za-z-]")


class EvidenceError(Exception):
    """Evidence cannot be written or read: disk full, missing, damaged. The message is Chinese and says what to do.

    Raised by `storage.evidence`. The catcher records no observation: without evidence there is no fact.
    """


class ReferenceLost(EvidenceError):
    """The record that a new one should refer to is missing or damaged. Raised by `EvidenceArchive.append`, which has
    written nothing; the catcher fetches the page whole."""


class EvidenceExpired(EvidenceError):
    """The record was destroyed when its time was over, as its tombstone says. Raised by `EvidenceArchive`; the catcher
    calls it neither lost nor altered."""

    def __init__(self, evidence: str) -> None:
        """Of one evidence id."""
        super().__init__(f"存证 {evidence} 无法核验（已按规定到期销毁）")


class PageLike(Protocol):
    """What `crawler.page.page.Page` is to the archive: storage may not import the crawler."""

    @property
    def url(self) -> str: ...
    @property
    def body(self) -> bytes: ...
    @property
    def fetched_at(self) -> datetime: ...
    @property
    def status(self) -> int: ...
    @property
    def headers(self) -> Mapping[str, str]: ...
    @property
    def requested_url(self) -> str: ...
    @property
    def address(self) -> str: ...


@dataclass(frozen=True)
class StoredPage:
    """A page read back: the same fields as `crawler.page.page.Page`, so that ``Page(**vars(stored))`` is the page."""

    url: str
    body: bytes
    fetched_at: datetime
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    requested_url: str = ""
    address: str = ""


def compress(record: bytes) -> bytes:
    """One record as one gzip member."""
    packer = zlib.compressobj(LEVEL, zlib.DEFLATED, 31)
    return packer.compress(record) + packer.flush()


def new_id() -> str:
    """A fresh WARC-Record-ID."""
    return f"<urn:uuid:{uuid.uuid4()}>"


def record(kind: str, headers: Headers, block: bytes) -> bytes:
    """A WARC record: version line, named fields (empty ones left out), the block."""
    fields = "".join(f"{name}: {_line(value)}\r\n" for name, value in (("WARC-Type", kind), *headers) if value)
    head = f"WARC/1.1\r\n{fields}Content-Length: {len(block)}\r\n\r\n"
    return b"".join((head.encode("utf-8", "replace"), block, b"\r\n\r\n"))


def http_head(page: PageLike) -> bytes:
    """The status line and headers, with those renamed that would be lies beside the body as we have it."""
    try:
        reason = HTTPStatus(page.status).phrase
    except ValueError:
        reason = "Unknown"
    lines = [f"HTTP/1.1 {page.status:03d} {reason}"]
    for name, value in page.headers.items():
        false = _untrue(name.lower(), value, page.body)
        lines.append(f"{ORIGINAL if false else ''}{_TOKEN.sub('_', name)}: {_line(value)}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("utf-8", "replace")


def request_head(url: str, headers: Mapping[str, str]) -> bytes:
    """The request as sent: a GET with its headers."""
    path = re.sub(r"^[a-z]+://[^/?#]*", "", url, flags=re.I).partition("#")[0] or "/"
    lines = [f"GET {_address(path)} HTTP/1.1", *(f"{_TOKEN.sub('_', k)}: {_line(v)}" for k, v in headers.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("utf-8", "replace")


def date_field(at: datetime) -> str:
    """A WARC 1.1 date: UTC to the microsecond."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def address_field(url: str) -> str:
    """A URL that fits in one header line: spaces and control characters percent-encoded, all else as it is."""
    return _address(url)


def page_of(warc: Any, *, first: StoredPage | None = None, fallback: datetime | None = None) -> StoredPage:
    """A warcio record as a page. ``first``: the page that a revisit refers to; ``fallback`` replaces a missing date.

    A page that the server said had not changed is the first one, seen at the record's own time.

    The body is dechunked and decoded; a header renamed on the way in has its own name again. Raises EvidenceError
    where the record has no date and no fallback: relative dates on a page mean nothing without it.
    """
    named, http = warc.rec_headers, warc.http_headers
    headers: dict[str, str] = {}
    for name, value in http.headers if http else [("content-type", named.get_header("Content-Type") or "")]:
        name = name.lower().removeprefix(ORIGINAL)
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    at = parse_date(named.get_header("WARC-Date")) or fallback
    if at is None:
        raise EvidenceError("记录没有时间，页面上的“昨天”“3天前”等无法换算，不能使用")
    code = http.get_statuscode() if http else "200"
    status = int(code) if code and code.isdigit() else 0
    if first is not None and named.get_header("WARC-Profile") == NOT_MODIFIED:
        status, headers = first.status, dict(first.headers)
    return StoredPage(
        url=(named.get_header("WARC-Target-URI") or "").strip("<>"),
        body=payload(warc) if first is None else first.body,
        fetched_at=at,
        status=status,
        headers=headers,
        requested_url=named.get_header("Xunjian-Requested-URI") or "",
        address=named.get_header("WARC-IP-Address") or "",
    )


def parse_date(text: str | None) -> datetime | None:
    """A WARC date (any of its precisions) in Beijing time; None where there is none or it is no date."""
    try:
        at = datetime.fromisoformat((text or "").strip())
    except ValueError:
        return None
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(BEIJING)


def _untrue(name: str, value: str, body: bytes) -> bool:
    if name == "content-length":
        return value.strip() != str(len(body))
    if name == "content-encoding":
        return decoded(body, value) is body
    return name == "transfer-encoding" or name.startswith(ORIGINAL)


def _address(url: str) -> str:
    return _CONTROL.sub(lambda m: f"%{ord(m[0]):02X}", url)


def _line(value: str) -> str:
    return re.sub(r"[\r\n\x00]+", " ", value)


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
