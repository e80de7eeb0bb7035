"""Small PDFs and photographs as a scanner and a telephone make them, and as somebody who means harm would."""

from __future__ import annotations

import zlib


def pdf(*, pages: int = 1, extra: bytes = b"", packed: bool = False) -> bytes:
    """A PDF of empty pages; ``packed``: its page list stands in a compressed stream, as newer programs write it."""
    kids = b" ".join(b"%d 0 R" % (number + 3) for number in range(pages))
    objects = [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[%s]/Count %d>>" % (kids, pages)]
    objects += [b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>"] * pages
    if packed:
        inside = zlib.compress(b" ".join(objects))
        body = b"9 0 obj\n<</Type/ObjStm/N 3/First 0/Filter/FlateDecode/Length %d>>\nstream\n%s\nendstream\nendobj\n" % (len(inside), inside)  # fmt: skip
    else:
        body = b"".join(b"%d 0 obj\n%s\nendobj\n" % (number, each) for number, each in enumerate(objects, start=1))
    picture = b"99 0 obj\n<</Length 30>>\nstream\n\x00/JavaScript /Encrypt /Type/Page \nendstream\nendobj\n"
    return b"%PDF-1.5\n" + body + picture + extra + b"\ntrailer<</Root 1 0 R>>\nstartxref\n9\n%%EOF\n"


def jpeg(width: int = 1240, height: int = 1754) -> bytes:
    """The skeleton of a JPEG: what is checked, without a picture in it."""
    size = height.to_bytes(2) + width.to_bytes(2)
    frame = b"\xff\xc0\x00\x11\x08" + size + b"\x03" + bytes(9)
    return b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(9) + frame + b"\xff\xda\x00\x08" + bytes(60) + b"\xff\xd9"
