"""The service's jobs: a few lines each over the use-cases."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta

import structlog

from monitors.app_context import AppContext
from monitors.jobs import sweep_review
from monitors.jobs.check import CheckReport, check
from monitors.jobs.coverage import count_coverage
from monitors.jobs.delivery import deliver
from monitors.jobs.digest import queue_digest
from monitors.jobs.inquiries import inquire
from monitors.jobs.linked_posts import fetch_linked_posts
from monitors.jobs.sweep import SweepReport, due_targets, sweep
from rules.model import Platform
from storage.evidence import EvidenceArchive

log = structlog.get_logger()
RUNS_KEPT = timedelta(days=90)


async def run_sweep(
    context: AppContext,
    *,
    platforms: Sequence[str] = (),
    accounts: Sequence[str] = (),
    everything: bool = False,
    replay: str = "",
) -> SweepReport:
    """Sweep, then ask whether the crawler is to be trusted, then say when to look next. A replay of a recording is only
    read: it says nothing about the crawler of today."""
    targets = due_targets(context, platforms=platforms, accounts=accounts, everything=everything or bool(replay))
    if replay:
        return await sweep(context, targets, replay=replay)
    keys: dict[Platform, list[str]] = defaultdict(list)
    for target in targets:
        keys[target.platform].append(target.key)
    every = [target.key for target in targets]
    before = await asyncio.to_thread(sweep_review.verdicts, context, every, context.clock())
    report = await sweep(context, targets)
    await asyncio.to_thread(keep_heads, context)
    every += await fetch_linked_posts(context, report)
    report.errors += await asyncio.to_thread(sweep_review.update_breakers, context, before, keys, context.canaries)
    await asyncio.to_thread(sweep_review.schedule_visits, context, every)
    return report


def keep_heads(context: AppContext) -> None:
    """Seal what killed writers left open, and keep the chains' heads where the files are not."""
    archive = EvidenceArchive(context.evidence)
    archive.seal_abandoned()
    context.store.chain_heads.save(archive.heads(), context.clock())


async def sweep_due(context: AppContext) -> None:
    """Look at what is due."""
    report = await run_sweep(context)
    log.info("sweep.done", **report.as_dict())


def check_schools(context: AppContext) -> list[CheckReport]:
    """Check every school that has both a register and a policy."""
    return [check(context, school, context.clock()) for school in context.schools if school in context.policies]


async def check_all(context: AppContext) -> None:
    """Findings, cases, steps, notices; then the coverage is counted."""
    for report in await asyncio.to_thread(check_schools, context):
        log.info("check.done", **vars(report))
    await asyncio.to_thread(count_coverage, context)


async def inquire_all(context: AppContext) -> None:
    """Ask the owners of what nobody can see, remind them, and pass to the staff what stays unanswered."""
    now = context.clock()
    for school in context.schools:
        if school in context.policies:
            done = await asyncio.to_thread(inquire, context, school, now, any_day=context.settings.demo)
            log.info("inquire.done", **vars(done))
    await asyncio.to_thread(count_coverage, context)


async def read_mail(context: AppContext) -> None:
    """Take in what units sent to the school's mailbox."""
    from monitors.jobs.inquiry_mail import read_mailbox

    await read_mailbox(context)


async def deliver_all(context: AppContext) -> None:
    """Empty the outbox as far as it goes."""
    done = await asyncio.to_thread(deliver, context, context.clock())
    if done.claimed:
        log.info("deliver.done", claimed=done.claimed, sent=done.sent, given_up=done.given_up)


async def digest_all(context: AppContext) -> None:
    """Make and queue the day's digest of every school."""
    now = context.clock()
    for school in context.schools:
        if school in context.policies:
            await asyncio.to_thread(queue_digest, context, school, now.date(), now)


async def discover_all(context: AppContext) -> None:
    """Look for accounts nobody filed."""
    from monitors.jobs.discovery.discover import discover

    await discover(context)


async def purge_expired(context: AppContext) -> None:
    """Forget what is kept for a time only."""
    now = context.clock()
    expired = await asyncio.to_thread(context.store.candidates.expire, now)
    runs = await asyncio.to_thread(context.store.crawl_runs.delete_before, now - RUNS_KEPT)
    log.info("tidy.done", candidates=expired, runs=runs)
