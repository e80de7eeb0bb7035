"""Whoever asks a platform waits for the same lock; what waits for the database lets the loop go on."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from crawler.discovery.sources import KEY
from crawler.fetch.job import CrawlJob, FetchTask
from crawler.platforms.spec import Target
from monitors.app_context import AppContext
from monitors.crawl_processes import ProcessResult
from monitors.jobs import run_sweep
from monitors.jobs.discovery.candidates import hunt_of
from monitors.jobs.discovery.run import DiscoveryRun
from monitors.jobs.linked_posts import fetch_linked_posts
from monitors.jobs.sweep import SweepReport, due_targets, sweep
from rules.model import Filing, Platform
from storage.crawl_runs import RunKind, RunStatus
from tests.conftest import NOW
from tests.support.console import open_world

WEIBO = Platform.WEIBO


@pytest.fixture
def context(tmp_path: Path) -> Iterator[AppContext]:
    opened = open_world(tmp_path)
    filing = Filing(id="1", school="demo", platform=WEIBO, name="示范大学", account_id="9010000001")
    opened.store.filings.save([filing], by="测试", now=NOW)
    yield opened
    opened.store.close()


@pytest.fixture
def kinds(context: AppContext, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The kinds of runs in the order they began and ended."""
    told: list[str] = []

    async def run(order: CrawlJob, begin: Callable[[CrawlJob], CrawlJob]) -> ProcessResult:
        told.append(f"{order.kind.value} begins")
        await asyncio.sleep(0.02)
        told.append(f"{order.kind.value} ends")
        return ProcessResult(RunStatus.OK, {"outcomes": {"ok": 1}})

    monkeypatch.setattr(context.crawl_processes, "run", run)
    return told


def searching(context: AppContext) -> tuple[DiscoveryRun, list[FetchTask]]:
    round_ = DiscoveryRun(context, hunt_of(context), "", (), logs={})
    target = Target(platform=WEIBO, key=KEY.format("weibo", "示范大学"))
    return round_, [FetchTask(target=target, url="https://m.weibo.cn/search")]


def test_a_search_waits_for_the_sweep_of_its_platform(context: AppContext, kinds: list[str]) -> None:
    targets = due_targets(context, platforms=("weibo",), accounts=(), everything=True)
    round_, looks = searching(context)

    async def both() -> None:
        await asyncio.gather(sweep(context, targets), round_.fetch(WEIBO, looks))

    asyncio.run(both())
    assert [told.split()[1] for told in kinds] == ["begins", "ends"] * 2
    assert {told.split()[0] for told in kinds} == {RunKind.SWEEP.value, RunKind.DISCOVERY.value}


def test_a_search_whose_platform_met_a_wall_meanwhile_asks_nothing(context: AppContext, kinds: list[str]) -> None:
    round_, looks = searching(context)

    async def wall_first() -> Any:
        async with context.platform_locks[WEIBO]:
            waiting = asyncio.create_task(round_.fetch(WEIBO, looks))
            await asyncio.sleep(0.05)
            until = NOW + timedelta(hours=1)
            context.store.platform_state.change(WEIBO, lambda known: replace(known, paused_until=until))
        return await waiting

    assert asyncio.run(wall_first()) == {}
    assert kinds == []
    assert list(round_.report.resting) == [WEIBO.label]


def test_posts_that_sites_link_to_wait_and_ask_again_whether_they_may(context: AppContext, kinds: list[str]) -> None:
    link = "https://mp.weixin.qq.com/s/AbCdEfGhIjKlMnOpQrStUv"
    report = SweepReport(links={link: Platform.WECHAT.value})

    async def off_meanwhile() -> Any:
        async with context.platform_locks[Platform.WECHAT]:
            waiting = asyncio.create_task(fetch_linked_posts(context, report))
            await asyncio.sleep(0.05)
            context.store.platform_state.switch("wechat", by="王老师", reason="核对", now=NOW, enabled=False)
        return await waiting

    assert asyncio.run(off_meanwhile()) == []
    assert kinds == []


def test_a_slow_database_does_not_stop_the_loop(
    context: AppContext, kinds: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(*args: object, **given: object) -> list[Target]:
        time.sleep(0.3)
        return []

    monkeypatch.setattr(run_sweep, "due_targets", slow)

    async def beside() -> int:
        sweeping, ticks = asyncio.create_task(run_sweep.run_sweep(context)), 0
        while not sweeping.done():
            await asyncio.sleep(0.01)
            ticks += 1
        await sweeping
        return ticks

    assert asyncio.run(beside()) > 5
