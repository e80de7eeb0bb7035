"""The outbox as lists: what the pages and the digest show of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, or_, select

from rules.people import View
from storage.database import Database
from storage.notices import NOTICE, NoticeState, OutboxNotice, notice_of_row

OVER = (NoticeState.DELIVERED.value, NoticeState.STOPPED.value)
NEWEST_FIRST = (NOTICE.c.created_at.desc(), NOTICE.c.id)


@dataclass(frozen=True, slots=True)
class NoticePage:
    """Some letters, newest first, and how many answer the question. ``counts``: letters by state; ``units``: those that ever
    got one; both whatever was asked for."""

    rows: Sequence[OutboxNotice]
    total: int
    counts: Mapping[NoticeState, int]
    units: Sequence[str]


@dataclass(frozen=True, slots=True)
class SoughtWord:
    """A word that is looked for, with the codes of the kinds of document whose name holds it."""

    word: str
    kinds: Sequence[str]


class NoticeLists:
    """Read-only questions about letters."""

    def __init__(self, database: Database) -> None:
        """Over an upgraded database."""
        self._db = database

    def page(
        self,
        view: View,
        *,
        state: NoticeState | None = None,
        unit: str = "",
        words: Sequence[SoughtWord] = (),
        limit: int,
        offset: int,
    ) -> NoticePage:
        """Letters of the schools that a person sees; every word stands in unit, account, number, case or kind."""
        mine = [] if view.schools is None else [NOTICE.c.school.in_(view.schools)]
        wanted = [*mine, *(_holds(sought) for sought in words)]
        wanted += [NOTICE.c.state == state.value] if state else []
        wanted += [NOTICE.c.unit == unit] if unit else []
        group = (NOTICE.c.state, NOTICE.c.unit)
        page = select(NOTICE).where(*wanted).order_by(*NEWEST_FIRST).limit(limit).offset(offset)
        with self._db.read() as tx:
            groups = tx.execute(select(*group, func.count()).where(*mine).group_by(*group)).all()
            total = tx.execute(select(func.count()).select_from(NOTICE).where(*wanted)).scalar_one()
            rows = [notice_of_row(row) for row in tx.execute(page)]
        counts: Counter[NoticeState] = Counter()
        for code, _, n in groups:
            counts[NoticeState(code)] += n
        return NoticePage(rows, int(total), counts, sorted({name for _, name, _ in groups if name}))

    def current(self, since: datetime) -> list[OutboxNotice]:
        """What is not over yet, and all that something happened to since; newest first."""
        waits = and_(
            NOTICE.c.state.not_in(OVER), or_(NOTICE.c.case_number != "", NOTICE.c.state != NoticeState.SENT.value)
        )
        times = (NOTICE.c.created_at, NOTICE.c.since, NOTICE.c.sent_at)
        query = select(NOTICE).where(or_(waits, *(time >= since for time in times))).order_by(*NEWEST_FIRST)
        with self._db.read() as tx:
            return [notice_of_row(row) for row in tx.execute(query)]

    def papers_between(self, school: str, start: datetime, end: datetime) -> list[OutboxNotice]:
        """A school's papers written or sent from ``start`` to ``end``, in the order they were written."""
        written = and_(NOTICE.c.created_at >= start, NOTICE.c.created_at <= end)
        sent = and_(NOTICE.c.sent_at >= start, NOTICE.c.sent_at <= end)
        query = select(NOTICE).where(NOTICE.c.school == school, NOTICE.c.case_number != "", or_(written, sent))
        with self._db.read() as tx:
            return [notice_of_row(row) for row in tx.execute(query.order_by(NOTICE.c.created_at, NOTICE.c.id))]


def _holds(sought: SoughtWord) -> ColumnElement[bool]:
    columns = (NOTICE.c.number, NOTICE.c.case_number, NOTICE.c.unit, NOTICE.c.title)
    found = [column.contains(sought.word, autoescape=True) for column in columns]
    return or_(*found, NOTICE.c.document_type.in_(sought.kinds))
