"""Who is looked at when: the most overdue first, as many as one child can politely ask, and nobody behind a wall."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from crawler.fetch.job import CrawlJob
from monitors.app_context import AppContext
from monitors.crawl_processes import ProcessResult
from monitors.jobs.shards import Shard
from monitors.jobs.sweep import due_targets, shard_size, sweep, sweep_size
from rules.accounts.state import apply_observation
from rules.model import Filing, Observation, Outcome, Platform
from rules.visit_schedule import VisitReason
from storage.crawl_runs import RunStatus
from tests.conftest import NOW


def filing(number: int, platform: Platform = Platform.WEIBO) -> Filing:
    return Filing(
        id=f"{platform}{number}",
        school="demo",
        platform=platform,
        name=f"账号{number}",
        account_id=str(9_000_000_000 + number),
    )


def key(number: int) -> str:
    return f"weibo:{9_000_000_000 + number}"


@pytest.fixture
def campus(context: AppContext) -> AppContext:
    """Three hundred Weibo accounts and three on Bilibili, none ever seen, at the pace of a guest."""
    filings = [*(filing(n) for n in range(300)), *(filing(n, Platform.BILIBILI) for n in range(3))]
    context.store.filings.save(filings, by="测试", now=NOW)
    context.clock = lambda: NOW
    return context


def due(context: AppContext) -> list[str]:
    return [target.key for target in due_targets(context, platforms=(), accounts=(), everything=False)]


def test_a_sweep_takes_what_one_child_can_ask_politely(campus: AppContext) -> None:
    size = shard_size(campus.settings, Platform.WEIBO)
    assert size * 3 * 8.0 <= campus.settings.crawl_timeout_seconds, "three requests each, eight seconds apart"
    assert size > 30
    found = due(campus)
    assert sum(each.startswith("weibo:") for each in found) == size
    assert sum(each.startswith("bilibili:") for each in found) == 3
    assert len(due_targets(campus, platforms=(), accounts=(), everything=True)) == 303
    assert shard_size(campus.settings, Platform.WEBSITE) == campus.settings.accounts_per_process, (
        "each has a host of its own"
    )
    websites = sweep_size(campus.settings, Platform.WEBSITE)
    assert websites > 1000, "so many hosts that the pace of one bounds nothing"
    twice = campus.settings.model_copy(update={"crawl_processes": 2 * campus.settings.crawl_processes})
    assert sweep_size(twice, Platform.WEBSITE) == pytest.approx(2 * websites, abs=1), "it grows with the children"
    assert sweep_size(twice, Platform.WEIBO) == size, "one host is asked no faster"
    hasty = campus.settings.model_copy(update={"delay_seconds": 0.0})
    assert shard_size(hasty, Platform.WEIBO) == campus.settings.accounts_per_process


def test_an_account_that_two_schools_file_is_looked_at_once(campus: AppContext) -> None:
    """By its identity, whatever either school calls it; a shard of many workers holds it once, too."""
    before = due_targets(campus, platforms=(), accounts=(), everything=True)
    again = [replace(filing(n), id=f"s{n}", school="sias", name=f"别名{n}") for n in (1, 2)]
    campus.store.filings.save(again, by="测试", now=NOW)
    assert due_targets(campus, platforms=(), accounts=(), everything=True) == before
    parts = [Shard("weibo", part, 4) for part in range(4)]
    held = [
        target.key
        for part in parts
        for target in due_targets(campus, platforms=(), accounts=(), everything=True, shard=part)
    ]
    assert sorted(held) == sorted(target.key for target in before if target.platform is Platform.WEIBO)


def test_the_most_overdue_come_first_and_the_planned_not_at_all(campus: AppContext) -> None:
    seen = Observation(
        platform=Platform.WEIBO,
        source="profile",
        url="https://m.weibo.cn/",
        observed_at=NOW,
        outcome=Outcome.OK,
        name="账号",
    )
    campus.store.observations.record(
        "r", [(key(n), replace(seen, account_id=key(n)[6:])) for n in (7, 8, 9)], apply_observation
    )
    hour = timedelta(hours=1)
    campus.store.observations.schedule_visits(
        [
            (key(7), NOW - hour, VisitReason.ROUTINE),
            (key(8), NOW - 2 * hour, VisitReason.ROUTINE),
            (key(9), NOW + hour, VisitReason.ROUTINE),
        ]
    )
    found = due(campus)
    assert found[:2] == [key(8), key(7)]
    assert key(9) not in found


def test_sweeps_that_overlap_take_turns(campus: AppContext, monkeypatch: pytest.MonkeyPatch) -> None:
    at_once: list[int] = [0, 0]

    async def run(order: CrawlJob, begin: Callable[[CrawlJob], CrawlJob]) -> ProcessResult:
        at_once[0] += 1
        at_once[1] = max(at_once)
        await asyncio.sleep(0.02)
        at_once[0] -= 1
        return ProcessResult(RunStatus.OK, {"outcomes": {"ok": 1}})

    async def both() -> None:
        targets = due_targets(campus, platforms=("bilibili",), accounts=(), everything=True)
        await asyncio.gather(sweep(campus, targets), sweep(campus, targets))

    monkeypatch.setattr(campus.crawl_processes, "run", run)
    asyncio.run(both())
    assert at_once == [0, 1]


def test_one_child_at_a_time_and_none_after_a_wall(campus: AppContext, monkeypatch: pytest.MonkeyPatch) -> None:
    orders: list[CrawlJob] = []
    at_once, most = 0, 0

    async def run(order: CrawlJob, begin: Callable[[CrawlJob], CrawlJob]) -> ProcessResult:
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        await asyncio.sleep(0.01)
        at_once -= 1
        orders.append(order)
        return ProcessResult(
            RunStatus.OK, {"outcomes": {"blocked": 1}, "blocked_hosts": ["m.weibo.cn"] if len(orders) == 2 else []}
        )

    monkeypatch.setattr(campus.crawl_processes, "run", run)
    targets = due_targets(campus, platforms=("weibo",), accounts=(), everything=True)
    report = asyncio.run(sweep(campus, targets))
    assert len(orders) == 2, "the second met a wall: the other shards are left alone"
    assert most == 1
    assert set(report.resting) == {"weibo"}
    assert report.looks == sum(len(order.looks) for order in orders)
