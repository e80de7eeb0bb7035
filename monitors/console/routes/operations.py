"""运行: jobs, platforms and their switches, runs, budgets, space, versions; a sweep or a job at once; the installation's
check-up."""

from __future__ import annotations

import asyncio
import shutil
import sys
from collections.abc import Mapping
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, Response

from monitors.app_context import AppContext
from monitors.console.access import person, view_of
from monitors.console.app_state import scheduler_alive, state_of
from monitors.console.background import start
from monitors.console.platform_status import held_up
from monitors.console.rendering import redirect_after, render, world_of
from monitors.jobs.bridges import bridge_faults, feeds_of
from monitors.jobs.doctor import examine
from monitors.jobs.run_sweep import sweep_order
from monitors.scheduled_jobs import LABELS
from monitors.version import product_version
from rules.model import Platform
from rules.people import User
from storage.platform_state import PlatformChange, PlatformState

router = APIRouter()
SWITCHES: Mapping[str, tuple[str, PlatformChange]] = {
    "enable": ("恢复访问", {"enabled": True}),
    "disable": ("停用访问", {"enabled": False}),
    "thaw": ("解除督办冻结", {"breaker_opened_at": None, "breaker_reason": ""}),
    "wake": ("结束暂停", {"paused_until": None, "consecutive_blocks": 0}),
    "permit": ("登记平台账号所有者的授权", {"robots_waived": True}),
    "forbid": ("撤销授权登记", {"robots_waived": False}),
}
"""What an operator may switch on a platform: its name and the values it sets."""


@router.get("/operations")
def operations(request: Request) -> HTMLResponse:
    """How the machine is."""
    return _page(request)


def _page(request: Request, *, error: str = "", status: int = 200) -> HTMLResponse:
    context, now = world_of(request), world_of(request).clock()
    known = {row.platform.value: row for row in context.store.platform_state.all()}
    used = {platform for platform, _ in context.store.read_models.count_by_outcome(view_of(request))}
    platforms = [
        (state.platform, state, held_up(state, now), switches_for(state))
        for code in sorted(used | set(known))
        for state in [known.get(code) or PlatformState(platform=Platform(code))]
    ]
    return render(
        request,
        "operations.html",
        "运行",
        status=status,
        error=error,
        jobs=[job for job in context.store.scheduled_jobs.all() if job.name in LABELS],
        job_names=LABELS,
        platforms=platforms,
        switches=SWITCHES,
        runs=context.store.crawl_runs.recent(15),
        budgets=sorted(context.store.host_leases.requests_today().items(), key=lambda pair: -pair[1])[:15],
        events=context.store.platform_state.operator_events(12),
        database=context.store.read_models.database_bytes(),
        disk=shutil.disk_usage(context.settings.data),
        version=product_version(),
        libraries=libraries(),
        scheduler=scheduler_alive(request.app),
        bridges=bridge_rows(context, now),
    )


def bridge_rows(context: AppContext, now: datetime) -> list[tuple[str, str, int, str]]:
    """(name, address, how many accounts, what is wrong) of every feed bridge of the school's own."""
    faults = bridge_faults(context, now)
    return [
        (name, bridge.base, len(feeds_of(context, bridge)), faults.get(name, ""))
        for name, bridge in context.settings.bridges.items()
    ]


def switches_for(state: PlatformState) -> list[str]:
    """The switches that make sense in a platform's present state."""
    wanted = ["thaw"] if state.breaker_opened_at else []
    wanted += ["wake"] if state.paused_until else []
    return [*wanted, "disable" if state.enabled else "enable", "forbid" if state.robots_waived else "permit"]


def libraries() -> list[tuple[str, str]]:
    """What the product stands on, for whoever reports a fault."""
    found = [("Python", sys.version.split()[0])]
    for name in ("scrapy", "fastapi", "sqlalchemy", "playwright"):
        try:
            found.append((name, version(name)))
        except PackageNotFoundError:
            continue
    return found


@router.get("/operations/checkup")
def checkup(request: Request) -> HTMLResponse:
    """体检: what `xunjian doctor` says, without a terminal. What is broken stands first."""
    context = world_of(request)
    order = ("fail", "warn", "ok")
    found = sorted(examine(context.settings, context.clock), key=lambda check: order.index(check.state))
    return render(request, "checkup.html", "体检", checks=found)


@router.post("/operations/jobs/{job}")
async def job_now(request: Request, job: str) -> Response:
    """Run one scheduled job now; it never runs beside itself."""
    timetable, context = state_of(request.app).timetable, world_of(request)
    if job not in LABELS:
        return await run_in_threadpool(_page, request, error="没有这项任务。", status=422)
    if timetable is None or not timetable.alive:
        error = "定时服务没有运行，不能执行任务。请在服务器上重新启动服务。"
        return await run_in_threadpool(_page, request, error=error, status=409)
    await run_in_threadpool(context.store.audit.add, "job.start", LABELS[job], now=context.clock())
    timetable.run_soon(job)
    return redirect_after("/operations", "job_started")


@router.post("/operations/sweep")
async def sweep_now(request: Request, platform: Annotated[str, Form()] = "") -> Response:
    """Look at everything, or at one platform, now and in the background."""
    if platform and platform not in list(Platform):
        return await run_in_threadpool(_page, request, error="没有这个平台。", status=422)
    context = world_of(request)
    await run_in_threadpool(context.store.audit.add, "sweep.start", platform or "全部平台", now=context.clock())
    order = sweep_order(context, platforms=[platform] if platform else [])
    start(request.app, asyncio.create_task(context.job_queue.put(order)))
    return redirect_after("/operations", "started")


@router.post("/operations/platforms/{platform}")
def switch(
    request: Request,
    platform: str,
    who: Annotated[User, Depends(person)],
    action: Annotated[str, Form()] = "",
    why: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    """Throw a switch; who and why are kept."""
    if platform not in list(Platform) or action not in SWITCHES:
        return _page(request, error="没有这个平台或开关。", status=422)
    if not why.strip():
        return _page(request, error="请写明更改开关的理由，以便今后查考。", status=422)
    context = world_of(request)
    context.store.platform_state.switch(
        platform, by=who.display, reason=why.strip(), now=context.clock(), **SWITCHES[action][1]
    )
    return redirect_after("/operations", "switched")
