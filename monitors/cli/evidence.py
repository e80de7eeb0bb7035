"""`xunjian evidence`: verify the archive, and read again what it holds."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from monitors.app_context import AppContext
from monitors.cli.groups import CommandGroup
from monitors.cli.options import EvidencePath, Format, FormatOption, asked, print_rows
from monitors.errors import InvalidInput
from monitors.jobs.evidence_expiry import check_expiries, expire_evidence, would_expire
from monitors.jobs.evidence_expiry import told as told_expiry
from monitors.jobs.evidence_replay import for_machines, place_of, replay_observations, told
from monitors.jobs.evidence_store import verify_all
from monitors.jobs.findings_replay import replay_findings, summary_of, told_pairs
from monitors.jobs.timestamps import check_stamps, export, openssl_command
from storage.database import StorageError
from storage.evidence import EvidenceArchive, VerifyStatus
from storage.evidence import verify as verify_archive
from storage.retention import EvidenceExpiry
from storage.timestamps import Timestamp

commands = CommandGroup()


def _place(ctx: typer.Context, path: Path | None) -> Path:
    place = path or asked(ctx).settings().data / "evidence"
    if not place.exists():
        raise InvalidInput(f"找不到存证 {place}")
    return place


@commands.command()
def verify(ctx: typer.Context, path: EvidencePath = None, form: FormatOption = Format.TEXT) -> None:
    """校验存证：完好、有问题（指出第一处），或者无法校验。"""
    settings = asked(ctx).settings()
    place = _place(ctx, path) if path or not settings.evidence_store else settings.data / "evidence"
    heads, stamps, expiries, without = _recorded(ctx) if path is None else ({}, [], None, "")
    stamped = {stamp.day.isoformat(): stamp.head for stamp in stamps}
    try:
        report = verify_archive(place) if path else verify_all(settings, heads, stamped)
    except OSError as error:
        raise InvalidInput(f"不能读取存证 {error.filename or place}（{error.strerror}），请检查权限和磁盘。") from error
    if without:
        report.notes.append(without)
    if stamps:
        check_stamps(settings, stamps, report)
    if expiries is not None:
        check_expiries(expiries, report)
    bad = report.first_bad
    row: dict[str, Any] = {
        "status": report.status.value,
        "first_bad": asdict(bad) if bad else None,
        "expired": len(report.expired),
        "report": str(report),
    }
    print_rows([row], form, lambda r: r["report"])
    if report.status is not VerifyStatus.VERIFIED:
        raise typer.Exit(1)


Recorded = tuple[dict[str, str], list[Timestamp], dict[str, EvidenceExpiry] | None, str]


def _recorded(ctx: typer.Context) -> Recorded:
    """Chain heads, time-stamps and expiries kept in the database; where it cannot be used, none and why: evidence stands by
    itself."""
    try:
        with asked(ctx).context() as context:
            store = context.store
            return store.chain_heads.all(), store.timestamps.all(), store.retention.all(), ""
    except StorageError as error:
        return {}, [], None, f"数据库不能使用，未与其中保存的链首比对，只按存证自身核验。{error}"


@commands.command()
def replay(
    ctx: typer.Context,
    path: EvidencePath = None,
    findings: Annotated[
        bool, typer.Option("--findings", help="只凭存证重新得出每一条结论，与数据库的结论比较")
    ] = False,
    form: FormatOption = Format.TEXT,
) -> None:
    """由存证的原始字节重新读取每一次观察，列出与记录不一致的地方。"""
    shared = path is None and asked(ctx).settings().evidence_store
    root, only = (Path(), "") if shared else place_of(_place(ctx, path))
    with asked(ctx).context() as context:
        archive = context.archive() if shared else EvidenceArchive(root)
        if findings:
            _replay_findings(context, archive, only, form)
        else:
            _replay_looks(context, archive, only, form)


def _replay_looks(context: AppContext, archive: EvidenceArchive, only: str, form: Format) -> None:
    """Every observation read anew. Exit 1 where one differs or a page could not be read."""
    counts: Counter[str] = Counter()
    for row in replay_observations(context, archive, only):
        counts[row["result"]] += 1
        if form != Format.TEXT:
            print_rows([for_machines(row)], Format.JSONL)
        elif row["result"] not in ("same", "expired"):
            typer.echo(told(row))
    if form == Format.TEXT:
        if not counts:
            typer.echo("数据库里没有出自这里的观察，没有可以重新读取的。")
        gone = f"，无法核验（已按规定到期销毁） {counts['expired']}" if counts["expired"] else ""
        typer.echo(f"一致 {counts['same']}，不一致 {counts['different']}，存证缺失 {counts['missing']}{gone}")
    if counts["different"] or counts["missing"]:
        raise typer.Exit(1)


def _replay_findings(context: AppContext, archive: EvidenceArchive, only: str, form: Format) -> None:
    """Every finding made anew from bytes. Exit 1 where one differs or a page could not be read."""
    if only:
        raise InvalidInput("--findings 要用整个存证目录，不能只给其中一个文件。")
    schools = [school for school in context.schools if school in context.policies]
    report = replay_findings(context, archive, schools, context.clock())
    row = {
        "looks": report.looks, "without_bytes": report.unread, "expired": report.expired, "lost": report.lost, "same": report.same,
        "different": [pair.one.key for pair in report.differing],
    }  # fmt: skip
    if form == Format.TEXT:
        for line in told_pairs(report):
            typer.echo(line)
    print_rows([row], form, lambda _: summary_of(report))
    if report.differing or report.lost:
        raise typer.Exit(1)


@commands.command()
def expire(
    ctx: typer.Context,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只说明将销毁什么，不作任何改动")] = False,
    form: FormatOption = Format.TEXT,
) -> None:
    """销毁保存期已满、没有任何条目和台账引用的存证，在清单中留下登记；服务每周日 4 点 20 分也会执行。"""
    with asked(ctx).context() as context:
        try:
            report = would_expire(context) if dry_run else expire_evidence(context)
        except OSError as error:
            raise InvalidInput(
                f"不能改写存证 {error.filename or ''}（{error.strerror}），请检查权限和磁盘。"
            ) from error
    row = {
        "candidates": len(report.due.forgotten), "excluded": len(report.due.stripped), "bytes": report.found.bytes,
        "expired": {rule.value: count for rule, count in report.counts.items()}, "cited": report.cited,
        "left": report.found.left, "elsewhere": len(report.found.elsewhere), "dry_run": dry_run,
    }  # fmt: skip
    print_rows([row], form, lambda _: "\n".join(told_expiry(report, dry=dry_run)))


@commands.command()
def timestamps(
    ctx: typer.Context,
    out: Annotated[
        Path | None, typer.Option("--out", help="写到这个目录：每天一个链首（.head）和时间戳（.tsr）")
    ] = None,
    form: FormatOption = Format.TEXT,
) -> None:
    """列出存证链首的时间戳；用 --out 写出，可以用 openssl 独立核验。"""
    with asked(ctx).context() as context:
        stamps, ca = context.store.timestamps.all(), context.settings.timestamp_ca
    rows = [{"day": s.day, "head": s.head, "stamped_at": s.stamped_at} for s in stamps]
    print_rows(rows, form, lambda r: f"{r['day']} {r['head']} 签发于 {r['stamped_at']:%Y-%m-%d %H:%M:%S}")
    if out and stamps:
        try:
            export(stamps, out)
        except OSError as error:
            raise InvalidInput(f"不能写入 {out}（{error.strerror}），请换一个目录或检查权限。") from error
    if form == Format.TEXT and not stamps:
        typer.echo("还没有时间戳。请在设置里填写 timestamp_url 和 timestamp_ca。")
    elif form == Format.TEXT and out:
        typer.echo(f"已写到 {out}。独立核验最近一个：\n{openssl_command(out, stamps[-1], ca)}")
