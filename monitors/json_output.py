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
from rules.model import ClaimType, Observation, Post, Precision

KINDS = {".json": "application/json", ".jsonl": "application/json", ".xml": "text/xml"}

PROVES = {ClaimType.ACTIVE: "active", ClaimType.INACTIVE: "inactive", ClaimType.NAME: "name"}
"""What the contract of `parse_page` names of all that a page may prove."""


def load_page(path: Path, url: str, at: datetime, status: int = 200) -> Page:
    """A saved page; ``.gz`` is unpacked up to the size limit. Raises OSError with a plain reason."""
    body = path.read_bytes()
    name = path.name.lower()
    if name.endswith(".gz"):
        body, name = _unpack(body), name[:-3]
    kind = KINDS.get(Path(name).suffix, "text/html")
    return Page(url=url, body=body, fetched_at=at, status=status, headers={"content-type": kind})


def _unpack(packed: bytes) -> bytes:
    """At most one byte over the limit, so that the reader sees that it is too large; what a cut file still holds."""
    unpacker = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    try:
        return unpacker.decompress(packed, MAX_BYTES + 1)
    except zlib.error as error:
        raise gzip.BadGzipFile("不是完好的 gzip 文件") from error


def read_files(
    files: Sequence[Path], platform: str, url: str, at: datetime, status: int = 200
) -> Iterator[dict[str, Any]]:
    """One result per file, in order; a file that cannot be opened is ``unreadable`` with the reason."""
    for file in files:
        try:
            page = load_page(file, url, at, status)
        except OSError as error:
            reason = f"file: {error.strerror or error}"
            yield {
                "file": str(file),
                "outcome": "unreadable",
                **dict.fromkeys(("name", "account_id", "verified_body", "last_post_at", "precision")),
                "proves": [],
                "post_count": None,
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
        "precision": _precision(seen),
        "proves": [code for proof, code in PROVES.items() if proof in seen.proves],
        "post_count": seen.post_count,
        "posts": [_post(post) for post in seen.posts],
        "reason": seen.reason,
        "source": seen.source,
        "results": [
            {"name": r.name, "account_id": r.account_id, "url": r.url, "verified_body": r.verified_body}
            for r in seen.results
        ],
    }


def _precision(seen: Observation) -> str | None:
    """How exactly the newest publication is known: time, day or month."""
    if seen.last_post_at is None:
        return None
    newest = next(post.precision for post in seen.posts if post.published_at == seen.last_post_at)
    return {Precision.MONTH: "month", Precision.DAY: "day", Precision.DERIVED: "day"}.get(newest, "time")


def _post(post: Post) -> dict[str, Any]:
    return {
        "id": post.id,
        "title": post.title,
        "url": post.url,
        "published_at": iso(post.published_at),
        "pinned": post.pinned,
        "precision": post.precision.value,
        "year_inferred": post.year_inferred,
    }


def iso(moment: datetime | None) -> str | None:
    """ISO with +08:00, to the second."""
    return moment.isoformat(timespec="seconds") if moment else None
