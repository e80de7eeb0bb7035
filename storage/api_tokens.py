"""Tokens of the JSON interface: whose they are, what they open, and until when. Kept as hashes only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, select

from rules.people import User
from storage.audit import record
from storage.database import Database, table
from storage.serialization import load
from storage.sessions import digest
from storage.tables import ApiTokenRow, UserRow

TOKEN, USER = table(ApiTokenRow), table(UserRow)
TOUCHED = timedelta(minutes=5)
"""How exactly a token says when it was last used; each request would be a write."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiToken:
    """One token as listed; the secret itself is shown once, when it is made. ``scopes`` are codes of `rules.people.Scope`."""

    id: str
    user: str
    label: str
    scopes: tuple[str, ...]
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None = None
    revoked_at: datetime | None = None

    def works(self, now: datetime) -> bool:
        """False once it was revoked or its time is over."""
        return self.revoked_at is None and self.expires_at > now


class ApiTokens:
    """Questions and sentences about tokens."""

    def __init__(self, database: Database) -> None:
        """Over an upgraded database."""
        self._db = database

    def add(self, token: ApiToken, secret: str) -> None:
        """Keep a new token under the hash of its secret."""
        row = {name: getattr(token, name) for name in ApiToken.__dataclass_fields__}
        with self._db.write() as tx:
            tx.execute(insert(TOKEN), [row | {"scopes": " ".join(token.scopes), "token": digest(secret)}])
            shown = {"label": token.label, "scopes": list(token.scopes), "expires_at": token.expires_at}
            record(tx, "token.add", token.user, now=token.created_at, after=shown)

    def find(self, secret: str, now: datetime) -> tuple[ApiToken, User] | None:
        """The token of a secret and whose it is; None where it does not work (any more) or the person is disabled."""
        query = select(TOKEN, USER.c.document.label("person")).join(USER, USER.c.name == TOKEN.c.user)
        with self._db.read() as tx:
            row = tx.execute(query.where(TOKEN.c.token == digest(secret))).first()
        if row is None:
            return None
        token, user = _token(row), load(User, row.person)
        if user.disabled or not token.works(now):
            return None
        if token.used_at is None or now - token.used_at > TOUCHED:
            with self._db.write() as tx:
                tx.execute(TOKEN.update().where(TOKEN.c.id == token.id).values(used_at=now))
        return token, user

    def of(self, user: str) -> list[ApiToken]:
        """A person's tokens, newest first; those that ended, too."""
        return self._listed(user)

    def all(self) -> list[ApiToken]:
        """Everybody's tokens, newest first."""
        return self._listed("")

    def _listed(self, user: str) -> list[ApiToken]:
        query = select(TOKEN).order_by(TOKEN.c.created_at.desc(), TOKEN.c.id)
        with self._db.read() as tx:
            return [_token(row) for row in tx.execute(query.where(TOKEN.c.user == user) if user else query)]

    def revoke(self, id: str, *, now: datetime, user: str = "") -> bool:
        """End a token, of this person where one is named; False where there is none that still works."""
        mine = (TOKEN.c.id == id) & TOKEN.c.revoked_at.is_(None)
        mine = mine & (TOKEN.c.user == user) if user else mine
        with self._db.write() as tx:
            row = tx.execute(select(TOKEN).where(mine)).first()
            if row is None:
                return False
            tx.execute(TOKEN.update().where(mine).values(revoked_at=now))
            record(tx, "token.revoke", row.user, now=now, after={"label": row.label})
            return True


def _token(row: Any) -> ApiToken:
    values = {name: getattr(row, name) for name in ApiToken.__dataclass_fields__}
    return ApiToken(**values | {"scopes": tuple(row.scopes.split())})
