"""The outbox: letters are claimed by compare-and-set, sent, marked; never lost, never knowingly sent twice."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, and_, func, insert, or_, select

from rules.model import DocumentType, LabeledEnum
from storage.audit import record
from storage.database import Database, table
from storage.database_clock import seconds_now
from storage.serialization import DocumentError, load, load_json
from storage.tables import NoticeCaseRow, NoticeRow

NOTICE, LINK = table(NoticeRow), table(NoticeCaseRow)
SENT, UNKNOWN = "sent", "unknown"
"""Results of a target that mean something here: it has the letter, or may have it."""
STEPS = (DocumentType.REMINDER, DocumentType.RECTIFICATION, DocumentType.PUBLIC_NOTICE, DocumentType.SHUTDOWN)
"""The papers of a ladder; the others answer."""
DEFERRED_CASES = (
    select(LINK.c.case_number)
    .join(NOTICE, NOTICE.c.id == LINK.c.notice)
    .where(NOTICE.c.document_type.in_([document.value for document in STEPS]), NOTICE.c.state == "deferred")
)
PRINTED = "print:"
"""The target of a letter that a person printed."""
DIGEST = "digest"
"""The document types of a day's digest, and of what staff must hear at once."""
LEASE_SECONDS = 30 * 60.0
"""By the database's clock: a claim older than this belongs to a process that died between claim and mark, and the letter
goes out again under the same id. Longer than any pass over the outbox takes; no worker's own clock shortens it."""


class NoticeState(LabeledEnum):
    """How far a letter is. A digest begins at DUE; a letter that a person prints and hands over is SENT once printed. A draft
    put off is DEFERRED: nobody signs it before its term is over (``next_attempt_at``; None: without end) or it is taken back."""

    DRAFT = "draft", "待签发"
    DEFERRED = "deferred", "暂缓签发"
    DUE = "due", "已签发"
    CLAIMED = "claimed", "正在发送"
    SENT = "sent", "已发送"
    TO_PRINT = "to_print", "待打印"
    DELIVERED = "delivered", "已送达"
    STOPPED = "stopped", "停发"
    FAILED = "failed", "发送失败"


class DeliveryWay(LabeledEnum):
    """By which way a paper reached its addressee."""

    IN_PERSON = "in_person", "当面"
    OA = "oa", "OA"
    MAIL = "mail", "邮件"
    POSTED = "posted", "张贴"


