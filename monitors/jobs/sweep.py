"""巡检: which accounts are due, the children that look at them, and what a sweep says about the crawler itself."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import islice
from typing import Any
from uuid import uuid4

import structlog

from crawler.fetch.job import CrawlJob, FetchTask
from crawler.fetch.scrapy_settings import FIXED
from crawler.platforms import SPECS
from crawler.platforms.spec import Target
from monitors.app_context import AppContext
from monitors.crawl_processes import ProcessResult
from monitors.jobs.known_sites import with_history
from monitors.jobs.platform_turn import platform_turn
from monitors.jobs.run_heartbeat import heartbeat
from monitors.jobs.shards import EVERYTHING, Shard
from monitors.jobs.sweep_review import steps_due
from monitors.settings import Settings
from rules.accounts.identity import identity
from rules.model import Filing, FilingStatus, Outcome, Platform
from storage.crawl_runs import RunKind
from storage.database import chunked
from storage.filings import key_of
from storage.platform_state import PlatformState

log = structlog.get_logger()
REST_FIRST, REST_MOST = timedelta(hours=1), timedelta(hours=24)
"""After a wall a platform rests an hour, then twice as long each time, at most a day."""
REQUESTS = 3
"""Requests that one account costs on one host, at most."""
WEBSITE_REQUESTS = 6
"""The same of a website: home page, four columns and the site map."""
LEAST_DELAY = 1.0
"""What a request takes where nothing is waited for, in seconds."""
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
    name: str = ""
    """Given where the looks of a shard that is taken up again are to stand under the same run."""

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
    context: AppContext,
    *,
    platforms: Iterable[str],
    accounts: Sequence[str],
    everything: bool,
    shard: Shard = EVERYTHING,
) -> list[Target]:
    """Accounts of every register whose look is due, the most overdue first; each once, however many schools file it.

    Of each platform as many as `sweep_size` says: the rest stays due for the next sweep, so that a look which a step waits
    for is never an hour behind, and the requests of a day spread over it. Named accounts, or all, come whole.
    """
    wanted = [
        platform for platform in Platform if platform.value in (set(platforms) or SPECS) and platform.value in SPECS
    ]
    filings = context.store.filings
    if everything or accounts:
        named, whole = set(accounts), _targets((each for each in filings.all() if each.platform in wanted), shard)
        return with_history(context, (t for t in whole if not named or t.key in named or t.account_id in named))
    now, due = context.clock(), list[Target]()
    for platform in wanted:
        waiting = _targets(filings.due(platform, now), shard)
        due += islice(waiting, sweep_size(context.settings, platform))
    return with_history(context, due)


def _targets(filings: Iterable[Filing], shard: Shard) -> Iterator[Target]:
    """Each account of a shard once, in this order; what was cancelled before the register says when is left alone."""
    met: set[str] = set()
    for filing in filings:
        if filing.status == FilingStatus.CANCELLED and filing.status_changed_at is None:
            continue
        target = target_of(filing)
        if target.key not in met and shard.holds(filing.platform.value, target.key):
            met.add(target.key)
            yield target


def sweep_size(settings: Settings, platform: Platform) -> int:
    """How many accounts of a platform one sweep takes: one child's fill, for its host is asked at one pace however many
    ask. Websites have a host each: what all children together can ask in a child's time."""
    size = shard_size(settings, platform)
    if platform is not Platform.WEBSITE:
        return size
    delay = SPECS[platform.value].delay_seconds if settings.delay_seconds is None else settings.delay_seconds
    seconds = settings.crawl_timeout_seconds * OF_ITS_TIME
    one = max(delay, LEAST_DELAY) * WEBSITE_REQUESTS / FIXED["CONCURRENT_REQUESTS"]
    return max(size, int(settings.crawl_processes * seconds / one))


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
        "egress": settings.egress,
    }
    return CrawlJob(**(values | given))


async def sweep(context: AppContext, targets: Iterable[Target], *, replay: str = "", run: str = "") -> SweepReport:
    """Look at these accounts and record what they show. A platform that rests is left alone. ``run``: see `SweepReport`."""
    report = SweepReport(name=run)
    await asyncio.gather(*(_lane(context, *lane, replay, report) for lane in _by_platform(targets).items()))
    return report


