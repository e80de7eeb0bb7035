"""Questions that join the register with what was seen and with the cases: for the console's lists and the metrics."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, cast, func, literal, or_, select, text, union_all

from rules.cases.case import Case
from rules.model import PARSER_ERROR, AccountState, DatedEvidence, Filing, Outcome, Platform
from rules.people import View
from storage.account_filter import EVERYTHING, REGISTER, SHOWN, UNSEEN, visible
from storage.account_lists import COLUMNS, AccountListItem, item_of
from storage.account_states import STATE, account_states
from storage.crawl_runs import RUN, RunStatus
from storage.database import Database, chunked
from storage.digests import DIGEST
from storage.filings import FILING, filing_pages, key_of
from storage.notices import DEFERRED_CASES, LINK, NOTICE, NoticeState
from storage.observations import OBSERVATION
from storage.open_cases import CASE, OPEN
from storage.platform_state import PLATFORM
from storage.serialization import load


@dataclass(frozen=True, slots=True)
class AccountPage:
    """Some accounts of a school: their keys, their filings (none of suspects), and what was seen of them."""

    keys: Sequence[str]
    filings: Sequence[Filing]
    seen: Mapping[str, AccountState]


@dataclass(frozen=True, slots=True)
class NewObservations:
    """How many observations came since the last count: by (platform, outcome), and by (platform, source) of a reader that
    broke. ``newest``: the number up to which was counted."""

    newest: int
    outcomes: Mapping[tuple[str, str], int]
    parser_errors: Mapping[tuple[str, str], int]


@dataclass(frozen=True, slots=True)
class ShownAccounts:
    """How many accounts of a platform show the same (`SHOWN`); ``oldest_fact``: when the one that was longest without a
    fact last showed something, None where none ever did."""

    platform: Platform
    shown: str
    accounts: int
    oldest_fact: datetime | None


@dataclass(frozen=True, slots=True)
class DigestListItem:
    """A digest as listed, with what became of its letter; ``state`` None where none was queued."""

    school: str
    day: date
    made_at: datetime
    state: NoticeState | None
    sent_at: datetime | None


@dataclass(frozen=True, slots=True)
class HeldBack:
    """What keeps cases where they are: the platforms that the breaker has stopped, the numbers of the cases whose draft a
    person put off."""

    platforms: frozenset[Platform] = frozenset()
    cases: frozenset[str] = frozenset()


class ReadModels:
    """Read-only questions over several tables."""

    def __init__(self, database: Database) -> None:
        """Over an upgraded database."""
        self._db = database

    def hijacked_sites(self, view: View = EVERYTHING) -> list[tuple[AccountListItem, DatedEvidence]]:
        """Filed sites that show somebody else's content, longest first, each with the look that first showed it."""
        query = select(*COLUMNS, STATE.c.document.label("state")).select_from(REGISTER)
        query = query.where(FILING.c.platform == Platform.WEBSITE.value, _has(STATE.c.document, '"hijacked":'))
        with self._db.read() as tx:
            rows = tx.execute(query.where(*visible(view))).all()
        found = [(item_of(row), load(AccountState, row.state).hijacked) for row in rows]
        sites = [(line, shown) for line, shown in found if shown]
        return sorted(sites, key=lambda pair: (pair[1].at, pair[0].key))

    def accounts_with_statements(self, view: View = EVERYTHING) -> list[tuple[AccountListItem, AccountState]]:
        """Filed accounts of which persons stated something of late."""
        query = select(*COLUMNS, STATE.c.document.label("state")).select_from(REGISTER)
        query = query.where(_has(STATE.c.document, '"statements":'), *visible(view))
        with self._db.read() as tx:
            return [(item_of(row), load(AccountState, row.state)) for row in tx.execute(query)]

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

    def pages_of(self, wanted: Iterable[Filing], now: datetime) -> Iterator[AccountPage]:
        """These rows of the register with what was seen of them, as of one moment."""
        with self._db.read() as tx:
            for filings in chunked(wanted):
                keys = [key_of(filing) for filing in filings]
                yield AccountPage(keys, filings, account_states(tx, keys, now))

    def count_by_outcome(self, view: View = EVERYTHING) -> dict[tuple[str, str], int]:
        """Registered accounts by platform and what the newest look showed."""
        query = select(FILING.c.platform, SHOWN, func.count()).select_from(REGISTER)
        query = query.where(*visible(view))
        with self._db.read() as tx:
            rows = tx.execute(query.group_by(FILING.c.platform, SHOWN))
            return {(platform, outcome): n for platform, outcome, n in rows}

    def shown(self, school: str) -> list[ShownAccounts]:
        """What a school's accounts show, by platform."""
        group = (FILING.c.platform, SHOWN)
        query = select(*group, func.count(), func.min(STATE.c.last_fact_at)).select_from(REGISTER)
        query = query.where(FILING.c.school == school).group_by(*group).order_by(*group)
        with self._db.read() as tx:
            return [ShownAccounts(Platform(name), shown, n, at) for name, shown, n, at in tx.execute(query)]

    def cases(
        self,
        view: View,
        *,
        school: str = "",
        states: Sequence[str] = (),
        rule: str = "",
        text: str = "",
        limit: int,
        offset: int,
    ) -> tuple[list[Case], int]:
        """One page of cases, newest first, and how many there are. Every word of ``text`` stands in number, name or unit."""
        wanted = visible(view, CASE)
        wanted += [column == value for column, value in ((CASE.c.school, school), (CASE.c.rule, rule)) if value]
        wanted += [CASE.c.state.in_(states)] if states else []
        for word in text.split()[:5]:
            columns = (CASE.c.number, CASE.c.title, CASE.c.unit)
            wanted.append(or_(*(column.contains(word, autoescape=True) for column in columns)))
        query = select(CASE.c.document).where(*wanted).order_by(CASE.c.opened_at.desc(), CASE.c.number.desc())
        with self._db.read() as tx:
            total = tx.execute(select(func.count()).select_from(CASE).where(*wanted)).scalar_one()
            page = tx.execute(query.limit(limit).offset(offset))
            return [load(Case, body) for (body,) in page], int(total)

    def held_back(self) -> HeldBack:
        """What a list of cases has to know beside them."""
        stopped = select(literal("platform"), PLATFORM.c.platform).where(PLATFORM.c.breaker_opened_at.is_not(None))
        put_off = DEFERRED_CASES.with_only_columns(literal("case"), LINK.c.case_number)
        with self._db.read() as tx:
            held = tx.execute(union_all(stopped, put_off)).all()
        return HeldBack(
            frozenset(Platform(name) for kind, name in held if kind == "platform"),
            frozenset(number for kind, number in held if kind == "case"),
        )

    def is_case_evidence(self, evidence: str, view: View) -> bool:
        """True where a case that this person sees stands on it."""
        query = select(CASE.c.document).where(*visible(view, CASE), _has(CASE.c.document, evidence))
        with self._db.read() as tx:
            return any(evidence in load(Case, body).evidence for (body,) in tx.execute(query))

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

    def count_observations_after(self, seq: int) -> NewObservations:
        """Observations numbered above ``seq``: to count without rereading."""
        table, newest = OBSERVATION.c, func.max(OBSERVATION.c.seq)
        query = select(table.platform, table.outcome, func.count(), newest)
        query = query.where(table.seq > seq).group_by(table.platform, table.outcome)
        broken = select(table.platform, table.source, func.count()).where(
            table.seq > seq,
            table.outcome == Outcome.UNREADABLE.value,
            table.document.contains(f'"reason":"{PARSER_ERROR}:', autoescape=True),
        )
        with self._db.read() as tx:
            rows = tx.execute(query).all()
            newest_seen = max((row[3] for row in rows), default=seq)
            errors = tx.execute(broken.where(table.seq <= newest_seen).group_by(table.platform, table.source)).all()
        return NewObservations(
            newest_seen,
            {(platform, outcome): n for platform, outcome, n, _ in rows},
            {(platform, source): n for platform, source, n in errors},
        )

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


def _unseen() -> ColumnElement[bool]:
    return SHOWN.in_(UNSEEN)


def _has(column: Any, words: str) -> ColumnElement[bool]:
    found: ColumnElement[bool] = column.contains(words, autoescape=True)
    return found
