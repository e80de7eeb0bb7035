"""One discovery run in progress: what it asks through crawl children, what was found, and its report."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from crawler.discovery.plan import Log, SearchOutcome, SearchQuery
from crawler.discovery.sources import SearchEngine
from crawler.fetch.job import FetchTask
from crawler.page.page import Page
from monitors.app_context import AppContext
from monitors.jobs.discovery.candidates import ScreeningContext
from monitors.jobs.platform_turn import platform_turn
from monitors.jobs.sweep import new_crawl_job, run_crawl_job
from monitors.json_output import iso
from rules.candidates import Candidate, SearchLogEntry
from rules.model import Observation, Platform, SearchHit
from storage.crawl_runs import RunKind
from storage.evidence import EvidenceError

PATIENCE_SECONDS = 90.0
"""The certificate log often takes a minute to answer."""
NOT_RECORDED = "not_recorded"


@dataclass(frozen=True)
class UnansweredQuery:
    """A question that got no answer: blocked or unreadable, which never means that there is nobody."""

    search: str
    query: str
    reply: SearchOutcome
    reason: str


@dataclass
class DiscoverReport:
    """What a run did. ``candidates`` are those met in this run as they are now kept; ``left``: planned, not asked."""

    asked: Counter[str] = field(default_factory=Counter)
    new: int = 0
    waiting: int = 0
    filed: int = 0
    candidates: list[Candidate] = field(default_factory=list)
    hidden: list[UnansweredQuery] = field(default_factory=list)
    resting: dict[str, datetime] = field(default_factory=dict)
    left: int = 0
    notes: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    @property
    def blocked(self) -> list[UnansweredQuery]:
        """The questions that met a wall."""
        return [row for row in self.hidden if row.reply is SearchOutcome.BLOCKED]

    def as_dict(self) -> dict[str, Any]:
        """For machines."""
        hidden = [vars(row) | {"reply": row.reply.value} for row in self.hidden]
        return {
            "asked": dict(self.asked), "new": self.new, "waiting": self.waiting, "filed": self.filed,
            "candidates": [as_row(candidate) for candidate in self.candidates],
            "blocked": [row for row in hidden if row["reply"] == SearchOutcome.BLOCKED.value],
            "unreadable": [row for row in hidden if row["reply"] != SearchOutcome.BLOCKED.value],
            "resting": {label: iso(until) for label, until in self.resting.items()},
            "left": self.left, "notes": self.notes, "errors": self.errors,
        }  # fmt: skip


def as_row(candidate: Candidate) -> dict[str, Any]:
    """A candidate for machines."""
    return {
        "school": candidate.school, "account": candidate.key, "platform": candidate.platform.value,
        "name": candidate.name, "url": candidate.url, "kind": candidate.kind.value, "why": candidate.why,
        "term": candidate.term, "match": candidate.match_kind, "verified_body": candidate.verified_body,
        "personal": candidate.personal, "evidence": list(candidate.evidence), "state": candidate.state.value,
        "first_seen_at": iso(candidate.first_seen_at), "last_seen_at": iso(candidate.last_seen_at),
        "expires_at": iso(candidate.expires_at), "decided_by": candidate.decided_by,
        "decided_at": iso(candidate.decided_at), "decision_reason": candidate.decision_reason,
        "decision_kind": candidate.decided_kind.value if candidate.decided_kind else None,
    }  # fmt: skip


@dataclass
class DiscoveryRun:
    """``logs``: the search log before the run; ``asked``: what to write into it; ``sites``: suspects among websites."""

    context: AppContext
    hunt: ScreeningContext
    replay: str
    recorded: Sequence[str]
    logs: Mapping[str, Log]
    report: DiscoverReport = field(default_factory=DiscoverReport)
    found: list[tuple[SearchHit, str]] = field(default_factory=list)
    sites: list[Candidate] = field(default_factory=list)
    asked: dict[str, dict[tuple[str, str], SearchLogEntry]] = field(default_factory=lambda: defaultdict(dict))
    now: datetime = field(init=False)

    def __post_init__(self) -> None:
        """One moment for the whole run."""
        self.now = self.context.clock()

    def may_ask(self, platform: Platform) -> bool:
        """Not where the operator switched a platform off or a sweep met a wall there: that wall is ours too."""
        if until := self.context.paused_until(platform):
            self.report.resting[platform.label] = until
            return False
        return self.context.store.platform_state.get(platform).enabled

    @asynccontextmanager
    async def _turn(self, platform: Platform) -> AsyncIterator[bool]:
        """Ask a platform only while no sweep does; False where that sweep met a wall or somebody switched it off. Websites
        have a host each, and a recording asks nobody."""
        if platform is Platform.WEBSITE or self.replay:
            yield True
            return
        async with platform_turn(self.context, platform):
            yield await asyncio.to_thread(self.may_ask, platform)

    async def fetch(self, platform: Platform, looks: Sequence[FetchTask]) -> dict[str, list[Observation]]:
        """Look through one crawl child; observations by key. What was not asked (budget, a wall before) is missing.

        A search's wall is the search's own and does not send the platform's accounts to rest.
        """
        context, given = self.context, {"timeout_seconds": PATIENCE_SECONDS} if platform is Platform.WEBSITE else {}
        kind = RunKind.DISCOVERY
        order = await asyncio.to_thread(
            new_crawl_job, context, kind, platform, looks, follow=False, replay=self.replay, **given
        )
        async with self._turn(platform) as free:
            if not free:
                return {}
            ending = await run_crawl_job(context, order, rests=False)
        if ending.error:
            self.report.errors.append(f"{platform.label}: {ending.error.splitlines()[-1]}")
        seen: dict[str, list[Observation]] = defaultdict(list)
        for key, look in await asyncio.to_thread(context.store.observations.keyed_of_run, order.run):
            if not look.reason.startswith(NOT_RECORDED):
                seen[key].append(look)
        return seen

    def pages(self) -> Callable[[str], Page | None]:
        """Stored pages by evidence id; None where there is none."""
        archive = self.context.archive()

        def page_of(evidence: str) -> Page | None:
            try:
                return Page(**vars(archive.get(evidence))) if evidence else None
            except EvidenceError:
                return None

        return page_of

    def note(
        self, search: SearchEngine, asked: Sequence[SearchQuery], reply: SearchOutcome, rows: int, reason: str = ""
    ) -> None:
        """Count one question and remember it for the log; what got no answer is told to the operator."""
        self.report.asked[reply.value] += 1
        if reply in (SearchOutcome.BLOCKED, SearchOutcome.UNREADABLE):
            self.report.hidden.append(UnansweredQuery(search.label, asked[0].query, reply, reason))
        for question in asked:
            if question.school and not self.replay:
                self.asked[question.school][question.source, question.query] = SearchLogEntry(
                    self.now, reply.value, rows
                )

    def note_name(self, question: SearchQuery, leads: bool) -> None:
        """Remember whether a name leads anywhere: asked of the resolver, not of any site."""
        reply = SearchOutcome.FOUND if leads else SearchOutcome.NOTHING
        self.asked[question.school][question.source, question.query] = SearchLogEntry(self.now, reply.value, int(leads))
