"""`xunjian inquiry` and `observe`: who was asked, what was answered, and what a person saw on a phone."""

from __future__ import annotations

from datetime import date
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from monitors.app_context import AppContext
from monitors.cli.coverage import NO_REGISTER, schools_asked
from monitors.cli.groups import CommandGroup
from monitors.cli.options import Format, FormatOption, ReasonOption, SchoolOption, asked, decided_by, print_rows
from monitors.errors import InvalidInput
from monitors.jobs.delivery import deliver
from monitors.jobs.inquiries import inquire
from monitors.jobs.inquiry_answers import observe
from monitors.jobs.statements import Picture
from monitors.json_output import iso
from rules.inquiries import Inquiry, InquiryState, close, masked_mailbox
from rules.inquiry_plan import TRIED_LATELY
from rules.model import EvidenceKind, Filing, Statement
from rules.people import Role

commands = CommandGroup()
InquiryNumber = Annotated[str, typer.Argument(metavar="NUMBER", help="核实请求编号，如 BIT-Q-2026-0001")]
AccountKey = Annotated[
    str, typer.Argument(metavar="ACCOUNT", help="台账里的账号（平台:标识），如 wechat:gh_0123456789ab")
]
ByOption = Annotated[str, typer.Option("--by", help="谁看的：有登录账号时写登录名，否则写姓名")]


def shown(inquiry: Inquiry) -> dict[str, Any]:
    """An inquiry as the command contract shows it."""
    answer = inquiry.answer
    return {
        "number": inquiry.number,
        "school": inquiry.school,
        "platform": inquiry.platform.value,
        "account": inquiry.account,
        "unit": inquiry.unit,
        "owner_masked": masked_mailbox(inquiry.owner),
        "reason": inquiry.reason,
        "asked_at": iso(inquiry.asked_at),
        "due_at": iso(inquiry.due_at),
        "state": inquiry.state.value,
        "answer": answer.kind.value if answer else None,
        "title": inquiry.title,
    }


@commands.command("list")
def list_inquiries(
    ctx: typer.Context,
    school: SchoolOption = "",
    state: Annotated[InquiryState | None, typer.Option(help="只看这种状态")] = None,
    form: FormatOption = Format.TEXT,
) -> None:
    """列出核实请求。"""
    with asked(ctx).context() as context:
        found = context.store.inquiries.all(school=school, states=[state] if state else ())
    print_rows((shown(inquiry) for inquiry in found), form, _line)


def _line(row: dict[str, Any]) -> str:
    return f"{row['number']}  {InquiryState(row['state']).label}  {row['title']}（{row['unit'] or '责任单位待核实'}）  {row['reason']}"


@commands.command("show")
def show_inquiry(ctx: typer.Context, number: InquiryNumber, form: FormatOption = Format.TEXT) -> None:
    """查看一项核实请求和收到的答复。"""
    with asked(ctx).context() as context:
        inquiry = context.store.inquiries.one(number)
    if inquiry is None:
        raise InvalidInput(f"没有编号为 {number} 的核实请求。")
    answers = [
        {"at": iso(each.at), "kind": each.kind.value, "by": each.by, "given": each.given, "reading": each.reading,
         "accepted": each.accepted, "newest": iso(each.newest), "evidence": each.evidence}
        for each in inquiry.answers
    ]  # fmt: skip
    if form != Format.TEXT:
        print_rows([shown(inquiry) | {"answers": answers, "settled_by": inquiry.settled_by}], form)
        return
    typer.echo(_line(shown(inquiry)))
    typer.echo(
        f"收件 {masked_mailbox(inquiry.owner) or '无邮箱'}  询问于 {inquiry.asked_at:%Y-%m-%d %H:%M}  限 {inquiry.due_at:%Y-%m-%d}"
    )
    for each in inquiry.answers:
        typer.echo(f"  {each.at:%Y-%m-%d %H:%M}  {each.kind.label}  {each.by}  {each.given}  {each.reading}")


