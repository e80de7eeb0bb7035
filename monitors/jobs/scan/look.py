"""The one polite look of an on-demand scan: which pages are asked for, and what they showed."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from crawler.fetch.job import CrawlJob, FetchTask
from crawler.page.page import Page
from crawler.platforms import SPECS
from crawler.platforms.spec import Target
from monitors.app_context import AppContext
from monitors.jobs.sweep import new_crawl_job, run_crawl_job, target_of
from rules.accounts.identity import account_key, identity
from rules.accounts.pasted_target import ScanTarget
from rules.model import Filing, Observation, Outcome, Platform
from rules.platforms import platform_of
from storage.crawl_runs import RunKind
from storage.evidence import EvidenceError


async def look_at_suspect(
    context: AppContext, suspect: ScanTarget, filed: Sequence[Filing]
) -> tuple[str, list[Observation]]:
    """The run and what it saw; nothing is fetched for a name. A short link is followed to the account it leads to."""
    platform = suspect.platform or next((f.platform for f in filed), None)
    if platform is None or not suspect.has_page:
        return "", []
    stable = identity(platform, suspect.account_id, suspect.url)
    look = await asyncio.to_thread(_plan, context, platform, stable, suspect.url, filed)
    if look is None:
        return "", []
    order, seen = await _fetch(context, platform, look)
    landed = next((each.url for each in seen if each.url), "")
    if suspect.url and landed and landed != suspect.url and not any(each.outcome.is_fact for each in seen):
        found = platform_of(landed)
        further = await asyncio.to_thread(_plan, context, found, identity(found, "", landed), landed, ())
        if further and (further.target.key != look.target.key or further.url != look.url):
            order, more = await _fetch(context, found, further)
            seen = more + seen
    return order.run, seen


def _plan(context: AppContext, platform: Platform, stable: str, url: str, filed: Sequence[Filing]) -> FetchTask | None:
    """By the account's own sources where its id is known, else the given page alone."""
    if platform.value not in SPECS:
        return None
    key = account_key(platform, stable, url, url)
    alike = [
        f for f in filed if f.platform == platform != Platform.WEBSITE
    ]  # an inner page is not its site's home page
    filings = context.store.filings.by_key([key]).get(key) or alike
    target = target_of(filings[0]) if filings else Target(platform=platform, key=key, account_id=stable, url=url)
    if platform != Platform.WEBSITE and stable and any(s.urls(target) for s in SPECS[platform.value].sources):
        return FetchTask(target=target, grant=context.settings.grant(target.key))
    page = url or target.url
    browser = any(s.browser for s in SPECS[platform.value].sources) and platform != Platform.WEBSITE
    return FetchTask(target=target, url=page, browser=browser) if page else None


async def _fetch(context: AppContext, platform: Platform, look: FetchTask) -> tuple[CrawlJob, list[Observation]]:
    kind = RunKind.SCAN
    order = await asyncio.to_thread(new_crawl_job, context, kind, platform, [look], follow=False, urgent=True)
    ending = await run_crawl_job(context, order)
    seen = await asyncio.to_thread(context.store.observations.of_run, order.run)
    if not seen and ending.error:
        failed = Observation(platform=platform, source="none", url=look.url, observed_at=context.clock(),
                             outcome=Outcome.UNREADABLE, reason="crawl: 采集进程没有正常结束，没有取得页面")  # fmt: skip
        return order, [failed]
    return order, seen


def stored_html(context: AppContext, looks: Sequence[Observation]) -> str:
    """The stored page to make a picture of: the first one that is a page, not an interface's answer."""
    archive = context.archive()
    for look in looks:
        try:
            text = Page(**vars(archive.get(look.evidence))).text if look.evidence else ""
        except EvidenceError:
            continue
        if text and text.lstrip()[:1] not in ("{", "["):
            return text
    return ""
