"""The outbox: letters are claimed by compare-and-set, sent, marked; never lost, never knowingly sent twice."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import and_, func, insert, or_, select

from rules.model import LabeledEnum
from storage.audit import record
from storage.database import Database, table
from storage.serialization import load_json
from storage.tables import NoticeRow

NOTICE = table(NoticeRow)
SENT, UNKNOWN = "sent", "unknown"
"""Results of a target that mean something here: it has the letter, or may have it."""
DIGEST = "digest"
"""The document type of a day's digest."""
LEASE = timedelta(minutes=30)
"""A claim older than this belongs to a process that died between claim and mark: the letter goes out again, under the
same id. Longer than any pass over the outbox takes."""


class NoticeState(LabeledEnum):
    """How far a letter is."""

    DUE = "due", "待发送"
    CLAIMED = "claimed", "正在发送"
    SENT = "sent", "已发送"
    FAILED = "failed", "发送失败"


@dataclass(frozen=True, kw_only=True)
class OutboxEntry:
    """A letter to be queued: ``id`` is case number + step, ``body`` all that is needed to render it again."""

    id: str
    number: str
    case_number: str
    document: str
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryAnswer:
    """What one target answered: a code of `alerts.delivery`, its reason, and when; ``unknown`` attempts may have delivered."""

    result: str
    reason: str
    at: datetime
    unknown: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxNotice:
    """A letter as the outbox keeps it. ``document`` is all that is needed to render it again, ``delivery_results`` maps a
    target (``channel:address``) to its newest answer; a digest has no case number."""

    id: str
    number: str
    school: str
    case_number: str
    document_type: str
    state: NoticeState
    created_at: datetime
    claimed_at: datetime | None
    sent_at: datetime | None
    next_attempt_at: datetime | None
    attempts: int
    error: str
    delivery_results: Mapping[str, DeliveryAnswer] = field(default_factory=dict)
    document: str


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

    def queue_digest(self, school: str, day: date, body: str, now: datetime) -> bool:
        """Queue a day's digest; False where it was queued before: a school gets one a day."""
        number = f"{DIGEST}/{day}"
        entry = OutboxEntry(id=f"{school}/{number}", number=number, case_number="", document=DIGEST, body=body)
        with self._db.write() as tx:
            if tx.execute(select(NOTICE.c.id).where(NOTICE.c.id == entry.id)).first():
                return False
            tx.execute(insert(NOTICE), [new_row(entry, school, now)])
            return True

    def queue(self, entry_id: str, kind: str, school: str, body: str, now: datetime) -> bool:
        """Queue a letter that belongs to no case, once; False where this id was queued before."""
        entry = OutboxEntry(id=entry_id, number=entry_id, case_number="", document=kind, body=body)
        with self._db.write() as tx:
            if tx.execute(select(NOTICE.c.id).where(NOTICE.c.id == entry_id)).first():
                return False
            tx.execute(insert(NOTICE), [new_row(entry, school, now)])
            return True

    def claim(self, now: datetime, limit: int, only: str = "") -> list[ClaimedNotice]:
        """The oldest due letters, by compare-and-set, the digest before the others; or the one letter ``only``."""
        waiting = and_(NOTICE.c.state == NoticeState.DUE.value, NOTICE.c.next_attempt_at <= now)
        left_behind = and_(NOTICE.c.state == NoticeState.CLAIMED.value, NOTICE.c.claimed_at < now - LEASE)
        order = (NOTICE.c.document_type != DIGEST, NOTICE.c.next_attempt_at, NOTICE.c.id)
        query = select(NOTICE).where(or_(waiting, left_behind)).order_by(*order).limit(limit)
        query = query.where(NOTICE.c.id == only) if only else query
        with self._db.write() as tx:
            rows = tx.execute(query.with_for_update(skip_locked=True)).all()
            ids = [row.id for row in rows]
            claim = NOTICE.update().where(NOTICE.c.id.in_(ids))
            tx.execute(claim.values(state=NoticeState.CLAIMED.value, claimed_at=now))
        return [_claimed(row) for row in rows]

    def mark_target(self, id: str, target: str, result: str, reason: str, now: datetime) -> None:
        """What one target answered, kept at once: (result, reason, when), and how often the result was unknown."""
        mine = NOTICE.c.id == id
        with self._db.write() as tx:
            text = tx.execute(select(NOTICE.c.delivery_results).where(mine).with_for_update()).scalar_one()
            answers = load_json("发送结果", text)
            doubts = _doubts(answers.get(target, ())) + (str(result) == UNKNOWN)
            answer = [str(result), reason[:500], now.isoformat(timespec="seconds"), *([doubts] if doubts else [])]
            answers[target] = answer
            tx.execute(NOTICE.update().where(mine).values(delivery_results=json.dumps(answers, ensure_ascii=False)))

    def mark_sent(self, id: str, now: datetime) -> None:
        """Every target has it."""
        self._mark(id, {"state": NoticeState.SENT.value, "sent_at": now, "error": ""})

    def mark_failed(self, id: str, reason: str, now: datetime, *, permanent: bool, retry_at: datetime | None) -> None:
        """Not everyone has it: due again at ``retry_at``; ``permanent``: a person must look."""
        due = {"state": NoticeState.DUE.value, "next_attempt_at": retry_at or now}
        state = {"state": NoticeState.FAILED.value} if permanent else due
        self._mark(id, state | {"error": reason[:2000]})

    def _mark(self, id: str, values: dict[str, Any]) -> None:
        with self._db.write() as tx:
            mine = NOTICE.update().where(NOTICE.c.id == id, NOTICE.c.state == NoticeState.CLAIMED.value)
            tx.execute(mine.values(attempts=NOTICE.c.attempts + 1, **values))

    def resend(self, notice_id: str, now: datetime) -> bool:
        """A person asks to try a notice again that failed, or that not everybody has yet. Who has it keeps it; what was
        refused or in doubt is forgotten, and counting begins anew."""
        waiting = and_(NOTICE.c.id == notice_id, NOTICE.c.state.in_((NoticeState.FAILED.value, NoticeState.DUE.value)))
        with self._db.write() as tx:
            row = tx.execute(select(NOTICE.c.state, NOTICE.c.delivery_results).where(waiting).with_for_update()).first()
            if row is None:
                return False
            sent = {
                target: answer
                for target, answer in load_json("发送结果", row.delivery_results).items()
                if answer[0] == SENT
            }
            change = {"delivery_results": json.dumps(sent, ensure_ascii=False), "attempts": 0, "error": ""}
            tx.execute(
                NOTICE.update().where(waiting).values(state=NoticeState.DUE.value, next_attempt_at=now, **change)
            )
            record(
                tx,
                "notice.resend",
                notice_id,
                now=now,
                before={"state": row.state},
                after={"state": NoticeState.DUE.value},
            )
            return True

    def all(
        self, *, school: str | None = None, state: NoticeState | None = None, case: str | None = None
    ) -> list[OutboxNotice]:
        """Notices, newest first."""
        query = select(NOTICE).order_by(NOTICE.c.created_at.desc(), NOTICE.c.id)
        for column, value in ((NOTICE.c.school, school), (NOTICE.c.state, state), (NOTICE.c.case_number, case)):
            if value:
                query = query.where(column == str(value))
        with self._db.read() as tx:
            return [_notice(row) for row in tx.execute(query)]

    def one(self, notice_id: str) -> OutboxNotice | None:
        """One notice."""
        with self._db.read() as tx:
            row = tx.execute(select(NOTICE).where(NOTICE.c.id == notice_id)).first()
            return _notice(row) if row else None

    def counts(self) -> dict[NoticeState, int]:
        """Notices by state; a state that none is in is absent."""
        with self._db.read() as tx:
            return {
                NoticeState(state): n
                for state, n in tx.execute(select(NOTICE.c.state, func.count()).group_by(NOTICE.c.state))
            }


