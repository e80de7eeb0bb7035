"""自证: a unit names the newest things its account published; the pages behind the links are looked at like any other."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from crawler.fetch.egress import AddressPolicy, EgressDenied
from crawler.fetch.job import FetchTask
from monitors.app_context import AppContext
from monitors.job_queue import BackgroundTask, JobOrder, Queue
from monitors.jobs.sweep import new_crawl_job, run_crawl_job, target_of
from monitors.jobs.sweep_review import schedule_visits
from rules.accounts.pasted_target import InvalidTarget, parse_target
from rules.inquiry_answers import is_preview
from rules.model import Filing, Observation, Outcome
from storage.crawl_runs import RunKind


async def look_at(context: AppContext, key: str, text: str) -> Observation:
    """One run over the given address. Whether it counts is for its own id and date to say, not for the unit.

    Raises InvalidTarget (unknown account, no link, a draft's preview) or EgressDenied (an address out of bounds).
    """
    filings = (await asyncio.to_thread(context.store.filings.by_key, [key])).get(key, [])
    if not filings:
        raise InvalidTarget(
            f"台账中没有账号 {key}。请写成“平台:标识”；各账号的写法见 xunjian check --format jsonl 的 account。"
        )
    url = parse_target(text).url
    if not url:
        raise InvalidTarget("请粘贴以 http:// 或 https:// 开头的完整链接。")
    if is_preview(url):
        raise InvalidTarget("这是未发布内容的预览链接，请在发布以后再复制链接。")
    AddressPolicy.of(context.settings.allowed_ranges).check_url(url)
    return (await look_at_links(context, key, filings[0], [url]))[0]


async def look_at_links(context: AppContext, key: str, filing: Filing, urls: Sequence[str]) -> list[Observation]:
    """One run over several addresses of one account; what each showed, in their order. One out of bounds is not asked."""
    allowed = [url for url in urls if not _out_of_bounds(context, url)]
    seen: dict[str, Observation] = {}
    error = ""
    if allowed:
        looks = [FetchTask(target=target_of(filing), url=url) for url in allowed]
        order = await asyncio.to_thread(new_crawl_job, context, RunKind.PROOF, filing.platform, looks, follow=False)
        ending = await run_crawl_job(context, order)
        error = ending.error
        await asyncio.to_thread(schedule_visits, context, [key])
        seen = _by_address(allowed, await asyncio.to_thread(context.store.observations.of_run, order.run))
    return [seen.get(url) or _nothing(context, filing, url, error) for url in urls]


def _by_address(urls: Sequence[str], found: Sequence[Observation]) -> dict[str, Observation]:
    """Each look with the address that was asked: by its own address, and what was led elsewhere in the order asked."""
    seen = {look.url: look for look in found if look.url in urls}
    led = iter(look for look in found if look.url not in urls)
    return seen | {url: look for url, look in zip((url for url in urls if url not in seen), led, strict=False)}


def _out_of_bounds(context: AppContext, url: str) -> str:
    try:
        AddressPolicy.of(context.settings.allowed_ranges).check_url(url)
    except EgressDenied as denied:
        return str(denied)
    return ""


def _nothing(context: AppContext, filing: Filing, url: str, error: str) -> Observation:
    reason = _out_of_bounds(context, url) or error or "没有取得页面"
    return Observation(
        platform=filing.platform, source="none", url=url, observed_at=context.clock(), outcome=Outcome.UNREADABLE,
        reason=reason,
    )  # fmt: skip


def look_order(key: str, text: str) -> JobOrder:
    """The order to look at an address that a unit gave for an account."""
    return JobOrder(task=PROOF, key=f"proof.{key}.{text}", arguments={"key": key, "text": text})


PROOF = BackgroundTask("proof", Queue.BROWSER, look_at)
TASKS = (PROOF,)
