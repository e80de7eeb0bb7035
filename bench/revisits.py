"""A month of daily visits to websites that seldom change, with and without asking "has it changed?", in one run.

.venv/bin/python -m bench.revisits --sites 40

Of each site the home page and four columns are visited once a day for thirty days. A third of the servers send an ETag, a
third Last-Modified, a third nothing. Site n publishes in one column every 1 + n % 14 days. Bytes are those of the answers'
bodies; processor time is that of keeping, reading and remembering (Scrapy's own part is the same or less); evidence is what
stands on the disk afterwards. A fourteenth visit is whole, as in a sweep.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from bench.campus_server import COLUMNS, page
from crawler.fetch.revisits import Revisits
from crawler.observe.page_reading import read_page, reader_of
from crawler.page.page import Page
from crawler.platforms import spec_of
from crawler.platforms.spec import Target
from rules.model import BEIJING, Platform
from storage.evidence import EvidenceArchive
from storage.store import Store

BEGIN = datetime(2026, 12, 1, 6, 0, tzinfo=BEIJING)
DAYS = 30
SPEC = spec_of("website")
ROW = '<li id="line_u9_new"><span>{at:%Y-%m-%d}</span><a href="/s{site}/info/{day}.htm">新发布的第{day}条通知</a></li>'


@dataclass
class Month:
    """What thirty days of visits came to."""

    body_bytes: int = 0
    seconds: float = 0.0
    evidence_bytes: int = 0
    unchanged: int = 0
    dates: list[tuple[str, datetime | None]] = field(default_factory=list)


def answer(site: int, column: str | None, day: int, asked: dict[str, str]) -> Page:
    """What the server sends on that day: the page, or "not modified"."""
    at = BEGIN + timedelta(days=day)
    changed = day - day % (1 + site % 14) if column in (None, "tzgg") else 0
    url = f"http://s{site}.example/{'' if column is None else column + '.htm'}"
    body = page(site, column)
    if changed:
        row = ROW.format(at=BEGIN + timedelta(days=changed - 1), site=site, day=changed)
        body = body.replace(b'<li id="line_u9_0">', row.encode() + b'<li id="line_u9_0">', 1)
    stamp = f"{BEGIN + timedelta(days=changed):%a, %d %b %Y} 00:00:00 GMT"
    mark: dict[str, str] = ({"etag": f'"{column}-{changed}"'}, {"last-modified": stamp}, {})[site % 3]
    headers = {"content-type": "text/html; charset=utf-8", **mark}
    if mark and set(asked.values()) == set(mark.values()):
        return Page(url=url, body=b"", fetched_at=at, status=304, headers=headers, requested_url=url)
    return Page(url=url, body=body, fetched_at=at, headers=headers, requested_url=url)


def visit(revisits: Revisits, target: Target, site: int, column: str | None, day: int, month: Month) -> None:
    """One page of one day, as the spider handles it."""
    url = f"http://s{site}.example/{'' if column is None else column + '.htm'}"
    at, home = (target.key, url), column is None
    source = SPEC.sources[0] if home else None
    came = answer(site, column, day, revisits.conditions(at, whole=False))
    month.body_bytes += len(came.body)
    kept = revisits.keep(came, at)
    assert kept is not None, url
    reader = reader_of(target, SPEC, source, asked=home, follow=home)
    reading = kept.reading(reader)
    if reading is None:
        reading, _ = read_page(revisits.whole(kept), target, SPEC, source, asked=home, follow=home)
    revisits.remember(at, kept, reading, reader, direct=True)
    month.dates.append((url, kept.dated(reading.seen).last_post_at))


def run(folder: Path, sites: int, *, ask: bool) -> Month:
    """A month; ``ask``: whether a server is asked if something has changed."""
    month, store = Month(), Store(f"sqlite:///{folder / 'xunjian.db'}")
    targets = [
        Target(platform=Platform.WEBSITE, key=f"website:s{n}", account_id=f"s{n}.example", url=f"http://s{n}.example/")
        for n in range(sites)
    ]
    for day in range(DAYS):
        begun = time.process_time()
        with EvidenceArchive(folder / "evidence") as archive:
            keys = [target.key for target in targets] if ask else []
            revisits = Revisits(archive, f"day{day}", store.whole_fetches, keys)
            for site, target in enumerate(targets):
                for column in (None, *COLUMNS):
                    visit(revisits, target, site, column, day, month)
            revisits.flush()
        month.seconds += time.process_time() - begun
        month.unchanged += revisits.unchanged
    store.close()
    month.evidence_bytes = sum(path.stat().st_size for path in (folder / "evidence").rglob("*") if path.is_file())
    return month


def main() -> None:
    """Measure both ways and print them side by side."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sites", type=int, default=40)
    sites = parser.parse_args().sites
    with tempfile.TemporaryDirectory() as whole, tempfile.TemporaryDirectory() as asked:
        before, after = run(Path(whole), sites, ask=False), run(Path(asked), sites, ask=True)
    assert before.dates == after.dates, "both ways see the same"
    print(f"{len(after.dates)} visits, {after.unchanged / len(after.dates):.1%} found unchanged")
    for name, was, now in (
        ("bytes fetched", before.body_bytes, after.body_bytes),
        ("processor seconds", before.seconds, after.seconds),
        ("bytes of evidence", before.evidence_bytes, after.evidence_bytes),
    ):
        print(f"{name:18} whole {was:12,.1f}   asking {now:12,.1f}   {now / was:.2f} ×")


if __name__ == "__main__":
    main()
