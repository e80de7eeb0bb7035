"""The outbox: letters are claimed by compare-and-set, sent, marked; never lost, never knowingly sent twice."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import and_, func, insert, or_, select

from storage.database import Database, table
from storage.tables import NoticeRow

NOTICE = table(NoticeRow)
LEASE = timedelta(minutes=30)
"""A claim older than this belongs to a process that died between claim and mark: the letter goes out again, under the
same id. Longer than any pass over the outbox takes."""


@dataclass(frozen=True, kw_only=True)
class ClaimedNotice:
    """A letter that is ours to send now. ``delivered`` maps a target (``channel:address``) to what it answered before."""

    id: str
    document: str
    body: str
    attempts: int
    delivered: dict[str, str]


class OutboxRepository:
    """Questions and sentences about the outbox: notices of cases, and digests."""

    def __init__(self, database: Database) -> None:
        """Over an upgraded database."""
        self._db = database

    def owe_digest(self, school: str, day: date, body: str, now: datetime) -> bool:
        """Queue a day's digest; False where it was queued before: a school gets one a day."""
        row = {"id": f"{school}/digest/{day}", "number": f"digest/{day}", "school": school, "document": "digest"}
        rest = {"case_number": "", "state": "due", "created_at": now, "next_try_at": now, "attempts": 0, "error": ""}
        with self._db.write() as tx:
            if tx.execute(select(NOTICE.c.id).where(NOTICE.c.id == row["id"])).first():
                return False
            tx.execute(insert(NOTICE), [row | rest | {"delivered": "{}", "body": body}])
            return True

    def claim(self, now: datetime, limit: int) -> list[ClaimedNotice]:
        """The oldest due letters, by compare-and-set."""
        waiting = and_(NOTICE.c.state == "due", NOTICE.c.next_try_at <= now)
        left_behind = and_(NOTICE.c.state == "claimed", NOTICE.c.claimed_at < now - LEASE)
        query = select(NOTICE).where(or_(waiting, left_behind)).order_by(NOTICE.c.next_try_at, NOTICE.c.id).limit(limit)
        with self._db.write() as tx:
            rows = tx.execute(query.with_for_update(skip_locked=True)).all()
            ids = [row.id for row in rows]
            claim = NOTICE.update().where(NOTICE.c.id.in_(ids))
            tx.execute(claim.values(state="claimed", claimed_at=now, attempts=NOTICE.c.attempts + 1))
        return [
            ClaimedNotice(
                id=row.id,
                document=row.document,
                body=row.body,
                attempts=row.attempts + 1,
                delivered={target: result for target, (result, _, _) in json.loads(row.delivered).items()},
            )
            for row in rows
        ]

    def mark_target(self, id: str, target: str, result: str, reason: str, now: datetime) -> None:
        """What one target answered, kept at once: (result, reason, when)."""
        mine = NOTICE.c.id == id
        with self._db.write() as tx:
            text = tx.execute(select(NOTICE.c.delivered).where(mine).with_for_update()).scalar_one()
            answers = json.loads(text) | {target: (str(result), reason[:500], now.isoformat(timespec="seconds"))}
            tx.execute(NOTICE.update().where(mine).values(delivered=json.dumps(answers, ensure_ascii=False)))

    def mark_sent(self, id: str, now: datetime) -> None:
        """Every target has it."""
        self._mark(id, {"state": "sent", "sent_at": now, "error": ""})

    def mark_failed(self, id: str, reason: str, now: datetime, *, permanent: bool, retry_at: datetime | None) -> None:
        """Not everyone has it: due again at ``retry_at``; ``permanent``: a person must look."""
        state = {"state": "failed"} if permanent else {"state": "due", "next_try_at": retry_at or now}
        self._mark(id, state | {"error": reason[:2000]})

    def _mark(self, id: str, values: dict[str, Any]) -> None:
        with self._db.write() as tx:
            tx.execute(NOTICE.update().where(NOTICE.c.id == id, NOTICE.c.state == "claimed").values(**values))

    def resend(self, notice_id: str, now: datetime) -> bool:
        """A person asks to try a failed notice again."""
        failed = and_(NOTICE.c.id == notice_id, NOTICE.c.state == "failed")
        with self._db.write() as tx:
            return tx.execute(NOTICE.update().where(failed).values(state="due", next_try_at=now)).rowcount == 1

    def all(
        self, *, school: str | None = None, state: str | None = None, case: str | None = None
    ) -> list[dict[str, Any]]:
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
