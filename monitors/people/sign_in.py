"""Signing in and out: passwords, one-time codes, lock-out, sessions. Every attempt leaves a line in the audit log."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

import pyotp

from monitors.people.passwords import matches
from rules.lockout import subjects
from rules.people import PeopleError, User, sign_in_name
from storage.audit import Actor, acting
from storage.sessions import SessionRecord, digest
from storage.store import Store

SESSION = timedelta(hours=12)
CODE_SECONDS = 30


class SignInRefused(Exception):
    """Nobody is signed in. Raised here; the sign-in page shows the sentence, with 429 where ``locked``, else 401."""

    def __init__(self, sentence: str, *, locked: bool = False) -> None:
        """``locked``: refused unread, because too much failed before."""
        super().__init__(sentence)
        self.locked = locked


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a request comes from: the address behind trusted proxies, and what browser it says it is."""

    address: str
    agent: str = ""


WRONG = "登录名、密码或动态口令不正确。"
"""One sentence for all three, so that nobody learns which names there are or which passwords are half the way."""


def sign_in(store: Store, name: str, password: str, code: str, origin: Origin, now: datetime) -> User:
    """The person of this name, password and, where asked for, one-time code. Raises SignInRefused."""
    try:
        known_as = sign_in_name(name)
    except PeopleError:
        known_as = ""
    counted = subjects(known_as, origin.address)
    with acting(Actor(known_as or "（未登录）", origin.address)):
        if until := store.sign_in_failures.locked_until(counted, now):
            raise SignInRefused(f"登录失败次数过多，请于 {until:%H:%M} 之后再试。", locked=True)
        user = _proved(store, known_as, password, code, now)
        if user is None:
            store.sign_in_failures.count(counted, now)
            store.audit.add("session.refused", known_as or name[:40], now=now, agent=origin.agent)
            raise SignInRefused(WRONG)
        store.sign_in_failures.forgive(counted[:2])
    return user


def _proved(store: Store, name: str, password: str, code: str, now: datetime) -> User | None:
    known = store.users.credentials(name)
    right = matches(known.password if known else "", password)
    if known is None or not right or known.user.disabled:
        return None
    if known.totp_secret and not _code_fits(store, name, known.totp_secret, code, now):
        return None
    return known.user


def _code_fits(store: Store, name: str, secret: str, code: str, now: datetime) -> bool:
    """True for the present code, or a neighbour's where clocks differ; each opens the door once."""
    totp, typed = pyotp.TOTP(secret), "".join(code.split())
    for drift in (0, -1, 1):
        moment = now + timedelta(seconds=drift * CODE_SECONDS)
        if secrets.compare_digest(totp.at(moment).encode(), typed.encode()):
            return store.users.use_totp(name, totp.timecode(moment))
    return False


def code_is_right(secret: str, code: str, now: datetime) -> bool:
    """True where a new secret arrived in the person's app: asked before it is kept."""
    return pyotp.TOTP(secret).verify("".join(code.split()), for_time=now, valid_window=1)


def open_session(
    store: Store,
    user: User,
    origin: Origin,
    now: datetime,
    *,
    method: str = "password",
    external: str = "",
    hint: str = "",
) -> str:
    """Sign a browser in; returns the cookie's token. ``external``, ``hint``: see `storage.tables.UserSessionRow`."""
    token = secrets.token_urlsafe(32)
    session = SessionRecord(
        token=digest(token),
        user=user.name,
        created_at=now,
        seen_at=now,
        expires_at=now + SESSION,
        address=origin.address,
        agent=origin.agent[:200],
        method=method,
        external=external,
        hint=hint,
    )
    with acting(Actor(user.name, origin.address)):
        store.sessions.open(session, now=now)
    return token


def known_person(store: Store, name: str, origin: Origin, now: datetime) -> User:
    """The person whom the campus login vouches for. Raises SignInRefused where nobody of this name may come in."""
    try:
        user = store.users.one(sign_in_name(name))
    except PeopleError:
        user = None
    if user is None or user.disabled:
        with acting(Actor("（未登录）", origin.address)):
            store.audit.add("session.refused", name[:40], now=now, agent=origin.agent)
        raise SignInRefused(f"您的校园账号“{name[:40]}”尚未开通，请联系管理员添加后再登录。")
    return user
