"""A run that is tried again skips what it has; a run whose process died is marked; platforms are asked by one at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta

import pytest

from crawler.fetch.job import CrawlJob, FetchTask
from crawler.platforms.spec import Target
from monitors.app_context import AppContext
from monitors.crawl_processes import ProcessResult
from monitors.jobs import platform_turn as turns
from monitors.jobs import run_heartbeat
from monitors.jobs.platform_turn import platform_turn
from monitors.jobs.scan import job as scan_job
from monitors.jobs.scan.report import ScanReport
from monitors.jobs.sweep import new_crawl_job, run_crawl_job
from rules.accounts.pasted_target import InvalidTarget
from rules.accounts.state import apply_observation
from rules.model import Observation, Outcome, Platform
from storage.crawl_runs import CrawlRun, RunKind, RunStatus
from storage.scans import ScanRecord, ScanState
from tests.conftest import NOW

WEIBO = Platform.WEIBO
SEEN = Observation(platform=WEIBO, source="profile", url="https://m.weibo.cn/", observed_at=NOW, outcome=Outcome.OK)
Begin = Callable[[CrawlJob], CrawlJob]


def order_of(context: AppContext) -> CrawlJob:
    looks = [FetchTask(target=Target(platform=WEIBO, key=f"weibo:{n}", account_id=f"{n}")) for n in range(3)]
    return new_crawl_job(context, RunKind.SWEEP, WEIBO, looks)


def run_of(context: AppContext, order: CrawlJob) -> CrawlRun:
    kept = context.store.crawl_runs.one(order.run)
    assert kept
    return kept


def test_a_run_tried_again_goes_on_where_it_ended(context: AppContext, monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[CrawlJob] = []

    async def half(order: CrawlJob, begin: Begin) -> ProcessResult:
        begun.append(begin(order))
        some = [(look.target.key, SEEN) for look in begun[-1].looks[:2]]
        context.store.observations.record(order.run, some, apply_observation, begun[-1].attempt)
        if len(begun) == 1:
            raise asyncio.CancelledError  # as when the service is told to end
        return ProcessResult(RunStatus.OK, {"outcomes": {"ok": len(some)}})

    monkeypatch.setattr(context.crawl_processes, "run", half)
    order = order_of(context)
    with pytest.raises(asyncio.CancelledError):
        asyncio.run(run_crawl_job(context, order))
    assert run_of(context, order).status is RunStatus.RUNNING, "its holder falls silent"
    asyncio.run(run_crawl_job(context, order))
    assert [len(each.looks) for each in begun] == [3, 1]
    assert [each.attempt for each in begun] == [1, 2]
    assert run_of(context, order).status is RunStatus.OK
    assert sorted(key for key, _ in context.store.observations.keyed_of_run(order.run)) == [
        "weibo:0",
        "weibo:1",
        "weibo:2",
    ]


def test_a_run_lives_while_its_holder_does(context: AppContext, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_heartbeat, "BEAT_SECONDS", 0.01)
    beats: list[tuple[str, int]] = []
    beat = context.store.crawl_runs.heartbeat

    def counted(run: str, attempt: int) -> bool:
        beats.append((run, attempt))
        return beat(run, attempt)

    async def slow(order: CrawlJob, begin: Begin) -> ProcessResult:
        begin(order)
        context.store.crawl_runs.mark_lost(NOW, silent_seconds=-1.0)  # the machine slept, and another tidied up
        while len(beats) < 2:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        assert run_of(context, order).status is RunStatus.RUNNING
        return ProcessResult(RunStatus.OK)

    monkeypatch.setattr(context.crawl_processes, "run", slow)
    monkeypatch.setattr(context.store.crawl_runs, "heartbeat", counted)
    order = order_of(context)
    asyncio.run(run_crawl_job(context, order))
    assert beats[0] == (order.run, 1)
    assert run_of(context, order).status is RunStatus.OK


@pytest.mark.parametrize("moved", [timedelta(0), timedelta(days=400), timedelta(days=-400)])
def test_the_tidy_leaves_the_runs_of_the_living_whatever_day_it_is_told(context: AppContext, moved: timedelta) -> None:
    context.clock = lambda: NOW + moved
    order = order_of(context)
    context.store.crawl_runs.start(order.run, order.kind, WEIBO.value, NOW, "elsewhere:7")
    asyncio.run(run_heartbeat.mark_lost_runs(context))
    assert run_of(context, order).status is RunStatus.RUNNING


def test_a_scan_lives_while_whoever_carries_it_out_does(context: AppContext, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = context.store.scans
    monkeypatch.setattr(scan_job, "BEAT_SECONDS", 0.01)

    async def slow(context: AppContext, text: str, **_: object) -> ScanReport:
        assert kept.mark_lost(NOW, waiting=True) == 0, "another service starts beside it"
        assert kept.mark_lost(NOW, silent_seconds=-1.0) == 1, "the machine slept, and another tidied up"
        while kept.state("a") is ScanState.LOST:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        raise InvalidTarget("没有这个网址")

    monkeypatch.setattr(scan_job, "scan", slow)
    kept.start(ScanRecord(id="a", target="x", user="li", display="李", school="", started_at=NOW))
    asyncio.run(scan_job.carry_out(context, "a", "x"))
    assert kept.state("a") is ScanState.REFUSED


def test_two_services_take_turns_at_a_platform(context: AppContext, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "WAIT_SECONDS", 0.01)
    other = AppContext(context.settings, context.store, context.clock)
    elsewhere = AppContext(context.settings.model_copy(update={"egress": "second"}), context.store, context.clock)
    told: list[str] = []

    async def ask(world: AppContext, name: str, *, until: int) -> None:
        async with platform_turn(world, WEIBO):
            told.append(f"{name} begins")
            while len(told) < until:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
            told.append(f"{name} ends")

    async def three() -> None:
        first = asyncio.create_task(ask(context, "first", until=2))
        while not told:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        second = asyncio.create_task(ask(other, "second", until=0))
        await asyncio.sleep(0.05)
        await asyncio.gather(first, second, ask(elsewhere, "by another way", until=0))

    asyncio.run(three())
    assert told[1] == "by another way begins", "another way out waits for nobody"
    assert told.index("first ends") < told.index("second begins")


def test_a_wall_rests_the_egress_that_met_it(context: AppContext, monkeypatch: pytest.MonkeyPatch) -> None:
    async def walled(order: CrawlJob, begin: Begin) -> ProcessResult:
        begin(order)
        return ProcessResult(RunStatus.OK, {"outcomes": {"blocked": 1}, "blocked_hosts": ["m.weibo.cn"]})

    context.clock = lambda: NOW
    context.settings = context.settings.model_copy(update={"egress": "second"})
    monkeypatch.setattr(context.crawl_processes, "run", walled)
    order = order_of(context)
    assert order.egress == "second"
    asyncio.run(run_crawl_job(context, order))
    assert context.paused_until(WEIBO)
    context.settings = context.settings.model_copy(update={"egress": "default"})
    assert context.paused_until(WEIBO) is None
