"""Once a day the head of the evidence archive goes to a time-stamp authority: an anchor that nobody here can rewrite."""

from __future__ import annotations

import asyncio
import shlex
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import structlog

from monitors.app_context import AppContext
from monitors.jobs.evidence_store import upload_sealed
from monitors.jobs.scheduled_job import ScheduledJob
from monitors.settings import Settings
from monitors.timestamp_authority import TimestampError, check_token, covers, load_roots, obtain
from rules.model import BEIJING
from storage.evidence import EvidenceArchive, VerifyFailure, VerifyReport
from storage.evidence.chain import GENESIS, MANIFEST, Manifest
from storage.store import Store
from storage.timestamps import Timestamp

log = structlog.get_logger()
LATE = timedelta(days=2)
"""A day's time-stamp may fail; two in a row are told."""


async def stamp_head(context: AppContext) -> None:
    """Keep today's time-stamp unless there is one. Raises TimestampError: the job comes again."""
    url = context.settings.timestamp_url
    day = context.clock().astimezone(BEIJING).date()
    newest = await asyncio.to_thread(context.store.timestamps.newest)
    if url is None or (newest and newest.day >= day):
        return
    head = await asyncio.to_thread(_sealed_head, context.evidence)
    await asyncio.to_thread(upload_sealed, context)  # whoever checks the store finds there what was signed
    if head == GENESIS:
        return
    token, at = await obtain(url.get_secret_value(), head, load_roots(context.settings.timestamp_ca))
    stamp = Timestamp(day=day, head=head, stamped_at=at, token=token)
    await asyncio.to_thread(context.store.timestamps.add, stamp)
    log.info("timestamp.kept", day=day.isoformat(), head=head)


def _sealed_head(root: Path) -> str:
    """The manifest's head after what killed writers left is sealed. Raises TimestampError where the manifest is broken."""
    EvidenceArchive(root).seal_abandoned()
    manifest = Manifest(root).read()
    if manifest.broken:
        raise TimestampError("存证清单不衔接，没有取时间戳。请执行 xunjian evidence verify")
    return manifest.head


def check_stamps(settings: Settings, stamps: Sequence[Timestamp], report: VerifyReport) -> None:
    """Enter what is wrong with the kept tokens: a row that was edited no longer fits what the authority signed."""
    try:
        roots = load_roots(settings.timestamp_ca) if stamps else []
    except TimestampError as error:
        report.notes.append(f"{error}，只核对了时间戳所签的链首")
        roots = []
    for stamp in stamps:
        try:
            if roots:
                fits = check_token(stamp.token, stamp.head, roots) == stamp.stamped_at
            else:
                fits = covers(stamp.token, stamp.head)
            problem = "" if fits else "与数据库里的记录不符"
        except TimestampError as error:
            problem = str(error)
        if problem:
            report.failures.append(VerifyFailure(MANIFEST, 0, 0, f"{stamp.day} 的时间戳：{problem}"))


def export(stamps: Sequence[Timestamp], folder: Path) -> None:
    """Write ``DAY.head`` (the 64 characters that were signed) and ``DAY.tsr`` for each day. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    for stamp in stamps:
        (folder / f"{stamp.day}.head").write_text(stamp.head, "ascii")
        (folder / f"{stamp.day}.tsr").write_bytes(stamp.token)


def openssl_command(folder: Path, stamp: Timestamp, ca: Path | None) -> str:
    """How anybody checks an exported token without this program."""
    place = shlex.quote(str(folder / str(stamp.day)))
    root = shlex.quote(str(ca)) if ca else "根证书.pem"
    return f"openssl ts -verify -in {place}.tsr -data {place}.head -CAfile {root}"


def doctor_rows(settings: Settings, store: Store, now: datetime) -> Iterator[tuple[str, str, str]]:
    """Whether the authority's certificate can be read, and whether its time-stamps still come."""
    if settings.timestamp_url is None:
        return
    try:
        load_roots(settings.timestamp_ca)
    except TimestampError as error:
        yield "存证时间戳", "fail", str(error)
    newest = store.timestamps.newest()
    if newest is None:
        yield "存证时间戳", "warn", "还没有取得过时间戳；服务每天 2 点 40 分取，失败的原因见控制台“运行”页"
    elif now - newest.stamped_at > LATE:
        note = f"最近一次是 {newest.day}，之后没有取得过，原因见控制台“运行”页；请检查时间戳机构的网址和网络"
        yield "存证时间戳", "warn", note
    else:
        yield "存证时间戳", "ok", f"最近一次是 {newest.day}"


JOBS = (ScheduledJob("timestamp", "存证时间戳", "40 2,4,6 * * *", stamp_head),)
