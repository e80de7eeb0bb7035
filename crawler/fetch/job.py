"""What a crawl child is told to do: one run over one shard of accounts of one platform."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from crawler.platforms.authorized_api import ApiCredential
from crawler.platforms.spec import Target
from rules.model import Platform
from storage.crawl_runs import RunKind
from storage.platform_state import DEFAULT_EGRESS

USER_AGENT = "XunjianBot/0.1 (university new-media register check; public pages only; +{contact})"


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchTask:
    """One account to look at: by every public source of its platform, or at one given URL only."""

    target: Target
    url: str = ""
    source: str = ""
    """Given for a URL whose kind is known; otherwise the page tells."""
    grant: ApiCredential | None = None
    """The account's own authorisation: its official interface is asked before the public pages."""
    browser: bool = False
    screenshot: bool = False
    whole: bool = False
    """A step or a verdict waits for what this look shows: no server is believed that the page has not changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawlJob:
    """A run. ``now`` is the clock at the start; the child counts on from there with a monotonic one."""

    run: str
    kind: RunKind
    platform: Platform
    now: datetime
    data: str
    database: str
    looks: tuple[FetchTask, ...]
    follow: bool = True
    contact: str = "mailto:admin@localhost"
    delay_seconds: float | None = None
    timeout_seconds: float = 30.0
    allowed_ranges: tuple[str, ...] = ()
    connect_to: tuple[str, int, int] | None = None
    replay: str = ""
    ignore_robots: bool = False
    urgent: bool = False
    """A person waits: requests leave at once, and others of the same host come later by their pace."""
    egress: str = DEFAULT_EGRESS
    attempt: int | None = None
    """Which start of the run this is; None where nothing keeps count."""
    daily_budget: int | None = None
    browser_path: str = ""
