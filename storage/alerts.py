"""What is to be told at once, told once: conditions come and go, a message for several of them is queued with their mark."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, func, insert, select

from storage.database import Database, table, upsert
from storage.notices import NOTICE, OutboxEntry, new_row
from storage.tables import AlertRow, MuteRow

ALERT, MUTE = table(AlertRow), table(MuteRow)
PAUSE = timedelta(minutes=30)
"""Between two messages to the same readers: what comes meanwhile is told together."""
AGAIN = timedelta(days=7)
"""What ended and begins again within this time is no news: pages flicker."""


@dataclass(frozen=True, slots=True)
class AlertCondition:
    """Something that holds now. ``key`` names it as long as it lasts; ``audience`` and ``kind`` are texts of the caller's."""

    key: str
    audience: str
    school: str
    kind: str
    text: str
    path: str


@dataclass(frozen=True, slots=True)
class Mute:
    """An address that gets no pages of a kind until a moment."""

    address: str
    kind: str
    until: datetime
    by: str


class AlertRepository:
    """Questions and sentences about alerts and mutes."""

    def __init__(self, database: Database) -> None:
        """Over an upgraded database."""
        self._db = database

    def hold(self, conditions: Sequence[AlertCondition], now: datetime) -> int:
        """These conditions hold now, no others; returns how many are new."""
        there = {(each.key, each.audience): each for each in conditions}
        with self._db.write() as tx:
            known = {(row.key, row.audience): row for row in tx.execute(select(ALERT).order_by(*ALERT.primary_key))}
            new = [pair for pair in there if pair not in known or _is_news(known[pair].ended_at, now)]
            rows = [asdict(there[pair]) | {"raised_at": now, "told_at": None, "ended_at": None} for pair in new]
            upsert(tx, AlertRow, rows)
            for pair, row in known.items():
                if (pair in there) == (row.ended_at is not None) and pair not in new:
                    mine = and_(ALERT.c.key == row.key, ALERT.c.audience == row.audience)
                    tx.execute(ALERT.update().where(mine).values(ended_at=None if pair in there else now))
        return len(new)

    def tell(
        self, audience: str, now: datetime, compose: Callable[[str, Sequence[AlertCondition]], OutboxEntry]
    ) -> int:
        """Queue one message a school for what was not told yet, in one transaction with its mark; returns how many were told.
        A school that was told less than `PAUSE` ago waits."""
        told = 0
        with self._db.write() as tx:
            recent = select(ALERT.c.school).where(ALERT.c.audience == audience).group_by(ALERT.c.school)
            resting = {school for (school,) in tx.execute(recent.having(func.max(ALERT.c.told_at) > now - PAUSE))}
            waiting = select(ALERT).where(
                ALERT.c.audience == audience, ALERT.c.told_at.is_(None), ALERT.c.ended_at.is_(None)
            )
            schools: dict[str, list[AlertCondition]] = {}
            for row in tx.execute(waiting.order_by(ALERT.c.raised_at, ALERT.c.key)):
                if row.school not in resting:
                    one = AlertCondition(row.key, row.audience, row.school, row.kind, row.text, row.path)
                    schools.setdefault(row.school, []).append(one)
            for school, some in schools.items():
                tx.execute(insert(NOTICE), [new_row(compose(school, some), school, now)])
                mine = and_(ALERT.c.audience == audience, ALERT.c.key.in_([one.key for one in some]))
                tx.execute(ALERT.update().where(mine).values(told_at=now))
                told += len(some)
        return told

    def mute(self, mute: Mute, now: datetime) -> None:
        """From now on until its end; a second one for the same address and kind replaces the first."""
        with self._db.write() as tx:
            upsert(tx, MuteRow, [asdict(mute) | {"made_at": now}])

    def unmute(self, address: str, kind: str) -> bool:
        """End it now; False where there is none."""
        with self._db.write() as tx:
            done = tx.execute(MUTE.delete().where(MUTE.c.address == address, MUTE.c.kind == kind))
            return bool(done.rowcount)

    def mutes(self, now: datetime) -> list[Mute]:
        """Those in force."""
        with self._db.read() as tx:
            rows = tx.execute(select(MUTE).where(MUTE.c.until > now).order_by(MUTE.c.address, MUTE.c.kind))
            return [Mute(row.address, row.kind, row.until, row.by) for row in rows]


def _is_news(ended_at: datetime | None, now: datetime) -> bool:
    return ended_at is not None and now - ended_at > AGAIN
