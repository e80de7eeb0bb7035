"""Office files are zip files that carry the machine's clock: the same content is given the same bytes."""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

_SAVED = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*")


def same_bytes(package: bytes, issued_at: datetime) -> bytes:
    """The package with the document's own date on every part, and as the moment it was made and saved."""
    stamp = issued_at.timetuple()[:6]
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(package)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            body = old.read(part)
            if part.filename == "docProps/core.xml":
                body = _SAVED.sub(rb"\g<1>" + f"{issued_at:%Y-%m-%dT%H:%M:%SZ}".encode(), body)
            new.writestr(zipfile.ZipInfo(part.filename, stamp), body, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


@dataclass(frozen=True, slots=True)
class PackedPart:
    """One part as it stands in the file: deflated, with its checksum and its length before, in bytes."""

    data: bytes
    crc: int
    size: int

    @classmethod
    def of(cls, body: bytes) -> PackedPart:
        """Deflate it."""
        deflate = zlib.compressobj(6, zlib.DEFLATED, -15)
        return cls(deflate.compress(body) + deflate.flush(), zlib.crc32(body), len(body))


@dataclass(frozen=True, slots=True)
class FixedPackage:
    """An office file of which only some parts change: the others are deflated once. ``parts`` in their order; None changes."""

    parts: Mapping[str, PackedPart | None]

    @classmethod
    def of(cls, bodies: Mapping[str, bytes], changing: Collection[str]) -> FixedPackage:
        """Pack what stays."""
        return cls({name: None if name in changing else PackedPart.of(body) for name, body in bodies.items()})

    def write(self, bodies: Mapping[str, bytes], made: datetime) -> bytes:
        """The file, every part dated ``made``. ``bodies``: one for each part that changes."""
        year, month, day, hour, minute, second = made.timetuple()[:6]
        stamp = (hour << 11) | (minute << 5) | (second // 2), ((year - 1980) << 9) | (month << 5) | day
        out, directory = bytearray(), bytearray()
        for name, kept in self.parts.items():
            part, path = kept or PackedPart.of(bodies[name]), name.encode()
            flags = 0 if name.isascii() else 0x800  # UTF-8 names
            common = struct.pack("<HHHHHIII", 20, flags, 8, *stamp, part.crc, len(part.data), part.size)
            directory += b"PK\x01\x02" + struct.pack("<H", 20) + common
            directory += struct.pack("<HHHHHII", len(path), 0, 0, 0, 0, 0, len(out)) + path
            out += b"PK\x03\x04" + common + struct.pack("<HH", len(path), 0) + path + part.data
        end = struct.pack("<HHHHIIH", 0, 0, len(self.parts), len(self.parts), len(directory), len(out), 0)
        return bytes(out + directory + b"PK\x05\x06" + end)
