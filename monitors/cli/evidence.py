"""`xunjian evidence`: verify the archive, and read again what it holds."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import Any

import typer

from monitors.cli.groups import CommandGroup
from monitors.cli.options import EvidencePath, Format, FormatOption, asked, print_rows
from monitors.errors import InvalidInput
from monitors.jobs.evidence_replay import place_of, replay_observations, told
from storage.database import StorageError
from storage.evidence import EvidenceArchive, VerifyStatus
from storage.evidence import verify as verify_archive

commands = CommandGroup()


def _place(ctx: typer.Context, path: Path | None) -> Path:
    place = path or asked(ctx).settings().data / "evidence"
    if not place.exists():
        raise InvalidInput(f"找不到存证 {place}")
    return place


@commands.command()
def verify(ctx: typer.Context, path: EvidencePath = None, form: FormatOption = Format.TEXT) -> None:
    """校验存证：完好、有问题（指出第一处），或者无法校验。"""
    place = _place(ctx, path)
    heads, without = _recorded_heads(ctx) if path is None else ({}, "")
    try:
        report = verify_archive(place, heads)
    except OSError as error:
        raise InvalidInput(f"不能读取存证 {error.filename or place}（{error.strerror}），请检查权限和磁盘。") from error
    if without:
        report.notes.append(without)
    bad = report.first_bad
    row: dict[str, Any] = {
        "status": report.status.value,
        "first_bad": asdict(bad) if bad else None,
        "report": str(report),
    }
    print_rows([row], form, lambda r: r["report"])
    if report.status is not VerifyStatus.VERIFIED:
        raise typer.Exit(1)


def _recorded_heads(ctx: typer.Context) -> tuple[dict[str, str], str]:
    """The chain heads kept in the database; where it cannot be used, none and why: evidence stands by itself."""
    try:
        with asked(ctx).context() as context:
            return context.store.chain_heads.all(), ""
    except StorageError as error:
        return {}, f"数据库不能使用，未与其中保存的链首比对，只按存证自身核验。{error}"


@commands.command()
def replay(ctx: typer.Context, path: EvidencePath = None, form: FormatOption = Format.TEXT) -> None:
    """由存证的原始字节重新读取每一次观察，列出与记录不一致的地方。"""
    root, only = place_of(_place(ctx, path))
    archive = EvidenceArchive(root)
    counts: Counter[str] = Counter()
    with asked(ctx).context() as context:
        for row in replay_observations(context, archive, only):
            counts[row["result"]] += 1
            if form != Format.TEXT:
                print_rows([row], Format.JSONL)
            elif row["result"] != "same":
                typer.echo(told(row))
    if form == Format.TEXT:
        if not counts:
            typer.echo("数据库里没有出自这里的观察，没有可以重新读取的。")
        typer.echo(f"一致 {counts['same']}，不一致 {counts['different']}，存证缺失 {counts['missing']}")
    if counts["different"] or counts["missing"]:
        raise typer.Exit(1)
