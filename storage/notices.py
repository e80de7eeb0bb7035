"""The outbox: letters are claimed by compare-and-set, sent, marked; never lost, never knowingly sent twice."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import and_, func, insert, or_, select

from storage.audit import record
from storage.database import Database, table
from storage.serialization import load_json
from storage.tables import NoticeRow

NOTICE = table(NoticeRow)
SENT, UNKNOWN = "sent", "unknown"
"""Results of a target that mean something here: it has the letter, or may have it."""
LEASE = timedelta(minutes=30)
"""A claim older than this belongs to a process that died between claim and mark: the letter goes out again, under the
same id. Longer than any pass over the outbox takes."""


@dataclass(frozen=True, kw_only=True)
class ClaimedNotice:
    """A letter that is ours to send now. ``delivered`` maps a target (``channel:address``) to what it answered before,
    ``unknown`` to how many attempts may have delivered it; ``attempts`` are the passes that came to an end, and this one.
    """

    id: str
    document: str
    body: str
    attempts: int
    delivered: dict[str, str]
    unknown: dict[str, int]


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

    def claim(self, now: datetime, limit: int, only: str = "") -> list[ClaimedNotice]:
        """The oldest due letters, by compare-and-set, the digest before the others; or the one letter ``only``."""
        waiting = and_(NOTICE.c.state == "due", NOTICE.c.next_try_at <= now)
        left_behind = and_(NOTICE.c.state == "claimed", NOTICE.c.claimed_at < now - LEASE)
        order = (NOTICE.c.document != "digest", NOTICE.c.next_try_at, NOTICE.c.id)
        query = select(NOTICE).where(or_(waiting, left_behind)).order_by(*order).limit(limit)
        query = query.where(NOTICE.c.id == only) if only else query
        with self._db.write() as tx:
            rows = tx.execute(query.with_for_update(skip_locked=True)).all()
            ids = [row.id for row in rows]
            claim = NOTICE.update().where(NOTICE.c.id.in_(ids))
            tx.execute(claim.values(state="claimed", claimed_at=now))
        return [_claimed(row) for row in rows]

    def mark_target(self, id: str, target: str, result: str, reason: str, now: datetime) -> None:
        """What one target answered, kept at once: (result, reason, when), and how often the result was unknown."""
        mine = NOTICE.c.id == id
        with self._db.write() as tx:
            text = tx.execute(select(NOTICE.c.delivered).where(mine).with_for_update()).scalar_one()
            answers = load_json("发送结果", text)
            doubts = _doubts(answers.get(target, ())) + (str(result) == UNKNOWN)
            answer = [str(result), reason[:500], now.isoformat(timespec="seconds"), *([doubts] if doubts else [])]
            answers[target] = answer
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
            mine = NOTICE.update().where(NOTICE.c.id == id, NOTICE.c.state == "claimed")
            tx.execute(mine.values(attempts=NOTICE.c.attempts + 1, **values))

    def resend(self, notice_id: str, now: datetime) -> bool:
        """A person asks to try a notice again that failed, or that not everybody has yet. Who has it keeps it; what was
        refused or in doubt is forgotten, and counting begins anew."""
        waiting = and_(NOTICE.c.id == notice_id, NOTICE.c.state.in_(("failed", "due")))
        with self._db.write() as tx:
            row = tx.execute(select(NOTICE.c.state, NOTICE.c.delivered).where(waiting).with_for_update()).first()
            if row is None:
                return False
            sent = {
                target: answer for target, answer in load_json("发送结果", row.delivered).items() if answer[0] == SENT
            }
            change = {"delivered": json.dumps(sent, ensure_ascii=False), "attempts": 0, "error": ""}
            tx.execute(NOTICE.update().where(waiting).values(state="due", next_try_at=now, **change))
            record(tx, "notice.resend", notice_id, now=now, before={"state": row.state}, after={"state": "due"})
            return True

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


def _claimed(row: Any) -> ClaimedNotice:
    answers = load_json("发送结果", row.delivered)
    return ClaimedNotice(
        id=row.id,
        document=row.document,
        body=row.body,
        attempts=row.attempts + 1,
        delivered={target: answer[0] for target, answer in answers.items()},
        unknown={target: doubts for target, answer in answers.items() if (doubts := _doubts(answer))},
    )


def _doubts(answer: Sequence[Any]) -> int:
    """How many attempts at a target may have delivered it: a fourth member, where there were any."""
    return int(answer[3]) if len(answer) > 3 else 0
