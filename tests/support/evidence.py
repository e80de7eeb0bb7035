"""Small pages and archives for the tests of the evidence archive."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from crawler.page.page import Page
from rules.model import BEIJING
from storage.evidence import EvidenceArchive

AT = datetime(2026, 11, 21, 9, 30, 0, 123456, tzinfo=BEIJING)
BODY = ("<html><title>某某大学图书馆</title>" + "通知公告 2026-11-20 " * 60 + "</html>").encode()


def page(number: int, body: bytes = b"", **more: Any) -> Page:
    """The n-th page of a run, one second after the one before."""
    fields: dict[str, Any] = {"headers": {"content-type": "text/html"}, "address": "10.0.0.1"} | more
    return Page(
        f"https://x.example.edu.cn/{number}",
        body or BODY + str(number).encode(),
        AT + timedelta(seconds=number),
        **fields,
    )


def sealed(root: Path, records: int = 8, runs: int = 2) -> list[str]:
    """An archive of a few sealed files. Returns the evidence ids."""
    ids = []
    for run in range(runs):
        with EvidenceArchive(root, sync_every=1000) as archive:
            for number in range(records):
                asked = {"User-Agent": "xunjian"} if number % 3 == 0 else None
                ids.append(archive.append(page(number + 100 * run), request_headers=asked, run_id=f"r{run}"))
    return ids
