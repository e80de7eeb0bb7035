"""The evidence archive 存证: pages as fetched, in WARC files that a hash chain holds together."""

from __future__ import annotations

from storage.evidence.archive import EvidenceArchive
from storage.evidence.expiry import Expiry, expire, unchanging
from storage.evidence.replay import ReplayIndex
from storage.evidence.report import VerifyFailure, VerifyReport, VerifyStatus
from storage.evidence.shared_store import SharedStore, folder_name
from storage.evidence.verify import verify
from storage.evidence.verify_shared import verify_shared
from storage.evidence.warc import EvidenceError, EvidenceExpired, PageLike, ReferenceLost, StoredPage

__all__ = [
    "EvidenceArchive",
    "EvidenceError",
    "EvidenceExpired",
    "Expiry",
    "PageLike",
    "ReferenceLost",
    "ReplayIndex",
    "SharedStore",
    "StoredPage",
    "VerifyFailure",
    "VerifyReport",
    "VerifyStatus",
    "expire",
    "folder_name",
    "unchanging",
    "verify",
    "verify_shared",
]  # fmt: skip
