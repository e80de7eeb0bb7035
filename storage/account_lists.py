"""The register with what was seen, as a list: filtered, sorted, in keyset pages that cost the same on the last page."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Integer, func, literal, select, tuple_
from sqlalchemy.sql import Select

from rules.model import BEIJING, Filing, LabeledEnum
from rules.people import View
from storage.account_filter import REGISTER, SHOWN, AccountFilter, conditions, visible
from storage.account_states import STATE
from storage.database import Database
from storage.filings import FILING
from storage.open_cases import CASE, OPEN
from storage.serialization import load
from storage.tables import TIME

FIRST, LAST = datetime(1970, 1, 1, tzinfo=BEIJING), datetime(9999, 1, 1, tzinfo=BEIJING)
SOME = 1000


class AccountOrder(LabeledEnum):
    """How the list is sorted. An account without a date stands behind those with one: unknown is not old."""

    REGISTER = "register", "台账顺序"
    NAME = "name", "账号名称"
    UNIT = "unit", "主办单位"
    OLDEST = "oldest", "最久未更新在前"
    NEWEST = "newest", "最近更新在前"
    UNSEEN = "unseen", "最久没看到在前"


@dataclass(frozen=True, kw_only=True)
class AccountListItem:
    """One row of the register with what was seen: the newest look, and the newest (``fact_at``) that said something."""

    filing: Filing
    key: str
    shown: str
    last_post_at: datetime | None
    attempted_at: datetime | None
    fact_at: datetime | None
    open_cases: int = 0


@dataclass(frozen=True, slots=True)
class AccountListPage:
    """Some rows, how many there are in all, and the cursors of the pages beside it; "" where there is none."""

    items: Sequence[AccountListItem]
    total: int
    previous: str = ""
    following: str = ""


class AccountLists:
    """Questions about the register as a list."""

    def __init__(self, database: Database) -> None:
        """Over an upgraded database."""
        self._db = database

    def page(
        self,
        wanted: AccountFilter,
        *,
        limit: int,
        order: AccountOrder = AccountOrder.REGISTER,
        after: str = "",
        before: str = "",
    ) -> AccountListPage:
        """The rows behind the cursor ``after``, or in front of ``before``. A cursor that is none counts as the beginning."""
        with self._db.read() as tx:
            count = select(func.count()).select_from(REGISTER).where(*conditions(wanted))
            total = int(tx.execute(count).scalar_one())
            start = _decode(before or after, order)
            back = bool(before and start)
            rows = tx.execute(_rows(wanted, order, start, back=back).limit(limit + 1)).all()
            more, rows = len(rows) > limit, rows[:limit]
            rows = rows[::-1] if back else rows
            items = _with_cases(tx, [item_of(row) for row in rows])
        first, last = (_encode(rows[0], order), _encode(rows[-1], order)) if rows else ("", "")
        previous, following = (more, True) if back else (bool(start), more)
        return AccountListPage(items, total, first if previous else "", last if following else "")

    def first(self, wanted: AccountFilter, limit: int) -> list[AccountListItem]:
        """The first rows in the office's order, without counting how many there are."""
        with self._db.read() as tx:
            return [item_of(row) for row in tx.execute(_rows(wanted, AccountOrder.REGISTER, None).limit(limit))]

    def iterate(self, wanted: AccountFilter, order: AccountOrder = AccountOrder.REGISTER) -> Iterator[AccountListItem]:
        """Every row, in keyset pages."""
        start: Sequence[Any] | None = None
        with self._db.read() as tx:
            while rows := tx.execute(_rows(wanted, order, start).limit(SOME)).all():
                yield from _with_cases(tx, [item_of(row) for row in rows])
                start = _place(rows[-1], order)

    def count(self, wanted: AccountFilter) -> int:
        """How many accounts there are."""
        return sum(self.count_by_school(wanted).values())

    def count_by_school(self, wanted: AccountFilter) -> dict[str, int]:
        """How many accounts each school has: the one number that pages, digests and greetings say."""
        query = select(FILING.c.school, func.count()).select_from(REGISTER).where(*conditions(wanted))
        with self._db.read() as tx:
            rows = tx.execute(query.group_by(FILING.c.school).order_by(FILING.c.school))
            return {school: int(number) for school, number in rows}

    def words(self, view: View, limit: int = 300) -> tuple[list[str], list[str]]:
        """The units and the categories that the register names, the first ``limit`` of each."""
        with self._db.read() as tx:
            found = []
            for column in (FILING.c.unit, FILING.c.category):
                query = select(column).distinct().where(column != "", *visible(view)).order_by(column).limit(limit)
                found.append([text for (text,) in tx.execute(query)])
        return found[0], found[1]


