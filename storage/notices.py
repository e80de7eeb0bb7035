"""The outbox: notices are claimed by compare-and-set, sent, marked; never lost, never knowingly sent twice."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, func, or_, select

from storage.database import Database, table
from storage.tables import NoticeRow

NOTICE = table(NoticeRow)
CLAIM_KEPT = timedelta(minutes=10)
"""A claim older than this belongs to a process that died between claim and mark; the notice is sent again under the
same id."""


@dataclass(frozen=True, kw_only=True)
class Claimed:
    """A notice that is ours to send now; ``delivered`` are the channels/addressees that took it at an earlier try."""

    id: str
    body: str
    attempts: int
    claimed_at: datetime
    delivered: dict[str, str]


class Notices:
    """Questions and sentences about the outbox."""

    def __init__(self, database: Database) -> None:
        """Over an upgraded database."""
        self._db = database

    def claim(self, now: datetime) -> Claimed | None:
        """The next notice to send, or None."""
        waiting = and_(NOTICE.c.state == "due", NOTICE.c.next_try_at <= now)
        left_behind = and_(NOTICE.c.state == "claimed", NOTICE.c.claimed_at < now - CLAIM_KEPT)
        query = select(NOTICE).where(or_(waiting, left_behind)).order_by(NOTICE.c.next_try_at, NOTICE.c.id).limit(1)
        with self._db.write() as tx:
            row = tx.execute(query.with_for_update(skip_locked=True)).first()
            if row is None:
                return None
            tx.execute(
                NOTICE.update()
                .where(NOTICE.c.id == row.id)
                .values(state="claimed", claimed_at=now, attempts=row.attempts + 1)
            )
        delivered = json.loads(row.delivered)
        return Claimed(id=row.id, body=row.body, attempts=row.attempts + 1, claimed_at=now, delivered=delivered)

    def mark_sent(self, claimed: Claimed, delivered: Mapping[str, str], now: datetime) -> bool:
        """Every addressee has it; False where the claim was taken over by another worker meanwhile."""
        values = {"state": "sent", "sent_at": now, "error": "", "delivered": _json(delivered)}
        return self._mark(claimed, values)

    def mark_failed(
        self, claimed: Claimed, delivered: Mapping[str, str], error: str, retry_at: datetime | None
    ) -> bool:
        """Not everybody has it: try again at ``retry_at``, or give up and show it as failed where that is None."""
        state = {"state": "due", "next_try_at": retry_at} if retry_at else {"state": "failed"}
        return self._mark(claimed, state | {"error": error[:2000], "delivered": _json(delivered)})

    def _mark(self, claimed: Claimed, values: dict[str, Any]) -> bool:
        mine = and_(NOTICE.c.id == claimed.id, NOTICE.c.state == "claimed", NOTICE.c.claimed_at == claimed.claimed_at)
        with self._db.write() as tx:
            return tx.execute(NOTICE.update().where(mine).values(**values)).rowcount == 1

    def resend(self, notice_id: str, now: datetime) -> bool:
        """A person asks to try a failed notice again."""
        failed = and_(NOTICE.c.id == notice_id, NOTICE.c.state == "failed")
        with self._db.write() as tx:
            return tx.execute(NOTICE.update().where(failed).values(state="due", next_try_at=now)).rowcount == 1

    def all(self, *, school: str | None = None, state: str | None = None, case: str | None = None) -> list[dict[str, Any]]:
        """Notices, newest first."""
        query = select(NOTICE).order_by(NOTICE.c.created_at.desc(), NOTICE.c.id)
        for column, value in ((NOTICE.c.school, school), (NOTICE.c.state, state), (NOTICE.c.case_number, case)):
            if value:
                query = query.where(column == value)
        with self._db.read() as tx:
            return [dict(row._mapping) for row in tx.execute(query)]

    def one(self, notice_id: str) -> dict[str, Any] | None:
        """One notice."""
        with self._db.read() as tx:
            row = tx.execute(select(NOTICE).where(NOTICE.c.id == notice_id)).first()
            return dict(row._mapping) if row else None

    def counts(self) -> dict[str, int]:
        """Notices by state; for the metrics."""
        with self._db.read() as tx:
            return {state: n for state, n in tx.execute(select(NOTICE.c.state, func.count()).group_by(NOTICE.c.state))}

    def undelivered(self) -> list[str]:
        """Ids of sent notices whose case has not been told yet that they were delivered."""
        with self._db.read() as tx:
            return [i for (i,) in tx.execute(select(NOTICE.c.id).where(NOTICE.c.state == "sent"))]


def _json(value: Mapping[str, str]) -> str:
    return json.dumps(dict(value), ensure_ascii=False)
