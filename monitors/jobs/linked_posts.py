"""What the school's own websites link to: each linked post is opened once, and speaks for the account whose id it bears."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from crawler.fetch.job import FetchTask
from crawler.platforms.spec import Target
from monitors.app_context import AppContext
from monitors.jobs.discovery.candidates import hunt_of, screen
from monitors.jobs.platform_turn import platform_turn
from monitors.jobs.sweep import SweepReport, new_crawl_job, run_crawl_job
from rules.accounts.identity import QUERY_KEY_PREFIX, account_key, agrees, filed_ids, stated_ids
from rules.accounts.state import apply_observation
from rules.model import Filing, Observation, Outcome, Platform, SearchHit
from storage.crawl_runs import RunKind

KEY = f"{QUERY_KEY_PREFIX}link:"
"""A linked post is looked at under this key and its address: whose it is, the page will say."""
PER_SWEEP = 40
"""Posts opened of one platform in one sweep; the rest wait for the next."""


async def fetch_linked_posts(context: AppContext, report: SweepReport) -> list[str]:
    """Open the linked posts that nobody opened before; returns the keys of filed accounts that one of them spoke for.

    The author of a post that uses a school's name and is on no register becomes a suspect for a person to look at.
    """
    known = await asyncio.to_thread(context.store.observations.keys_with_pages, [KEY + url for url in report.links])
    heard: dict[str, None] = {}
    for platform in map(Platform, dict.fromkeys(report.links.values())):
        urls = [url for url, whose in report.links.items() if whose == platform.value and KEY + url not in known]
        if urls and (run := await _open(context, platform, urls[:PER_SWEEP], report)):
            heard |= await asyncio.to_thread(_attribute, context, run)
    if heard:
        report.notes.append(f"学校网站链接的文章证实 {len(heard)} 个备案账号有发布")
    return list(heard)


def _may_ask(context: AppContext, platform: Platform) -> bool:
    return context.store.platform_state.get(platform).enabled and not context.paused_until(platform)


async def _open(context: AppContext, platform: Platform, urls: Sequence[str], report: SweepReport) -> str:
    looks = [FetchTask(target=Target(platform=platform, key=KEY + url), url=url) for url in urls]
    async with platform_turn(context, platform):
        if not await asyncio.to_thread(_may_ask, context, platform):
            return ""
        order = await asyncio.to_thread(new_crawl_job, context, RunKind.LINKED_POST, platform, looks, follow=False)
        ending = await run_crawl_job(context, order)
    report.runs.append(order.run)
    if ending.error:
        report.errors.append(f"{platform.label}: {ending.error.splitlines()[-1]}")
    return order.run


def _attribute(context: AppContext, run: str) -> dict[str, None]:
    """Record each post with the filed account it bears the ids of; the keys of those accounts. A post that states one
    account's ``gh_`` and another's ``__biz`` speaks for neither."""
    keyed = [
        (account_key(look.platform, stated, "", ""), look)
        for look in context.store.observations.of_run(run)
        if look.outcome is Outcome.OK and look.account_id
        for stated in dict.fromkeys((look.account_id, *(each.partition(":")[2] for each in look.ids)))
    ]
    filed = context.store.filings.by_key([key for key, _ in keyed])
    met = {look.evidence for key, look in keyed if key in filed}
    _suspect(context, [look for look in dict.fromkeys(look for _, look in keyed) if look.evidence not in met])
    own = [
        (key, look)
        for key, look in keyed
        if all(_speaks_for(look, each) for each in filed.get(key, ())) and key in filed
    ]
    return dict.fromkeys(context.store.observations.record(run, own, apply_observation))


def _speaks_for(look: Observation, filing: Filing) -> bool:
    stated = stated_ids(look.platform, look.account_id or "", look.ids)
    return bool(agrees(filed_ids(filing.platform, filing.account_id, filing.url), stated))


def _suspect(context: AppContext, strangers: Sequence[Observation]) -> None:
    if not strangers:
        return
    hunt, now = hunt_of(context), context.clock()
    met = []
    for look in strangers:
        found = SearchHit(platform=look.platform, name=look.name or "", account_id=look.account_id or "", url=look.url)
        _, _, candidate = screen(hunt, found, now, evidence=[look.evidence])
        met += [candidate] if candidate else []
    context.store.candidates.meet(met)