COLUMNS: tuple[Any, ...] = (
    FILING.c.document,
    FILING.c.key,
    SHOWN.label("shown"),
    STATE.c.last_post_at,
    STATE.c.attempted_at,
    STATE.c.last_fact_at,
)
_ID = (FILING.c.school, FILING.c.id)
_ORDERS: dict[AccountOrder, tuple[tuple[Any, ...], bool]] = {
    AccountOrder.REGISTER: ((FILING.c.school, FILING.c.position, FILING.c.id), False),
    AccountOrder.NAME: ((FILING.c.name, *_ID), False),
    AccountOrder.UNIT: ((FILING.c.unit, FILING.c.school, FILING.c.position, FILING.c.id), False),
    AccountOrder.OLDEST: ((func.coalesce(STATE.c.last_post_at, literal(LAST, TIME), type_=TIME), *_ID), False),
    AccountOrder.NEWEST: ((func.coalesce(STATE.c.last_post_at, literal(FIRST, TIME), type_=TIME), *_ID), True),
    AccountOrder.UNSEEN: ((func.coalesce(STATE.c.last_fact_at, literal(FIRST, TIME), type_=TIME), *_ID), False),
}
"""The columns of each order, which together name one row, and whether they run downwards."""


def _rows(
    wanted: AccountFilter, order: AccountOrder, start: Sequence[Any] | None, *, back: bool = False
) -> Select[Any]:
    columns, down = _ORDERS[order]
    down ^= back
    query = select(*COLUMNS, *(column.label(f"place_{n}") for n, column in enumerate(columns))).select_from(REGISTER)
    if start:
        here = tuple_(*(literal(value, column.type) for value, column in zip(start, columns, strict=True)))
        row = tuple_(*columns)
        query = query.where(row < here if down else row > here)
    query = query.where(*conditions(wanted))
    return query.order_by(*(column.desc() if down else column for column in columns))


def _place(row: Any, order: AccountOrder) -> tuple[Any, ...]:
    return tuple(getattr(row, f"place_{n}") for n in range(len(_ORDERS[order][0])))


def _encode(row: Any, order: AccountOrder) -> str:
    values = [value.isoformat() if isinstance(value, datetime) else value for value in _place(row, order)]
    return base64.urlsafe_b64encode(json.dumps(values, ensure_ascii=False).encode()).decode().rstrip("=")


def _decode(cursor: str, order: AccountOrder) -> tuple[Any, ...] | None:
    """The place that a cursor names; None where it is none of this order's."""
    columns, _ = _ORDERS[order]
    try:
        values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        read = tuple(_kind(column)(value) for value, column in zip(values, columns, strict=True))
    except (ValueError, TypeError):
        return None
    return None if any(isinstance(value, datetime) and value.tzinfo is None for value in read) else read


def _kind(column: Any) -> Callable[[Any], Any]:
    if column.type is TIME:
        return datetime.fromisoformat
    return int if isinstance(column.type, Integer) else str


def item_of(row: Any) -> AccountListItem:
    """A row of `COLUMNS`."""
    return AccountListItem(
        filing=load(Filing, row.document),
        key=row.key,
        shown=row.shown,
        last_post_at=row.last_post_at,
        attempted_at=row.attempted_at,
        fact_at=row.last_fact_at,
    )


def _with_cases(tx: Connection, items: list[AccountListItem]) -> list[AccountListItem]:
    keys = [item.key for item in items]
    count = select(CASE.c.school, CASE.c.account, func.count()).where(CASE.c.account.in_(keys), CASE.c.state.in_(OPEN))
    found = tx.execute(count.group_by(CASE.c.school, CASE.c.account))
    cases = {(school, account): n for school, account, n in found}
    return [replace(item, open_cases=cases.get((item.filing.school, item.key), 0)) for item in items]
