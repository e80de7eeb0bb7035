"""巡检: which accounts are due, the children that look at them, and what a sweep says about the crawler itself."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import structlog

from crawler.fetch.job import CrawlJob, FetchTask
from crawler.platforms import SPECS
from crawler.platforms.spec import Target
from monitors.app_context import AppContext
from monitors.crawl_processes import ProcessResult
from monitors.jobs.known_sites import with_history
from monitors.settings import Settings
from rules.accounts.identity import identity
from rules.model import Filing, FilingStatus, Outcome, Platform
from storage.crawl_runs import RunKind
from storage.filings import key_of
from storage.platform_state import PlatformState

log = structlog.get_logger()
REST_FIRST, REST_MOST = timedelta(hours=1), timedelta(hours=24)
"""After a wall a platform rests an hour, then twice as long each time, at most a day."""
REQUESTS = 3
"""Requests that one account costs on one host, at most."""
ONE_OFF = (RunKind.SCAN, RunKind.PROOF)
"""Runs over whatever somebody pasted: what such a link meets says nothing about the next sweep, good or bad."""
OF_ITS_TIME = 0.8
"""How much of a child's time its order may fill; answers take time too."""


@dataclass
class SweepReport:
    """What a sweep did: looks and outcomes by platform, problems in Chinese."""

    looks: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    runs: list[str] = field(default_factory=list)
    resting: dict[str, datetime] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    links: dict[str, str] = field(default_factory=dict)
    """Single posts that the swept websites link to, with the platform's code."""

    def as_dict(self) -> dict[str, Any]:
        """For machines."""
        resting = {platform: until.isoformat() for platform, until in self.resting.items()}
        return {
            "looks": self.looks,
            "outcomes": dict(self.outcomes),
            "resting": resting,
            "errors": self.errors,
            "notes": self.notes,
        }


def target_of(filing: Filing) -> Target:
    """What the crawler needs to know of a filing."""
    stable = identity(filing.platform, filing.account_id, filing.url)
    url = filing.url
    if filing.platform == Platform.WEBSITE and not url and stable:
        url = f"http://{stable}/"
    return Target(
        platform=filing.platform, key=key_of(filing), name=filing.name, account_id=stable, url=url,
        filed_id=filing.account_id,
    )  # fmt: skip


def due_targets(
    context: AppContext, *, platforms: Iterable[str], accounts: Sequence[str], everything: bool
) -> list[Target]:
    """Accounts of every register whose look is due, the most overdue first; each once, however many schools file it.

    Of each platform one child's fill: the rest stays due for the next sweep, so that a look which a step waits for is
    never an hour behind, and the requests of a day spread over it. Named accounts, or all, come whole.
    """
    wanted, named, now = set(platforms), set(accounts), context.clock()
    targets: dict[str, Target] = {}
    for filing in context.store.filings.all():
        if (wanted and filing.platform not in wanted) or filing.platform.value not in SPECS:
            continue
        if filing.status == FilingStatus.CANCELLED and filing.status_changed_at is None:
            continue
        target = target_of(filing)
        if not named or target.key in named or target.account_id in named:
            targets.setdefault(target.key, target)
    if everything or named:
        return with_history(context, targets.values())
    planned = context.store.observations.next_visits()
    due = [target for key, target in targets.items() if planned.get(key, now) <= now]
    due.sort(key=lambda target: planned.get(target.key, now))
    chosen = (
        target
        for platform, some in _by_platform(due).items()
        for target in some[: shard_size(context.settings, platform)]
    )
    return with_history(context, chosen)


def shard_size(settings: Settings, platform: Platform) -> int:
    """How many accounts one child looks at in its time at the pace of a guest. Websites have a host each."""
    delay = SPECS[platform.value].delay_seconds if settings.delay_seconds is None else settings.delay_seconds
    if platform is Platform.WEBSITE or not delay:
        return settings.accounts_per_process
    return max(
        1, min(settings.accounts_per_process, int(settings.crawl_timeout_seconds * OF_ITS_TIME / (delay * REQUESTS)))
    )


def _by_platform(targets: Iterable[Target]) -> dict[Platform, list[Target]]:
    found: dict[Platform, list[Target]] = defaultdict(list)
    for target in targets:
        found[target.platform].append(target)
    return found


def new_crawl_job(
    context: AppContext, kind: RunKind, platform: Platform, looks: Sequence[FetchTask], **given: Any
) -> CrawlJob:
    """An order under this context's settings and the operator's switches."""
    settings, state = context.settings, context.store.platform_state.get(platform)
    values: dict[str, Any] = {
        "run": f"{kind}-{context.clock():%Y%m%d-%H%M%S}-{uuid4().hex[:8]}",
        "kind": kind,
        "platform": platform,
        "now": context.clock(),
        "data": str(settings.data.resolve()),
        "database": settings.database,
        "looks": tuple(looks),
        "contact": settings.contact,
        "delay_seconds": settings.delay_seconds,
        "allowed_ranges": settings.allowed_ranges,
        "connect_to": context.connect_to,
        "browser_path": settings.browser,
        "ignore_robots": state.robots_waived,
    }
    return CrawlJob(**(values | given))


