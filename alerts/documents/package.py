"""Office files are zip files that carry the machine's clock: the same content is given the same bytes."""

from __future__ import annotations

import io
import re
import zipfile
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
