"""`xunjian notices` and `digest`: what is due, sent, failed; the day's page."""

from __future__ import annotations

from datetime import date as calendar_date
from typing import Annotated, Any

import typer

from alerts.delivery.channels import ChannelError, DeliveryError
from alerts.delivery.outbox import DeliveryReport
from alerts.digest.model import Audience
from alerts.messages import digest_text
from monitors.app_context import AppContext
from monitors.cli.groups import CommandGroup
from monitors.cli.options import DecidedByOption, Format, FormatOption, SchoolOption, asked, day, print_rows
from monitors.errors import InvalidInput
from monitors.jobs.channel_test import try_channel
from monitors.jobs.delivery import deliver
from monitors.jobs.digest import make_digest, queue_digest
from rules.calendar import end_of
from storage.alerts import Mute
from storage.notices import DIGEST, NoticeState, OutboxNotice, Receipt

commands = CommandGroup(invoke_without_command=True)


@commands.callback()
def notices(
    ctx: typer.Context,
    school: SchoolOption = "",
    state: Annotated[str, typer.Option(help="、".join(f"{s.value} {s.label}" for s in NoticeState))] = "",
    send: Annotated[bool, typer.Option("--send", help="现在就发送到期的通知")] = False,
    resend: Annotated[
        str, typer.Option(help="只重新发送这一份（写它的编号 id）：清除退回记录，已送达的收件人不再发")
    ] = "",
    form: FormatOption = Format.TEXT,
) -> None:
    """What is due, sent, failed; sends where asked."""
    if ctx.invoked_subcommand:
        return
    if state and state not in list(NoticeState):
        raise InvalidInput(f"没有状态 {state!r}。可用: {'、'.join(f'{s.value}（{s.label}）' for s in NoticeState)}")
    with asked(ctx).context() as context:
        now = context.clock()
        if resend and not context.store.outbox.resend(resend, now):
            raise InvalidInput(f"没有编号为 {resend!r} 的待发或失败的通知。请用 xunjian notices 查看编号和状态。")
        if send or resend:
            _say(deliver(context, now, only=resend), form)
        found = context.store.outbox.all(school=school or None, state=NoticeState(state) if state else None)
        rows = [row for row in found if not resend or row.id == resend]
    lines = {row.id: _line(row) for row in rows}
    print_rows(map(_row, rows), form, lambda row: lines[row["id"]])


def _say(done: DeliveryReport, form: Format) -> None:
    if form == Format.TEXT:
        later = done.claimed - done.sent - done.given_up
        text = f"本次处理 {done.claimed} 份：送出 {done.sent}，没有送成 {done.given_up}，稍后再试 {later}"
        typer.echo(text)


def _line(row: OutboxNotice) -> str:
    since = f"自 {row.since:%Y-%m-%d}" if row.since else ""
    about = f"{row.unit}  {row.title}" if row.case_number else ""
    return f"{row.state_label}  {row.number or '（未编号）'}  {row.id}  {about}  {since}  {row.error}".rstrip()


def _row(row: OutboxNotice) -> dict[str, Any]:
    return {
        "id": row.id,
        "number": row.number,
        "school": row.school,
        "case_number": row.case_number,
        "document": row.document_type,
        "state": row.state,
        "unit": row.unit,
        "title": row.title,
        "since": row.since,
        "receipt": _receipt(row.receipt),
        "created_at": row.created_at,
        "sent_at": row.sent_at,
        "next_try_at": row.next_attempt_at,
        "attempts": row.attempts,
        "error": row.error,
        "delivered": {
            target: [answer.result, answer.reason, answer.at.isoformat(timespec="seconds")]
            for target, answer in row.delivery_results.items()
        },
    }


def _receipt(receipt: Receipt | None) -> dict[str, Any] | None:
    if receipt is None:
        return None
    return {"at": receipt.at, "receiver": receipt.receiver, "way": receipt.way, "by": receipt.by}


