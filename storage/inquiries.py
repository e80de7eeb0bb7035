"""Inquiries as they stand, the letters that carry them, and the key that their links are signed with."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from rules.inquiries import Inquiry, InquiryError, InquiryState
from storage.audit import record
from storage.database import Database, table, upsert
from storage.notices import NOTICE, OutboxEntry, new_row
from storage.serialization import dump, load
from storage.tables import InquiryRow, NumberSequenceRow, SigningKeyRow

INQUIRY, KEY, SEQUENCE = table(InquiryRow), table(SigningKeyRow), table(NumberSequenceRow)
LETTER = "inquiry"
"""The document type of a letter with inquiries."""
REPLY = "inquiry_reply"
"""The document type of an answer to a unit's mail."""
KEY_BYTES = 32
WAITING = tuple(state.value for state in InquiryState if state.waits)

Move = Callable[[Inquiry], Inquiry]


class InquiryRepository:
    """Questions and sentences about inquiries."""

    def __init__(self, database: Database) -> None:
        """Over an upgraded database."""
        self._db = database

    def one(self, number: str) -> Inquiry | None:
        """One inquiry."""
        with self._db.read() as tx:
            document = tx.execute(select(INQUIRY.c.document).where(INQUIRY.c.number == number)).scalar()
        return load(Inquiry, document) if document else None

    def all(
        self,
        *,
        school: str = "",
        account: str = "",
        states: Collection[InquiryState] = (),
        since: datetime | None = None,
        limit: int | None = None,
    ) -> list[Inquiry]:
        """Inquiries, newest first; ``since``: asked at or after."""
        query = select(INQUIRY.c.document).order_by(INQUIRY.c.asked_at.desc(), INQUIRY.c.number.desc())
        if school:
            query = query.where(INQUIRY.c.school == school)
        if account:
            query = query.where(INQUIRY.c.account == account)
        if states:
            query = query.where(INQUIRY.c.state.in_([state.value for state in states]))
        if since:
            query = query.where(INQUIRY.c.asked_at >= since)
        with self._db.read() as tx:
            return [load(Inquiry, document) for (document,) in tx.execute(query.limit(limit))]

    def standing(self, school: str) -> dict[str, Inquiry]:
        """What stands for each account of a school that was ever asked about: the inquiry that still waits, else the one
        that staff must see to, else the newest. (By time alone a clock that was set back would hide the first two.)"""
        answered = INQUIRY.c.state == InquiryState.ANSWERED.value
        query = select(INQUIRY.c.account, INQUIRY.c.document, answered).where(INQUIRY.c.school == school)
        with self._db.read() as tx:
            rows = tx.execute(query.order_by(INQUIRY.c.state.in_(WAITING), INQUIRY.c.asked_at, INQUIRY.c.number)).all()
        found = {account: load(Inquiry, document) for account, document in {row[0]: row[1] for row in rows}.items()}
        for account, document, answered_by_owner in rows:
            if answered_by_owner and not found[account].state.waits:
                inquiry = load(Inquiry, document)
                found[account] = inquiry if inquiry.waits_for_staff else found[account]
        return found

    def change(self, number: str, move: Move, now: datetime, action: str) -> Inquiry:
        """Apply a move to an inquiry as it stands; nobody changes it in between. Raises InquiryError."""
        with self._db.write() as tx:
            return _change(tx, number, move, now, action)

    def file(self, school: str, asked: Sequence[Inquiry], now: datetime) -> list[Inquiry]:
        """Keep new inquiries that no letter carries: they are for the staff."""
        with self._db.write() as tx:
            return [_new(tx, school, each, now) for each in asked]

    def post(
        self,
        school: str,
        owner: str,
        asked: Sequence[Inquiry],
        reminded: Sequence[tuple[str, Move]],
        letter: Callable[[Sequence[Inquiry]], str],
        now: datetime,
    ) -> list[Inquiry]:
        """Ask one person everything in one letter, all or nothing; nothing where this mailbox had its letter today.

        ``letter`` makes the outbox's document. ``reminded``: inquiries asked again, each with its move.
        """
        entry_id = letter_id(owner, now)
        with self._db.write() as tx:
            if tx.execute(select(NOTICE.c.id).where(NOTICE.c.id == entry_id)).first():
                return []
            sent = [_new(tx, school, each, now) for each in asked]
            sent += [_change(tx, number, move, now, "inquiry.remind") for number, move in reminded]
            number = f"{LETTER}/{now:%Y%m%d}/{entry_id.rpartition('/')[2]}"
            entry = OutboxEntry(
                id=entry_id, number=number, case_number="", document=LETTER, body=letter(sent),
                unit="、".join(sorted({each.unit for each in sent if each.unit})),
                title="、".join(dict.fromkeys(each.title for each in sent)) + (f"（{len(sent)} 个账号）" if sent[1:] else ""),
            )  # fmt: skip
            tx.execute(insert(NOTICE), [new_row(entry, school, now)])
            return sent

    def mailed_today(self, owner: str, now: datetime) -> bool:
        """Whether a mailbox had its letter of the day."""
        with self._db.read() as tx:
            return bool(tx.execute(select(NOTICE.c.id).where(NOTICE.c.id == letter_id(owner, now))).first())

    def signing_key(self, now: datetime) -> bytes:
        """The key of the links, made when it is first needed."""
        query = select(KEY.c.key).where(KEY.c.purpose == LETTER)
        with self._db.read() as tx:
            known = tx.execute(query).scalar()
        if known is None:
            row = {"purpose": LETTER, "key": secrets.token_hex(KEY_BYTES), "created_at": now}
            with self._db.write() as tx:
                upsert(tx, SigningKeyRow, [row], keep=["*"])
                known = tx.execute(query).scalar_one()
        return bytes.fromhex(known)

    def renew_signing_key(self, reason: str, now: datetime) -> None:
        """Every link that was sent so far ends; the next letter's links bear a new key."""
        with self._db.write() as tx:
            tx.execute(delete(KEY).where(KEY.c.purpose == LETTER))
            record(tx, "inquiry.rekey", LETTER, now=now, after={"reason": reason})
        self.signing_key(now)


