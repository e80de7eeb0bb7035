"""Who is signed in: a signed cookie bound to the access token, and the doorkeeper that hands it out."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import secrets
import time
from collections import defaultdict, deque
from dataclasses import dataclass, field
from pathlib import Path

from monitors.settings import Settings
from rules.model import LabeledEnum

COOKIE = "xunjian_session"
SESSION_SECONDS = 12 * 3600
TRIES, TRIES_SECONDS, TRIES_BY_ALL = 5, 300, 50
"""Wrong tokens from one address, and from all together, within five minutes before the door stays shut."""
LOOPBACK = ("127.0.0.1", "localhost", "::1")
DEMO_USER = "演示用户"


class ConsoleRole(LabeledEnum):
    """What a person may do. Until there are personal logins, whoever has the token decides."""

    READS = "reads", "审阅"
    RUNS = "runs", "信息中心"
    DECIDES = "decides", "宣传部"


RANK = (ConsoleRole.READS, ConsoleRole.RUNS, ConsoleRole.DECIDES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One browser. Nobody is signed in while ``user`` is empty; the nonce alone carries the login form's CSRF token."""

    nonce: str
    expires: int
    user: str = ""
    role: ConsoleRole = ConsoleRole.READS

    def may(self, role: ConsoleRole) -> bool:
        """True for a signed-in person of at least this role."""
        return bool(self.user) and RANK.index(self.role) >= RANK.index(role)


@dataclass
class Authenticator:
    """Checks the access token, signs and reads cookies, and slows down those who guess."""

    token: str
    demo: bool = False
    _failures: dict[str, deque[float]] = field(default_factory=lambda: defaultdict(deque))
    _left: set[str] = field(default_factory=set)

    @property
    def _key(self) -> bytes:
        return hashlib.sha256(b"xunjian console\0" + self.token.encode()).digest()

    def issue(self, user: str = "", role: ConsoleRole = ConsoleRole.DECIDES) -> Session:
        """A new session, of nobody where no user is named."""
        return Session(
            nonce=secrets.token_urlsafe(18), expires=int(time.time()) + SESSION_SECONDS, user=user, role=role
        )

    def write(self, session: Session) -> str:
        """The session as a cookie value."""
        fields = [session.nonce, session.expires, session.user, session.role.value]
        body = base64.urlsafe_b64encode(json.dumps(fields).encode()).decode()
        return f"{body}.{self._sign(body)}"

    def read(self, cookie: str) -> Session | None:
        """The session of a cookie; None where it is missing, forged, expired, or signed under another token."""
        body, _, signature = cookie.partition(".")
        if len(cookie) > 4000 or not _equal(signature, self._sign(body)):
            return None
        nonce, expires, user, role = json.loads(base64.urlsafe_b64decode(body))
        if expires < time.time() or nonce in self._left:
            return None
        return Session(nonce=nonce, expires=expires, user=user, role=ConsoleRole(role))

    def csrf(self, session: Session) -> str:
        """The token that every form of this session carries."""
        return self._sign(f"form {session.nonce}")

    def check_csrf(self, session: Session, token: str) -> bool:
        """True where a form carries this session's own token."""
        return _equal(token, self.csrf(session))

    def revoke(self, session: Session) -> None:
        """End a session before its time."""
        self._left.add(session.nonce)

    def check_token(self, token: str) -> bool:
        """True for the access token, in constant time."""
        return _equal(
            hashlib.sha256(token.strip().encode()).hexdigest(), hashlib.sha256(self.token.encode()).hexdigest()
        )

    def is_locked_out(self, address: str) -> bool:
        """True while too many wrong tokens came from this address, or from all together."""
        since = time.monotonic() - TRIES_SECONDS
        for known in list(self._failures):
            tries = self._failures[known]
            while tries and tries[0] < since:
                tries.popleft()
            if not tries:
                del self._failures[known]
        return len(self._failures.get(address, ())) >= TRIES or sum(map(len, self._failures.values())) >= TRIES_BY_ALL

    def record_failure(self, address: str) -> None:
        """Remember a wrong token."""
        self._failures[address].append(time.monotonic())

    def _sign(self, text: str) -> str:
        return hmac.new(self._key, text.encode(), hashlib.sha256).hexdigest()


def _equal(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())


def token_file(data: Path) -> Path:
    """Where a generated access token is kept."""
    return data / "console-token"


def access_token(settings: Settings) -> str:
    """The configured token, else one generated once and kept in a file that only its owner may read."""
    if settings.console_token and settings.console_token.get_secret_value().strip():
        return settings.console_token.get_secret_value().strip()
    path = token_file(settings.data)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="ascii").strip()
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(24) + "\n")
    return path.read_text(encoding="ascii").strip()


def door_of(settings: Settings) -> Authenticator:
    """The door these settings ask for; the demonstration stands open, but only towards this machine itself."""
    return Authenticator(access_token(settings), demo=settings.demo and settings.host in LOOPBACK)