def new_row(entry: OutboxEntry, school: str, now: datetime) -> dict[str, Any]:
    """The outbox's row of a letter that is due from now on."""
    return {
        "id": entry.id,
        "number": entry.number,
        "school": school,
        "case_number": entry.case_number,
        "document_type": entry.document,
        "state": NoticeState.DUE.value,
        "created_at": now,
        "next_attempt_at": now,
        "attempts": 0,
        "error": "",
        "delivery_results": "{}",
        "document": entry.body,
    }


def _notice(row: Any) -> OutboxNotice:
    answers = {target: _answer(answer) for target, answer in json.loads(row.delivery_results).items()}
    values = {**row._mapping, "state": NoticeState(row.state), "delivery_results": answers}
    return OutboxNotice(**values)


def _answer(answer: Sequence[Any]) -> DeliveryAnswer:
    result, reason, at = answer[:3]
    return DeliveryAnswer(result=result, reason=reason, at=datetime.fromisoformat(at), unknown=_doubts(answer))


def _claimed(row: Any) -> ClaimedNotice:
    answers = load_json("发送结果", row.delivery_results)
    return ClaimedNotice(
        id=row.id,
        document=row.document_type,
        body=row.document,
        attempts=row.attempts + 1,
        delivered={target: answer[0] for target, answer in answers.items()},
        unknown={target: doubts for target, answer in answers.items() if (doubts := _doubts(answer))},
    )


def _doubts(answer: Sequence[Any]) -> int:
    """How many attempts at a target may have delivered it: a fourth member, where there were any."""
    return int(answer[3]) if len(answer) > 3 else 0
