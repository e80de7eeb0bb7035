"""`xunjian sweep`, `read`, `discover` and `scan`: looking at pages."""

from __future__ import annotations

import asyncio
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from crawler.fetch.egress import EgressDenied
from crawler.platforms import SPECS
from monitors import clock
from monitors.cli.options import Format, FormatOption, PlatformsOption, ReplayOption, asked, print_rows
from monitors.errors import InvalidInput
from monitors.jobs.proof import look_at
from monitors.jobs.run_sweep import run_sweep
from monitors.jobs.scan.report import as_text
from monitors.jobs.scan.words import refusal
from monitors.json_output import iso, read_files
from rules.accounts.pasted_target import InvalidTarget
from rules.accounts.target_names import platform_called
from rules.model import Outcome, Platform
from storage.database import StorageError


def known_platform(name: str) -> str:
    """The code of a platform, which may be given in Chinese, or a reader's alias. Raises InvalidInput."""
    called = platform_called(name)
    if called and called.value in SPECS:
        return called.value
    if name not in SPECS:
        shown = "、".join(f"{p.label}（{p.value}）" for p in Platform if p.value in SPECS)
        raise InvalidInput(f"没有平台“{name}”。可用的平台: {shown}")
    return name


def sweep_now(
    ctx: typer.Context,
    platform: PlatformsOption = None,
    account: Annotated[list[str] | None, typer.Option(help="只看这些账号（平台:标识），可写多次")] = None,
    everything: Annotated[bool, typer.Option("--all", help="不管是否到期，全部看一遍")] = False,
    replay: ReplayOption = "",
    form: FormatOption = Format.TEXT,
) -> None:
    """Look at the accounts that are due, or at all of them."""
    platforms = [known_platform(name) for name in platform or []]
    if replay and not Path(replay).exists():
        raise InvalidInput(f"找不到录制文件 {replay}")
    with asked(ctx).context() as context:
        if not context.schools:
            raise InvalidInput("台账是空的，没有可以巡检的账号。请先用 xunjian register import 导入台账。")
        report = asyncio.run(
            run_sweep(context, platforms=platforms, accounts=account or [], everything=everything, replay=replay)
        )
    if form != Format.TEXT:
        print_rows([report.as_dict()], form)
    else:
        counts = (
            "，".join(f"{Outcome(code).label} {n}" for code, n in report.outcomes.most_common()) or "没有到期的账号"
        )
        typer.echo(f"巡检账号 {report.looks} 个，读到页面：{counts}")
        for name, until in report.resting.items():
            typer.echo(f"  {name} 因被拦截正在休息，{until:%m-%d %H:%M} 之后再看")
        for note in report.notes:
            typer.echo(f"  {note}", err=True)
        for problem in report.errors:
            typer.echo(f"  出错 {problem}", err=True)
    if report.errors:
        raise StorageError("有采集进程没有正常结束，已保存的观察不受影响；未看到的账号下次巡检会再看。")


def read_saved(
    files: Annotated[list[Path], typer.Argument(help="保存下来的网页或接口返回")],
    platform: Annotated[str, typer.Option(help="平台代码，如 website、wechat、weibo")],
    url: Annotated[str, typer.Option(help="页面原来的网址")] = "",
    at: Annotated[str, typer.Option(help="页面是什么时候取下来的（ISO 时间），相对日期靠它推算")] = "",
    status: Annotated[int, typer.Option(min=100, max=599, help="取得页面时的 HTTP 状态码")] = 200,
    form: FormatOption = Format.JSONL,
) -> None:
    """Read saved pages: one line of JSON each."""
    moment = _moment(at)
    print_rows(
        read_files(files, known_platform(platform), url, moment, status), Format.JSONL if form == Format.TEXT else form
    )


def scan_now(
    ctx: typer.Context,
    target: Annotated[str, typer.Argument(help="网址、从手机复制的分享文本、账号标识（配合 --platform），或一个名称")],
    platform: Annotated[str, typer.Option(help="账号标识或名称属于哪个平台，如 微信公众号、weibo")] = "",
    form: FormatOption = Format.TEXT,
) -> None:
    """Look at one account or page now; exits as the contract says."""
    from monitors.jobs.scan.scan import scan  # the matcher and the browser: only where they are needed

    with asked(ctx).context() as context:
        try:
            report = asyncio.run(scan(context, target, platform=_scannable(platform) if platform else ""))
        except (InvalidTarget, EgressDenied) as error:
            raise InvalidInput(refusal(error)) from error
    if form == Format.TEXT:
        typer.echo(as_text(report))
    else:
        print_rows([report.as_dict()], form)
    raise typer.Exit(report.exit)


def _scannable(name: str) -> str:
    """The code of a platform accounts live on; the aliases of single readers are none. Raises InvalidInput."""
    called = platform_called(name)
    if called is None:
        raise InvalidInput(f"没有平台“{name}”。可用的平台: {'、'.join(f'{p.label}（{p.value}）' for p in Platform)}")
    return called.value


def prove(
    ctx: typer.Context,
    account: Annotated[str, typer.Argument(help="台账里的账号（平台:标识），如 wechat:gh_0123456789ab")],
    url: Annotated[str, typer.Argument(help="该账号最近发布的一条内容的网址")],
) -> None:
    """A unit's own proof: look at the link it gave."""
    with asked(ctx).context() as context:
        try:
            seen = asyncio.run(look_at(context, account, url))
        except (InvalidTarget, EgressDenied) as error:
            raise InvalidInput(str(error)) from error
    typer.echo(
        f"{seen.outcome.label}，发布时间 {iso(seen.last_post_at) or '未能读出'}，存证 {seen.evidence or '无'}  {seen.reason}"
    )
    raise typer.Exit(0 if seen.last_post_at else 3)


def _moment(at: str) -> datetime:
    try:
        return clock.parse_now(at) if at else clock.wall()
    except ValueError as error:
        raise InvalidInput(f"--at 的时间写法不对: {at!r}。请写成 2026-11-21T08:00+08:00 这样的格式。") from error
