"""`xunjian read`: saved pages into the readers, one JSON object a file."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from crawler.observe.parse import parse_page
from crawler.page.page import MAX_BYTES, Page
from rules.model import Observation, Post

KINDS = {".json": "application/json", ".jsonl": "application/json", ".xml": "text/xml"}


def load_page(path: Path, url: str, at: datetime) -> Page:
    """A saved page; ``.gz`` is unpacked up to the size limit. Raises OSError with a plain reason."""
    body = path.read_bytes()
    name = path.name.lower()
    if name.endswith(".gz"):
        body, name = _unpack(body), name[:-3]
    kind = KINDS.get(Path(name).suffix, "text/html")
    return Page(url=url, body=body, fetched_at=at, headers={"content-type": kind})


def _unpack(packed: bytes) -> bytes:
    """At most one byte over the limit, so that the reader sees that it is too large; what a cut file still holds."""
    unpacker = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    try:
        return unpacker.decompress(packed, MAX_BYTES + 1)
    except zlib.error as error:
        raise gzip.BadGzipFile("不是完好的 gzip 文件") from error


def read_files(files: Sequence[Path], platform: str, url: str, at: datetime) -> Iterator[dict[str, Any]]:
    """One result per file, in order; a file that cannot be opened is ``unreadable`` with the reason."""
    for file in files:
        try:
            page = load_page(file, url, at)
        except OSError as error:
            reason = f"file: {error.strerror or error}"
            yield {
                "file": str(file),
                "outcome": "unreadable",
                **dict.fromkeys(("name", "account_id", "verified_body")),
            } | {
                "last_post_at": None,
                "posts": [],
                "reason": reason,
            }
            continue
        yield {"file": str(file), **observation_json(parse_page(page, platform))}


def observation_json(seen: Observation) -> dict[str, Any]:
    """An observation as the command contract shows it."""
    return {
        "outcome": seen.outcome.value,
        "name": seen.name,
        "account_id": seen.account_id,
        "verified_body": seen.verified_body,
        "last_post_at": iso(seen.last_post_at),
        "posts": [_post(post) for post in seen.posts],
        "reason": seen.reason,
        "source": seen.source,
        "results": [
            {"name": r.name, "account_id": r.account_id, "url": r.url, "verified_body": r.verified_body}
            for r in seen.results
        ],
    }


def _post(post: Post) -> dict[str, Any]:
    return {
        "id": post.id,
        "title": post.title,
        "url": post.url,
        "published_at": iso(post.published_at),
        "pinned": post.pinned,
        "precision": post.precision.value,
    }


def iso(moment: datetime | None) -> str | None:
    """ISO with +08:00, to the second."""
    return moment.isoformat(timespec="seconds") if moment else None
