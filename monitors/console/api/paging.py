"""Cursors: the key of the last row of a page as one opaque word."""

from __future__ import annotations

import base64
import binascii
import json
from typing import Annotated

from fastapi import HTTPException, Query

from storage.keyset_pages import Key

MOST = 200
Limit = Annotated[int, Query(ge=1, le=MOST, description=f"一页的条数，最多 {MOST}")]
Cursor = Annotated[str, Query(max_length=1000, description="上一页给出的 next_cursor；第一页不填")]


def written(key: Key | None) -> str | None:
    """The cursor of a key."""
    if key is None:
        return None
    return base64.urlsafe_b64encode(json.dumps(key, ensure_ascii=False).encode()).decode().rstrip("=")


def read(cursor: str, parts: int) -> Key:
    """The key of a cursor, empty for the first page. Raises HTTPException 422 for what we never gave out."""
    if not cursor:
        return ()
    try:
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode()
        key = json.loads(text)
    except (ValueError, binascii.Error, RecursionError) as error:
        raise _unknown() from error
    if not isinstance(key, list) or len(key) != parts or not all(_usable(part) for part in key):
        raise _unknown()
    return tuple(key)


def _usable(part: object) -> bool:
    """A text that a database takes: PostgreSQL has no NUL, and half a surrogate pair is no character."""
    return isinstance(part, str) and "\0" not in part and part.isprintable()


def _unknown() -> HTTPException:
    return HTTPException(422, "游标不对。请原样使用上一页给出的 next_cursor，或从第一页重新开始。")
