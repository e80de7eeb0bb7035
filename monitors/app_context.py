"""What every use-case needs at hand: settings, store, clock, policies, and where the network leads."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path
from platform import node

from monitors.clock import Clock
from monitors.crawl_processes import CrawlProcessPool
from monitors.job_queue import InProcessQueue, JobQueue
from monitors.policy_registry import policies_of
from monitors.settings import Settings
from rules.circuit_breaker import CanaryAccount
from rules.model import Platform
from rules.policies.schema import Policy
from storage.evidence import EvidenceArchive, SharedStore
from storage.store import Store


@dataclass(frozen=True)
class DemoPerson:
    """Somebody who can sign in to the demonstration, with a password made at its start."""

    name: str
    display: str
    roles: str
    password: str


@dataclass
class AppContext:
    """One process's surroundings. ``connect_to`` is the demo campus (address, plain port, TLS port), or None."""

    settings: Settings
    store: Store
    clock: Clock
    connect_to: tuple[str, int, int] | None = None
    canaries: Sequence[CanaryAccount] = ()
    demo_people: Sequence[DemoPerson] = ()
    crawl_processes: CrawlProcessPool = field(init=False)
    job_queue: JobQueue = field(init=False)
    """Where background work is put; a service on PostgreSQL and its workers share one."""
    platform_locks: Mapping[Platform, asyncio.Lock] = field(init=False)
    """Those of this process that wait for a platform's turn, in the order they came (`monitors.jobs.platform_turn`)."""
    picture_lock: asyncio.Lock = field(init=False, default_factory=asyncio.Lock)
    """Held while a stored page is drawn: a browser is the largest thing that this process starts."""

    def __post_init__(self) -> None:
        """Make room for crawl children."""
        self.crawl_processes = CrawlProcessPool(
            self.settings.crawl_processes, self.settings.crawl_timeout_seconds, self.settings.crawl_memory_mb
        )
        self.job_queue = InProcessQueue(self)
        self.platform_locks = {platform: asyncio.Lock() for platform in Platform}

    @cached_property
    def policies(self) -> Mapping[str, Policy]:
        """Policies by school code. Raises PolicyError."""
        return policies_of(self.settings)

    def paused_until(self, platform: Platform) -> datetime | None:
        """Until when a platform is left alone after a wall. The demo's walls are those of single accounts."""
        until = self.store.platform_state.get(platform, self.settings.egress).paused_until
        return until if until and until > self.clock() and not self.settings.demo else None

    @cached_property
    def holder(self) -> str:
        """What this process is called where it holds something: machine and process."""
        return f"{node()}:{os.getpid()}"

    @property
    def schools(self) -> list[str]:
        """Codes of the schools that have a register here."""
        return sorted(self.store.filings.schools())

    @property
    def evidence(self) -> Path:
        """The evidence archive's folder."""
        return self.settings.data / "evidence"

    @cached_property
    def shared_store(self) -> SharedStore | None:
        """Where all hosts' sealed evidence is kept together; None where one folder is all. Raises EvidenceError."""
        return SharedStore(self.settings.evidence_store) if self.settings.evidence_store else None

    def archive(self) -> EvidenceArchive:
        """The evidence archive: this host's folder to write, the others' pages to read. Raises EvidenceError."""
        return EvidenceArchive(self.evidence, shared=self.shared_store)
