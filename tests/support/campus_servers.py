"""A CAS server and an OpenID issuer on loopback that speak the protocols, and misbehave when told to."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

from joserfc import jwt
from joserfc.jwk import KeySet, OctKey, RSAKey

from tests.conftest import NOW

Answer = tuple[int, str, bytes]
CAS_NAMES = 'xmlns:cas="http://www.yale.edu/tp/cas"'


@contextmanager
def listening(answer: Callable[[str, str, dict[str, str], dict[str, str]], Answer]) -> Iterator[str]:
    """A server whose every request is answered by ``answer(method, path, query and form, headers)``; its address."""

    class Handler(BaseHTTPRequestHandler):
        def _reply(self) -> None:
            length = int(self.headers.get("content-length") or 0)
            parts = urlsplit(self.path)
            given = parts.query + "&" + self.rfile.read(length).decode()
            form = {name: values[0] for name, values in parse_qs(given).items()}
            status, kind, body = answer(self.command, parts.path, form, dict(self.headers.items()))
            self.send_response(status)
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = _reply  # noqa: N815

        def log_message(self, *args: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


@dataclass
class Cas:
    """Tickets by what they are good for: (service, user). A ticket is honoured once; ``expired`` ones never."""

    tickets: dict[str, tuple[str, str]] = field(default_factory=dict)
    expired: set[str] = field(default_factory=set)
    broken: bytes = b""

    def grant(self, service: str, user: str) -> str:
        """Sign somebody in at the CAS server for a service."""
        ticket = f"ST-{secrets.token_hex(12)}"
        self.tickets[ticket] = (service, user)
        return ticket

    def answer(self, method: str, path: str, form: dict[str, str], headers: dict[str, str]) -> Answer:
        """/p3/serviceValidate, as the protocol has it."""
        if self.broken:
            return 200, "text/html", self.broken
        assert path == "/cas/p3/serviceValidate", path
        service, user = self.tickets.pop(form["ticket"], ("", ""))
        if not user or form["ticket"] in self.expired:
            inner = '<cas:authenticationFailure code="INVALID_TICKET">not recognized</cas:authenticationFailure>'
        elif service != form["service"]:
            inner = '<cas:authenticationFailure code="INVALID_SERVICE">other</cas:authenticationFailure>'
        else:
            inner = f"<cas:authenticationSuccess><cas:user>{user}</cas:user></cas:authenticationSuccess>"
        return 200, "application/xml", f"<cas:serviceResponse {CAS_NAMES}>{inner}</cas:serviceResponse>".encode()


def cas_logout_message(ticket: str) -> str:
    """What a CAS server posts when its session ends."""
    return (
        '<samlp:LogoutRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="x" Version="2.0">'
        f"<samlp:SessionIndex>{ticket}</samlp:SessionIndex></samlp:LogoutRequest>"
    )


@dataclass
class Issuer:
    """Codes are honoured once, for their client, redirect and verifier; ``claims`` change what the ID token says."""

    client: str = "xunjian"
    secret: str = "issuer-knows-this"
    address: str = ""
    claims: dict[str, Any] = field(default_factory=dict)
    without: tuple[str, ...] = ()
    signing: Any = None
    algorithm: str = "RS256"
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    KEY: ClassVar[RSAKey] = RSAKey.generate_key(2048, parameters={"kid": "one"})
    OTHER: ClassVar[RSAKey] = RSAKey.generate_key(2048, parameters={"kid": "one"})
    SHARED: ClassVar[OctKey] = OctKey.import_key("issuer-knows-this-and-it-is-long-enough-for-hmac")

    def authorize(self, address: str, user: str) -> tuple[str, str]:
        """Somebody signs in on the page that the console led to: (code, state) come back."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert asked["response_type"] == "code"
        assert asked["client_id"] == self.client
        assert asked["code_challenge_method"] == "S256"
        assert "openid" in asked["scope"].split()
        code = secrets.token_hex(12)
        self.codes[code] = asked | {"user": user}
        return code, asked["state"]

    def answer(self, method: str, path: str, form: dict[str, str], headers: dict[str, str]) -> Answer:
        """Discovery, keys, tokens."""
        base = self.address
        if path == "/.well-known/openid-configuration":
            found = {
                "issuer": base,
                "authorization_endpoint": f"{base}/authorize",
                "token_endpoint": f"{base}/token",
                "jwks_uri": f"{base}/keys",
                "end_session_endpoint": f"{base}/logout",
            }
            return _json(200, found)
        if path == "/keys":
            return _json(200, KeySet([self.KEY]).as_dict(private=False))
        assert path == "/token", path
        return self._token(form, headers)

    def _token(self, form: dict[str, str], headers: dict[str, str]) -> Answer:
        known = f"{self.client}:{self.secret}".encode()
        assert headers.get("Authorization") == f"Basic {base64.b64encode(known).decode()}"
        asked = self.codes.pop(form.get("code", ""), None)
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if asked is None or asked["redirect_uri"] != form["redirect_uri"] or asked["code_challenge"] != challenge:
            return _json(400, {"error": "invalid_grant"})
        token = self.token({"nonce": asked["nonce"], "sub": asked["user"], "sid": f"session-of-{asked['user']}"})
        return _json(200, {"access_token": "a", "token_type": "Bearer", "expires_in": 60, "id_token": token})

    def token(self, more: dict[str, Any]) -> str:
        """A signed token of ours."""
        now = int(NOW.timestamp())
        claims = {"iss": self.address, "aud": self.client, "iat": now, "exp": now + 300} | more | self.claims
        claims = {name: value for name, value in claims.items() if name not in self.without}
        return jwt.encode(
            {"alg": self.algorithm, "kid": "one"}, claims, self.signing or self.KEY, algorithms=[self.algorithm]
        )


def _json(status: int, value: Mapping[str, Any]) -> Answer:
    return status, "application/json", json.dumps(value).encode()
