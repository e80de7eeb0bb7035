"""`xunjian check` and `xunjian case`: findings, cases, and what people decide about them."""

from __future__ import annotations

from collections.abc import Callable, Collection
from contextlib import AbstractContextManager, nullcontext
from datetime import date, datetime
from typing import Annotated, Any

import typer

from monitors.app_context import AppContext
from monitors.cli.groups import CommandGroup
from monitors.cli.options import (
    CaseNumber,
    DecidedByOption,
    Format,
    FormatOption,
    ReasonOption,
    SchoolOption,
    asked,
    day,
    decided_by,
    print_rows,
)
from monitors.errors import InvalidInput
from monitors.jobs import case_actions, letters
from monitors.jobs.batches import batch_of, withdraw_batch
from monitors.json_output import iso
from rules.calendar import start_of
from rules.cases.case import Case
from rules.cases.signing import Signatory
from rules.model import BEIJING, CaseState, Platform
from rules.people import Role, User
from storage.notices import DeliveryWay

commands = CommandGroup()
WORKERS = frozenset({Role.EDITOR, Role.SIGNER})


def shown(case: Case) -> dict[str, Any]:
    """A case as the command contract shows it."""
    return {
        "number": case.number,
        "school": case.school,
        "platform": case.platform.value,
        "account": case.account,
        "rule": case.rule,
        "clause": case.clause,
        "state": case.state.value,
        "opened_at": iso(case.opened_at),
        "steps": [
            {
                "step": step.step,
                "document": step.document.value,
                "due_at": iso(step.due_at),
                "issued_at": iso(step.issued_at),
                "delivered_at": iso(step.delivered_at),
                "approved_by": step.approved_by or None,
            }
            for step in case.steps
        ],
        "title": case.title,
        "unit": case.unit,
        "reason": case.reason,
    }


@commands.command("list")
def list_cases(
    ctx: typer.Context,
    school: SchoolOption = "",
    state: Annotated[CaseState | None, typer.Option(help="只看这种状态")] = None,
    form: FormatOption = Format.TEXT,
) -> None:
    """列出问题台账。"""
    with asked(ctx).context() as context:
        cases = context.store.cases.all(school or None, [state] if state else None)
    print_rows((shown(case) for case in cases), form, _line)


def _line(row: dict[str, Any]) -> str:
    return f"{row['number']}  {CaseState(row['state']).label}  {row['title']}（{row['unit'] or '责任单位待核实'}）  {row['clause']}  {row['reason']}"


@commands.command("show")
def show_case(ctx: typer.Context, number: CaseNumber, form: FormatOption = Format.TEXT) -> None:
    """查看一个条目和它的全部经过。"""
    with asked(ctx).context() as context:
        case = context.store.cases.get(number)
        if case is None:
            raise InvalidInput(f"没有编号为 {number} 的条目。")
        events = context.store.cases.events(number)
    if form != Format.TEXT:
        log = [{"at": iso(e.at), "kind": e.kind.value, "by": e.by, "reason": e.reason} for e in events]
        print_rows([shown(case) | {"evidence": list(case.evidence), "basis": case.basis, "events": log}], form)
        return
    typer.echo(_line(shown(case)))
    typer.echo(f"依据: {case.basis}  存证: {'、'.join(case.evidence) or '无'}")
    for event in events:
        typer.echo(f"  {event.at:%Y-%m-%d %H:%M}  {event.kind.label}  {event.by}  {event.reason}")


@commands.command()
def propose(
    ctx: typer.Context, number: CaseNumber, by: DecidedByOption, step: str = "", reason: ReasonOption = ""
) -> None:
    """提请签发到期的公开通报或关停；提请人和签发人不能是同一人。"""

    def move(context: AppContext) -> Case:
        with _decided_by(context, number, by, WORKERS) as user:
            return letters.propose(context, letters.draft_of(context, number, step), _signatory(user, by), reason)

    _done(ctx, move)


@commands.command()
def approve(
    ctx: typer.Context, number: CaseNumber, by: DecidedByOption, step: str = "", reason: ReasonOption = ""
) -> None:
    """签发待签发的文书：按此刻的事实重新生成、编号，随后发送。拟文之后情况有变化的，说明变化，重新阅读后再签。"""

    def move(context: AppContext) -> Case:
        with _decided_by(context, number, by, {Role.SIGNER}) as user:
            notice = letters.draft_of(context, number, step)
            seen = letters.facts_read(context, notice)
            letters.sign(context, notice, _signatory(user, by), seen=seen, reason=reason)
            return _known(context, number)

    _done(ctx, move)


def _signatory(user: User | None, by: str) -> Signatory:
    return Signatory(display=user.display, user=user.name, post=user.post) if user else Signatory(display=by)


def _known(context: AppContext, number: str) -> Case:
    case = context.store.cases.get(number)
    if case is None:
        raise InvalidInput(f"没有编号为 {number} 的条目。")
    return case


@commands.command()
def deliver(
    ctx: typer.Context,
    number: CaseNumber,
    receiver: Annotated[str, typer.Option(help="签收人，如 图书馆办公室李老师")],
    by: DecidedByOption,
    way: Annotated[str, typer.Option(help="送达方式：当面、OA、邮件、张贴")] = DeliveryWay.IN_PERSON.label,
    date: Annotated[str, typer.Option(help="送达日期（2026-11-21），不填为今天")] = "",
    step: str = "",
) -> None:
    """登记文书已送达；下一级的期限从送达起算。"""

    def move(context: AppContext) -> Case:
        with _decided_by(context, number, by, WORKERS) as user:
            notice = letters.undelivered(context, number, step)
            name = user.display if user else by
            on = day(date, context.clock)
            letters.deliver(context, notice, day=on, way=_way(way), receiver=receiver, by=name)
            return _known(context, number)

    _done(ctx, move)


