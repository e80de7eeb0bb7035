"""People in the database: who they are, what proves it, and every change of it in the audit log."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select

from rules.people import User
from storage.audit import record
from storage.database import Database, table
from storage.serialization import dump, load
from storage.tables import UserRow, UserSessionRow

USER, SESSION = table(UserRow), table(UserSessionRow)


@dataclass(frozen=True, slots=True, kw_only=True)
class UserRecord:
    """A person as listed. ``password`` and ``totp`` say only whether there is one."""

    user: User
    password: bool
    totp: bool
    created_at: datetime
    signed_in_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """What proves who somebody is: an Argon2 hash and a TOTP secret, both "" where there is none. Never shown."""

    user: User
    password: str
    totp_secret: str


class Users:
    """Questions and sentences about people."""

    def __init__(self, database: Database) -> None:
        """Over an upgraded database."""
        self._db = database

    def any(self) -> bool:
        """True once there is a person; until then the first administrator is made by a one-time link."""
        with self._db.read() as tx:
            return tx.execute(select(USER.c.name).limit(1)).first() is not None

    def one(self, name: str) -> User | None:
        """A person by sign-in name, disabled ones too."""
        with self._db.read() as tx:
            return _user(tx, name)

    def all(self) -> list[UserRecord]:
        """Everybody, in the order of sign-in names."""
        with self._db.read() as tx:
            return [_record(row) for row in tx.execute(select(USER).order_by(USER.c.name))]

    def credentials(self, name: str) -> Credentials | None:
        """What a sign-in is checked against."""
        query = select(USER.c.document, USER.c.password, USER.c.totp_secret).where(USER.c.name == name)
        with self._db.read() as tx:
            row = tx.execute(query).first()
        if row is None:
            return None
        return Credentials(user=load(User, row.document), password=row.password, totp_secret=row.totp_secret)

    def add(self, user: User, *, password: str, now: datetime, first: bool = False) -> bool:
        """A new person; False where the name is taken or, with ``first``, where there is anybody at all."""
        row = {"name": user.name, "password": password, "totp_secret": "", "totp_counter": 0, "created_at": now}
        with self._db.write() as tx:
            taken = select(func.count()).select_from(USER)
            if tx.execute(taken if first else taken.where(USER.c.name == user.name)).scalar_one():
                return False
            tx.execute(insert(USER), [row | {"signed_in_at": None, "document": dump(user)}])
            record(tx, "user.add", user.name, now=now, school=_school(user), after=_shown(user))
            return True

    def change(self, user: User, *, now: datetime) -> bool:
        """Keep a person's new name, post, roles or state; who is disabled is signed out everywhere. False: nobody."""
        with self._db.write() as tx:
            known = _user(tx, user.name)
            if known is None:
                return False
            tx.execute(USER.update().where(USER.c.name == user.name).values(document=dump(user)))
            if user.disabled:
                tx.execute(SESSION.delete().where(SESSION.c.user == user.name))
            action = "user.disable" if user.disabled and not known.disabled else "user.change"
            record(tx, action, user.name, now=now, school=_school(known), before=_shown(known), after=_shown(user))
            return True

    def set_password(self, name: str, password: str, *, now: datetime) -> bool:
        """Keep a new hash and sign the person out everywhere. False: nobody of this name."""
        return self._set(name, "user.password", now, sign_out=True, password=password)

    def set_totp(self, name: str, secret: str, *, now: datetime) -> bool:
        """Keep a TOTP secret, or take it away with "". False: nobody of this name."""
        action = "user.totp_on" if secret else "user.totp_off"
        return self._set(name, action, now, sign_out=False, totp_secret=secret, totp_counter=0)

    def use_totp(self, name: str, counter: int) -> bool:
        """Mark a code's time step as used; False where it, or a later one, was used before."""
        with self._db.write() as tx:
            fresh = USER.update().where(USER.c.name == name, USER.c.totp_counter < counter)
            return tx.execute(fresh.values(totp_counter=counter)).rowcount == 1

    def _set(self, name: str, action: str, now: datetime, *, sign_out: bool, **values: Any) -> bool:
        with self._db.write() as tx:
            known = _user(tx, name)
            if known is None:
                return False
            tx.execute(USER.update().where(USER.c.name == name).values(**values))
            if sign_out:
                tx.execute(SESSION.delete().where(SESSION.c.user == name))
            record(tx, action, name, now=now, school=_school(known))
            return True


def _user(tx: Connection, name: str) -> User | None:
    row = tx.execute(select(USER.c.document).where(USER.c.name == name)).first()
    return load(User, row.document) if row else None


def _record(row: Any) -> UserRecord:
    return UserRecord(
        user=load(User, row.document),
        password=bool(row.password),
        totp=bool(row.totp_secret),
        created_at=row.created_at,
        signed_in_at=row.signed_in_at,
    )


def _shown(user: User) -> dict[str, Any]:
    """A person in the log."""
    roles = [f"{g.role.value}@{g.school or '*'}" + (f":{g.unit}" if g.unit else "") for g in user.grants]
    return {"display": user.display, "post": user.post, "roles": roles, "disabled": user.disabled}


def _school(user: User) -> str:
    """The school an entry about a person belongs to; "" where it is several or all."""
    schools = {grant.school for grant in user.grants}
    return schools.pop() if len(schools) == 1 else ""
