"""How the service opens: on the school's own register, or on the demo campus."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import typer

from monitors.app_context import AppContext
from monitors.clock import Clock
from monitors.console.auth import stands_open
from monitors.console.labels import outcome_label
from monitors.console.rendering import school_name
from monitors.demo.activity import DemoCampus
from monitors.demo.campaigns import run_campaigns
from monitors.demo.desk import work_the_desk
from monitors.demo.official import demo_grants
from monitors.demo.owners import answer_inquiries
from monitors.demo.register import demo_canaries, opening
from monitors.demo.server import CampusServer
from monitors.demo.users import demo_people
from monitors.errors import InvalidInput
from monitors.job_queue import Queue
from monitors.jobs.digest import make_digest
from monitors.jobs.run_sweep import check_all, deliver_all, discover_all, inquire_all, run_sweep
from monitors.log_masking import mask_logs
from monitors.people.users import first_link
from monitors.private_files import keep_private
from monitors.service.server import serve
from monitors.settings import Settings
from rules.accounts.identity import account_key
from rules.circuit_breaker import CanaryAccount
from storage.account_filter import AccountFilter
from storage.filings import key_of
from storage.store import Store

SHARED = Path(__file__).parents[3] / "shared"
"""Captured pages beside the project, where there are any: the demo replays them."""
REPLAY = "replay"


async def serve_register(settings: Settings, clock: Clock) -> None:
    """Serve the register in the data directory. Raises StorageError, PolicyError, InvalidInput."""
    keep_private(settings.data)
    mask_logs()
    store = Store(settings.database)
    try:
        context = _register_context(settings, store, clock)
        where = f"校媒巡检控制台: {address(settings)}"
        if token := first_link(store, clock()):
            base = settings.base_url.rstrip("/") or address(settings).rstrip("/")
            where += f"\n还没有登录账号。请在 24 小时内打开这个一次性链接，建立第一个管理员账号：\n{base}/setup/{token}"
        await serve(context, greeting=where)
    finally:
        store.close()


async def run_worker(settings: Settings, clock: Clock, queues: Sequence[Queue], concurrency: int) -> None:
    """Take jobs for the register in the database. Raises StorageError, PolicyError, InvalidInput."""
    from monitors.service.worker import NO_DATABASE, work  # the queue library: no business of a service by itself

    if not settings.database_url:
        raise InvalidInput(NO_DATABASE)
    keep_private(settings.data)
    mask_logs()
    store = Store(settings.database)
    try:
        await work(_register_context(settings, store, clock), queues, concurrency)
    finally:
        store.close()


def _register_context(settings: Settings, store: Store, clock: Clock) -> AppContext:
    canaries = [
        CanaryAccount(c.platform, account_key(c.platform, c.account_id, c.url, c.name), c.name, c.account_id, c.url, c.alive)
        for c in settings.canaries
    ]  # fmt: skip
    context = AppContext(settings, store, clock, canaries=canaries)
    _ = context.policies  # a policy that cannot be read is told at the start
    return context


async def serve_demo(settings: Settings, clock: Clock) -> None:
    """Serve the simulated campus: everything real but the network. All of it stays in its own folder."""
    keep_private(settings.data)
    mask_logs()
    store = Store(settings.database)
    campus, filings = opening(clock(), SHARED)
    try:
        async with CampusServer(campus) as server:
            canaries = tuple(
                CanaryAccount(c.platform, c.key, c.name, c.account_id, c.url, c.alive) for c in demo_canaries(campus)
            )
            where = ("127.0.0.1", server.plain_port, server.tls_port)
            given = settings.model_copy(update={"delay_seconds": 0.0, "grants": demo_grants(campus)})
            people = demo_people(store, filings, clock())
            context = AppContext(given, store, clock, connect_to=where, canaries=canaries, demo_people=people)
            store.filings.save(filings, by="演示", now=clock())
            greeting = f"【演示】校媒巡检控制台: {address(settings)}  正在巡检模拟校园，约半分钟后显示结果。"
            where_shown = "，登录页上也有" if stands_open(settings) else ""
            greeting += f"\n【演示】登录账号（每次启动更换密码{where_shown}）："
            greeting += "".join(f"\n  {one.name:<8}{one.password}  {one.roles}" for one in people)
            await serve(context, first=partial(seed_demo, campus=campus), greeting=greeting)
    finally:
        store.close()


async def seed_demo(context: AppContext, campus: DemoCampus) -> None:
    """The demo's first day: sweep everything, look for suspects, ask the owners of what cannot be seen (some answer at
    once), check, let the office sign some papers, print the digest."""
    report = await run_sweep(context, everything=True)
    await discover_all(context)
    await inquire_all(context)
    await deliver_all(context)
    await answer_inquiries(context, campus)
    await check_all(context)
    await asyncio.to_thread(work_the_desk, context, "demo")
    await asyncio.to_thread(run_campaigns, context, "demo")
    await deliver_all(context)
    made = await asyncio.to_thread(make_digest, context, "demo", context.clock().date(), context.clock())
    saved = await asyncio.to_thread(context.store.digests.get, "demo", made.day)
    by_school = await asyncio.to_thread(context.store.account_lists.count_by_school, AccountFilter())
    register = "，".join(f"{school_name(context, code)} {n}" for code, n in by_school.items())
    counts = "，".join(f"{outcome_label(code)} {n}" for code, n in report.outcomes.most_common())
    typer.echo(
        f"【演示】台账 {sum(by_school.values())} 个账号：{register}。巡检完成，看了 {report.looks} 个账号，各页结果：{counts}。\n"
    )
    typer.echo(saved.text if saved else made.headline)
    await asyncio.to_thread(show_replayed, context)
    typer.echo(f"【演示】请打开 {address(context.settings)}，按 Ctrl-C 结束。")


def show_replayed(context: AppContext) -> None:
    """What was read on real captured pages, where they are there: last updates, no judgement (the school has no policy)."""
    filings = context.store.filings.all(REPLAY)
    seen = context.store.observations.states([key_of(filing) for filing in filings], context.clock())
    if filings:
        typer.echo("■ 真实页面回放（旧副本，只读取更新时间，不作判定；只有月日的按现在推算年份）")
    for filing in filings:
        known = seen.get(key_of(filing))
        last = f"最后更新 {known.last_post_at:%Y-%m-%d}" if known and known.last_post_at else "未能读出更新时间"
        typer.echo(f"· {filing.name.partition('（')[0]}：{last}")
    typer.echo("")


def address(settings: Settings) -> str:
    """The console's address for a person."""
    host = "127.0.0.1" if settings.host in ("0.0.0.0", "::") else settings.host  # noqa: S104
    return f"http://{host}:{settings.port}/"
