"""The service's jobs: a few lines each over the use-cases."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta

import structlog

from monitors.app_context import AppContext
from monitors.jobs import sweep_review
from monitors.jobs.alerts import tell_at_once
from monitors.jobs.check import CheckReport, check
from monitors.jobs.coverage import count_coverage
from monitors.jobs.delivery import deliver_due
from monitors.jobs.inquiries import inquire
from monitors.jobs.linked_posts import fetch_linked_posts
from monitors.jobs.pages import queue_pages
from monitors.jobs.scan.retention import forget_scans
from monitors.jobs.scheduled_job import ScheduledJob
from monitors.jobs.sweep import SweepReport, due_targets, sweep
from rules.candidates import PERSONAL_KEPT
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
    whole = everything or bool(replay)
    targets = await asyncio.to_thread(due_targets, context, platforms=platforms, accounts=accounts, everything=whole)
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
    done = await asyncio.to_thread(deliver_due, context, context.clock())
    if done.claimed:
        log.info("deliver.done", claimed=done.claimed, sent=done.sent, given_up=done.given_up)


async def digest_all(context: AppContext) -> None:
    """Make and queue the day's pages of every school."""
    now = context.clock()
    for school in context.schools:
        if school in context.policies:
            await asyncio.to_thread(queue_pages, context, school, now)


async def tell_all(context: AppContext) -> None:
    """Queue what cannot wait until tomorrow, and send it."""
    told = await asyncio.to_thread(tell_at_once, context, context.clock())
    if told:
        log.info("alerts.told", told=told)
        await deliver_all(context)


async def discover_all(context: AppContext) -> None:
    """Look for accounts nobody filed."""
    from monitors.jobs.discovery.discover import discover

    await discover(context)


async def purge_expired(context: AppContext) -> None:
    """Forget what is kept for a time only."""
    now = context.clock()
    expired = await asyncio.to_thread(context.store.candidates.expire, now)
    runs = await asyncio.to_thread(context.store.crawl_runs.delete_before, now - RUNS_KEPT)
    scans = await asyncio.to_thread(forget_scans, context, now - PERSONAL_KEPT)
    uploads = await asyncio.to_thread(context.store.register_uploads.expire, now)
    log.info("tidy.done", candidates=expired, runs=runs, uploads=uploads, scans=scans)


JOBS = (
    ScheduledJob("sweep", "巡检", "*/20 * * * *", sweep_due),
    ScheduledJob("check", "核对制度", "10 * * * *", check_all),
    ScheduledJob("mailbox", "收取来信", "*/10 * * * *", read_mail),
    ScheduledJob("inquire", "核实请求", "25 9 * * *", inquire_all),
    ScheduledJob("deliver", "发送文书", "*/5 * * * *", deliver_all),
    ScheduledJob("alerts", "即时提醒", "*/10 * * * *", tell_all),
    ScheduledJob("digest", "日报", "30 7 * * *", digest_all),
    ScheduledJob("discover", "搜索疑似账号", "15 3 * * mon", discover_all),
    ScheduledJob("tidy", "清理", "45 2 * * *", purge_expired),
)
