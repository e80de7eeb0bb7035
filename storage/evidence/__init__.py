"""The evidence archive 存证: pages as fetched, in WARC files that a hash chain holds together."""

from __future__ import annotations

from storage.evidence.archive import EvidenceArchive
from storage.evidence.replay import ReplayIndex
from storage.evidence.report import VerifyFailure, VerifyReport, VerifyStatus
from storage.evidence.verify import verify
from storage.evidence.warc import EvidenceError, PageLike, ReferenceLost, StoredPage

__all__ = [
    "EvidenceArchive",
    "EvidenceError",
    "PageLike",
    "ReferenceLost",
    "ReplayIndex",
    "StoredPage",
    "VerifyFailure",
    "VerifyReport",
    "VerifyStatus",
    "verify",
]  # fmt: skip
