"""How long `evidence verify` takes beside hashing the same bytes, over pages of real size.

.venv/bin/python -m bench.evidence ../shared/samples/website --records 3000

Each record is one of the folder's HTML pages with a number behind it, so that none is stored as "unchanged since".
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from crawler.page.page import Page
from rules.model import BEIJING
from storage.evidence.archive import EvidenceArchive
from tests.support.recorded_year import hashed

AT = datetime(2026, 11, 28, 10, tzinfo=BEIJING)


def seconds(what: Callable[[], Any], times: int = 5) -> float:
    """The least processor seconds of several runs."""
    taken = []
    for _ in range(times):
        begun = time.process_time()
        what()
        taken.append(time.process_time() - begun)
    return min(taken)


def main() -> None:
    """Archive the pages, then verify them and hash them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--records", type=int, default=3000)
    given = parser.parse_args()
    pages = [path.read_bytes() for path in sorted(given.folder.rglob("*.htm*"))]
    if not pages:
        sys.exit(f"{given.folder} 里没有 HTML 页面")
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        with EvidenceArchive(root) as archive:
            for number in range(given.records):
                body = pages[number % len(pages)] + b"<!-- %d -->" % number
                archive.append(Page(f"http://s{number}.edu.example/", body, AT), run_id="bench")
            size = hashed(root)
            hashing, verifying = seconds(lambda: hashed(root)), seconds(archive.verify)
    print(
        f"{given.records} records, {size / 1e6:.1f} MB: hashing {hashing:.3f} s, verify {verifying:.3f} s, {verifying / hashing:.1f} times"
    )


if __name__ == "__main__":
    main()