async def _lane(
    context: AppContext, platform: Platform, targets: list[Target], replay: str, report: SweepReport
) -> None:
    """One platform's accounts, child after child: a wall that stopped the first stops all. Websites have a host each."""
    size = shard_size(context.settings, platform)
    shards = [targets[n : n + size] for n in range(0, len(targets), size)]
    states = context.store.platform_state
    if platform is Platform.WEBSITE and (await asyncio.to_thread(states.get, platform)).enabled:
        at_once = context.settings.crawl_processes
        for some in chunked(enumerate(shards), at_once):  # not all of them in front of the other platforms' children
            await asyncio.gather(*(_shard(context, platform, n, shard, replay, report) for n, shard in some))
        return
    async with context.platform_locks[platform] if replay else platform_turn(context, platform):
        for n, shard in enumerate(shards):
            state = await asyncio.to_thread(states.get, platform, context.settings.egress)
            if not replay and not state.enabled:
                return
            if not replay and state.paused_until and state.paused_until > context.clock():
                report.resting[platform.value] = state.paused_until
                return
            await _shard(context, platform, n, shard, replay, report)


async def _shard(
    context: AppContext, platform: Platform, number: int, targets: list[Target], replay: str, report: SweepReport
) -> None:
    """One child's fill. Taken up again after a worker fell silent it is the same run, and what that worker still says when
    it wakes up is refused."""
    settings = context.settings
    waited = await asyncio.to_thread(lambda: {*steps_due(context), *context.store.observations.decisive_visits()})
    looks = [
        FetchTask(target=target, grant=settings.grant(target.key), whole=target.key in waited) for target in targets
    ]
    looks += [
        FetchTask(target=t, url=url, whole=t.key in waited) for t in targets for url in settings.sources.get(t.key, ())
    ]
    named = {"run": f"{report.name}-{platform.value}-{number}"} if report.name else {}
    order = await asyncio.to_thread(new_crawl_job, context, RunKind.SWEEP, platform, looks, replay=replay, **named)
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
    is not the platform's own, as that of a search. An order whose run was begun before goes on where that attempt ended."""
    runs, begun = context.store.crawl_runs, list[CrawlJob]()

    def begin(order: CrawlJob) -> CrawlJob:
        begun.append(begin_run(context, order))
        return begun[-1]

    with structlog.contextvars.bound_contextvars(run=order.run):
        async with heartbeat(context, begun):
            ending = await context.crawl_processes.run(order, begin)
        done = {"status": ending.status.value, "outcomes": dict(ending.summary.get("outcomes", {}))}
        log.info("run.ended", platform=order.platform.value, **done, error=ending.error)
    told, attempt = ending.summary | {"error": ending.error}, begun[-1].attempt if begun else None
    await asyncio.to_thread(runs.finish, order.run, ending.status, told, context.clock(), attempt)
    website = order.platform is Platform.WEBSITE
    if rests and not website and not order.replay and order.kind not in ONE_OFF:
        await asyncio.to_thread(pause_after_block, context, order.platform, ending)
    return ending


def begin_run(context: AppContext, order: CrawlJob) -> CrawlJob:
    """Record that a run begins; the order as it is to be followed now, without the accounts that an earlier attempt at the
    same run has recorded."""
    runs, now = context.store.crawl_runs, context.clock()
    attempt = runs.start(order.run, order.kind, order.platform.value, now, context.holder)
    done = runs.recorded_keys(order.run) if attempt > 1 else set()
    looks = tuple(look for look in order.looks if look.target.key not in done)
    return replace(order, now=now, looks=looks, attempt=attempt)


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

    context.store.platform_state.change(platform, change, context.settings.egress)


def next_pause(blocks: int, read: bool) -> tuple[int, timedelta]:
    """Blocked runs in a row after one more, and how long to rest: twice as long each time, but only while nothing is ``read``
    before the wall comes. With hundreds of accounts some run into one every day, and the others must have their turn."""
    blocks = 0 if read else blocks
    return blocks + 1, min(REST_FIRST * 2 ** min(blocks, 5), REST_MOST)
