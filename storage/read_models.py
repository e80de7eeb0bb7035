"""Questions that join the register with what was seen and with the cases: for the console's lists and the metrics."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, and_, cast, func, or_, select, text

from rules.cases.case import Case
from rules.model import AccountState, DatedEvidence, Filing, Outcome, Platform
from rules.people import View
from storage.cases import CASE, OPEN
from storage.crawl_runs import RUN, RunStatus
from storage.database import Database
from storage.digests import DIGEST
from storage.filings import FILING, filing_pages, key_of
from storage.notices import NOTICE, NoticeState
from storage.observations import OBSERVATION, STATE, account_states, chunked
from storage.serialization import load

NEVER = "never"
"""Shown for an account that nobody has looked at yet."""
UNSEEN = (Outcome.BLOCKED.value, Outcome.UNREADABLE.value, NEVER)
"""What a newest look may be that says nothing about the account."""
SHOWN = func.coalesce(STATE.c.obstacle, STATE.c.outcome, NEVER)
REGISTER = FILING.outerjoin(STATE, STATE.c.key == FILING.c.key)


EVERYTHING = View(None)


@dataclass(frozen=True, kw_only=True)
class AccountFilter:
    """Which accounts to list. ``outcome``: a code of `Outcome`, ``never``, ``unseen``, ``case`` or empty for all."""

    school: str = ""
    platform: str = ""
    outcome: str = ""
    text: str = ""
    view: View = EVERYTHING


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
class AccountPage:
    """Some accounts of a school: their keys, their filings (none of suspects), and what was seen of them."""

    keys: Sequence[str]
    filings: Sequence[Filing]
    seen: Mapping[str, AccountState]


@dataclass(frozen=True, slots=True)
class DigestListItem:
    """A digest as listed, with what became of its letter; ``state`` None where none was queued."""

    school: str
    day: date
    made_at: datetime
    state: NoticeState | None
    sent_at: datetime | None


class ReadModels:
    """Read-only questions over several tables."""

    def __init__(self, database: Database) -> None:
        """Over an upgraded database."""
        self._db = database

    def accounts(self, wanted: AccountFilter, *, limit: int, offset: int = 0) -> tuple[list[AccountListItem], int]:
        """One page of the register in the order of its numbers, and how many rows there are."""
        conditions = _conditions(wanted)
        query = select(*_COLUMNS).select_from(REGISTER).where(*conditions)
        query = query.order_by(FILING.c.school, FILING.c.id).limit(limit).offset(offset)
        with self._db.read() as tx:
            total = tx.execute(select(func.count()).select_from(REGISTER).where(*conditions)).scalar_one()
            lines = [_line(row) for row in tx.execute(query)]
            keys = [line.key for line in lines]
            count = select(CASE.c.school, CASE.c.account, func.count()).where(
                CASE.c.account.in_(keys), CASE.c.state.in_(OPEN)
            )
            found = tx.execute(count.group_by(CASE.c.school, CASE.c.account))
            cases = {(school, account): n for school, account, n in found}
        return [_with_cases(line, cases) for line in lines], int(total)

    def accounts_without_fact(self, limit: int, view: View = EVERYTHING) -> list[AccountListItem]:
        """Accounts whose newest look showed nothing, longest without a fact first; never seen ones before all."""
        query = select(*_COLUMNS).select_from(REGISTER).where(_unseen(), *_visible(view))
        query = query.order_by(STATE.c.last_fact_at.is_not(None), STATE.c.last_fact_at, FILING.c.school, FILING.c.id)
        with self._db.read() as tx:
            return [_line(row) for row in tx.execute(query.limit(limit))]

    def hijacked_sites(self, view: View = EVERYTHING) -> list[tuple[AccountListItem, DatedEvidence]]:
        """Filed sites that show somebody else's content, longest first, each with the look that first showed it."""
        query = select(*_COLUMNS, STATE.c.document.label("state")).select_from(REGISTER)
        query = query.where(FILING.c.platform == Platform.WEBSITE.value, _has(STATE.c.document, '"hijacked":'))
        with self._db.read() as tx:
            rows = tx.execute(query.where(*_visible(view))).all()
        found = [(_line(row), load(AccountState, row.state).hijacked) for row in rows]
        sites = [(line, shown) for line, shown in found if shown]
        return sorted(sites, key=lambda pair: (pair[1].at, pair[0].key))

    def account_pages(self, school: str, suspected: Collection[str], now: datetime) -> Iterator[AccountPage]:
        """A school's register in pages with what was seen of it, then the ``suspected`` keys that it does not have, all
        as of one moment. 100,000 accounts are never in memory at once."""
        unfiled = dict.fromkeys(suspected)
        with self._db.read() as tx:
            for filings in filing_pages(tx, school):
                keys = [key_of(filing) for filing in filings]
                for key in keys:
                    unfiled.pop(key, None)
                yield AccountPage(keys, filings, account_states(tx, keys, now))
            for keys in chunked(list(unfiled)):
                yield AccountPage(keys, [], account_states(tx, keys, now))

    def count_by_outcome(self, view: View = EVERYTHING) -> dict[tuple[str, str], int]:
        """Registered accounts by platform and what the newest look showed."""
        query = select(FILING.c.platform, SHOWN, func.count()).select_from(REGISTER)
        query = query.where(*_visible(view))
        with self._db.read() as tx:
            rows = tx.execute(query.group_by(FILING.c.platform, SHOWN))
            return {(platform, outcome): n for platform, outcome, n in rows}

    def count_healthy(self, view: View = EVERYTHING) -> int:
        """Registered accounts that were seen in order and have no open case."""
        troubled = select(CASE.c.account).where(CASE.c.state.in_(OPEN))
        query = select(func.count()).select_from(REGISTER)
        with self._db.read() as tx:
            found = query.where(SHOWN.in_([Outcome.OK.value]), FILING.c.key.not_in(troubled), *_visible(view))
            return int(tx.execute(found).scalar_one())

    def cases(
        self,
        *,
        school: str = "",
        states: Sequence[str] = (),
        text: str = "",
        limit: int,
        offset: int = 0,
        schools: frozenset[str] | None = None,
    ) -> tuple[list[Case], int]:
        """One page of cases, newest first, and how many there are. ``text`` is looked for in number, name and unit."""
        conditions: list[ColumnElement[bool]] = []
        if school:
            conditions.append(CASE.c.school == school)
        if schools is not None:
            conditions.append(CASE.c.school.in_(schools))
        if states:
            conditions.append(CASE.c.state.in_(states))
        if text:
            conditions.append(or_(CASE.c.number.contains(text, autoescape=True), _has(CASE.c.document, text)))
        query = select(CASE.c.document).where(*conditions).order_by(CASE.c.opened_at.desc(), CASE.c.number.desc())
        with self._db.read() as tx:
            total = tx.execute(select(func.count()).select_from(CASE).where(*conditions)).scalar_one()
            page = tx.execute(query.limit(limit).offset(offset))
            return [load(Case, body) for (body,) in page], int(total)

    def open_cases_about(self, accounts: Collection[str]) -> dict[tuple[str, str], str]:
        """By school and account key the number of the newest open case about these accounts."""
        query = select(CASE.c.school, CASE.c.account, CASE.c.number).where(
            CASE.c.account.in_(list(accounts)), CASE.c.state.in_(OPEN)
        )
        with self._db.read() as tx:
            rows = tx.execute(query.order_by(CASE.c.opened_at, CASE.c.number))
            return {(school, account): number for school, account, number in rows}

    def filings_like(self, fragments: Collection[str], schools: Collection[str], limit: int = 200) -> list[Filing]:
        """Filings of these schools whose name holds one of these pieces of a name, in the order of their names."""
        if not fragments:
            return []
        alike = or_(*(FILING.c.name.contains(fragment, autoescape=True) for fragment in fragments))
        query = select(FILING.c.document).where(FILING.c.school.in_(list(schools)), alike)
        with self._db.read() as tx:
            return [load(Filing, body) for (body,) in tx.execute(query.order_by(FILING.c.name).limit(limit))]

    def count_observations_after(self, seq: int) -> tuple[int, dict[tuple[str, str], int]]:
        """Observations numbered above ``seq`` by platform and outcome, and the newest number: to count without rereading."""
        newest = func.max(OBSERVATION.c.seq)
        query = select(OBSERVATION.c.platform, OBSERVATION.c.outcome, func.count(), newest)
        query = query.where(OBSERVATION.c.seq > seq).group_by(OBSERVATION.c.platform, OBSERVATION.c.outcome)
        with self._db.read() as tx:
            rows = tx.execute(query).all()
        found = {(platform, outcome): n for platform, outcome, n, _ in rows}
        return max((row[3] for row in rows), default=seq), found

    def last_facts(self) -> dict[str, datetime]:
        """The newest successful observation of each platform; platforms without one are absent."""
        return self._newest(select(STATE.c.platform, func.max(STATE.c.last_fact_at)).group_by(STATE.c.platform))

    def last_runs(self) -> dict[str, datetime]:
        """When the newest run of each kind ended well; kinds without one are absent."""
        query = (
            select(RUN.c.kind, func.max(RUN.c.finished_at))
            .where(RUN.c.status == RunStatus.OK.value)
            .group_by(RUN.c.kind)
        )
        return self._newest(query)

    def last_digests(self) -> dict[str, datetime]:
        """When each school's newest digest was made."""
        return self._newest(select(DIGEST.c.school, func.max(DIGEST.c.made_at)).group_by(DIGEST.c.school))

    def digests(self, limit: int = 60) -> list[DigestListItem]:
        """The newest digests, without their text."""
        letter = NOTICE.c.id == DIGEST.c.school + "/digest/" + cast(DIGEST.c.day, Text)
        columns = (DIGEST.c.school, DIGEST.c.day, DIGEST.c.made_at, NOTICE.c.state, NOTICE.c.sent_at)
        query = select(*columns).select_from(DIGEST.outerjoin(NOTICE, letter))
        with self._db.read() as tx:
            rows = tx.execute(query.order_by(DIGEST.c.day.desc(), DIGEST.c.school).limit(limit))
            return [
                DigestListItem(
                    row.school, row.day, row.made_at, NoticeState(row.state) if row.state else None, row.sent_at
                )
                for row in rows
            ]

    def database_bytes(self) -> int:
        """The size of the database."""
        with self._db.read() as tx:
            if not self._db.sqlite:
                return int(tx.execute(text("SELECT pg_database_size(current_database())")).scalar_one())
            sizes = [tx.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in ("page_count", "page_size")]
            return int(sizes[0]) * int(sizes[1])

    def _newest(self, query: Select[Any]) -> dict[str, datetime]:
        with self._db.read() as tx:
            return {name: at for name, at in tx.execute(query) if at}


