"""What was done when: crawl runs, scheduled jobs, the state of platforms, budgets per host, digests."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, insert, select

from storage.audit import record
from storage.database import Database, table, upsert
from storage.serialization import load_json
from storage.tables import (
    ChainHeadRow,
    CrawlRunAccountRow,
    CrawlRunRow,
    DigestRow,
    OperatorEventRow,
    PlatformStateRow,
    RequestCountRow,
    ScheduledJobRow,
)

RUN, RUN_ACCOUNT, JOB = table(CrawlRunRow), table(CrawlRunAccountRow), table(ScheduledJobRow)
HEAD = table(ChainHeadRow)
PLATFORM, BUDGET, EVENT, DIGEST = (
    table(PlatformStateRow),
    table(RequestCountRow),
    table(OperatorEventRow),
    table(DigestRow),
)


UNTOUCHED: dict[str, Any] = {
    "walls": 0, "rest_until": None, "frozen_at": None, "frozen_why": "", "enabled": True, "ignore_robots": False,
}  # fmt: skip
"""A platform on which nothing ever happened."""


class CrawlRunRepository:
    """Questions and sentences about runs, jobs and platforms."""

    def __init__(self, database: Database) -> None:
        """Over an upgraded database."""
        self._db = database

    def start(self, run: str, kind: str, platform: str, now: datetime) -> None:
        """A run begins."""
        row = {"id": run, "kind": kind, "platform": platform, "started_at": now, "status": "running", "summary": "{}"}
        with self._db.write() as tx:
            upsert(tx, CrawlRunRow, [row | {"finished_at": None}])

    def finish(self, run: str, status: str, summary: dict[str, Any], now: datetime) -> None:
        """A run ended: ``ok``, ``failed``, ``timeout`` or ``lost`` (the service died under it)."""
        change = RUN.update().where(RUN.c.id == run)
        text = json.dumps(summary, ensure_ascii=False, default=str)
        with self._db.write() as tx:
            tx.execute(change.values(status=status, summary=text, finished_at=now))

    def mark_lost(self, before: datetime, now: datetime) -> int:
        """Mark runs that a dead service left behind; what they recorded stays."""
        stale = RUN.update().where(RUN.c.status == "running", RUN.c.started_at < before)
        with self._db.write() as tx:
            return int(tx.execute(stale.values(status="lost", finished_at=now)).rowcount)

    def recent(self, limit: int = 20) -> list[dict[str, Any]]:
        """The newest runs."""
        query = select(RUN).order_by(RUN.c.started_at.desc()).limit(limit)
        with self._db.read() as tx:
            return [dict(row._mapping) | {"summary": load_json("采集记录", row.summary)} for row in tx.execute(query)]

    def between(self, start: datetime, end: datetime) -> list[dict[str, Any]]:
        """Runs that started from ``start`` up to ``end``."""
        query = select(RUN).where(RUN.c.started_at >= start, RUN.c.started_at <= end).order_by(RUN.c.started_at)
        with self._db.read() as tx:
            return [dict(row._mapping) | {"summary": load_json("采集记录", row.summary)} for row in tx.execute(query)]

    def outcomes(self, run: str) -> list[tuple[str, str, str | None]]:
        """(key, outcome, outcome before) of every account that a run looked at."""
        query = select(RUN_ACCOUNT.c.key, RUN_ACCOUNT.c.outcome, RUN_ACCOUNT.c.before).where(RUN_ACCOUNT.c.run == run)
        with self._db.read() as tx:
            return [(key, outcome, before) for key, outcome, before in tx.execute(query)]

    def fetches(self) -> dict[tuple[str, str], int]:
        """Looks ever made by platform and outcome; for the metrics."""
        query = select(RUN.c.platform, RUN_ACCOUNT.c.outcome, func.count()).join(RUN, RUN.c.id == RUN_ACCOUNT.c.run)
        with self._db.read() as tx:
            rows = tx.execute(query.group_by(RUN.c.platform, RUN_ACCOUNT.c.outcome))
            return {(platform, outcome): n for platform, outcome, n in rows}

    def jobs(self, defaults: dict[str, str] | None = None) -> list[dict[str, Any]]:
        """The schedule; ``defaults`` (name → cron) are added where a job is not known yet."""
        with self._db.write() as tx:
            rows = [
                {"name": name, "cron": cron, "enabled": True, "last_error": ""}
                for name, cron in (defaults or {}).items()
            ]
            upsert(tx, ScheduledJobRow, rows, keep=["*"])
            return [dict(row._mapping) for row in tx.execute(select(JOB).order_by(JOB.c.name))]

    def job_started(self, name: str, now: datetime) -> None:
        """A job begins."""
        with self._db.write() as tx:
            tx.execute(JOB.update().where(JOB.c.name == name).values(last_started_at=now))

    def job_ended(self, name: str, now: datetime, seconds: float, error: str = "") -> None:
        """A job ended; without an error that is its last success."""
        values: dict[str, Any] = {"last_seconds": seconds, "last_error": error[:2000]}
        if not error:
            values["last_success_at"] = now
        with self._db.write() as tx:
            tx.execute(JOB.update().where(JOB.c.name == name).values(**values))

    def platform(self, platform: str) -> dict[str, Any]:
        """A platform's rest, breaker and switches; the defaults where nothing ever happened."""
        with self._db.read() as tx:
            row = tx.execute(select(PLATFORM).where(PLATFORM.c.platform == platform)).first()
        return dict(row._mapping) if row else UNTOUCHED | {"platform": platform}

    def platforms(self) -> list[dict[str, Any]]:
        """Every platform that something happened on."""
        with self._db.read() as tx:
            return [dict(row._mapping) for row in tx.execute(select(PLATFORM).order_by(PLATFORM.c.platform))]

    def set_platform(self, platform: str, **values: Any) -> None:
        """Set these of a platform's columns, whatever the others are by now."""
        with self._db.write() as tx:
            _set_platform(tx, platform, values)

    def change_platform(self, platform: str, change: Callable[[Mapping[str, Any]], dict[str, Any]]) -> None:
        """Set the columns that ``change`` makes of the row as it stands; nobody changes it in between."""
        untouched = UNTOUCHED | {"platform": platform}
        query = select(PLATFORM).where(PLATFORM.c.platform == platform).with_for_update()
        with self._db.write() as tx:
            row = tx.execute(query).first()
            if row is None and change(untouched):
                upsert(tx, PlatformStateRow, [untouched], keep=["*"])  # PostgreSQL locks only a row that is there
                row = tx.execute(query).one()
            if values := change(dict(row._mapping) if row else untouched):
                _set_platform(tx, platform, values)

    def set_platform_switch(self, platform: str, *, by: str, why: str, now: datetime, **values: Any) -> None:
        """An operator throws a switch; who and why are kept."""
        event = {"at": now, "by": by, "what": f"{platform}: {json.dumps(values, default=str)}", "why": why}
        with self._db.write() as tx:
            _set_platform(tx, platform, values)
            tx.execute(insert(EVENT), [event])
            record(tx, "platform.switch", platform, now=now, after=values | {"reason": why})

    def operator_events(self, limit: int = 50) -> list[dict[str, Any]]:
        """The newest switches thrown."""
        with self._db.read() as tx:
            return [dict(row._mapping) for row in tx.execute(select(EVENT).order_by(EVENT.c.seq.desc()).limit(limit))]

    def add_requests(self, host: str, day: date, requests: int) -> int:
        """Add to a host's count of the day and return it."""
        with self._db.write() as tx:
            upsert(tx, RequestCountRow, [{"host": host, "day": day, "requests": 0}], keep=["*"])
            same = (BUDGET.c.host == host) & (BUDGET.c.day == day)
            tx.execute(BUDGET.update().where(same).values(requests=BUDGET.c.requests + requests))
            return int(tx.execute(select(BUDGET.c.requests).where(same)).scalar_one())

    def requests_by_host(self, day: date) -> dict[str, int]:
        """Requests of the day by host."""
        with self._db.read() as tx:
            query = select(BUDGET.c.host, BUDGET.c.requests).where(BUDGET.c.day == day)
            return {host: n for host, n in tx.execute(query)}

    def save_digest(self, school: str, day: date, text: str, html: str, now: datetime) -> None:
        """Keep a day's digest as it was made."""
        row = {"school": school, "day": day, "made_at": now, "text": text, "html": html}
        with self._db.write() as tx:
            upsert(tx, DigestRow, [row])

    def digest(self, school: str, day: date) -> dict[str, Any] | None:
        """A day's digest, or None where none was made."""
        with self._db.read() as tx:
            row = tx.execute(select(DIGEST).where(DIGEST.c.school == school, DIGEST.c.day == day)).first()
            return dict(row._mapping) if row else None

    def keep_heads(self, heads: dict[str, str], now: datetime) -> None:
        """Keep the evidence chains' newest links."""
        rows = [{"file": file, "head": head, "at": now} for file, head in heads.items()]
        with self._db.write() as tx:
            upsert(tx, ChainHeadRow, rows)

    def heads(self) -> dict[str, str]:
        """The evidence chains' newest links as they were last kept."""
        with self._db.read() as tx:
            return {row.file: row.head for row in tx.execute(select(HEAD))}

    def delete_before(self, before: datetime) -> int:
        """Drop bookkeeping of runs older than ``before`` (observations and evidence stay)."""
        with self._db.write() as tx:
            old = select(RUN.c.id).where(RUN.c.started_at < before - timedelta(days=1))
            tx.execute(RUN_ACCOUNT.delete().where(RUN_ACCOUNT.c.run.in_(old)))
            return int(tx.execute(RUN.delete().where(RUN.c.started_at < before)).rowcount)


def _set_platform(tx: Connection, platform: str, values: dict[str, Any]) -> None:
    """One statement on the columns meant: a row written whole would undo what somebody else set meanwhile."""
    upsert(tx, PlatformStateRow, [UNTOUCHED | {"platform": platform} | values], only=tuple(values))
