"""The service's jobs: a few lines each over the use-cases."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict
from datetime import timedelta
from hashlib import sha256

import structlog

from monitors.app_context import AppContext
from monitors.job_queue import BackgroundTask, JobOrder, Queue
from monitors.jobs import sweep_review
from monitors.jobs.alerts import tell_at_once
from monitors.jobs.check import CheckReport, check
from monitors.jobs.coverage import count_coverage
from monitors.jobs.delivery import deliver_due
from monitors.jobs.evidence_store import keep_heads
from monitors.jobs.inquiries import inquire
from monitors.jobs.linked_posts import fetch_linked_posts
from monitors.jobs.pages import queue_pages
from monitors.jobs.scan.retention import forget_scans
from monitors.jobs.scheduled_job import ScheduledJob
from monitors.jobs.shards import EVERYTHING, Shard, due_shards, new_run
from monitors.jobs.sweep import SweepReport, due_targets, sweep
from rules.model import Platform

log = structlog.get_logger()
RUNS_KEPT = timedelta(days=90)


async def run_sweep(
    context: AppContext,
    *,
    platforms: Sequence[str] = (),
    accounts: Sequence[str] = (),
    everything: bool = False,
    replay: str = "",
    shard: Shard = EVERYTHING,
    run: str = "",
) -> SweepReport:
    """Sweep, then ask whether the crawler is to be trusted, then say when to look next. A replay of a recording is only
    read: it says nothing about the crawler of today. ``run`` names the looks of a shard: what a worker that died had looked
    at under it is not looked at again."""
    whole = everything or bool(replay)
    targets = await asyncio.to_thread(
        due_targets, context, platforms=platforms, accounts=accounts, everything=whole, shard=shard
    )
    if replay:
        return await sweep(context, targets, replay=replay)
    done = await asyncio.to_thread(context.store.observations.keys_of_runs, f"{run}-") if run else set()
    targets = [target for target in targets if target.key not in done]
    keys: dict[Platform, list[str]] = defaultdict(list)
    for target in targets:
        keys[target.platform].append(target.key)
    every = [target.key for target in targets]
    before = await asyncio.to_thread(sweep_review.verdicts, context, every, context.clock())
    report = await sweep(context, targets, run=run)
    await asyncio.to_thread(keep_heads, context)
    every += sorted(done)
    every += await fetch_linked_posts(context, report)
    report.errors += await asyncio.to_thread(sweep_review.update_breakers, context, before, keys, context.canaries)
    await asyncio.to_thread(sweep_review.schedule_visits, context, every)
    return report


async def sweep_due(context: AppContext) -> None:
    """Put on the queue the shards in which something is due."""
    shards = await asyncio.to_thread(due_shards, context)
    egress = context.settings.platform_egress
    orders = [
        JobOrder(
            task=SWEEP_SHARD,
            key=shard.key,
            alone=shard.alone,
            egress=egress.get(shard.platform, ""),
            arguments={**asdict(shard), "run": new_run(context.clock()) if context.job_queue.spreads else ""},
        )
        for shard in shards
    ]
    await asyncio.gather(*(context.job_queue.put(order) for order in orders))


async def sweep_shard(context: AppContext, *, platform: str, part: int, parts: int, run: str) -> None:
    """Look at what is due in one shard."""
    platforms = [platform] if platform else []
    report = await run_sweep(context, platforms=platforms, shard=Shard(platform, part, parts), run=run)
    log.info("sweep.done", shard=f"{platform}.{part}.{parts}", **report.as_dict())


async def sweep_all(context: AppContext, *, platforms: Sequence[str], accounts: Sequence[str], run: str) -> None:
    """Look at these accounts, or at all of these platforms, due or not."""
    report = await run_sweep(context, platforms=platforms, accounts=accounts, everything=not accounts, run=run)
    log.info("sweep.done", **report.as_dict())


def sweep_order(context: AppContext, *, platforms: Sequence[str] = (), accounts: Sequence[str] = ()) -> JobOrder:
    """The order to look at these accounts, or at all of these platforms, now."""
    what = ",".join([*platforms, *sorted(accounts)]) or "all"
    arguments = {"platforms": list(platforms), "accounts": list(accounts), "run": new_run(context.clock())}
    return JobOrder(task=SWEEP_NOW, key=f"look.{sha256(what.encode()).hexdigest()[:16]}", arguments=arguments)


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
    kept = context.settings.retention
    due = await asyncio.to_thread(context.store.retention.collect, now, kept)
    runs = await asyncio.to_thread(context.store.crawl_runs.delete_before, now - RUNS_KEPT)
    scans = await asyncio.to_thread(forget_scans, context, now - kept.personal)
    uploads = await asyncio.to_thread(context.store.register_uploads.expire, now)
    log.info("tidy.done", candidates=len(due.forgotten), runs=runs, uploads=uploads, scans=scans)


SWEEP_SHARD = BackgroundTask("sweep.shard", Queue.CRAWL, sweep_shard)
SWEEP_NOW = BackgroundTask("sweep.now", Queue.CRAWL, sweep_all)
TASKS = (SWEEP_SHARD, SWEEP_NOW)
JOBS = (
    ScheduledJob("sweep", "巡检", "*/20 * * * *", sweep_due),
    ScheduledJob("check", "核对制度", "10 * * * *", check_all),
    ScheduledJob("mailbox", "收取来信", "*/10 * * * *", read_mail, Queue.MAIL),
    ScheduledJob("inquire", "核实请求", "25 9 * * *", inquire_all, Queue.MAIL),
    ScheduledJob("deliver", "发送文书", "*/5 * * * *", deliver_all, Queue.MAIL),
    ScheduledJob("alerts", "即时提醒", "*/10 * * * *", tell_all, Queue.MAIL),
    ScheduledJob("digest", "日报", "30 7 * * *", digest_all, Queue.MAIL),
    ScheduledJob("discover", "搜索疑似账号", "15 3 * * mon", discover_all, Queue.BROWSER),
    ScheduledJob("tidy", "清理", "45 2 * * *", purge_expired),
)