async def sweep(context: AppContext, targets: Iterable[Target], *, replay: str = "") -> SweepReport:
    """Look at these accounts and record what they show. A platform that rests is left alone."""
    report = SweepReport()
    await asyncio.gather(*(_lane(context, *lane, replay, report) for lane in _by_platform(targets).items()))
    return report


async def _lane(
    context: AppContext, platform: Platform, targets: list[Target], replay: str, report: SweepReport
) -> None:
    """One platform's accounts, child after child: two at once would ask its host twice as often, and a wall that stopped
    the first stops all. Websites have a host each."""
    size = shard_size(context.settings, platform)
    shards = [targets[n : n + size] for n in range(0, len(targets), size)]
    states = context.store.platform_state
    if platform is Platform.WEBSITE and (await asyncio.to_thread(states.get, platform)).enabled:
        await asyncio.gather(*(_shard(context, platform, shard, replay, report) for shard in shards))
        return
    async with context.platform_locks[platform]:
        for shard in shards:
            state = await asyncio.to_thread(states.get, platform)
            if not replay and not state.enabled:
                return
            if not replay and state.paused_until and state.paused_until > context.clock():
                report.resting[platform.value] = state.paused_until
                return
            await _shard(context, platform, shard, replay, report)


async def _shard(
    context: AppContext, platform: Platform, targets: list[Target], replay: str, report: SweepReport
) -> None:
    settings = context.settings
    looks = [FetchTask(target=target, grant=settings.grant(target.key)) for target in targets]
    looks += [FetchTask(target=t, url=url) for t in targets for url in settings.sources.get(t.key, ())]
    order = await asyncio.to_thread(new_crawl_job, context, RunKind.SWEEP, platform, looks, replay=replay)
    ending = await run_crawl_job(context, order)
    report.runs.append(order.run)
    report.looks += len(targets)
    report.outcomes.update(ending.summary.get("outcomes", {}))
    report.notes += ending.summary.get("notes", [])
    report.links |= ending.summary.get("links", {})
    if ending.error:
        report.errors.append(f"{platform.label}: {ending.error.splitlines()[-1]}")


async def run_crawl_job(context: AppContext, order: CrawlJob, *, rests: bool = True) -> ProcessResult:
    """One child, with its run recorded from start to end, and the platform's rest after a wall. Without ``rests`` a wall
    is not the platform's own, as that of a search."""
    runs = context.store.crawl_runs

    def begin(order: CrawlJob) -> CrawlJob:
        stamped = replace(order, now=context.clock())
        runs.start(stamped.run, stamped.kind, stamped.platform.value, stamped.now)
        return stamped

    with structlog.contextvars.bound_contextvars(run=order.run):
        ending = await context.crawl_processes.run(order, begin)
        done = {"status": ending.status.value, "outcomes": dict(ending.summary.get("outcomes", {}))}
        log.info("run.ended", platform=order.platform.value, **done, error=ending.error)
    told = ending.summary | {"error": ending.error}
    await asyncio.to_thread(runs.finish, order.run, ending.status, told, context.clock())
    website = order.platform is Platform.WEBSITE
    if rests and not website and not order.replay and order.kind not in ONE_OFF:
        await asyncio.to_thread(pause_after_block, context, order.platform, ending)
    return ending


def pause_after_block(context: AppContext, platform: Platform, ending: ProcessResult) -> None:
    """A wall sends a platform to rest; a run without one forgets it. A website's wall is its own."""
    outcomes, now = ending.summary.get("outcomes", {}), context.clock()

    def change(state: PlatformState) -> PlatformState:
        if ending.summary.get("blocked_hosts"):
            read = any(Outcome(outcome).is_fact for outcome in outcomes)
            blocks, pause = next_pause(state.consecutive_blocks, read)
            return replace(state, consecutive_blocks=blocks, paused_until=now + pause)
        if state.consecutive_blocks and outcomes:
            return replace(state, consecutive_blocks=0, paused_until=None)
        return state

    context.store.platform_state.change(platform, change)


def next_pause(blocks: int, read: bool) -> tuple[int, timedelta]:
    """Blocked runs in a row after one more, and how long to rest: twice as long each time, but only while nothing is ``read``
    before the wall comes. With hundreds of accounts some run into one every day, and the others must have their turn."""
    blocks = 0 if read else blocks
    return blocks + 1, min(REST_FIRST * 2 ** min(blocks, 5), REST_MOST)
