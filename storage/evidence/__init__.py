"""The evidence archive 存证: pages as fetched, in WARC files that a hash chain holds together."""

from __future__ import annotations

from storage.evidence.archive import EvidenceArchive
from storage.evidence.replay import ReplayIndex
from storage.evidence.report import Bad, Status, VerifyReport
from storage.evidence.verify import verify
from storage.evidence.warc import EvidenceError, PageLike, StoredPage

__all__ = [
    "Bad", "EvidenceArchive", "EvidenceError", "PageLike", "ReplayIndex", "Status", "StoredPage", "VerifyReport",
    "verify",
]  # fmt: skip
