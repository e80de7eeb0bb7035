"""Who is behind a request: the cookie, the signed-in person, the form token, the address behind trusted proxies."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv4Network, IPv6Network, ip_address

from monitors.people.api_tokens import PREFIX
from monitors.people.sign_in import SESSION
from monitors.settings import Settings
from rules.people import Role, User, View
from storage.sessions import SessionRecord
from storage.store import Store

COOKIE, FLOW_COOKIE = "xunjian_session", "xunjian_flow"
SESSION_SECONDS, FLOW_SECONDS = int(SESSION.total_seconds()), 600
LOOPBACK = ("127.0.0.1", "localhost", "::1")
TOUCHED = timedelta(minutes=5)
"""How exactly the list of sessions says when a browser was last here; each request would be a write."""

Network = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One browser. Nobody is signed in while ``user`` is None; the token alone then carries the sign-in form's CSRF.

    ``scopes`` None: a browser; else what the token of a program may read at most.
    """

    token: str
    user: User | None = None
    record: SessionRecord | None = None
    scopes: frozenset[str] | None = None

    @property
    def csrf(self) -> str:
        """What every form of this session carries: made from the cookie, which no other site can read."""
        return hmac.new(self.token.encode(), b"xunjian form", hashlib.sha256).hexdigest()

    def check_csrf(self, token: str) -> bool:
        """True where a form carries this session's own token."""
        return hmac.compare_digest(token.encode(), self.csrf.encode())

    def may(self, roles: Collection[Role], school: str | None = None) -> bool:
        """True for a person who holds one of the roles, for this school where one is named."""
        return self.user is not None and self.user.may(roles, school)

    @property
    def view(self) -> View:
        """What this person may see."""
        return self.user.view if self.user else View()


def new_session() -> Session:
    """A browser that nobody is signed in with."""
    return Session(token=secrets.token_urlsafe(32))


def find_session(store: Store, cookie: str, now: datetime) -> Session | None:
    """The session of a cookie, signed in or not; None where it is missing or no token of ours."""
    if not 20 <= len(cookie) <= 100 or not cookie.isascii() or not cookie.isprintable():
        return None
    found = store.sessions.find(cookie, now)
    if found is None:
        return Session(token=cookie)
    record, user = found
    if now - record.seen_at > TOUCHED:
        store.sessions.touch(record.token, now)
    return Session(token=cookie, user=user, record=record)


def find_token_session(store: Store, header: str, now: datetime) -> Session | None:
    """Whose token an Authorization header carries; None where it carries none that works."""
    kind, _, secret = header.partition(" ")
    if kind.lower() != "bearer" or not secret.startswith(PREFIX):
        return None
    found = store.api_tokens.find(secret.strip(), now)
    return Session(token="", user=found[1], scopes=frozenset(found[0].scopes)) if found else None


def set_cookie(token: str, *, secure: bool) -> str:
    """HttpOnly and Strict always, Secure where the connection is."""
    line = f"{COOKIE}={token}; Path=/; Max-Age={SESSION_SECONDS}; HttpOnly; SameSite=Strict"
    return f"{line}; Secure" if secure else line


def set_flow_cookie(token: str, *, secure: bool) -> str:
    """Binds a campus sign-in to the browser that began it. Lax: it must come along when the campus login sends back."""
    line = f"{FLOW_COOKIE}={token}; Path=/login; Max-Age={FLOW_SECONDS}; HttpOnly; SameSite=Lax"
    return f"{line}; Secure" if secure else line


def client_address(peer: str, forwarded: str, trusted: Sequence[Network]) -> str:
    """Who asks: the nearest address that is no trusted proxy. What a proxy nobody trusts says is not believed.

    ``forwarded`` is X-Forwarded-For: each proxy adds whom it heard from on the right.
    """
    address = peer
    for heard in reversed(forwarded.split(",")):
        if not is_trusted(address, trusted):
            return address
        text = heard.strip().strip("[]")
        if not _is_address(text):
            return address
        address = text
    return address


def is_trusted(address: str, networks: Sequence[Network]) -> bool:
    """True for the address of a proxy of ours."""
    return _is_address(address) and any(ip_address(address) in network for network in networks)


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def stands_open(settings: Settings) -> bool:
    """True for the demonstration on this machine: its passwords stand on the sign-in page, for loopback visitors only."""
    return settings.demo and settings.host in LOOPBACK
