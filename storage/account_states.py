"""The present of each account: what all its observations say together, with what is counted of the last year."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Subquery, and_, case, func, select

from rules.calendar import start_of
from rules.model import BEIJING, AccountState
from storage.database import chunked, table
from storage.serialization import dump, load
from storage.tables import AccountStateRow, PostRow

YEAR = timedelta(days=366)
POST, STATE = table(PostRow), table(AccountStateRow)


def state_rows(tx: Connection, keys: Iterable[str], *, lock: bool = False) -> dict[str, dict[str, Any]]:
    """The stored rows by key; ``lock``: nobody changes them until the transaction ends."""
    found: dict[str, dict[str, Any]] = {}
    for chunk in chunked(list(keys)):
        query = select(STATE).where(STATE.c.key.in_(chunk))
        locked = query.order_by(STATE.c.key).with_for_update() if lock else query
        found |= {row.key: dict(row._mapping) for row in tx.execute(locked)}
    return found


def account_states(tx: Connection, keys: Sequence[str], now: datetime) -> dict[str, AccountState]:
    """The present of these accounts inside a transaction that is already open; see `ObservationRepository.states`."""
    found: dict[str, AccountState] = {}
    for chunk in chunked(list(keys)):
        counted = _posts_in_year(chunk, now)
        columns = (STATE.c.key, STATE.c.document, STATE.c.observed_days, STATE.c.observed_days_start)
        posts = (counted.c.counted, counted.c.oldest, counted.c.next)
        joined = select(*columns, *posts).outerjoin_from(STATE, counted, counted.c.key == STATE.c.key)
        for row in tx.execute(joined.where(STATE.c.key.in_(chunk))):
            found[row.key] = _counted(row, now)
    return found


def _posts_in_year(keys: Sequence[str], now: datetime) -> Subquery:
    """How many posts came out in the year before ``now``, the oldest of them, and the next that bears a later date."""
    out = POST.c.published_at <= now
    columns = (
        POST.c.key,
        func.count(case((out, 1))).label("counted"),
        func.min(case((out, POST.c.published_at))).label("oldest"),
        func.min(case((~out, POST.c.published_at))).label("next"),
    )
    mine = and_(POST.c.key.in_(keys), POST.c.published_at > now - YEAR)
    return select(*columns).where(mine).group_by(POST.c.key).subquery()


def _counted(row: Any, now: datetime) -> AccountState:
    """The state with what is counted of it, and when that changes by itself: a post leaves the year or comes in, or a day
    of those we watched does."""
    days, start = int(row.observed_days, 16), row.observed_days_start
    turns = (row.oldest and row.oldest + YEAR, row.next, _days_turn(days, start, now))
    return replace(
        load(AccountState, row.document),
        posts_in_year=row.counted or 0,
        days_observed=_days_since(days, start, now),
        counts_until=min((moment for moment in turns if moment), default=None),
    )


def state_row(
    key: str, platform: str, seen: AccountState, days: int, base: int, before: dict[str, Any] | None
) -> dict[str, Any]:
    """The row to store; when to look next stays as it was ``before``. ``days``, ``base``: see `mark_day`."""
    return {
        "key": key,
        "platform": platform,
        "outcome": seen.outcome.value if seen.outcome else None,
        "obstacle": seen.obstacle.value if seen.obstacle else None,
        "attempted_at": seen.attempted_at,
        "last_fact_at": seen.fact.at if seen.fact else None,
        "last_post_at": seen.last_post_at,
        "next_visit_at": before["next_visit_at"] if before else None,
        "next_visit_reason": before["next_visit_reason"] if before else "",
        "observed_days": f"{days:x}",
        "observed_days_start": base,
        "document": dump(seen),
    }


def mark_day(days: int, base: int, at: datetime) -> tuple[int, int]:
    """Set the bit of the day ``at`` falls on (Beijing), keeping about two years of bits."""
    day = at.astimezone(BEIJING).toordinal()
    if not days:
        return 1, day
    if day < base:  # an older recording came late
        return ((days << (base - day)) | 1, day) if base - day < 2 * YEAR.days else (days, base)
    days |= 1 << (day - base)
    if day - base > 2 * YEAR.days:
        shift = day - base - YEAR.days
        days, base = days >> shift, base + shift
    return days, base


def _days_turn(days: int, base: int, now: datetime) -> datetime | None:
    """When `_days_since` changes by itself: the oldest counted day leaves the year, or one after today begins."""
    today = now.astimezone(BEIJING).toordinal()
    first = today - YEAR.days
    window = days >> (first - base) if first > base else days
    begins = max(base, first)
    counted, ahead = window & ((1 << max(today - begins + 1, 0)) - 1), window >> max(today - begins + 1, 0)
    turns = []
    if counted:
        turns.append(begins + _lowest(counted) + YEAR.days + 1)
    if ahead:
        turns.append(max(today + 1, begins) + _lowest(ahead))
    return start_of(date.fromordinal(min(turns))) if turns else None


def _lowest(bits: int) -> int:
    """The number of the lowest bit that is set."""
    return (bits & -bits).bit_length() - 1


def _days_since(days: int, base: int, now: datetime) -> int:
    today = now.astimezone(BEIJING).toordinal()
    first = date.fromordinal(today) - YEAR
    shift = first.toordinal() - base
    window = days >> shift if shift > 0 else days
    return (window & ((1 << max(today - max(base, first.toordinal()) + 1, 0)) - 1)).bit_count()
