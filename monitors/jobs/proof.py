"""自证: a unit names the newest thing its account published; the page behind the link is looked at like any other."""

from __future__ import annotations

import asyncio

from crawler.fetch.egress import AddressPolicy
from crawler.fetch.job import FetchTask
from monitors.app_context import AppContext
from monitors.jobs.sweep import new_crawl_job, run_crawl_job, target_of
from monitors.jobs.sweep_review import schedule_visits
from rules.accounts.pasted_target import InvalidTarget, parse_target
from rules.model import Observation, Outcome
from storage.crawl_runs import RunKind


async def look_at(context: AppContext, key: str, text: str) -> Observation:
    """One run over the given address. Whether it counts is for its own id and date to say, not for the unit.

    Raises UnusableTarget (unknown account, no link) or Refused (an address out of bounds).
    """
    filings = (await asyncio.to_thread(context.store.filings.by_key, [key])).get(key, [])
    if not filings:
        raise InvalidTarget(f"台账中没有账号 {key}。")
    url = parse_target(text).url
    if not url:
        raise InvalidTarget("请粘贴以 http:// 或 https:// 开头的完整链接。")
    AddressPolicy.of(context.settings.allowed_ranges).check_url(url)
    look = FetchTask(target=target_of(filings[0]), url=url)
    order = await asyncio.to_thread(new_crawl_job, context, RunKind.PROOF, filings[0].platform, [look], follow=False)
    ending = await run_crawl_job(context, order)
    await asyncio.to_thread(schedule_visits, context, [key])
    seen = await asyncio.to_thread(context.store.observations.of_run, order.run)
    reason = ending.error or "没有取得页面"
    return seen[-1] if seen else Observation(platform=filings[0].platform, source="none", url=url,
                                             observed_at=context.clock(), outcome=Outcome.UNREADABLE, reason=reason)  # fmt: skip
