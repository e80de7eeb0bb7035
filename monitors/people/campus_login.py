"""The campus login: CAS by python-cas, OpenID Connect by authlib; both only say who somebody is, never what one may do."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.claims import JWTClaims
from authlib.oidc.core import CodeIDToken
from cas import CASClient
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from monitors.people.sign_in import SignInRefused
from monitors.settings import Settings
from storage.sessions import digest
from storage.store import Store

FLOW, FLOW_LASTS = "campus-login", timedelta(minutes=10)
SECONDS = 10
MOST_BYTES = 256 * 1024
LEEWAY = 60
"""Seconds by which the clocks of the two servers may differ."""
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA"]
"""Signatures by a key of the issuer's own; never "none", never one made with the secret that we share."""
LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"
UNREACHABLE = "统一身份认证现在无法连接，请稍后再试；若一直如此，请联系信息中心。"
REFUSED = "统一身份认证没有通过：凭证无效、已过期或已用过。请重新登录。"


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the campus login says somebody is. ``external``: its name of the session; ``hint``: what ends it there."""

    name: str
    external: str = ""
    hint: str = ""


class _Bounded(requests.Session):
    """Every request has a time and a size; a redirect is not followed, for it could lead anywhere."""

    def send(self, request: Any, **given: Any) -> Any:
        """One request. Raises requests.RequestException."""
        given |= {"timeout": SECONDS, "stream": True, "allow_redirects": False}
        answer = super().send(request, **given)
        body = answer.raw.read(MOST_BYTES + 1, decode_content=True)
        if len(body) > MOST_BYTES:
            raise requests.RequestException("the answer is too long")
        answer._content, answer._content_consumed = body, True
        return answer


def begin(store: Store, browser: str, there: str, now: datetime) -> tuple[str, str, str]:
    """(state, nonce, code verifier) of a sign-in that this browser (its flow cookie) begins; ``there``: where to go on."""
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    body = {"browser": digest(browser), "there": there, "nonce": nonce, "verifier": verifier}
    store.one_time_tokens.put(state, FLOW, now=now, expires_at=now + FLOW_LASTS, body=body)
    return state, nonce, verifier


def resume(store: Store, state: str, browser: str, now: datetime) -> dict[str, str]:
    """What `begin` kept, once, and only for the same browser. Raises SignInRefused."""
    kept = store.one_time_tokens.take(state, FLOW, now) if state else None
    if kept is None or not secrets.compare_digest(kept["browser"], digest(browser)):
        raise SignInRefused("登录已超时，或不是从这个浏览器开始的。请重新登录。")
    return kept


def cas_service(settings: Settings, state: str) -> str:
    """Where CAS sends back to: what a ticket is good for."""
    return f"{settings.base_url.rstrip('/')}/login/cas?state={state}"


def _cas(settings: Settings, service: str) -> Any:
    server = settings.cas_url.rstrip("/") + "/"
    return CASClient(version=settings.cas_version, service_url=service, server_url=server, session=_Bounded())


def cas_address(settings: Settings, state: str) -> str:
    """The CAS server's own sign-in page."""
    return str(_cas(settings, cas_service(settings, state)).get_login_url())


def cas_identity(settings: Settings, state: str, ticket: str) -> Identity:
    """Whom a ticket stands for: asked of the CAS server, which honours it once, for this service, for seconds.

    Raises SignInRefused.
    """
    try:
        name, _, _ = _cas(settings, cas_service(settings, state)).verify_ticket(ticket)
    except requests.RequestException as error:
        raise SignInRefused(UNREACHABLE) from error
    except (ValueError, SyntaxError, IndexError, AttributeError) as error:  # what python-cas makes of a broken answer
        raise SignInRefused(REFUSED) from error
    if not name:
        raise SignInRefused(REFUSED)
    return Identity(str(name), f"cas:{digest(ticket)}")


def cas_ended(settings: Settings, message: str) -> str:
    """The session that a CAS logout message names, "" where it names none."""
    if "<!DOCTYPE" in message or "<!ENTITY" in message:
        return ""
    found = _cas(settings, "").get_saml_slos(message) if settings.cas_version == "3" else None
    return f"cas:{digest(found[0].text)}" if found and found[0].text else ""


def _fetched(address: str) -> dict[str, Any]:
    try:
        answer = _Bounded().get(address)
        answer.raise_for_status()
        found = answer.json()
    except (requests.RequestException, ValueError) as error:
        raise SignInRefused(UNREACHABLE) from error
    if not isinstance(found, dict):
        raise SignInRefused(UNREACHABLE)
    return found


