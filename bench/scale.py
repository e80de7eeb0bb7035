"""What every institution of the country would ask of one installation, reckoned from measured costs.

.venv/bin/python -m bench.scale             # the tables of docs/scale.md
.venv/bin/python -m bench.scale --measure   # bytes of evidence a page, from the captured pages of ../shared

The unit costs stand in `COSTS` with the command that measured each; the rest is arithmetic.
"""

from __future__ import annotations

import argparse
import gzip
import math
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from crawler.platforms import SPECS
from monitors.simulate.reach_world import MIX
from rules.model import Platform

INSTITUTIONS, ACCOUNTS_EACH = 2_952, 610
ACCOUNTS = INSTITUTIONS * ACCOUNTS_EACH
SAMPLES = Path(__file__).parents[2] / "shared" / "samples"
DAY, YEAR = 86_400, 365
UNSEEN = (Platform.CHANNELS,)
"""No public page at all: asked of the owner, never fetched."""


@dataclass(frozen=True)
class Costs:
    """Unit costs; the docstring of each names the command that measured it."""

    visits_a_day: float = 0.143
    """Visits of an account a day: `xunjian simulate`, 14.3 % of daily polling."""
    requests_website: int = 3
    requests_other: int = 2
    """Requests a visit: the home page, two columns; a list and one post."""
    cpu_page: float = 1 / 287
    """Seconds of a core a page, start of the child included: `bench.crawl`, one child, 287 pages/s."""
    cpu_browser_page: float = 2.4
    """Seconds a page of the browser: `bench.scan`, scan of a rendered page less scan of a plain one."""
    row_bytes: int = 690
    """Of an observation with its indexes: `bench.check`, 25 GB for 36.5 million."""
    page_bytes: int = 16_800
    """Of evidence a page, headers and index included: `bench.scale --measure`."""
    unchanged: float = 0.6
    """Share of visits that meet the page they met last: an assumption; most accounts post less than once a week."""
    revisit_bytes: int = 700
    """Of a revisit record."""
    check_account: float = 17.5 / 100_000
    """Seconds of a core to check one account: `bench.check`, 100,000 accounts in 17.5 s."""


COSTS = Costs()


@dataclass(frozen=True)
class Load:
    """A platform's share of the whole: accounts, visits and requests a day, egress addresses at its pace."""

    platform: Platform
    accounts: int
    visits: float
    requests: float
    rendered: bool
    pace: int
    addresses: int


def load_of(platform: Platform, share: int, costs: Costs = COSTS) -> Load:
    """The daily load of one platform. A website is its own host: its pace bounds no other, and one address serves."""
    accounts = ACCOUNTS * share // 100
    visits = 0.0 if platform in UNSEEN else accounts * costs.visits_a_day
    website = platform is Platform.WEBSITE
    requests = visits * (costs.requests_website if website else costs.requests_other)
    # WeChat's accounts are looked for at Sogou, whose pace is the narrower of the two.
    spec = SPECS["sogou" if platform is Platform.WECHAT else platform.value] if visits else None
    pace = min(spec.daily_budget, int(DAY / spec.delay_seconds)) if spec else 0
    addresses = 1 if website else math.ceil(requests / pace) if pace else 0
    rendered = spec is not None and not website and any(source.browser for source in spec.sources)
    return Load(platform, accounts, visits, requests, rendered, pace, addresses)


def loads(costs: Costs = COSTS) -> list[Load]:
    """Every platform of a real register."""
    return [load_of(platform, share, costs) for platform, share in MIX]


def platform_table(rows: list[Load]) -> str:
    """Markdown: what each platform asks for."""
    lines = ["| platform | accounts | requests a day | a day from one address | addresses |", "|---|---|---|---|---|"]
    for row in rows:
        pace = "a host each" if row.platform is Platform.WEBSITE else f"{row.pace:,}" if row.pace else "no public page"
        lines.append(f"| {row.platform.label} | {row.accounts:,} | {row.requests:,.0f} | {pace} | {row.addresses:,} |")
    total = sum(row.requests for row in rows)
    addresses = sum(row.addresses for row in rows)
    return "\n".join([*lines, f"| all | {ACCOUNTS:,} | {total:,.0f} | | {addresses:,} |"])


def whole_table(rows: list[Load], costs: Costs = COSTS) -> str:
    """Markdown: fetches, processor, rows, disk."""
    requests, visits = sum(row.requests for row in rows), sum(row.visits for row in rows)
    rendered = sum(row.requests for row in rows if row.rendered)
    cpu = (requests - rendered) * costs.cpu_page + rendered * costs.cpu_browser_page
    whole = requests * costs.page_bytes * YEAR
    kept = requests * YEAR * ((1 - costs.unchanged) * costs.page_bytes + costs.unchanged * costs.revisit_bytes)
    figures = {
        "fetches a second, the day round": f"{requests / DAY:.1f}",
        "core hours a day, plain pages": f"{(requests - rendered) * costs.cpu_page / 3600:.1f}",
        "core hours a day, pages of a browser": f"{rendered * costs.cpu_browser_page / 3600:.0f}",
        "cores, half idle": f"{math.ceil(2 * cpu / DAY)}",
        "core seconds of a full check": f"{ACCOUNTS * costs.check_account:.0f}",
        "observations a year": f"{visits * YEAR / 1e6:.0f} million",
        "PostgreSQL a year": f"{visits * YEAR * costs.row_bytes / 1e9:.0f} GB",
        "evidence a year, every page whole": f"{whole / 1e12:.2f} TB",
        "evidence a year, unchanged pages as revisits": f"{kept / 1e12:.2f} TB",
    }
    return "\n".join(["| | |", "|---|---|", *(f"| {name} | {value} |" for name, value in figures.items())])


def measured() -> dict[str, int]:
    """Compressed bytes of a captured page by platform, and the mean of all."""
    sizes: dict[str, list[int]] = defaultdict(list)
    for path in SAMPLES.rglob("*"):
        if path.is_file() and path.suffix in {".html", ".json", ".xml"}:
            sizes[path.relative_to(SAMPLES).parts[0]].append(len(gzip.compress(path.read_bytes())))
    everything = [size for found in sizes.values() for size in found]
    means = {name: sum(found) // len(found) for name, found in sorted(sizes.items())}
    return means | {"all": sum(everything) // len(everything)}


def main() -> None:
    """Print the tables, or the sizes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--measure", action="store_true")
    if parser.parse_args().measure:
        for name, size in measured().items():
            print(f"{name:12} {size:>8,}")
        return
    rows = loads()
    print(platform_table(rows), whole_table(rows), sep="\n\n")


if __name__ == "__main__":
    main()
