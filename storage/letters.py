"""What happens to letters inside a school's transaction over its cases: drafted, drafted anew, signed, stopped, delivered."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from storage.audit import record
from storage.database import StorageError
from storage.notices import (
    LINK,
    NOTICE,
    SENT,
    UNKNOWN,
    NoticeState,
    OutboxEntry,
    OutboxNotice,
    Receipt,
    insert_notice,
    notice_of_row,
)
from storage.serialization import dump

UNSIGNED = (NoticeState.DRAFT, NoticeState.DEFERRED)
STOPPABLE = (*UNSIGNED, NoticeState.DUE, NoticeState.TO_PRINT, NoticeState.FAILED)
OFFICE_ONLY = frozenset({*UNSIGNED, NoticeState.STOPPED})
"""A paper that nobody signed, or that was stopped, is not shown to its unit."""
UNSENT = tuple(state for state in STOPPABLE if state not in UNSIGNED)
LEFT = (NoticeState.CLAIMED, NoticeState.SENT, NoticeState.DELIVERED)


class LetterDesk:
    """The letters of one school in one transaction; made by `CaseTransaction`."""

    def __init__(self, tx: Connection, school: str, now: datetime) -> None:
        """Inside the transaction that changes the cases."""
        self._tx, self._school, self._now = tx, school, now

    def one(self, notice_id: str) -> OutboxNotice | None:
        """A letter by its id."""
        row = self._tx.execute(select(NOTICE).where(NOTICE.c.id == notice_id, NOTICE.c.school == self._school)).first()
        return notice_of_row(row) if row else None

    def of_case(self, number: str, states: Collection[NoticeState] = tuple(NoticeState)) -> list[OutboxNotice]:
        """The letters that speak of a case, in these states."""
        mine = NOTICE.c.id.in_(select(LINK.c.notice).where(LINK.c.case_number == number))
        query = select(NOTICE).where(mine, NOTICE.c.state.in_([state.value for state in states]))
        return [notice_of_row(row) for row in self._tx.execute(query.order_by(NOTICE.c.created_at, NOTICE.c.id))]

    def in_state(self, *states: NoticeState) -> list[OutboxNotice]:
        """The school's letters of cases in these states."""
        mine = (NOTICE.c.school == self._school) & (NOTICE.c.case_number != "")
        query = select(NOTICE).where(mine, NOTICE.c.state.in_([state.value for state in states]))
        return [notice_of_row(row) for row in self._tx.execute(query.order_by(NOTICE.c.id))]

    def cases_of(self, notice_id: str) -> list[str]:
        """The numbers of the cases that a letter is about."""
        query = select(LINK.c.case_number).where(LINK.c.notice == notice_id).order_by(LINK.c.case_number)
        return list(self._tx.execute(query).scalars())

    def put(self, entry: OutboxEntry) -> None:
        """Keep a draft, or a letter that leaves by itself. A draft that is there is drafted anew, and one put off stays
        so; nothing else is touched."""
        known = self.one(entry.id)
        if known is None:
            insert_notice(self._tx, entry, self._school, self._now)
            return
        mine = NOTICE.update().where(NOTICE.c.id == entry.id)
        if known.state is NoticeState.STOPPED and not known.number:
            self._tx.execute(mine.values(state=entry.state.value, since=self._now, error=""))
        elif known.state not in UNSIGNED:
            raise StorageError(f"文书 {entry.id} 已经签发，不能重新拟文。")
        self._tx.execute(mine.values(document=entry.body, unit=entry.unit, title=entry.title))
        self._link(entry)

    def _link(self, entry: OutboxEntry) -> None:
        """A draft speaks of these cases from now on, and of no other."""
        if entry.cases and self.cases_of(entry.id) != sorted(entry.cases):
            self._tx.execute(delete(LINK).where(LINK.c.notice == entry.id))
            self._tx.execute(insert(LINK), [{"notice": entry.id, "case_number": number} for number in entry.cases])
            self._tx.execute(NOTICE.update().where(NOTICE.c.id == entry.id).values(case_number=entry.cases[0]))

    def rewrite(self, notice_id: str, body: str, before: Mapping[str, str], after: Mapping[str, str]) -> None:
        """A draft with other words of the office's own; ``before``, ``after``: what differs, under its Chinese name."""
        self._move(notice_id, (NoticeState.DRAFT,), document=body)
        record(self._tx, "notice.edit", notice_id, now=self._now, school=self._school, before=before, after=after)

    def defer(self, notice_id: str, reason: str, until: datetime | None) -> None:
        """A draft is put off, to the end of ``until`` or without end; ``reason``: who and why."""
        values = {"state": NoticeState.DEFERRED.value, "error": reason[:2000], "next_attempt_at": until}
        self._move(notice_id, (NoticeState.DRAFT,), since=self._now, **values)
        after = {"reason": reason[:2000]}
        record(self._tx, "notice.defer", notice_id, now=self._now, school=self._school, after=after)

    def resume(self, notice_id: str) -> None:
        """A draft put off lies before the signer again."""
        values = {"state": NoticeState.DRAFT.value, "error": "", "next_attempt_at": self._now}
        self._move(notice_id, (NoticeState.DEFERRED,), since=self._now, **values)
        record(self._tx, "notice.resume", notice_id, now=self._now, school=self._school)

    def sign(self, notice_id: str, number: str, body: str) -> None:
        """A draft becomes a letter with its number, due now."""
        values = {"number": number, "document": body, "state": NoticeState.DUE.value}
        self._move(notice_id, (NoticeState.DRAFT,), next_attempt_at=self._now, since=self._now, **values)
        record(self._tx, "notice.sign", notice_id, now=self._now, school=self._school, after={"number": number})

    def stop(self, notice_id: str, reason: str) -> bool:
        """Hold back what nobody was sent; False where it has left, or may have."""
        known = self.one(notice_id)
        if known is None or known.state not in STOPPABLE or _may_have_left(known):
            return False
        self._move(notice_id, STOPPABLE, state=NoticeState.STOPPED.value, error=reason[:2000], since=self._now)
        return True

    def deliver(self, notice_id: str, receipt: Receipt) -> None:
        """It was received. Raises StorageError where it is not under way."""
        under_way = (NoticeState.SENT, NoticeState.TO_PRINT, NoticeState.FAILED)
        self._move(notice_id, under_way, state=NoticeState.DELIVERED.value, receipt=dump(receipt), since=receipt.at)

    def undeliver(self, notice_id: str) -> None:
        """The receipt was entered by mistake: the letter is where it was before."""
        known = self.one(notice_id)
        sent_at = known.sent_at if known else None
        back = NoticeState.SENT if sent_at else NoticeState.TO_PRINT
        since = sent_at or self._now
        self._move(notice_id, (NoticeState.DELIVERED,), state=back.value, receipt="", since=since)

    def _move(self, notice_id: str, states: Iterable[NoticeState], **values: object) -> None:
        """Compare and set. Raises StorageError where somebody was first."""
        mine = (NOTICE.c.id == notice_id) & NOTICE.c.state.in_([state.value for state in states])
        if self._tx.execute(NOTICE.update().where(mine).values(**values)).rowcount != 1:
            raise StorageError(f"文书 {notice_id} 的状态刚刚有变化，请刷新后重试。")


def _may_have_left(known: OutboxNotice) -> bool:
    """True where anybody has it or may have: a copy in our own folder is nobody's."""
    return any(
        answer.result in (SENT, UNKNOWN) or answer.unknown
        for target, answer in known.delivery_results.items()
        if not target.startswith("file")
    )
