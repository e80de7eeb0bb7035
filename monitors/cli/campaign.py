"""`xunjian campaign`: a review, self-check or clean-up from its first mail to its end."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from monitors.app_context import AppContext
from monitors.cli.groups import CommandGroup
from monitors.cli.options import DecidedByOption, Format, FormatOption, SchoolOption, asked, decided_by, print_rows
from monitors.console.public_pages import write_public_site
from monitors.jobs import campaigns
from monitors.jobs.campaign_file import read_campaign_file
from monitors.jobs.campaign_import import import_file
from monitors.jobs.campaign_sheets import write_sheets
from monitors.jobs.delivery import deliver
from monitors.jobs.paper_files import paper_bytes
from monitors.jobs.sealed_copies import keep_copy
from rules.campaigns import Campaign, CampaignKind, SheetState
from rules.people import Role

commands = CommandGroup()
CampaignCode = Annotated[str, typer.Argument(metavar="CODE", help="专项工作编号，见 xunjian campaign list")]
EDITORS = {Role.EDITOR, Role.SIGNER}


@commands.callback()
def campaign() -> None:
    """专项工作：年审、半年自查、集中清查、备案核对。"""


@commands.command("new")
def new(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="YAML 文件，写法见 docs/campaigns.md")],
    by: DecidedByOption,
    form: FormatOption = Format.TEXT,
) -> None:
    """按文件开始一项专项工作：为范围内每个单位建立填报表。"""
    given = read_campaign_file(file)
    with asked(ctx).context() as context, decided_by(context, by, EDITORS, given.school) as user:
        campaigns.new_campaign(context, given, user.display if user else by, context.clock())
        row = _shown(context, given.code)
    _print_one(row, form)


@commands.command("list")
def list_campaigns(ctx: typer.Context, school: SchoolOption = "", form: FormatOption = Format.TEXT) -> None:
    """列出专项工作，新的在前。"""
    with asked(ctx).context() as context:
        rows = [_shown(context, each.code) for each in context.store.campaigns.all(school)]
    print_rows(rows, form, _line)


@commands.command("show")
def show(ctx: typer.Context, code: CampaignCode, form: FormatOption = Format.TEXT) -> None:
    """查看进度：哪些单位已报送、退回、通过、逾期。"""
    with asked(ctx).context() as context:
        row = _shown(context, code)
    _print_one(row, form)


@commands.command("remind")
def remind(
    ctx: typer.Context,
    code: CampaignCode,
    everybody: Annotated[bool, typer.Option("--all", help="还没有到期的单位也提醒")] = False,
    form: FormatOption = Format.TEXT,
) -> None:
    """提醒逾期未报和退回补正的单位；同一个单位一天只发一封。"""
    with asked(ctx).context() as context:
        report = campaigns.remind(context, code, context.clock(), everybody=everybody)
        deliver(context, context.clock())
    if form != Format.TEXT:
        typer.echo(json.dumps(vars(report), ensure_ascii=False))
        return
    typer.echo(f"发出提醒 {len(report.sent)} 封，今天已提醒过的 {len(report.today)} 个单位。")
    if report.no_mailbox:
        typer.echo(f"台账里没有邮箱，请另行通知：{'、'.join(report.no_mailbox)}")


@commands.command("sheets")
def sheets(
    ctx: typer.Context,
    code: CampaignCode,
    out: Annotated[Path, typer.Option("--out", help="放到哪个文件夹")],
    unit: Annotated[str, typer.Option("--unit", help="只要这个单位的")] = "",
    form: FormatOption = Format.TEXT,
) -> None:
    """导出各单位的填报表（xlsx），已填好学校掌握的情况。"""
    with asked(ctx).context() as context:
        written = write_sheets(context, code, out, context.clock(), unit=unit)
    print_rows(({"file": str(path)} for path in written), form, lambda row: row["file"])


@commands.command("import")
def import_(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="单位填好的填报表（xlsx）")],
    form: FormatOption = Format.TEXT,
) -> None:
    """收进一个单位填好的表；有一处不对就列出来，整份不收（退出码 1）。"""
    with asked(ctx).context() as context:
        found = import_file(context, file, context.clock())
    if form != Format.TEXT:
        bad = [{"sheet": b.sheet, "row": b.row, "column": b.column, "reason": b.reason} for b in found.bad]
        row = {"code": found.campaign, "unit": found.unit, "imported": found.taken is not None, "bad": bad}
        typer.echo(json.dumps(row, ensure_ascii=False, indent=1 if form == Format.JSON else None))
    elif found.taken:
        typer.echo(
            f"已收到“{found.unit}”的填报表：{len(found.taken.answers)} 个账号，新增 {len(found.taken.added)} 个。"
        )
    else:
        typer.echo(f"没有收进：有 {len(found.bad)} 处不对。")
        for b in found.bad:
            typer.echo(f"  工作表“{b.sheet}”第 {b.row} 行“{b.column}”：{b.reason}")
    if found.bad:
        raise typer.Exit(1)


@commands.command("sealed-copy")
def sealed_copy(
    ctx: typer.Context,
    code: CampaignCode,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="签字盖章的扫描件（PDF 或 JPEG）")],
    unit: Annotated[str, typer.Option("--unit", help="哪个单位的")],
    by: DecidedByOption,
    form: FormatOption = Format.TEXT,
) -> None:
    """收下一个单位签字盖章的扫描件，作为存证。"""
    with asked(ctx).context() as context:
        school = context.store.campaigns.get(code).school
        with decided_by(context, by, EDITORS, school) as user:
            named = user.display if user else by
            copy = keep_copy(context, code, unit, paper_bytes(file), named, context.clock()).copies[-1]
    if form != Format.TEXT:
        row = {"code": code, "unit": unit, "evidence": copy.evidence, "sha256": copy.sha256, "pages": copy.pages}
        typer.echo(json.dumps(row, ensure_ascii=False))
        return
    typer.echo(f"已收到“{unit}”的扫描件，{copy.pages} 页，存证编号 {copy.evidence}。")


@commands.command("close")
def close(ctx: typer.Context, code: CampaignCode, by: DecidedByOption, form: FormatOption = Format.TEXT) -> None:
    """结束专项工作，把结果登记到台账。"""
    with asked(ctx).context() as context:
        school = context.store.campaigns.get(code).school
        with decided_by(context, by, EDITORS, school) as user:
            changed = campaigns.close(context, code, user.display if user else by, context.clock())
    if form != Format.TEXT:
        typer.echo(json.dumps({"code": code, "changed": changed}, ensure_ascii=False))
        return
    typer.echo(f"{code} 已结束，台账登记 {changed} 个账号。")


@commands.command("publish")
def publish(
    ctx: typer.Context,
    code: CampaignCode,
    by: DecidedByOption,
    out: Annotated[Path | None, typer.Option("--out", help="同时写成不需要服务器的网页，放到这个文件夹")] = None,
    form: FormatOption = Format.TEXT,
) -> None:
    """公示已结束的专项工作的账号名单；不含个人信息。"""
    with asked(ctx).context() as context:
        school = context.store.campaigns.get(code).school
        with decided_by(context, by, EDITORS, school):
            found = campaigns.publish(context, code, context.clock())
        written = write_public_site(context, found, out, context.clock()) if out else 0
    if form != Format.TEXT:
        row = {"code": code, "path": f"/public/{school}", "folder": str(out) if out else None, "accounts": written}
        typer.echo(json.dumps(row, ensure_ascii=False))
        return
    typer.echo(f"名单已公示：控制台的 /public/{school} 页面对所有人开放。")
    if out:
        typer.echo(f"网页 {out}/index.html，共 {written} 个账号。")


def _shown(context: AppContext, code: str) -> dict[str, Any]:
    """A campaign as the command contract shows it."""
    found: Campaign = context.store.campaigns.get(code)
    rows = campaigns.progress(context, found, context.clock())
    return {
        "code": found.code,
        "name": found.name,
        "kind": found.kind.value,
        "due": found.due.isoformat(),
        "units": [{"unit": row.sheet.unit, "accounts": row.accounts, "state": row.state.value} for row in rows],
        "school": found.school,
        "basis": found.basis,
        "closed_at": found.closed_at.isoformat(timespec="seconds") if found.closed_at else None,
    }


def _print_one(row: dict[str, Any], form: Format) -> None:
    if form != Format.TEXT:
        typer.echo(json.dumps(row, ensure_ascii=False, indent=1 if form == Format.JSON else None))
        return
    typer.echo(_line(row))
    for unit in row["units"]:
        typer.echo(f"  {SheetState(unit['state']).label}  {unit['unit']}  {unit['accounts']} 个账号")


def _line(row: dict[str, Any]) -> str:
    inside = sum(unit["state"] in (SheetState.SUBMITTED, SheetState.ACCEPTED) for unit in row["units"])
    end = "已结束" if row["closed_at"] else f"截止 {row['due']}"
    kind = CampaignKind(row["kind"]).label
    return f"{row['code']}  {kind}  {row['name']}  {end}  已报送 {inside}/{len(row['units'])} 个单位"
