"""The certificates of a time-stamp in the order that DER wants: OpenSSL's authority sends them as they come, strict readers refuse it."""

from __future__ import annotations

SEQUENCE, CERTIFICATES = 0x30, 0xA0
"""Tags: the second is [0] constructed, both around SignedData and around its certificates."""


def in_order(answer: bytes) -> bytes:
    """A TimeStampResp with its certificates sorted; they are not under the signature. What has another shape stays as it is."""
    try:
        response, _ = _inside(answer, 0, SEQUENCE)
        token, _ = _inside(answer, _end(answer, response), SEQUENCE)  # behind the status
        content, _ = _inside(answer, _end(answer, token), CERTIFICATES)  # behind the content type
        at, _ = _inside(answer, content, SEQUENCE)
        for _ in range(3):  # version, digest algorithms, what was signed
            at = _end(answer, at)
        first, last = _inside(answer, at, CERTIFICATES)
        found, at = [], first
        while at < last:
            found.append(answer[at : _end(answer, at)])
            at = _end(answer, at)
    except (IndexError, ValueError):
        return answer
    return answer[:first] + b"".join(sorted(found)) + answer[last:] if at == last else answer


def _inside(data: bytes, at: int, tag: int) -> tuple[int, int]:
    """Where the content of an element begins and ends. Raises ValueError for another tag, IndexError past the end."""
    if data[at] != tag:
        raise ValueError(f"tag {data[at]:#x} instead of {tag:#x}")
    end = _end(data, at)
    return at + 2 + (data[at + 1] & 0x7F if data[at + 1] & 0x80 else 0), end


def _end(data: bytes, at: int) -> int:
    """Where the element that begins here ends. Raises IndexError past the end of the data."""
    length, begin = data[at + 1], at + 2
    if length & 0x80:
        begin += length & 0x7F
        length = int.from_bytes(data[at + 2 : begin], "big")
    if begin + length > len(data):
        raise IndexError("an element longer than the data")
    return begin + length