def discover(settings: Settings) -> dict[str, Any]:
    """What the issuer says about itself. Raises SignInRefused."""
    issuer = settings.oidc_issuer.rstrip("/")
    found = _fetched(f"{issuer}/.well-known/openid-configuration")
    if str(found.get("issuer", "")).rstrip("/") != issuer:
        raise SignInRefused(UNREACHABLE)
    return found


def oidc_return(settings: Settings) -> str:
    """Where the issuer sends back to; to be registered there."""
    return f"{settings.base_url.rstrip('/')}/login/oidc/return"


class _OidcClient(_Bounded, OAuth2Session):  # type: ignore[misc]
    """authlib's client with our bounds."""


def _client(settings: Settings, **given: Any) -> Any:
    made: Any = _OidcClient  # mypy sees only requests' own constructor
    secret, address = settings.oidc_client_secret.get_secret_value(), oidc_return(settings)
    return made(settings.oidc_client_id, secret, scope="openid profile", redirect_uri=address, **given)


def oidc_address(settings: Settings, state: str, nonce: str, verifier: str) -> str:
    """The issuer's own sign-in page. Raises SignInRefused."""
    client = _client(settings, code_challenge_method="S256")
    made = client.create_authorization_url(
        discover(settings)["authorization_endpoint"], state=state, nonce=nonce, code_verifier=verifier
    )
    return str(made[0])


def oidc_identity(settings: Settings, code: str, kept: Mapping[str, str], now: datetime) -> Identity:
    """Whom a code stands for: its ID token must be signed by the issuer, for us, for this sign-in, and not have expired.

    Raises SignInRefused.
    """
    about = discover(settings)
    try:
        token = _client(settings).fetch_token(about["token_endpoint"], code=code, code_verifier=kept["verifier"])
        claims = _claims(settings, about, token["id_token"], CodeIDToken, now, nonce=kept["nonce"])
    except requests.RequestException as error:
        raise SignInRefused(UNREACHABLE) from error
    except (AuthlibBaseError, JoseError, KeyError, ValueError, TypeError) as error:
        raise SignInRefused(REFUSED) from error
    name = claims.get(settings.oidc_claim)
    if not isinstance(name, str) or not name:
        raise SignInRefused(f"统一身份认证没有给出登录名（{settings.oidc_claim}），请联系信息中心。")
    session = claims.get("sid") or claims["sub"]
    return Identity(name, f"oidc:{session}", token["id_token"])


def oidc_ended(settings: Settings, logout_token: str, now: datetime) -> str:
    """The session that a back-channel logout token of the issuer's names, "" where it names none. Raises SignInRefused."""
    try:
        claims = _claims(settings, discover(settings), logout_token, JWTClaims, now)
    except (JoseError, KeyError, ValueError, TypeError) as error:
        raise SignInRefused(REFUSED) from error
    if LOGOUT_EVENT not in (claims.get("events") or {}) or "nonce" in claims:
        raise SignInRefused(REFUSED)
    session = claims.get("sid") or claims.get("sub")
    return f"oidc:{session}" if session else ""


def _claims(
    settings: Settings, about: Mapping[str, Any], token: str, kind: Any, now: datetime, *, nonce: str = ""
) -> Any:
    """The claims of a token that the issuer signed for us and that is good now. Raises JoseError, SignInRefused."""
    keys = KeySet.import_key_set(_fetched(about["jwks_uri"]))  # type: ignore[arg-type]
    read = jwt.decode(token, keys, algorithms=ALGORITHMS)
    us = settings.oidc_client_id
    options = {"iss": {"essential": True, "value": about["issuer"]}, "aud": {"essential": True, "value": us}}
    claims = kind(read.claims, read.header, options, {"nonce": nonce, "client_id": us})
    claims.validate(now=int(now.timestamp()), leeway=LEEWAY)
    return claims


def logout_address(settings: Settings, method: str, hint: str) -> str:
    """Where somebody who came by the campus login ends that too; "" for others, or where it has no such page."""
    back = f"{settings.base_url.rstrip('/')}/login"
    if method == "cas" and settings.cas_url:
        return str(_cas(settings, back).get_logout_url(back))
    if method != "oidc" or not settings.oidc_issuer:
        return ""
    try:
        address = str(discover(settings).get("end_session_endpoint") or "")
    except SignInRefused:
        return ""
    return f"{address}?{urlencode({'id_token_hint': hint, 'post_logout_redirect_uri': back})}" if address else ""