_COLUMNS: tuple[Any, ...] = (
    FILING.c.document,
    FILING.c.key,
    SHOWN.label("shown"),
    STATE.c.last_post_at,
    STATE.c.attempted_at,
    STATE.c.last_fact_at,
)


def _line(row: Any) -> AccountListItem:
    return AccountListItem(
        filing=load(Filing, row.document),
        key=row.key,
        shown=row.shown,
        last_post_at=row.last_post_at,
        attempted_at=row.attempted_at,
        fact_at=row.last_fact_at,
    )


def _with_cases(line: AccountListItem, cases: dict[tuple[str, str], int]) -> AccountListItem:
    return replace(line, open_cases=cases.get((line.filing.school, line.key), 0))


def _visible(view: View) -> list[ColumnElement[bool]]:
    """What of the register a person may see."""
    if view.schools is None:
        return []
    units = [
        and_(FILING.c.unit == unit, FILING.c.school == school) if school else FILING.c.unit == unit
        for school, unit in sorted(view.units)
    ]
    return [or_(FILING.c.school.in_(view.schools), *units)]


def _unseen() -> ColumnElement[bool]:
    return SHOWN.in_(UNSEEN)


def _has(column: Any, words: str) -> ColumnElement[bool]:
    found: ColumnElement[bool] = column.contains(words, autoescape=True)
    return found


def _conditions(wanted: AccountFilter) -> list[ColumnElement[bool]]:
    found = _visible(wanted.view)
    if wanted.school:
        found.append(FILING.c.school == wanted.school)
    if wanted.platform:
        found.append(FILING.c.platform == wanted.platform)
    if wanted.outcome == "unseen":
        found.append(_unseen())
    elif wanted.outcome == "case":
        open_here = and_(CASE.c.account == FILING.c.key, CASE.c.school == FILING.c.school, CASE.c.state.in_(OPEN))
        found.append(select(CASE.c.number).where(open_here).exists())
    elif wanted.outcome:
        found.append(SHOWN.in_([wanted.outcome]))
    for word in wanted.text.split()[:5]:
        columns = (FILING.c.name, FILING.c.unit, FILING.c.key, FILING.c.id)
        found.append(or_(*(_has(column, word) for column in columns)))
    return found
