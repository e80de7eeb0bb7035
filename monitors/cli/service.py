"""`xunjian serve` and `doctor`."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from monitors import logs
from monitors.cli.options import Format, FormatOption, asked, print_rows
from monitors.jobs.doctor import examine
from storage.store import Store


def serve(
    ctx: typer.Context,
    demo: Annotated[bool, typer.Option("--demo", help="演示：模拟校园，完全离线")] = False,
    auto: Annotated[bool, typer.Option("--auto", help="没有导入过台账时自动进入演示")] = False,
    host: Annotated[str | None, typer.Option(help="监听地址")] = None,
    port: Annotated[int | None, typer.Option(help="端口")] = None,
) -> None:
    """Timetable, console and metrics in one process."""
    from monitors.service.startup import serve_demo, serve_register  # web server and demo: only where they are needed

    settings = asked(ctx).settings(host=host, port=port)
    logs.configure(settings.log_format)
    if demo or (auto and not _has_register(settings.database)):
        folder = settings.data / "demo"
        asyncio.run(serve_demo(asked(ctx).settings(host=host, port=port, data=folder, demo=True), asked(ctx).clock))
    else:
        asyncio.run(serve_register(settings, asked(ctx).clock))


def worker(
    ctx: typer.Context,
    queues: Annotated[
        str,
        typer.Option(
            help="只做这些队列的任务，用逗号隔开：crawl 采集、browser 浏览器查看、mail 收发、check 核对；不填则全部"
        ),
    ] = "",
    concurrency: Annotated[int, typer.Option(min=1, max=16, help="同时执行的任务数")] = 2,
    egress: Annotated[str | None, typer.Option(help="本机的出口名称，代替设置 egress")] = None,
) -> None:
    """Take jobs from the queue in PostgreSQL."""
    from monitors.service.startup import run_worker
    from monitors.service.worker import queues_named

    named, settings = queues_named(queues), asked(ctx).settings(egress=egress)
    logs.configure(settings.log_format)
    asyncio.run(run_worker(settings, asked(ctx).clock, named, concurrency))


def _has_register(database: str) -> bool:
    if database.startswith("sqlite:///") and not Path(database.removeprefix("sqlite:///")).exists():
        return False
    store = Store(database)
    try:
        return bool(store.filings.schools())
    finally:
        store.close()


def doctor(ctx: typer.Context, form: FormatOption = Format.TEXT) -> None:
    """What is installed, reachable, misconfigured."""
    call = asked(ctx)
    checks = list(examine(call.settings(), call.clock))
    print_rows(
        ({"name": c.name, "state": c.state, "note": c.note, "line": str(c)} for c in checks),
        form,
        lambda row: row["line"],
    )
    if any(check.state == "fail" for check in checks):
        raise typer.Exit(1)
