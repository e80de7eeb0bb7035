"""Every job of the service, one row each: its name, what people call it, when it runs by default, and what it does."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from monitors.app_context import AppContext
from monitors.jobs import run_sweep


@dataclass(frozen=True, slots=True)
class ScheduledJob:
    """One job. ``cron`` is the default, in Beijing time; the jobs' own table keeps what an operator changed."""

    name: str
    label: str
    cron: str
    run: Callable[[AppContext], Awaitable[None]]


SCHEDULED_JOBS = (
    ScheduledJob("sweep", "巡检", "*/20 * * * *", run_sweep.sweep_due),
    ScheduledJob("check", "核对制度", "10 * * * *", run_sweep.check_all),
    ScheduledJob("inquire", "核实请求", "25 9 * * *", run_sweep.inquire_all),
    ScheduledJob("mailbox", "收取来信", "*/10 * * * *", run_sweep.read_mail),
    ScheduledJob("deliver", "发送文书", "*/5 * * * *", run_sweep.deliver_all),
    ScheduledJob("digest", "日报", "30 7 * * *", run_sweep.digest_all),
    ScheduledJob("discover", "搜索疑似账号", "15 3 * * mon", run_sweep.discover_all),
    ScheduledJob("tidy", "清理", "45 2 * * *", run_sweep.purge_expired),
)
"""A new job is one more row: the service runs it and the operations page lists it."""
LABELS = {job.name: job.label for job in SCHEDULED_JOBS}
