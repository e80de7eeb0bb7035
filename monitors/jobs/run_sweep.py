"""The service's jobs: a few lines each over the use-cases."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta

import structlog

from monitors.app_context import World
from monitors.jobs import sweep_review
from monitors.jobs.check import CheckReport, check
from monitors.jobs.delivery import deliver
from monitors.jobs.digest import queue_digest
from monitors.jobs.linked_posts import hear
from monitors.jobs.sweep import SweepReport, due_targets, sweep
from rules.model import Platform
from storage.evidence import EvidenceArchive

log = structlog.get_logger()
RUNS_KEPT = timedelta(days=90)


async def sweep_and_plan(
    world: World,
    *,
    platforms: Sequence[str] = (),
    accounts: Sequence[str] = (),
    everything: bool = False,
    replay: str = "",
) -> SweepReport:
    """Sweep, then ask whether the crawler is to be trusted, then say when to look next. A replay of a recording is only
    read: it says nothing about the crawler of today."""
    targets = due_targets(world, platforms=platforms, accounts=accounts, everything=everything or bool(replay))
    if replay:
        return await sweep(world, targets, replay=replay)
    keys: dict[Platform, list[str]] = defaultdict(list)
    for target in targets:
        keys[target.platform].append(target.key)
    every = [target.key for target in targets]
    before = await asyncio.to_thread(sweep_review.verdicts, world, every, world.clock())
    report = await sweep(world, targets)
    await asyncio.to_thread(keep_heads, world)
    every += await hear(world, report)
    report.errors += await asyncio.to_thread(sweep_review.guard, world, before, keys, world.canaries)
    await asyncio.to_thread(sweep_review.plan_looks, world, every)
    return report


def keep_heads(world: World) -> None:
    """Seal what killed writers left open, and keep the chains' heads where the files are not."""
    archive = EvidenceArchive(world.evidence)
    archive.seal_abandoned()
    world.store.runs.keep_heads(archive.heads(), world.clock())


async def sweep_due(world: World) -> None:
    """Look at what is due."""
    report = await sweep_and_plan(world)
    log.info("sweep.done", **report.as_dict())


def check_schools(world: World) -> list[CheckReport]:
    """Check every school that has both a register and a policy."""
    return [check(world, school, world.clock()) for school in world.schools if school in world.policies]


async def check_all(world: World) -> None:
    """Findings, cases, steps, notices."""
    for report in await asyncio.to_thread(check_schools, world):
        log.info("check.done", **vars(report))


async def deliver_all(world: World) -> None:
    """Empty the outbox as far as it goes."""
    done = await asyncio.to_thread(deliver, world, world.clock())
    if done.claimed:
        log.info("deliver.done", claimed=done.claimed, sent=done.sent, given_up=done.given_up)


async def digest_all(world: World) -> None:
    """Make and queue the day's digest of every school."""
    now = world.clock()
    for school in world.schools:
        if school in world.policies:
            await asyncio.to_thread(queue_digest, world, school, now.date(), now)


async def discover_all(world: World) -> None:
    """Look for accounts nobody filed."""
    from monitors.jobs.discovery.discover import discover

    await discover(world)


async def tidy(world: World) -> None:
    """Forget what is kept for a time only."""
    now = world.clock()
    expired = await asyncio.to_thread(world.store.candidates.expire, now)
    runs = await asyncio.to_thread(world.store.runs.forget, now - RUNS_KEPT)
    log.info("tidy.done", candidates=expired, runs=runs)