@commands.command("test")
def send_test_message(
    ctx: typer.Context,
    channel: Annotated[
        str, typer.Argument(metavar="CHANNEL", help="渠道的地址（如 wecom://KEY），或设置 channels 里的第几项（如 2）")
    ],
    to: Annotated[str, typer.Option(help="邮件渠道发给谁；不填则发给日报收件人的第一位")] = "",
) -> None:
    """向一个渠道发一条测试消息，显示对方的答复；对方拒绝则退出码为 1。"""
    settings = asked(ctx).settings()
    try:
        answers = try_channel(settings, channel, to, asked(ctx).clock())
    except ChannelError as error:
        raise InvalidInput(str(error)) from error
    except DeliveryError as error:
        typer.echo(f"没有送达：{error}")
        raise typer.Exit(1) from error
    for target, said in answers:
        typer.echo(f"已送达{f'（{target}）' if target else ''}，对方答复：{said}")


@commands.command()
def mute(
    ctx: typer.Context,
    address: Annotated[str, typer.Argument(metavar="ADDRESS", help="邮箱地址")],
    until: Annotated[str, typer.Option(help="到哪一天为止（2026-11-28，含当天）")],
    kind: Annotated[
        str, typer.Option(help=f"只暂停一种：{'、'.join(f'{a.value}（{a.label}）' for a in Audience)}")
    ] = "",
    by: DecidedByOption = "",
) -> None:
    """一个邮箱暂时不收日报和提醒，到期自动恢复；文书照常送达。"""
    if kind and kind not in list(Audience):
        raise InvalidInput(f"没有 {kind!r} 这一种。可用: {'、'.join(Audience)}")
    with asked(ctx).context() as context:
        last = day(until, context.clock)
        if last < context.clock().date():
            raise InvalidInput(f"{last} 已经过去，没有可暂停的。")
        context.store.alerts.mute(Mute(address, kind, end_of(last), by), context.clock())
        typer.echo(f"{address} 暂停接收{Audience(kind).label if kind else '日报和提醒'}，到 {last} 为止。")


@commands.command()
def mutes(
    ctx: typer.Context,
    end: Annotated[str, typer.Option(help="现在就恢复这个邮箱")] = "",
    kind: Annotated[str, typer.Option(help="恢复哪一种；不填为暂停全部的那一条")] = "",
) -> None:
    """列出暂停接收的邮箱，或恢复其中一个。"""
    with asked(ctx).context() as context:
        if end and not context.store.alerts.unmute(end, kind):
            raise InvalidInput(f"{end} 没有暂停接收{Audience(kind).label if kind in list(Audience) else ''}。")
        for one in context.store.alerts.mutes(context.clock()):
            what = Audience(one.kind).label if one.kind else "日报和提醒"
            typer.echo(f"{one.address}  {what}  到 {one.until:%Y-%m-%d}  {one.by}")


def digest(
    ctx: typer.Context,
    date: Annotated[str, typer.Option(help="哪一天的日报（2026-11-21），不填为今天")] = "",
    school: SchoolOption = "",
    send: Annotated[bool, typer.Option("--send", help="同时送进发件箱；同一天只送一次")] = False,
) -> None:
    """A day's digest, as kept or as it would be made."""
    with asked(ctx).context() as context:
        now = context.clock()
        which = day(date, context.clock)
        if which > now.date():
            raise InvalidInput(f"{which} 还没有到，没有日报。")
        schools = [school] if school else [code for code in context.schools if code in context.policies]
        if not schools:
            raise InvalidInput("没有可以出日报的学校：台账是空的，或者没有对应的制度文件。")
        for code in schools:
            typer.echo(_page_of(context, code, which, asked_for=bool(date)), nl=False)
            if send:
                queued = queue_digest(context, code, which, now)
                typer.echo("已送进发件箱。" if queued else "这一天的日报已经送过，不重复发送。")
        if send:
            deliver(context, now)


def _page_of(context: AppContext, school: str, which: calendar_date, *, asked_for: bool) -> str:
    """A day's text: as it was kept, where the day is over or was asked for by name and sent; else as it reads now."""
    now, kept = context.clock(), context.store.digests.get(school, which)
    over = which < now.date()
    if kept and (over or (asked_for and context.store.outbox.one(f"{school}/{DIGEST}/{which}"))):
        return kept.text
    if over:
        typer.echo(f"{which} 没有保存过日报，以下按现在的数据补做。", err=True)
    return digest_text(make_digest(context, school, which, now), context.settings.base_url)
