"""What was seen: observations (append-only), posts, and the present state of each account."""

from __future__ import annotations

import zlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from sqlalchemy import Connection, Text, insert, select, type_coerce

from rules.accounts.identity import QUERY_KEY_PREFIX
from rules.model import BEIJING, AccountState, Observation, Outcome
from rules.visit_schedule import VisitReason
from storage.account_states import POST, STATE, account_states, mark_day, state_row, state_rows
from storage.database import Database, chunked, table, upsert
from storage.run_attempts import check_attempt
from storage.serialization import dump, load
from storage.tables import AccountStateRow, CrawlRunAccountRow, CrawlRunRow, ObservationRow, PostRow

OBSERVATION = table(ObservationRow)
RUN, RUN_ACCOUNT = table(CrawlRunRow), table(CrawlRunAccountRow)
EPOCH = datetime(1970, 1, 1, tzinfo=BEIJING)
LOOK: dict[str, Any] = {
    "observed_at": EPOCH,
    "evidence": "",
    "address": None,
    "unchanged_since": None,
    "whole_at": None,
}
"""What two looks that showed the same may differ in."""
FEW = 100


class ApplyObservation(Protocol):
    """How a look is folded into what is known: `rules.accounts.state.apply_observation`."""

    def __call__(self, seen: AccountState | None, look: Observation, *, key: str) -> AccountState:
        """What is known after one more look at the account ``key``."""


PLACE, FACTS, WHOLE = 8, 16, 24
"""How much of a fingerprint says which page it was, what it said besides, and everything."""


class ObservationSummary(NamedTuple):
    """An observation in passing: enough to see whether it says anything new, without reading its document.

    ``fingerprint`` is three times eight hex digits: which page it was, what the page said of the account, what it listed.
    Two with the same fingerprint showed the same, whenever they were made.
    """

    key: str
    at: datetime
    fingerprint: str
    posted: Any
    """Its newest post, as the database keeps times: good for nothing but comparing two of them."""
    document: str

    @property
    def look(self) -> Observation:
        """The whole observation."""
        return load(Observation, self.document)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPost:
    """An own post of an account, with the page that first showed it."""

    id: str
    title: str
    url: str
    published_at: datetime | None
    first_seen_at: datetime
    evidence: str


