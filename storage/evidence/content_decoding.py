"""The body of a recorded response without what the wire wrapped it in: chunks, gzip, deflate, brotli."""

from __future__ import annotations

import zlib
from typing import Any

import brotli
from warcio.bufferedreaders import ChunkedDataReader

MAX_BODY = 64 * 1024 * 1024
"""A decoded body is cut here (a compression bomb); readers refuse anything above 10 MB anyway."""


def payload(warc: Any) -> bytes:
    """The body of a record, dechunked and decoded as its headers say; as it stands where they are wrong."""
    http, stream = warc.http_headers, warc.raw_stream
    if http and "chunked" in (http.get_header("transfer-encoding") or "").lower():
        stream = ChunkedDataReader(stream)
    body: bytes = stream.read(MAX_BODY)
    return decoded(body, http.get_header("content-encoding") or "" if http else "")


def decoded(body: bytes, encoding: str) -> bytes:
    """The body without its content-encodings. One that is declared but not there, or not known, changes nothing."""
    for name in reversed([part.strip().lower() for part in encoding.split(",") if part.strip()]):
        try:
            body = _decode(body, name)
        except (zlib.error, brotli.error, EOFError):
            return body
    return body


def _decode(body: bytes, name: str) -> bytes:
    if name == "br":
        return bytes(brotli.Decompressor().process(body, output_buffer_limit=MAX_BODY))
    if name not in ("gzip", "x-gzip", "deflate"):
        return body
    windows = (31,) if name != "deflate" else (15, -15)  # "deflate" is sent with and without the zlib wrapper
    for window in windows:
        unpacker = zlib.decompressobj(window)
        try:
            return unpacker.decompress(body, MAX_BODY)  # a body cut short gives what there is of it
        except zlib.error:
            if window == windows[-1]:
                raise
    return body
