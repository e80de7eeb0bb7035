"""What 今日 shows of the whole register: the figures, and the accounts that are listed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, and_, case, func, literal, not_, or_, select, tuple_, union_all

from rules.model import AccountState, DatedEvidence, Outcome, Platform
from rules.people import View
from storage.account_filter import EVERYTHING, REGISTER, SHOWN, UNSEEN, visible
from storage.account_lists import COLUMNS, AccountListItem, item_of
from storage.account_states import STATE
from storage.candidates import CANDIDATE, PENDING
from storage.database import Database
from storage.filings import FILING
from storage.open_cases import CASE, OPEN
from storage.remembered import Remembered
from storage.serialization import load
from storage.surveys import SURVEY

Hijacked = tuple[AccountListItem, DatedEvidence]
"""A filed site that shows somebody else's content, with the look that first showed it."""


@dataclass(frozen=True, slots=True)
class RegisterOverview:
    """Filed accounts by (platform, what the newest look showed); ``healthy``: those that were seen in order and have no
    open case; ``facts``: by platform when one of them last showed something; ``schools``: accounts by school.

    ``unseen``: some whose newest look showed nothing, longest without a fact first, never seen ones before all;
    ``hijacked``: all of them, longest first."""

    counts: Mapping[tuple[str, str], int]
    healthy: int
    facts: Mapping[str, datetime]
    schools: Mapping[str, int]
    unseen: Sequence[AccountListItem]
    hijacked: Sequence[Hijacked]


@dataclass(frozen=True, slots=True)
class WaitingCounts:
    """By school: found accounts that wait for a person; and the schools whose survey is not over."""

    suspects: Mapping[str, int]
    surveys: Sequence[str]


class FrontPage:
    """Read-only questions of one page."""

    def __init__(self, database: Database) -> None:
        """Over an upgraded database."""
        self._db, self._remembered = database, Remembered(database)

    def register(self, limit: int, view: View = EVERYTHING) -> RegisterOverview:
        """The register that a person sees, with at most ``limit`` unseen accounts; remembered until something is written."""
        return self._remembered.answer((limit, view), lambda: self._register(limit, view))

    def _register(self, limit: int, view: View) -> RegisterOverview:
        troubled = select(CASE.c.school, CASE.c.account).where(CASE.c.state.in_(OPEN))
        sound = and_(SHOWN.in_([Outcome.OK.value]), not_(tuple_(FILING.c.school, FILING.c.key).in_(troubled)))
        group = (FILING.c.school, FILING.c.platform, SHOWN)
        columns = (*group, func.count(), func.sum(case((sound, 1), else_=0)), func.max(STATE.c.last_fact_at))
        query = select(*columns).select_from(REGISTER).where(*visible(view)).group_by(*group)
        with self._db.read() as tx:
            rows = tx.execute(query).all()
            listed = _listed(tx, limit, view)
        facts: dict[str, datetime] = {}
        counts: Counter[tuple[str, str]] = Counter()
        schools: Counter[str] = Counter()
        for school, platform, shown, n, _, at in rows:
            counts[platform, shown] += n
            schools[school] += n
            if at and (platform not in facts or facts[platform] < at):
                facts[platform] = at
        return RegisterOverview(counts, sum(int(healthy) for *_, healthy, _ in rows), facts, schools, *listed)

    def waiting(self) -> WaitingCounts:
        """What small tables say, in one question."""
        found = (
            select(literal("suspects"), CANDIDATE.c.school, func.count()).where(*PENDING).group_by(CANDIDATE.c.school)
        )
        surveys = select(literal("survey"), SURVEY.c.school, literal(1)).where(SURVEY.c.closed_at.is_(None))
        with self._db.read() as tx:
            rows = tx.execute(union_all(found, surveys)).all()
        return WaitingCounts(
            {school: n for kind, school, n in rows if kind == "suspects"},
            [school for kind, school, _ in rows if kind == "survey"],
        )


def _listed(tx: Connection, limit: int, view: View) -> tuple[list[AccountListItem], list[Hijacked]]:
    """The unseen and the hijacked accounts, in one question."""
    longest = (STATE.c.last_fact_at.is_not(None), STATE.c.last_fact_at, FILING.c.school, FILING.c.id)
    unseen = select(FILING.c.school, FILING.c.id).select_from(REGISTER).where(SHOWN.in_(UNSEEN), *visible(view))
    worst = unseen.order_by(*longest).limit(limit).subquery()
    taken_over = and_(
        FILING.c.platform == Platform.WEBSITE.value, STATE.c.document.contains('"hijacked":', autoescape=True)
    )
    among_worst = tuple_(FILING.c.school, FILING.c.id).in_(select(worst.c.school, worst.c.id))
    query = select(*COLUMNS, STATE.c.document.label("state")).select_from(REGISTER)
    rows = tx.execute(query.where(or_(among_worst, taken_over), *visible(view)).order_by(*longest)).all()
    lines = [(item_of(row), load(AccountState, row.state).hijacked if row.state else None) for row in rows]
    hijacked = [(line, shown) for line, shown in lines if shown]
    shown_nothing = [line for line, _ in lines if line.shown in UNSEEN]
    return shown_nothing[:limit], sorted(hijacked, key=lambda pair: (pair[1].at, pair[0].key))
