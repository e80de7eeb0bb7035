"""Whole tables in pages that stay fast and true while rows come and go: each page begins after the last key of the one
before (keyset paging), never at a row number."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Select, select, tuple_

from rules.candidates import Candidate
from rules.cases.case import Case
from rules.people import View
from storage.account_filter import REGISTER, AccountFilter, conditions, visible
from storage.account_lists import COLUMNS, AccountListItem, item_of
from storage.candidates import CANDIDATE
from storage.database import Database
from storage.filings import FILING
from storage.notices import DIGEST, NOTICE, NoticeState
from storage.open_cases import CASE
from storage.serialization import load

Key = tuple[str, ...]
"""What a row is found by; the next page begins after it."""
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class KeysetPage(Generic[T]):
    """Some rows, and the key that the next page begins after; None where there are no more."""

    rows: Sequence[T]
    next: Key | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeLine:
    """A notice as listed: who was told what about which case, and whether it arrived; not its text."""

    id: str
    number: str
    school: str
    case_number: str
    document_type: str
    state: NoticeState
    created_at: datetime
    sent_at: datetime | None


class KeysetPages:
    """Read-only pages. Every method: ``view`` is whose eyes, ``after`` the key of the page before, "" filters nothing."""

    def __init__(self, database: Database) -> None:
        """Over an upgraded database."""
        self._db = database

    def accounts(
        self, view: View, after: Key, limit: int, *, school: str = "", platform: str = ""
    ) -> KeysetPage[AccountListItem]:
        """The register with what was seen, by school and number."""
        wanted = AccountFilter(school=school, platform=platform, view=view)
        query = select(*COLUMNS).select_from(REGISTER).where(*conditions(wanted))
        query = _after(query, [FILING.c.school, FILING.c.id], after).limit(limit + 1)
        with self._db.read() as tx:
            rows = [item_of(row) for row in tx.execute(query)]
        return _page(rows, limit, lambda line: (line.filing.school, line.filing.id))

    def cases(self, view: View, after: Key, limit: int, *, school: str = "", state: str = "") -> KeysetPage[Case]:
        """Cases by number."""
        mine = [*_equal((CASE.c.school, school), (CASE.c.state, state)), *visible(view, CASE)]
        query = _after(select(CASE.c.document).where(*mine), [CASE.c.number], after).limit(limit + 1)
        with self._db.read() as tx:
            rows = [load(Case, body) for (body,) in tx.execute(query)]
        return _page(rows, limit, lambda case: (case.number,))

    def candidates(
        self, view: View, after: Key, limit: int, *, school: str = "", state: str = ""
    ) -> KeysetPage[Candidate]:
        """Found accounts by school and key."""
        mine = [
            *_equal((CANDIDATE.c.school, school), (CANDIDATE.c.state, state)),
            *_schools(CANDIDATE.c.school, view),
        ]
        query = _after(select(CANDIDATE.c.document).where(*mine), [CANDIDATE.c.school, CANDIDATE.c.key], after)
        with self._db.read() as tx:
            rows = [load(Candidate, body) for (body,) in tx.execute(query.limit(limit + 1))]
        return _page(rows, limit, lambda found: (found.school, found.key))

    def notices(
        self, view: View, after: Key, limit: int, *, school: str = "", state: str = ""
    ) -> KeysetPage[NoticeLine]:
        """Papers of cases by id; digests are no notices."""
        columns = [getattr(NOTICE.c, name) for name in NoticeLine.__dataclass_fields__]
        mine = [
            *_equal((NOTICE.c.school, school), (NOTICE.c.state, state)),
            *_schools(NOTICE.c.school, view),
        ]
        query = _after(select(*columns).where(NOTICE.c.document_type != DIGEST, *mine), [NOTICE.c.id], after)
        with self._db.read() as tx:
            rows = [
                NoticeLine(**{**row._mapping, "state": NoticeState(row.state)})
                for row in tx.execute(query.limit(limit + 1))
            ]
        return _page(rows, limit, lambda line: (line.id,))


def _after(query: Select[Any], columns: Sequence[ColumnElement[Any]], after: Key) -> Select[Any]:
    """The rows behind a key, in the order of the columns; an empty key is before all."""
    ordered = query.order_by(*columns)
    return ordered.where(tuple_(*columns) > tuple_(*after)) if len(after) == len(columns) else ordered


def _equal(*pairs: tuple[ColumnElement[Any], str]) -> list[ColumnElement[bool]]:
    return [column == value for column, value in pairs if value]


def _schools(column: ColumnElement[Any], view: View) -> list[ColumnElement[bool]]:
    return [] if view.schools is None else [column.in_(view.schools)]


def _page(rows: Sequence[T], limit: int, key: Callable[[T], Key]) -> KeysetPage[T]:
    """One row more than asked for says that there are more."""
    shown = rows[:limit]
    return KeysetPage(shown, key(shown[-1]) if len(rows) > limit and shown else None)