@commands.command()
def send(
    ctx: typer.Context,
    school: SchoolOption = "",
    account: Annotated[str, typer.Option(help="只问这一个账号（平台:标识）")] = "",
    form: FormatOption = Format.TEXT,
) -> None:
    """现在就询问该问的、提醒该提醒的；同一个人一天只收一封。"""
    with asked(ctx).context() as context:
        now = context.clock()
        reports = [
            inquire(context, code, now, any_day=True, only=[account] if account else [])
            for code in schools_asked(context, school)
        ]
        if not reports:
            raise InvalidInput(NO_REGISTER)
        deliver(context, now)
    if form != Format.TEXT:
        print_rows((vars(report) for report in reports), form)
        return
    for report in reports:
        typer.echo(
            f"{report.school}：发信 {report.letters} 封，询问 {report.asked} 个账号，提醒 {report.reminded} 个；"
            f"转人工核查 {report.overdue + report.for_staff} 个，不用再问 {report.closed} 个"
        )
        if report.not_looked_at:
            typer.echo(
                f"{report.not_looked_at} 个账号最近 {TRIED_LATELY.days} 天没有查看过公开页面，所以还没有问：先由系统查看，看不到更新再询问。"
                "要立即查看，请运行 xunjian sweep。"
            )


@commands.command("close")
def close_inquiry(ctx: typer.Context, number: InquiryNumber, by: ByOption, reason: ReasonOption) -> None:
    """关闭一项核实请求，信里的链接随之失效。"""
    with asked(ctx).context() as context:
        inquiry = context.store.inquiries.one(number)
        with decided_by(context, by, {Role.EDITOR}, inquiry.school if inquiry else None) as user:
            name, now = user.display if user else by, context.clock()
            move = partial(close, by=name, why=reason, now=now)
            closed = context.store.inquiries.change(number, move, now, "inquiry.close")
    typer.echo(_line(shown(closed)))


@commands.command()
def rekey(ctx: typer.Context, by: ByOption, reason: ReasonOption) -> None:
    """更换核实链接的密钥：已经发出的链接全部失效（怀疑数据库或备份泄露时用）。"""
    with asked(ctx).context() as context:
        with decided_by(context, by, {Role.IT, Role.ADMIN}, None):
            context.store.inquiries.renew_signing_key(reason, context.clock())
        unreminded = len(context.store.inquiries.all(states=[InquiryState.OPEN]))
        reminded = len(context.store.inquiries.all(states=[InquiryState.REMINDED]))
    typer.echo(
        f"已更换，以前发出的链接都打不开了。等待答复的请求中，{unreminded} 项到提醒时换发新链接；"
        f"{reminded} 项已经提醒过，到期后转人工核查。"
    )


def observe_now(
    ctx: typer.Context,
    account: AccountKey,
    by: ByOption,
    newest: Annotated[str, typer.Option(help="看到的最近一次发布的日期，如 2026-11-20")] = "",
    url: Annotated[str, typer.Option(help="那条内容的网址")] = "",
    none_since: Annotated[str, typer.Option("--none-since", help="从这一天之后没有看到任何发布")] = "",
    picture: Annotated[Path | None, typer.Option(help="手机截图（PNG、JPEG、WebP），存入存证")] = None,
) -> None:
    """Keep what a person saw, and say what is known of the account by now."""
    if bool(newest) == bool(none_since):
        raise InvalidInput("--newest 和 --none-since 只写其中一个。")
    if newest and not url:
        raise InvalidInput("写了 --newest，还要用 --url 写明那条内容的网址。")
    seen, none = _date(newest, "--newest"), _date(none_since, "--none-since")
    with asked(ctx).context() as context:
        filing = _filing(context, account)
        with decided_by(context, by, {Role.EDITOR}, filing.school) as user:
            name = user.display if user else by
            said = Statement(
                kind=EvidenceKind.MANUAL, by=name, at=context.clock(), newest=seen, url=url, none_since=none
            )  # fmt: skip
            done = observe(context, filing, account, said, _picture(picture))
    known = done.known
    typer.echo(
        f"已记录，存证 {done.statement.evidence}  {known.knowledge.label}：{known.answer.reason}"
        if known
        else "已记录。"
    )


def _filing(context: AppContext, account: str) -> Filing:
    filings = context.store.filings.by_key([account]).get(account, [])
    if not filings:
        raise InvalidInput(
            f"台账中没有账号 {account}。请写成“平台:标识”；各账号的写法见 xunjian check --format jsonl 的 account。"
        )
    return filings[0]


def _picture(file: Path | None) -> Picture | None:
    if file is None:
        return None
    try:
        return Picture(file.read_bytes())
    except OSError as error:
        raise InvalidInput(f"不能读取图片 {file}: {error.strerror}") from error


def _date(text: str, option: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise InvalidInput(f"{option} 的日期写法不对: {text!r}。请写成 2026-11-21 这样的格式。") from error