def _way(text: str) -> DeliveryWay:
    for way in DeliveryWay:
        if text.strip().upper() in (way.label.upper(), way.value.upper()):
            return way
    raise InvalidInput(f"没有送达方式 {text!r}。可用: {'、'.join(way.label for way in DeliveryWay)}")


@commands.command()
def undo(ctx: typer.Context, number: CaseNumber, by: DecidedByOption) -> None:
    """撤销最近一次办理：决定在十分钟内，送达登记在当天。"""
    _done(ctx, _decision(case_actions.undo, number, by, WORKERS))


@commands.command()
def appeal(ctx: typer.Context, number: CaseNumber, by: DecidedByOption, reason: ReasonOption) -> None:
    """登记单位的申诉；期限停止计算。"""

    def move(context: AppContext) -> Case:
        # Not everybody who appeals signs in: another name is the unit's own words.
        named = context.store.users.one(by.strip().lower())
        with _decided_by(context, number, by, {Role.EDITOR, Role.UNIT}) if named else nullcontext():
            return case_actions.appeal(context, number, by=named.display if named else by, reason=reason)

    _done(ctx, move)


@commands.command()
def decide(
    ctx: typer.Context,
    number: CaseNumber,
    by: DecidedByOption,
    reason: ReasonOption,
    upheld: Annotated[bool, typer.Option("--upheld/--rejected", help="申诉成立 / 不成立")],
) -> None:
    """对申诉作出决定。"""
    _done(ctx, _decision(case_actions.decide, number, by, WORKERS, upheld=upheld, reason=reason))


@commands.command()
def exempt(ctx: typer.Context, number: CaseNumber, by: DecidedByOption, reason: ReasonOption, until: str) -> None:
    """准予豁免到某一天。"""
    try:
        last = date.fromisoformat(until)
    except ValueError as error:
        raise InvalidInput(f"--until 的日期写法不对: {until!r}。请写成 2026-12-31 这样的格式。") from error
    _done(ctx, _decision(case_actions.exempt, number, by, {Role.SIGNER}, reason=reason, until=last))


@commands.command()
def withdraw(ctx: typer.Context, number: CaseNumber, by: DecidedByOption, reason: ReasonOption) -> None:
    """撤回：此前的通知有误，向所有收到通知的人更正。"""
    _done(ctx, _decision(case_actions.withdraw, number, by, WORKERS, reason=reason))


@commands.command("withdraw-batch")
def withdraw_many(
    ctx: typer.Context,
    by: DecidedByOption,
    reason: ReasonOption,
    school: Annotated[str, typer.Option("--school", help="学校代码，如 sias")],
    opened: Annotated[str, typer.Option(help="同一次核对的时间，如 2026-11-21T10:00+08:00")] = "",
    policy: Annotated[str, typer.Option(help="立案时的制度版本")] = "",
    platform: Annotated[Platform | None, typer.Option(help="读取有误的平台")] = None,
    since: Annotated[str, typer.Option(help="从哪一天起立案的（2026-11-21）")] = "",
) -> None:
    """整批撤回：同一次核对、同一制度版本或同一平台所立的条目；已发出的文书，每个单位拟一份更正通知待签发。"""
    with asked(ctx).context() as context:
        moment = _moment(opened) if opened else None
        start = start_of(day(since, context.clock)) if since else None
        found = batch_of(context, school, opened_at=moment, policy_version=policy, platform=platform, since=start)
        with decided_by(context, by, WORKERS, school) as user:
            name = user.display if user else by
            done = withdraw_batch(context, school, [case.number for case in found], by=name, reason=reason)
    typer.echo(f"已撤回 {len(done.cases)} 件；待签发的更正通知 {len(done.corrections)} 份。")


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise InvalidInput(f"--opened 的时间写法不对: {text!r}。请写成 2026-11-21T10:00+08:00。") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=BEIJING)


@commands.command()
def dismiss(ctx: typer.Context, number: CaseNumber, by: DecidedByOption, reason: ReasonOption) -> None:
    """认定不属实。"""
    _done(ctx, _decision(case_actions.dismiss, number, by, WORKERS, reason=reason))


@commands.command()
def close(ctx: typer.Context, number: CaseNumber, by: DecidedByOption, reason: ReasonOption) -> None:
    """销号。"""
    _done(ctx, _decision(case_actions.close, number, by, WORKERS, reason=reason))


def _decided_by(
    context: AppContext, number: str, by: str, roles: Collection[Role]
) -> AbstractContextManager[User | None]:
    return decided_by(context, by, roles, context.store.cases.school_of(number))


def _decision(act: Callable[..., Case], number: str, by: str, roles: Collection[Role], **given: Any) -> Any:
    """A decision as `_done` takes it: under the person's own name once there are people."""

    def move(context: AppContext) -> Case:
        with _decided_by(context, number, by, roles) as user:
            return act(context, number, by=user.display if user else by, **given)

    return move


def _done(ctx: typer.Context, move: Any) -> None:
    with asked(ctx).context() as context:
        case: Case = move(context)
    typer.echo(_line(shown(case)))