def letter_id(owner: str, now: datetime) -> str:
    """The outbox's id of a mailbox's letter of a day: there is never a second one."""
    mailbox = hashlib.sha256(owner.strip().lower().encode()).hexdigest()[:16]
    return f"{LETTER}/{now:%Y-%m-%d}/{mailbox}"


def _new(tx: Connection, school: str, inquiry: Inquiry, now: datetime) -> Inquiry:
    mine = (SEQUENCE.c.school == school) & (SEQUENCE.c.year == now.year) & (SEQUENCE.c.kind == LETTER)
    last = int(tx.execute(select(SEQUENCE.c.last).where(mine)).scalar() or 0) + 1
    upsert(tx, NumberSequenceRow, [{"school": school, "year": now.year, "kind": LETTER, "last": last}])
    numbered = replace(inquiry, number=f"{school.upper()}-Q-{now.year}-{last:04d}")
    tx.execute(insert(INQUIRY), [_row(numbered)])
    return numbered


def _change(tx: Connection, number: str, move: Move, now: datetime, action: str) -> Inquiry:
    query = select(INQUIRY.c.document).where(INQUIRY.c.number == number).with_for_update()
    document = tx.execute(query).scalar()
    if document is None:
        raise InquiryError(f"没有编号为 {number} 的核实请求。")
    before = load(Inquiry, document)
    after = move(before)
    if after != before:
        tx.execute(INQUIRY.update().where(INQUIRY.c.number == number).values(**_row(after)))
        change = {"state": before.state.label}, {"state": after.state.label}
        record(tx, action, number, now=now, school=after.school, before=change[0], after=change[1])
    return after


def _row(inquiry: Inquiry) -> dict[str, Any]:
    return {
        "number": inquiry.number,
        "school": inquiry.school,
        "account": inquiry.account,
        "unit": inquiry.unit,
        "owner": inquiry.owner.lower(),
        "state": inquiry.state.value,
        "asked_at": inquiry.asked_at,
        "document": dump(inquiry),
    }
