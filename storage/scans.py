"""On-demand scans: what was pasted, how far the look is, and the report it left."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, or_, select

from rules.model import LabeledEnum
from rules.people import View
from storage.crawl_runs import SILENT_SECONDS
from storage.database import Database, table
from storage.database_clock import seconds_now
from storage.tables import ScanRow

SCAN = table(ScanRow)


class ScanState(LabeledEnum):
    """How far a scan is."""

    READING = "reading", "正在查台账、比对名称"
    LOOKING = "looking", "正在打开页面"
    JUDGING = "judging", "正在对照制度条款"
    PRINTING = "printing", "正在制作核查报告"
    DONE = "done", "已完成"
    REFUSED = "refused", "没有核查"
    FAILED = "failed", "核查出错"
    LOST = "lost", "服务中断，没有查完"

    @property
    def is_final(self) -> bool:
        """True where nothing more comes."""
        return self in (ScanState.DONE, ScanState.REFUSED, ScanState.FAILED, ScanState.LOST)


RUNNING = tuple(state.value for state in ScanState if not state.is_final)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanRecord:
    """One scan. ``school`` is the starter's own, "" where that is several or all; ``said`` is the verdict in one line, or
    why there is none; ``document`` the report as JSON."""

    id: str
    target: str
    user: str
    display: str
    school: str
    started_at: datetime
    state: ScanState = ScanState.READING
    finished_at: datetime | None = None
    said: str = ""
    tone: str = ""
    document: str = ""


class ScanRepository:
    """Questions and sentences about scans."""

    def __init__(self, database: Database) -> None:
        """Over an upgraded database."""
        self._db = database

    def start(self, scan: ScanRecord) -> str:
        """Keep a scan that begins; the id of the one that runs already where the same person asked for the same."""
        same = (SCAN.c.user == scan.user) & (SCAN.c.target == scan.target) & SCAN.c.state.in_(RUNNING)
        with self._db.write() as tx:
            running = tx.execute(select(SCAN.c.id).where(same)).scalar()
            if running:
                return str(running)
            row = {name: getattr(scan, name) for name in ScanRecord.__dataclass_fields__}
            tx.execute(insert(SCAN), [row | {"state": scan.state.value}])
        return scan.id

    def advance(self, id: str, state: ScanState) -> None:
        """It came one stage further."""
        with self._db.write() as tx:
            tx.execute(SCAN.update().where(SCAN.c.id == id).values(state=state.value))

    def finish(
        self, id: str, state: ScanState, *, now: datetime, said: str, tone: str = "", document: str = ""
    ) -> None:
        """It ended, with or without a report."""
        values = {"state": state.value, "finished_at": now, "said": said, "tone": tone, "document": document}
        with self._db.write() as tx:
            tx.execute(SCAN.update().where(SCAN.c.id == id).values(**values))

    def heartbeat(self, id: str) -> None:
        """Whoever carries it out lives. One that was thought lost goes on."""
        with self._db.write() as tx:
            beat: dict[str, Any] = {"heartbeat_at": seconds_now(tx)}
            tx.execute(SCAN.update().where(SCAN.c.id == id, SCAN.c.state.in_(RUNNING)).values(**beat))
            again = SCAN.update().where(SCAN.c.id == id, SCAN.c.state == ScanState.LOST.value)
            tx.execute(again.values(beat | {"state": ScanState.LOOKING.value, "finished_at": None}))

    def mark_lost(self, now: datetime, silent_seconds: float = SILENT_SECONDS, *, waiting: bool = False) -> int:
        """End the scans whose process fell silent; ``waiting``: those too that nobody has begun, where whoever would have is
        gone. What lives on another host, or waits on a queue, is not touched."""
        with self._db.write() as tx:
            silent = SCAN.c.heartbeat_at < seconds_now(tx) - silent_seconds
            gone = or_(silent, SCAN.c.heartbeat_at.is_(None)) if waiting else silent
            left = SCAN.update().where(SCAN.c.state.in_(RUNNING), gone)
            return int(tx.execute(left.values(state=ScanState.LOST.value, finished_at=now)).rowcount)

    def delete_before(self, before: datetime) -> int:
        """Forget the scans that began earlier. Returns how many."""
        with self._db.write() as tx:
            return int(tx.execute(SCAN.delete().where(SCAN.c.started_at < before)).rowcount)

    def one(self, id: str) -> ScanRecord | None:
        """One scan with its report."""
        with self._db.read() as tx:
            row = tx.execute(select(SCAN).where(SCAN.c.id == id)).first()
            return _scan(row, row.document) if row else None

    def state(self, id: str) -> ScanState | None:
        """How far one scan is."""
        with self._db.read() as tx:
            found = tx.execute(select(SCAN.c.state).where(SCAN.c.id == id)).scalar()
        return ScanState(found) if found else None

    def recent(self, view: View, user: str, limit: int = 20) -> list[ScanRecord]:
        """The newest scans, without their reports: a person's own, and those of the schools that the person sees."""
        columns = [column for column in SCAN.c if column.name != "document"]
        query = select(*columns).order_by(SCAN.c.started_at.desc(), SCAN.c.id).limit(limit)
        if view.schools is not None:
            query = query.where(or_(SCAN.c.user == user, SCAN.c.school.in_(view.schools)))
        with self._db.read() as tx:
            return [_scan(row, "") for row in tx.execute(query)]


def _scan(row: Any, document: str) -> ScanRecord:
    values = {name: getattr(row, name) for name in ScanRecord.__dataclass_fields__ if name != "document"}
    return ScanRecord(**values | {"state": ScanState(row.state), "document": document})
