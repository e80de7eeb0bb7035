"""Real captured pages under hosts of their own, where the shared samples are at hand; silently nothing elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

import yaml

from monitors.demo.accounts import HERE
from monitors.demo.activity import DemoCampus
from monitors.demo.answer import DemoRequest, DemoResponse, missing
from rules.model import Filing, Platform

SCHOOL = "replay"
"""School code of these sites: 真实页面回放（演示）. They are nobody's register."""
ZONE = ".replay.example"


@dataclass(frozen=True, slots=True)
class Site:
    """One replayed site: what to call it, and which file answers which path."""

    name: str
    pages: dict[str, str]


@cache
def _sites() -> dict[str, Site]:
    table = yaml.safe_load((HERE / "replay.yaml").read_text("utf-8"))
    return {host + ZONE: Site(**row) for host, row in table.items()}


def replayed_hosts() -> tuple[str, ...]:
    """The hosts of the table, captured or not."""
    return tuple(_sites())


def replay_pages(shared: Path) -> dict[str, dict[str, Path]]:
    """The captured pages there are: host → path → file; a site without its home page is left out."""
    folder = shared / "samples" / "website"
    there = {
        host: {path: folder / name for path, name in site.pages.items() if (folder / name).is_file()}
        for host, site in _sites().items()
    }
    return {host: pages for host, pages in there.items() if "/" in pages}


def replay_filings(shared: Path, now: datetime) -> tuple[Filing, ...]:
    """Register rows of the replayed sites, under their own school code."""
    return tuple(
        Filing(
            id=f"REPLAY-{number:03}",
            school=SCHOOL,
            platform=Platform.WEBSITE,
            name=f"{_sites()[host].name}（真实页面回放，演示）",
            unit="真实页面回放",
            url=f"https://{host}/",
            filed_at=now.date(),
            note="公开页面的旧副本，内容停在采集之日；不代表该单位现状",
        )
        for number, host in enumerate(replay_pages(shared), 1)
    )


def replayed(campus: DemoCampus, ask: DemoRequest) -> DemoResponse | None:
    """A captured page as it was, "not found" for a path that was not captured; None where the host is not replayed."""
    site = _sites().get(ask.host)
    if site is None or campus.replay is None:
        return None
    file = campus.replay / "samples" / "website" / site.pages.get(ask.path, "none")
    # The marker goes into a header and not into the page: these bytes show how real pages look.
    return (
        DemoResponse(file.read_bytes(), kind="text/html", headers=(("x-demo", "replay"),))
        if file.is_file()
        else missing()
    )
