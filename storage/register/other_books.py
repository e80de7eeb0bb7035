"""Old Excel workbooks (.xls) and OpenDocument tables (.ods), read in a child process that may take a bounded amount of memory."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import zipfile
from datetime import date, datetime
from typing import Any

from storage.register.limits import MAX_SPANNED

OLD_EXCEL = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
OPEN_DOCUMENT = b"application/vnd.oasis.opendocument.spreadsheet"
SECONDS = 60
MEMORY = 1024 * 1024 * 1024
"""What the child may map. A cell in the last corner of a sheet makes the library lay out every cell before it."""
CODES = {3: "password", 4: "rows", 5: "spans"}


class UnreadableBook(Exception):
    """The file is no such workbook, is protected, or costs too much. ``code``: password, rows, spans, or "" for any other
    reason. Caught by `storage.register.sheets`."""

    def __init__(self, code: str = "") -> None:
        """Why."""
        super().__init__(code)
        self.code = code


def is_open_document(data: bytes) -> bool:
    """Whether a zip file says of itself that it is an OpenDocument table."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive, archive.open("mimetype") as stream:
            return stream.read(80).strip() == OPEN_DOCUMENT
    except Exception:  # whatever is wrong with it, it is not one
        return False


def read_book(data: bytes, rows: int, columns: int) -> list[dict[str, Any]]:
    """Every sheet: ``title, hidden, cut, rows [[number, cells]], spans``. Raises UnreadableBook."""
    command = [sys.executable, "-m", "storage.register.other_books_child", str(MEMORY), str(rows), str(columns)]
    command.append(str(MAX_SPANNED))
    try:
        done = subprocess.run(command, input=data, capture_output=True, timeout=SECONDS, check=False)  # noqa: S603 - our own module
    except subprocess.TimeoutExpired as error:
        raise UnreadableBook from error
    if done.returncode:
        raise UnreadableBook(CODES.get(done.returncode, ""))
    found: list[dict[str, Any]] = json.loads(done.stdout, object_hook=_dated)
    return found


def _dated(value: dict[str, Any]) -> Any:
    match value:
        case {"date": str(text)}:
            return date.fromisoformat(text)
        case {"moment": str(text)}:
            return datetime.fromisoformat(text)
    return value
