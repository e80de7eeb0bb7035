"""The WARC records of one page: what came back, or a reference to the same bytes seen before, and what was asked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from storage.evidence import warc
from storage.evidence.warc import PageLike

Packed = tuple[dict[str, Any], bytes]
"""A chain entry (without hash, length and offset) and the gzip member it stands for."""
SOFTWARE = b"software: xunjian\r\nformat: WARC File Format 1.1\r\n"


class PayloadRef(NamedTuple):
    """An earlier record that holds a body: later ones of the same bytes, or of a page that has not changed, refer to it."""

    number: str
    url: str
    at: str
    evidence: str
    digest: str


class PageRecords:
    """The records of one page, which share its address, time and ids."""

    def __init__(self, page: PageLike) -> None:
        """Nothing is written here."""
        self.page, self.number = page, warc.new_id()
        self.url, self.at = warc.address_field(page.url), warc.date_field(page.fetched_at)
        self.requested = warc.address_field(page.requested_url)

    def response(self, kind: str, sha256: str, first: PayloadRef | None, profile: str = warc.SAME_BODY) -> Packed:
        """The page as a record of this kind, or as a revisit of the first."""
        http = kind == "response"
        digest = first.digest if first else f"sha256:{sha256}"
        content = "application/http; msgtype=response" if http else self.page.headers.get("content-type", "")
        named = [
            *self._named(self.number),
            ("WARC-IP-Address", self.page.address),
            ("Xunjian-Requested-URI", self.requested),
            ("WARC-Payload-Digest", digest),
            ("Content-Type", content),
        ]
        head = warc.http_head(self.page) if http else b""
        if first is None:
            return self._packed(kind, self.number, named, head + self.page.body)
        named += [
            ("WARC-Profile", profile),
            ("WARC-Refers-To", first.number),
            ("WARC-Refers-To-Target-URI", first.url),
            ("WARC-Refers-To-Date", first.at),
            (warc.REFERS_TO, first.evidence),
        ]
        entry, member = self._packed("revisit", self.number, named, head)
        return {**entry, "refers": first.evidence}, member

    def request(self, headers: Mapping[str, str]) -> Packed:
        """What was asked to get it."""
        number = warc.new_id()
        named = [
            *self._named(number),
            ("WARC-Concurrent-To", self.number),
            ("Content-Type", "application/http; msgtype=request"),
        ]
        return self._packed("request", number, named, warc.request_head(self.requested or self.url, headers))

    def first(self, evidence: str, sha256: str) -> PayloadRef:
        """What later pages with the same body refer to."""
        return PayloadRef(self.number, self.url, self.at, evidence, f"sha256:{sha256}")

    def _named(self, number: str) -> list[tuple[str, str]]:
        return [("WARC-Record-ID", number), ("WARC-Target-URI", self.url), ("WARC-Date", self.at)]

    def _packed(self, kind: str, number: str, named: warc.Headers, block: bytes) -> Packed:
        entry = {"type": kind, "id": number, "url": self.url, "at": self.at}
        return entry, warc.compress(warc.record(kind, named, block))


def file_head(filename: str, at: str, run: str) -> Packed:
    """The record a file begins with: what wrote it."""
    number = warc.new_id()
    named = [
        ("WARC-Record-ID", number),
        ("WARC-Date", at),
        ("WARC-Filename", filename),
        ("Content-Type", "application/warc-fields"),
    ]
    block = SOFTWARE + f"run: {run}\r\n".encode()
    return {"type": "warcinfo", "id": number, "url": "", "at": at}, warc.compress(warc.record("warcinfo", named, block))