class ObservationRepository:
    """Questions and sentences about observations."""

    def __init__(self, database: Database) -> None:
        """Over an upgraded database."""
        self._db = database

    def record(
        self, run: str, looks: Sequence[tuple[str, Observation]], absorb: ApplyObservation, attempt: int | None = None
    ) -> dict[str, AccountState]:
        """Save observations with their account keys, all or nothing, and return each account's new state.

        A look that this run saved before (same key, source, URL and time) changes nothing. Raises RunTakenOver where
        ``attempt`` is not the run's newest.
        """
        with self._db.write() as tx:
            if attempt is not None:
                check_attempt(tx, run, attempt)
            known = self._recorded(tx, run)
            fresh: dict[str, list[Observation]] = {}
            for key, look in looks:
                if (key, look.source, look.evidence, look.observed_at) not in known:
                    fresh.setdefault(key, []).append(look)
            accounts = {key: own for key, own in fresh.items() if not key.startswith(QUERY_KEY_PREFIX)}
            states = state_rows(tx, sorted(accounts), lock=True)
            if fresh:
                tx.execute(
                    insert(OBSERVATION), [_observation_row(run, k, look) for k, own in fresh.items() for look in own]
                )
                upsert(tx, PostRow, _post_rows(accounts), keep=["*"])
            rows = [_next_state(key, own, states.get(key), absorb) for key, own in accounts.items()]
            upsert(tx, AccountStateRow, [row for _, row in rows])
            result = {row["key"]: seen for seen, row in rows}
            before = {key: row["outcome"] for key, row in states.items()}
            upsert(
                tx,
                CrawlRunAccountRow,
                [_run_row(run, key, before.get(key), result[key]) for key in result],
                keep=["before"],
            )
            return result

    def _recorded(self, tx: Connection, run: str) -> set[tuple[str, str, str, datetime]]:
        """What this run saved before: a shard that is run again starts from there."""
        columns = (OBSERVATION.c.key, OBSERVATION.c.source, OBSERVATION.c.evidence, OBSERVATION.c.observed_at)
        return {tuple(row) for row in tx.execute(select(*columns).where(OBSERVATION.c.run == run))}

    def keys_of_runs(self, prefix: str) -> set[str]:
        """The accounts that runs whose names begin so have looked at."""
        runs = select(RUN.c.id).where(RUN.c.id.startswith(prefix, autoescape=True))
        query = select(RUN_ACCOUNT.c.key).where(RUN_ACCOUNT.c.run.in_(runs))
        with self._db.read() as tx:
            return set(tx.execute(query).scalars())

    def states(self, keys: Sequence[str], now: datetime) -> dict[str, AccountState]:
        """The present of these accounts, with posts and observed days counted over the year before ``now``."""
        with self._db.read() as tx:
            return account_states(tx, keys, now)

    def history(self, key: str, since: datetime | None = None, limit: int = 1000) -> list[tuple[Observation, str]]:
        """One account's observations, newest first, each with the run that made it."""
        query = select(OBSERVATION.c.document, OBSERVATION.c.run).where(OBSERVATION.c.key == key)
        if since:
            query = query.where(OBSERVATION.c.observed_at >= since)
        with self._db.read() as tx:
            rows = tx.execute(query.order_by(OBSERVATION.c.observed_at.desc()).limit(limit))
            return [(load(Observation, body), run) for body, run in rows]

    def of_evidence(self, key: str, evidence: Sequence[str]) -> list[Observation]:
        """What was read for one account off these pages, oldest first."""
        query = select(OBSERVATION.c.document).where(
            OBSERVATION.c.key == key, OBSERVATION.c.evidence.in_(list(evidence))
        )
        with self._db.read() as tx:
            return [load(Observation, body) for (body,) in tx.execute(query.order_by(OBSERVATION.c.observed_at))]

    def by_evidence(self, run: str, evidence: str) -> tuple[str, Observation] | None:
        """(account key, what was seen) of a stored page of this run; None where nothing was recorded of it."""
        query = select(OBSERVATION.c.key, OBSERVATION.c.document).where(OBSERVATION.c.run == run)
        with self._db.read() as tx:
            row = tx.execute(query.where(OBSERVATION.c.evidence == evidence).order_by(OBSERVATION.c.seq)).first()
        return (row.key, load(Observation, row.document)) if row else None

    def of_run(self, run: str) -> list[Observation]:
        """What one run saw, in the order it was recorded."""
        query = select(OBSERVATION.c.document).where(OBSERVATION.c.run == run).order_by(OBSERVATION.c.seq)
        with self._db.read() as tx:
            return [load(Observation, body) for (body,) in tx.execute(query)]

    def keyed_of_run(self, run: str) -> list[tuple[str, Observation]]:
        """What one run saw, each with the key it was looked at for."""
        query = select(OBSERVATION.c.key, OBSERVATION.c.document).where(OBSERVATION.c.run == run)
        with self._db.read() as tx:
            return [(key, load(Observation, body)) for key, body in tx.execute(query.order_by(OBSERVATION.c.seq))]

    def keys_with_pages(self, keys: Sequence[str]) -> set[str]:
        """Of these keys those that some look got a page for; a wall is none."""
        found: set[str] = set()
        with self._db.read() as tx:
            for chunk in chunked(list(keys)):
                answered = (OBSERVATION.c.outcome != Outcome.BLOCKED.value, OBSERVATION.c.evidence != "")
                query = select(OBSERVATION.c.key).where(OBSERVATION.c.key.in_(chunk), *answered)
                found |= {key for (key,) in tx.execute(query)}
        return found

    def summaries(
        self, until: datetime, since: datetime | None = None, only: Collection[str] | None = None
    ) -> Iterator[ObservationSummary]:
        """Every observation by account and time, from ``since`` to ``until``, its document unread. ``only``: the keys of the
        accounts wanted."""
        columns = (OBSERVATION.c.key, OBSERVATION.c.observed_at, OBSERVATION.c.fingerprint)
        posted = type_coerce(OBSERVATION.c.last_post_at, Text)
        query = select(*columns, posted, OBSERVATION.c.document).where(OBSERVATION.c.observed_at <= until)
        if since:
            query = query.where(OBSERVATION.c.observed_at >= since)
        query = query.order_by(*columns[:2], OBSERVATION.c.seq)
        wanted = (
            [query] if only is None else [query.where(OBSERVATION.c.key.in_(some)) for some in chunked(sorted(only))]
        )
        with self._db.read() as tx:
            for asked in wanted:
                rows = tx.execution_options(yield_per=5000).execute(asked)
                yield from (ObservationSummary(*row) for row in rows)

    def with_runs(self, until: datetime) -> Iterator[tuple[str, str, Observation]]:
        """Every observation with its run and account key, in the order they were recorded."""
        query = select(OBSERVATION.c.run, OBSERVATION.c.key, OBSERVATION.c.document)
        with self._db.read() as tx:
            rows = tx.execution_options(yield_per=2000).execute(
                query.where(OBSERVATION.c.observed_at <= until).order_by(OBSERVATION.c.seq)
            )
            yield from ((run, key, load(Observation, body)) for run, key, body in rows)

    def checked(self, until: datetime) -> Iterator[tuple[str, Observation, tuple[str, ...]]]:
        """Every observation with its account key, in the order they were recorded, and the columns beside its document
        that do not say what the document says: nobody but an editor of the row makes them differ."""
        with self._db.read() as tx:
            query = select(OBSERVATION).where(OBSERVATION.c.observed_at <= until).order_by(OBSERVATION.c.seq)
            for row in tx.execution_options(yield_per=2000).execute(query):
                seen = load(Observation, row.document)
                ought = _columns(seen)
                yield row.key, seen, tuple(name for name in ought if ought[name] != row._mapping[name])

    def evidence_times(self, key: str, evidence: Collection[str]) -> dict[str, datetime]:
        """When each of these pages of an account was seen; what no look recorded is absent."""
        found: dict[str, datetime] = {}
        with self._db.read() as tx:
            for some in chunked(list(evidence)):
                mine = (OBSERVATION.c.key == key, OBSERVATION.c.evidence.in_(some))
                rows = tx.execute(select(OBSERVATION.c.evidence, OBSERVATION.c.observed_at).where(*mine))
                found |= {row.evidence: row.observed_at for row in rows}
        return found

    def posts(self, key: str, limit: int = 50) -> list[StoredPost]:
        """The newest own posts of an account."""
        query = select(POST).where(POST.c.key == key).order_by(POST.c.published_at.desc()).limit(limit)
        with self._db.read() as tx:
            return [
                StoredPost(
                    id=row.post,
                    title=row.title,
                    url=row.url,
                    published_at=row.published_at,
                    first_seen_at=row.first_seen_at,
                    evidence=row.evidence,
                )
                for row in tx.execute(query)
            ]

    def post_times(self, keys: Sequence[str], since: datetime, until: datetime) -> dict[str, list[datetime]]:
        """When the own posts of these accounts came out, from ``since`` to ``until``, as far as they were seen."""
        found: dict[str, list[datetime]] = {}
        with self._db.read() as tx:
            for chunk in chunked(list(keys)):
                query = select(POST.c.key, POST.c.published_at).where(POST.c.key.in_(chunk))
                for key, at in tx.execute(query.where(POST.c.published_at >= since, POST.c.published_at <= until)):
                    found.setdefault(key, []).append(at)
        return found

    def next_visit(self, key: str) -> datetime | None:
        """When an account is to be looked at next, where that was said; all others are due."""
        with self._db.read() as tx:
            at: datetime | None = tx.execute(select(STATE.c.next_visit_at).where(STATE.c.key == key)).scalar()
        return at

    def decisive_visits(self) -> set[str]:
        """The accounts whose next look is to decide something: a clause's deadline, a doubt, a step."""
        wanted = [reason.value for reason in (VisitReason.DEADLINE, VisitReason.CONFIRM, VisitReason.STEP)]
        with self._db.read() as tx:
            return set(tx.execute(select(STATE.c.key).where(STATE.c.next_visit_reason.in_(wanted))).scalars())

    def schedule_visits(self, visits: Sequence[tuple[str, datetime, VisitReason]]) -> None:
        """Say when each account is to be looked at next, and why."""
        with self._db.write() as tx:
            for key, at, reason in sorted(visits, key=lambda visit: visit[0]):
                change = STATE.update().where(STATE.c.key == key)
                tx.execute(change.values(next_visit_at=at, next_visit_reason=reason.value))


