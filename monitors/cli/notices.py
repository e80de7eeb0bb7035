"""`xunjian notices` and `digest`: what is due, sent, failed; the day's page."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

from alerts.messages import digest_text
from monitors.cli.options import Format, FormatOption, InvalidInput, asked, day, print_rows
from monitors.jobs.delivery import deliver
from monitors.jobs.digest import make_digest, queue_digest

STATES = {"due": "待发", "claimed": "发送中", "sent": "已发", "failed": "失败"}


def register_commands(app: typer.Typer) -> None:
    """Hang the commands in."""
    app.command("notices")(notices)
    app.command("digest")(digest)


def notices(
    ctx: typer.Context,
    school: Annotated[str, typer.Option(help="学校代码")] = "",
    state: Annotated[str, typer.Option(help="due 待发、sent 已发、failed 失败")] = "",
    send: Annotated[bool, typer.Option("--send", help="现在就发送到期的通知")] = False,
    resend: Annotated[str, typer.Option(help="重新发送一份失败的通知（写它的编号 id）")] = "",
    form: FormatOption = Format.TEXT,
) -> None:
    """查看通知：哪些待发、已发、失败。"""
    if state and state not in STATES:
        raise InvalidInput(f"没有状态 {state!r}。可用: {', '.join(STATES)}")
    with asked(ctx).context() as context:
        if resend and not context.store.notices.resend(resend, context.clock()):
            raise InvalidInput(f"没有失败的通知 {resend!r}。")
        if send or resend:
            done = deliver(context, context.clock())
            if form == Format.TEXT:
                typer.echo(f"本次处理 {done.claimed} 份：送出 {done.sent}，放弃 {done.given_up}")
        rows = [_row(row) for row in context.store.notices.all(school=school or None, state=state or None)]
    print_rows(rows, form, lambda r: f"{STATES[r['state']]}  {r['number']}  {r['id']}  {r['error']}")


def _row(row: dict[str, Any]) -> dict[str, Any]:
    kept = (
        "id",
        "number",
        "school",
        "case_number",
        "document",
        "state",
        "created_at",
        "sent_at",
        "next_try_at",
        "attempts",
        "error",
    )
    return {name: row[name] for name in kept} | {"delivered": json.loads(row["delivered"])}


def digest(
    ctx: typer.Context,
    date: Annotated[str, typer.Option(help="哪一天的日报（2026-11-21），不填为今天")] = "",
    school: Annotated[str, typer.Option(help="学校代码；不填则为所有学校")] = "",
    send: Annotated[bool, typer.Option("--send", help="同时送进发件箱；同一天只送一次")] = False,
) -> None:
    """显示日报。过去的日子按当时保存的内容重印。"""
    with asked(ctx).context() as context:
        now = context.clock()
        which = day(date, context.clock)
        if which > now.date():
            raise InvalidInput(f"{which} 还没有到，没有日报。")
        schools = [school] if school else [code for code in context.schools if code in context.policies]
        if not schools:
            raise InvalidInput("没有可以出日报的学校：台账是空的，或者没有对应的制度文件。")
        for code in schools:
            kept = context.store.runs.digest(code, which)
            if which < now.date() and kept:
                typer.echo(kept["text"])
            else:
                typer.echo(digest_text(make_digest(context, code, which, now)))
            if send:
                queued = queue_digest(context, code, which, now)
                typer.echo("已送进发件箱。" if queued else "这一天的日报已经送过，不重复发送。")
        if send:
            deliver(context, now)
