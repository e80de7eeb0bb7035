"""自证: a unit names the newest thing its account published; the page behind the link is looked at like any other."""

from __future__ import annotations

from crawler.fetch.egress import AddressGuard
from crawler.fetch.job import Look
from monitors.app_context import World
from monitors.jobs.sweep import order_for, run_order, target_of
from monitors.jobs.sweep_review import plan_looks
from rules.accounts.pasted_target import UnusableTarget, parse_target
from rules.model import Observation, Outcome


async def look_at(world: World, key: str, text: str) -> Observation:
    """One run over the given address. Whether it counts is for its own id and date to say, not for the unit.

    Raises UnusableTarget (unknown account, no link) or Refused (an address out of bounds).
    """
    filings = world.store.filings.by_key([key]).get(key, [])
    if not filings:
        raise UnusableTarget(f"台账中没有账号 {key}。")
    url = parse_target(text).url
    if not url:
        raise UnusableTarget("请粘贴以 http:// 或 https:// 开头的完整链接。")
    AddressGuard.of(world.settings.allowed_ranges).check_url(url)
    look = Look(target=target_of(filings[0]), url=url)
    order = order_for(world, "proof", filings[0].platform, [look], follow=False)
    ending = await run_order(world, order)
    plan_looks(world, [key])
    seen = world.store.looks.of_run(order.run)
    reason = ending.error or "没有取得页面"
    return seen[-1] if seen else Observation(platform=filings[0].platform, source="none", url=url,
                                             observed_at=world.clock(), outcome=Outcome.UNREADABLE, reason=reason)  # fmt: skip
