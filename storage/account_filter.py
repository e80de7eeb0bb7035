"""Which accounts of the register are meant: by what is filed, by what was seen, by who looks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, FromClause, and_, case, func, or_, select, tuple_

from rules.model import Outcome
from rules.people import View
from rules.platforms import UNPOLLED
from storage.account_states import STATE
from storage.filings import FILING
from storage.open_cases import CASE, OPEN

NEVER = "never"
"""Shown for an account that nobody has looked at yet."""
NOT_POLLED = "unpolled"
"""Shown for an account that nobody is going to look at: its platform has no public pages."""
UNSEEN = (Outcome.BLOCKED.value, Outcome.UNREADABLE.value, NEVER)
"""What a newest look may be that says nothing about the account."""
UNTOUCHED = case((FILING.c.platform.in_([platform.value for platform in UNPOLLED]), NOT_POLLED), else_=NEVER)
SHOWN = func.coalesce(STATE.c.obstacle, STATE.c.outcome, UNTOUCHED)
REGISTER = FILING.outerjoin(STATE, STATE.c.key == FILING.c.key)
EVERYTHING = View(None)


@dataclass(frozen=True, kw_only=True)
class AccountFilter:
    """Which accounts to list; what is empty does not narrow.

    ``outcome``: a code of `Outcome`, ``never``, ``unpolled``, ``unseen`` or ``case``. ``status``: a code of `FilingStatus`, or
    ``running`` for 在用 and 暂停. ``seen_since``: only accounts of which a look said something since then; ``unseen_since``: all others.
    """

    school: str = ""
    unit: str = ""
    platform: str = ""
    level: str = ""
    category: str = ""
    status: str = ""
    outcome: str = ""
    text: str = ""
    seen_since: datetime | None = None
    unseen_since: datetime | None = None
    view: View = EVERYTHING


def visible(view: View, rows: FromClause = FILING) -> list[ColumnElement[bool]]:
    """What of a table whose rows have a school and a unit, as the register's have, a person may see."""
    if view.schools is None:
        return []
    units = [
        and_(rows.c.unit == unit, rows.c.school == school) if school else rows.c.unit == unit
        for school, unit in sorted(view.units)
        if unit
    ]
    return [or_(rows.c.school.in_(view.schools), *units)]


def conditions(wanted: AccountFilter) -> list[ColumnElement[bool]]:
    """What a filter asks of `REGISTER`."""
    found = visible(wanted.view)
    for name in ("school", "unit", "platform", "level", "category"):
        if value := getattr(wanted, name):
            found.append(FILING.c[name] == value)
    if wanted.status:
        found.append(FILING.c.status.in_(("active", "paused") if wanted.status == "running" else (wanted.status,)))
    if wanted.seen_since:
        found.append(STATE.c.last_fact_at >= wanted.seen_since)
    if wanted.unseen_since:
        found.append(or_(STATE.c.last_fact_at.is_(None), STATE.c.last_fact_at < wanted.unseen_since))
    found += _shown(wanted.outcome)
    for word in wanted.text.split()[:5]:
        columns = (FILING.c.name, FILING.c.unit, FILING.c.key, FILING.c.id)
        found.append(or_(*(column.contains(word, autoescape=True) for column in columns)))
    return found


def _shown(outcome: str) -> list[ColumnElement[bool]]:
    if outcome == "unseen":
        return [SHOWN.in_(UNSEEN)]
    if outcome == "case":
        troubled = select(CASE.c.school, CASE.c.account).where(CASE.c.state.in_(OPEN))
        return [tuple_(FILING.c.school, FILING.c.key).in_(troubled)]
    return [SHOWN.in_([outcome])] if outcome else []
