"""Crawl runs: when each began, how it ended, and what it said about each account."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from rules.model import LabeledEnum, Platform
from storage.database import Database, table, upsert
from storage.database_clock import seconds_now
from storage.serialization import load_json
from storage.tables import CrawlRunAccountRow, CrawlRunRow, ObservationRow

RUN, RUN_ACCOUNT, OBSERVATION = table(CrawlRunRow), table(CrawlRunAccountRow), table(ObservationRow)
SILENT_SECONDS = 120.0
"""A run whose holder has said nothing for so long is lost; a holder speaks four times as often."""


class RunKind(LabeledEnum):
    """What a crawl run is for."""

    SWEEP = "sweep", "巡检"
    SCAN = "scan", "即时核查"
    PROOF = "proof", "自证"
    LINKED_POST = "linked_post", "网站链接"
    DISCOVERY = "discovery", "搜索"


class RunStatus(LabeledEnum):
    """How a crawl run ended. ``LOST``: whoever ran it died or fell silent."""

    RUNNING = "running", "进行中"
    OK = "ok", "完成"
    FAILED = "failed", "失败"
    TIMEOUT = "timeout", "超时"
    LOST = "lost", "中断"


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawlRun:
    """One run. ``summary`` is what the child said at its end (outcomes, notes, links, error); empty until then."""

    id: str
    kind: RunKind
    platform: Platform
    started_at: datetime
    finished_at: datetime | None
    status: RunStatus
    summary: Mapping[str, Any] = field(default_factory=dict)
    attempt: int = 1


class CrawlRunRepository:
    """Questions and sentences about crawl runs."""

    def __init__(self, database: Database) -> None:
        """Over an upgraded database."""
        self._db = database

    def start(self, run: str, kind: RunKind, platform: str, now: datetime, holder: str = "") -> int:
        """A run begins, or is tried again; returns which attempt this is. Whoever tried before can save nothing more."""
        row = {"id": run, "kind": kind.value, "platform": platform, "started_at": now, "summary": "{}", "attempt": 0}
        with self._db.write() as tx:
            upsert(tx, CrawlRunRow, [row | {"status": RunStatus.RUNNING.value}], keep=["*"])
            begun: dict[str, Any] = {"status": RunStatus.RUNNING.value, "finished_at": None, "holder": holder}
            begun |= {"attempt": RUN.c.attempt + 1, "heartbeat_at": seconds_now(tx)}
            change = RUN.update().where(RUN.c.id == run).values(**begun)
            return int(tx.execute(change.returning(RUN.c.attempt)).scalar_one())

    def finish(
        self, run: str, status: RunStatus, summary: Mapping[str, Any], now: datetime, attempt: int | None = None
    ) -> None:
        """A run ended; nothing changes where another attempt has begun."""
        change = RUN.update().where(RUN.c.id == run)
        if attempt is not None:
            change = change.where(RUN.c.attempt == attempt)
        text = json.dumps(summary, ensure_ascii=False, default=str)
        with self._db.write() as tx:
            tx.execute(change.values(status=status.value, summary=text, finished_at=now))

    def heartbeat(self, run: str, attempt: int) -> bool:
        """The holder lives; False where the run is no longer its own. One that was thought lost goes on."""
        mine = (RUN.c.id == run, RUN.c.attempt == attempt)
        alive: dict[str, Any] = {"status": RunStatus.RUNNING.value, "finished_at": None}
        with self._db.write() as tx:
            change = RUN.update().where(*mine, RUN.c.status.in_((RunStatus.RUNNING.value, RunStatus.LOST.value)))
            return int(tx.execute(change.values(alive | {"heartbeat_at": seconds_now(tx)})).rowcount) > 0

    def mark_lost(self, now: datetime, silent_seconds: float = SILENT_SECONDS) -> int:
        """Mark the runs whose holders fell silent; what they recorded stays."""
        with self._db.write() as tx:
            silent = RUN.c.heartbeat_at < seconds_now(tx) - silent_seconds
            stale = select(RUN.c.id).where(RUN.c.status == RunStatus.RUNNING.value, silent).order_by(RUN.c.id)
            ids = tx.execute(stale.with_for_update(skip_locked=True)).scalars().all()
            lost = RUN.update().where(RUN.c.id.in_(ids)).values(status=RunStatus.LOST.value, finished_at=now)
            return int(tx.execute(lost).rowcount)

    def recorded_keys(self, run: str) -> set[str]:
        """The accounts (and questions) that a run has recorded: a retry of the run has no need to ask again."""
        with self._db.read() as tx:
            return set(tx.execute(select(OBSERVATION.c.key).where(OBSERVATION.c.run == run).distinct()).scalars())

    def recent(self, limit: int = 20) -> list[CrawlRun]:
        """The newest runs."""
        with self._db.read() as tx:
            return [_run(row) for row in tx.execute(select(RUN).order_by(RUN.c.started_at.desc()).limit(limit))]

    def one(self, run: str) -> CrawlRun | None:
        """One run; None where its bookkeeping was dropped."""
        with self._db.read() as tx:
            row = tx.execute(select(RUN).where(RUN.c.id == run)).first()
            return _run(row) if row else None

    def between(self, start: datetime, end: datetime) -> list[CrawlRun]:
        """Runs that started from ``start`` up to ``end``."""
        query = select(RUN).where(RUN.c.started_at >= start, RUN.c.started_at <= end).order_by(RUN.c.started_at)
        with self._db.read() as tx:
            return [_run(row) for row in tx.execute(query)]

    def outcomes(self, run: str) -> list[tuple[str, str, str | None]]:
        """(key, outcome, outcome before) of every account that a run looked at."""
        query = select(RUN_ACCOUNT.c.key, RUN_ACCOUNT.c.outcome, RUN_ACCOUNT.c.before).where(RUN_ACCOUNT.c.run == run)
        with self._db.read() as tx:
            return [(key, outcome, before) for key, outcome, before in tx.execute(query)]

    def delete_before(self, before: datetime) -> int:
        """Drop bookkeeping of runs older than ``before`` (observations and evidence stay)."""
        with self._db.write() as tx:
            old = select(RUN.c.id).where(RUN.c.started_at < before - timedelta(days=1))
            tx.execute(RUN_ACCOUNT.delete().where(RUN_ACCOUNT.c.run.in_(old)))
            return int(tx.execute(RUN.delete().where(RUN.c.started_at < before)).rowcount)


def _run(row: Any) -> CrawlRun:
    return CrawlRun(
        id=row.id,
        kind=RunKind(row.kind),
        platform=Platform(row.platform),
        started_at=row.started_at,
        finished_at=row.finished_at,
        status=RunStatus(row.status),
        summary=load_json("采集记录", row.summary),
        attempt=row.attempt,
    )