def _observation_row(run: str, key: str, seen: Observation) -> dict[str, Any]:
    return {"key": key, "run": run, **observation_columns(seen)}


def observation_columns(seen: Observation) -> dict[str, Any]:
    """An observation as its row, but for the account and the run."""
    return {**_columns(seen), "fingerprint": _fingerprint(seen), "document": dump(seen)}


def _columns(seen: Observation) -> dict[str, Any]:
    """What stands beside the document to be searched and sorted by."""
    return {
        "platform": seen.platform.value,
        "source": seen.source,
        "outcome": seen.outcome.value,
        "observed_at": seen.observed_at,
        "last_post_at": seen.last_post_at,
        "evidence": seen.evidence,
    }


def _fingerprint(seen: Observation) -> str:
    """See `ObservationSummary`. A small number of posts may break a rule by itself, so it counts among what the page said."""
    few = seen.post_count if seen.post_count is not None and seen.post_count < FEW else None
    facts = replace(seen, source="", url="", posts=(), post_count=few, results=(), **LOOK)
    listed = replace(seen, **LOOK)
    parts = (f"{seen.source} {seen.url}", dump(facts), dump(listed))
    return "".join(f"{zlib.crc32(part.encode()):08x}" for part in parts)


def _next_state(
    key: str, looks: list[Observation], row: dict[str, Any] | None, absorb: ApplyObservation
) -> tuple[AccountState, dict[str, Any]]:
    seen = load(AccountState, row["document"]) if row else None
    days, base = (int(row["observed_days"], 16), row["observed_days_start"]) if row else (0, 0)
    for look in sorted(looks, key=lambda each: each.observed_at):
        seen = absorb(seen, look, key=key)
        if look.outcome.is_fact and not look.statement:
            days, base = mark_day(days, base, look.observed_at)
    assert seen is not None
    return seen, state_row(key, looks[0].platform, seen, days, base, row)


def _post_rows(looks: dict[str, list[Observation]]) -> list[dict[str, Any]]:
    return [
        {
            "key": key,
            "post": post.id[:500],
            "published_at": post.published_at,
            "first_seen_at": seen.observed_at,
            "title": post.title[:300],
            "url": post.url[:2000],
            "evidence": seen.evidence,
        }
        for key, own in looks.items()
        for seen in own
        for post in seen.posts
        if post.id
    ]


def _run_row(run: str, key: str, before: str | None, seen: AccountState) -> dict[str, Any]:
    shown = seen.obstacle or seen.outcome
    return {"run": run, "key": key, "outcome": shown.value if shown else "", "before": before}