@dataclass(frozen=True, kw_only=True)
class OutboxEntry:
    """A letter to be kept: ``id`` is case number + step, ``body`` all that is needed to render it again, ``cases`` those
    it is about; ``number`` is "" for a draft and for what bears none."""

    id: str
    number: str = ""
    case_number: str
    document: str
    body: str
    unit: str = ""
    title: str = ""
    cases: tuple[str, ...] = ()
    state: NoticeState = NoticeState.DUE


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """That a paper was received: when, by whom, by which way, and who entered it when. A mail server's yes has no ``by``."""

    at: datetime
    receiver: str = ""
    way: str = ""
    by: str = ""
    entered_at: datetime


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
    target (``channel:address``) to its newest answer; a digest has no case number. ``error``: why it was not sent; ``claimed_until``: seconds since 1970 by the
    database's clock."""

    id: str
    number: str
    school: str
    case_number: str
    document_type: str
    state: NoticeState
    created_at: datetime
    claimed_until: float
    sent_at: datetime | None
    next_attempt_at: datetime | None
    attempts: int
    error: str
    delivery_results: Mapping[str, DeliveryAnswer] = field(default_factory=dict)
    unit: str
    title: str
    since: datetime | None
    receipt: Receipt | None
    document: str

    @property
    def state_label(self) -> str:
        """Its state in Chinese. What leaves without a signature (a digest, an informal reminder) was never 已签发."""
        return self.state.label if self._signed or self.state is not NoticeState.DUE else "待发送"

    @property
    def _signed(self) -> bool:
        return bool(self.case_number and (self.number or json.loads(self.document).get("signer")))

    @property
    def signed_at(self) -> datetime | None:
        """When it was signed, as the paper itself says; None for what no person signed."""
        issued = json.loads(self.document).get("issued_at") if self._signed else None
        return datetime.fromisoformat(issued) if issued else None


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
        return self.queue_page(f"{school}/{number}", number, school, body, now)

    def queue_page(self, id: str, number: str, school: str, body: str, now: datetime) -> bool:
        """Queue a digest's or an alert's page; False where this id was queued before."""
        entry = OutboxEntry(id=id, number=number, case_number="", document=DIGEST, body=body)
        with self._db.write() as tx:
            if tx.execute(select(NOTICE.c.id).where(NOTICE.c.id == entry.id)).first():
                return False
            insert_notice(tx, entry, school, now)
            return True

    def queue(self, entry_id: str, kind: str, school: str, body: str, now: datetime, unit: str = "") -> bool:
        """Queue a letter that belongs to no case, once; False where this id was queued before."""
        entry = OutboxEntry(id=entry_id, number=entry_id, case_number="", document=kind, body=body, unit=unit)
        with self._db.write() as tx:
            if tx.execute(select(NOTICE.c.id).where(NOTICE.c.id == entry_id)).first():
                return False
            tx.execute(insert(NOTICE), [new_row(entry, school, now)])
            return True

    def claim(self, now: datetime, limit: int, only: str = "") -> list[ClaimedNotice]:
        """The oldest due letters, by compare-and-set, the pages of the day and alerts first; or the one letter ``only``."""
        waiting = and_(NOTICE.c.state == NoticeState.DUE.value, NOTICE.c.next_attempt_at <= now)
        order = (
            NOTICE.c.document_type != DIGEST,
            NOTICE.c.next_attempt_at,
            NOTICE.c.id,
        )
        with self._db.write() as tx:
            claimed = NOTICE.c.state == NoticeState.CLAIMED.value
            left_behind = and_(claimed, NOTICE.c.claimed_until < seconds_now(tx))
            query = select(NOTICE).where(or_(waiting, left_behind)).order_by(*order).limit(limit)
            query = query.where(NOTICE.c.id == only) if only else query
            rows = tx.execute(query.with_for_update(skip_locked=True)).all()
            ids = [row.id for row in rows]
            until: Any = seconds_now(tx) + LEASE_SECONDS
            claim = NOTICE.update().where(NOTICE.c.id.in_(ids))
            tx.execute(claim.values(state=NoticeState.CLAIMED.value, claimed_until=until))
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
        self._mark(id, {"state": NoticeState.SENT.value, "sent_at": now, "since": now, "error": ""})

    def mark_to_print(self, id: str, now: datetime) -> None:
        """Who has an address has it; the addressee has none, so that somebody must print it and hand it over."""
        self._mark(id, {"state": NoticeState.TO_PRINT.value, "since": now, "error": ""})

    def mark_failed(self, id: str, reason: str, now: datetime, *, permanent: bool, retry_at: datetime | None) -> None:
        """Not everyone has it: due again at ``retry_at``; ``permanent``: a person must look."""
        due = {"state": NoticeState.DUE.value, "next_attempt_at": retry_at or now}
        state = {"state": NoticeState.FAILED.value, "since": now} if permanent else due
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
        """Notices, newest first; of a ``case`` also those that speak of several."""
        query = select(NOTICE).order_by(NOTICE.c.created_at.desc(), NOTICE.c.id)
        for column, value in ((NOTICE.c.school, school), (NOTICE.c.state, state)):
            if value:
                query = query.where(column == str(value))
        if case:
            query = query.where(NOTICE.c.id.in_(select(LINK.c.notice).where(LINK.c.case_number == case)))
        with self._db.read() as tx:
            return [notice_of_row(row) for row in tx.execute(query)]

    def deferred_cases(self) -> set[str]:
        """The numbers of the cases whose step of the ladder is put off."""
        with self._db.read() as tx:
            return set(tx.execute(DEFERRED_CASES).scalars())

    def one(self, notice_id: str) -> OutboxNotice | None:
        """One notice."""
        with self._db.read() as tx:
            row = tx.execute(select(NOTICE).where(NOTICE.c.id == notice_id)).first()
            return notice_of_row(row) if row else None

    def cases_of(self, notice_id: str) -> list[str]:
        """The numbers of the cases that a letter is about."""
        query = select(LINK.c.case_number).where(LINK.c.notice == notice_id).order_by(LINK.c.case_number)
        with self._db.read() as tx:
            return list(tx.execute(query).scalars())

    def print_out(self, ids: Sequence[str], now: datetime) -> int:
        """A person printed these letters that have no address: they leave now. How many did."""
        done = 0
        with self._db.write() as tx:
            for notice_id in sorted(ids):
                mine = and_(NOTICE.c.id == notice_id, NOTICE.c.state == NoticeState.TO_PRINT.value)
                row = tx.execute(select(NOTICE.c.delivery_results).where(mine).with_for_update()).first()
                if row is None:
                    continue
                answers = load_json("发送结果", row.delivery_results)
                answers[PRINTED] = [SENT, "", now.isoformat(timespec="seconds")]
                values = {"state": NoticeState.SENT.value, "sent_at": now, "since": now}
                tx.execute(
                    NOTICE.update()
                    .where(mine)
                    .values(delivery_results=json.dumps(answers, ensure_ascii=False), **values)
                )
                record(tx, "notice.print", notice_id, now=now)
                done += 1
        return done

    def counts_by_school(self) -> dict[tuple[str, NoticeState], int]:
        """Papers of cases by school and state."""
        columns = (NOTICE.c.school, NOTICE.c.state)
        query = select(*columns, func.count()).where(NOTICE.c.case_number != "").group_by(*columns)
        with self._db.read() as tx:
            return {(school, NoticeState(state)): n for school, state, n in tx.execute(query)}

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
        "state": entry.state.value,
        "created_at": now,
        "next_attempt_at": now,
        "attempts": 0,
        "error": "",
        "delivery_results": "{}",
        "unit": entry.unit,
        "title": entry.title,
        "since": now,
        "receipt": "",
        "document": entry.body,
    }


def insert_notice(tx: Connection, entry: OutboxEntry, school: str, now: datetime) -> None:
    """Keep a new letter and which cases it is about."""
    tx.execute(insert(NOTICE), [new_row(entry, school, now)])
    cases = entry.cases or ((entry.case_number,) if entry.case_number else ())
    if cases:
        tx.execute(insert(LINK), [{"notice": entry.id, "case_number": number} for number in cases])


def notice_of_row(row: Any) -> OutboxNotice:
    """A row of the outbox as it is read."""
    told = load_json("发送结果", row.delivery_results)
    try:
        answers = {target: _answer(answer) for target, answer in told.items()}
    except (ValueError, TypeError) as error:
        raise DocumentError("发送结果", row.delivery_results) from error
    receipt = load(Receipt, row.receipt) if row.receipt else None
    values = {**row._mapping, "state": NoticeState(row.state), "delivery_results": answers, "receipt": receipt}
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
