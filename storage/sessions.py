"""Who is signed in, failed sign-ins, and secrets that work once. Tokens are kept as hashes only."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select

from rules.lockout import FORGOTTEN, Subject, locked_until
from rules.people import User
from storage.audit import record
from storage.database import Database, table, upsert
from storage.serialization import load, load_json
from storage.tables import OneTimeTokenRow, SignInFailureRow, UserRow, UserSessionRow

SESSION, USER = table(UserSessionRow), table(UserRow)
FAILURE, ONE_TIME = table(SignInFailureRow), table(OneTimeTokenRow)


def digest(token: str) -> str:
    """How a token is kept: who reads the database cannot sign in with it."""
    return hashlib.sha256(token.encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRecord:
    """One browser that is signed in. ``token`` is the hash; ``method``: password, cas or oidc."""

    token: str
    user: str
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    address: str
    agent: str
    method: str
    external: str = ""
    hint: str = ""


class Sessions:
    """Questions and sentences about signed-in browsers."""

    def __init__(self, database: Database) -> None:
        """Over an upgraded database."""
        self._db = database

    def open(self, session: SessionRecord, *, now: datetime) -> None:
        """Begin a session; sessions that ended by time are swept out on the way."""
        with self._db.write() as tx:
            tx.execute(SESSION.delete().where(SESSION.c.expires_at < now))
            names = SessionRecord.__dataclass_fields__
            tx.execute(insert(SESSION), [{name: getattr(session, name) for name in names}])
            tx.execute(USER.update().where(USER.c.name == session.user).values(signed_in_at=now))
            record(tx, "session.open", session.user, now=now, after={"method": session.method, "agent": session.agent})

    def find(self, token: str, now: datetime) -> tuple[SessionRecord, User] | None:
        """The session of a cookie and whose it is; None where it ended, or the person is disabled."""
        query = select(SESSION, USER.c.document.label("person")).join(USER, USER.c.name == SESSION.c.user)
        with self._db.read() as tx:
            row = tx.execute(query.where(SESSION.c.token == digest(token), SESSION.c.expires_at > now)).first()
        if row is None:
            return None
        user = load(User, row.person)
        return None if user.disabled else (_session(row), user)

    def touch(self, token: str, now: datetime) -> None:
        """Remember when a browser was last here."""
        with self._db.write() as tx:
            tx.execute(SESSION.update().where(SESSION.c.token == token).values(seen_at=now))

    def of(self, user: str, now: datetime) -> list[SessionRecord]:
        """A person's sessions, newest first."""
        query = select(SESSION).where(SESSION.c.user == user, SESSION.c.expires_at > now)
        with self._db.read() as tx:
            return [_session(row) for row in tx.execute(query.order_by(SESSION.c.created_at.desc()))]

    def end(self, user: str, *, now: datetime, token: str = "", keep: str = "") -> int:
        """End one session of a person, or all but ``keep`` (hashes). Returns how many."""
        ended = SESSION.delete().where(SESSION.c.user == user, SESSION.c.token != keep)
        with self._db.write() as tx:
            count = int(tx.execute(ended.where(SESSION.c.token == token) if token else ended).rowcount)
            if count:
                record(tx, "session.end", user, now=now, after={"sessions": count})
            return count

    def end_external(self, external: str, *, now: datetime) -> int:
        """The campus login says that its session ended: so does ours. Returns how many did."""
        with self._db.write() as tx:
            users = [user for (user,) in tx.execute(select(SESSION.c.user).where(SESSION.c.external == external))]
            count = int(tx.execute(SESSION.delete().where(SESSION.c.external == external)).rowcount)
            for user in users:
                record(tx, "session.end", user, now=now, after={"sessions": 1, "by": "统一身份认证"})
            return count


def _session(row: Any) -> SessionRecord:
    return SessionRecord(**{name: getattr(row, name) for name in SessionRecord.__dataclass_fields__})


class Failures:
    """Failed sign-ins in a row, kept here so that a restart forgives nobody."""

    def __init__(self, database: Database) -> None:
        """Over an upgraded database."""
        self._db = database

    def locked_until(self, subjects: Sequence[Subject], now: datetime) -> datetime | None:
        """Until when any of these is refused; None where none is."""
        query = select(func.max(FAILURE.c.locked_until)).where(FAILURE.c.subject.in_([s.key for s in subjects]))
        with self._db.read() as tx:
            until: datetime | None = tx.execute(query).scalar()
        return until if until and until > now else None

    def count(self, subjects: Sequence[Subject], now: datetime) -> None:
        """One more failure of each."""
        with self._db.write() as tx:
            tx.execute(FAILURE.delete().where(FAILURE.c.failed_at < now - FORGOTTEN))
            for subject in sorted(subjects, key=lambda s: s.key):
                mine = FAILURE.c.subject == subject.key
                count = int(tx.execute(select(FAILURE.c.count).where(mine).with_for_update()).scalar() or 0) + 1
                until = locked_until(count, subject.free, now)
                row = {"subject": subject.key, "count": count, "failed_at": now, "locked_until": until}
                upsert(tx, SignInFailureRow, [row])

    def forgive(self, subjects: Collection[Subject]) -> None:
        """A right password ends the row of failures."""
        with self._db.write() as tx:
            tx.execute(FAILURE.delete().where(FAILURE.c.subject.in_([s.key for s in subjects])))


class OneTimeTokens:
    """Secrets that open something once."""

    def __init__(self, database: Database) -> None:
        """Over an upgraded database."""
        self._db = database

    def put(
        self,
        token: str,
        purpose: str,
        *,
        now: datetime,
        expires_at: datetime,
        body: Mapping[str, str] | None = None,
        alone: bool = False,
    ) -> None:
        """Keep a secret; with ``alone`` every earlier one of the purpose (or of the same person) ends."""
        row = {"token": digest(token), "purpose": purpose, "document": json.dumps(body or {}), "expires_at": expires_at}
        with self._db.write() as tx:
            tx.execute(ONE_TIME.delete().where(ONE_TIME.c.expires_at < now))
            if alone:
                tx.execute(ONE_TIME.delete().where(ONE_TIME.c.purpose == purpose))
            tx.execute(insert(ONE_TIME), [row])

    def look(self, token: str, purposes: Collection[str], now: datetime) -> tuple[str, dict[str, str]] | None:
        """(purpose, what goes with it) of a secret that still works, without using it up."""
        query = select(ONE_TIME.c.purpose, ONE_TIME.c.document).where(
            ONE_TIME.c.token == digest(token), ONE_TIME.c.expires_at > now
        )
        with self._db.read() as tx:
            row = tx.execute(query).first()
        if row is None or row.purpose.partition(":")[0] not in purposes:
            return None
        return row.purpose, load_json("一次性链接", row.document)

    def take(self, token: str, purpose: str, now: datetime) -> dict[str, str] | None:
        """Use a secret up; None where it never was, has expired, or somebody was quicker."""
        mine = (ONE_TIME.c.token == digest(token)) & (ONE_TIME.c.purpose == purpose) & (ONE_TIME.c.expires_at > now)
        with self._db.write() as tx:
            row = tx.execute(select(ONE_TIME.c.document).where(mine).with_for_update()).first()
            if row is None or tx.execute(ONE_TIME.delete().where(mine)).rowcount != 1:
                return None
            found: dict[str, str] = load_json("一次性链接", row.document)
            return found
