"""The campus login against servers that speak the protocol: CAS and OpenID Connect, right and wrong in every way."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

import pytest

from monitors.app_context import AppContext
from monitors.console import create_app
from monitors.console.auth import COOKIE, FLOW_COOKIE
from tests.conftest import NOW
from tests.support.campus_servers import Cas, Issuer, cas_logout_message, listening
from tests.support.console import Browser, client_of, open_world

BASE = "http://127.0.0.1:8765"


@dataclass
class CasHouse:
    server: Cas
    address: str
    context: AppContext
    browser: Browser

    def leave(self) -> str:
        """Follow the link on the sign-in page as far as the CAS server; the service that it is asked for."""
        answer = self.browser.get("/login/cas?next=/cases", follow_redirects=False)
        assert answer.status_code == 303
        location = answer.headers["location"]
        assert location.startswith(f"{self.address}/cas/login?service=")
        return parse_qs(urlsplit(location).query)["service"][0]

    def back(self, service: str, ticket: str):  # type: ignore[no-untyped-def]
        """Come back as the CAS server sends one."""
        return self.browser.get(f"{service}&ticket={quote(ticket)}".removeprefix(BASE), follow_redirects=False)

    def signed_in(self) -> bool:
        return self.browser.get("/me", follow_redirects=False).status_code == 200


@pytest.fixture
def cas(tmp_path: Path) -> Iterator[CasHouse]:
    server = Cas()
    with listening(server.answer) as address:
        context = open_world(tmp_path, base_url=BASE, cas_url=f"{address}/cas")
        with client_of(create_app(context)) as browser:
            yield CasHouse(server, address, context, browser)
        context.store.close()


def test_cas_signs_in(cas: CasHouse) -> None:
    """To the page that was asked for, under the account of the same name, with its roles."""
    assert "统一身份认证登录" in cas.browser.get("/login").text
    service = cas.leave()
    answer = cas.back(service, cas.server.grant(service, "reader"))
    assert answer.status_code == 303
    assert answer.headers["location"] == "/cases"
    assert cas.signed_in()
    assert cas.browser.get("/users").status_code == 403
    assert cas.context.store.sessions.of("reader", NOW)[0].method == "cas"


@pytest.mark.parametrize("kind", ["wrong", "expired", "other service", "unknown person", "disabled"])
def test_cas_refuses(cas: CasHouse, kind: str) -> None:
    service = cas.leave()
    user = {"unknown person": "stranger", "disabled": "it"}.get(kind, "reader")
    good = cas.server.grant("https://other.example.edu.cn/" if kind == "other service" else service, user)
    if kind == "expired":
        cas.server.expired.add(good)
    if kind == "disabled":
        from monitors.people.users import disable_user

        disable_user(cas.context.store, "it", NOW)
    answer = cas.back(service, "ST-made-up" if kind == "wrong" else good)
    assert answer.status_code == 401
    assert "尚未开通" in answer.text if user != "reader" else "统一身份认证没有通过" in answer.text
    assert not cas.signed_in()


def test_a_cas_ticket_is_good_once(cas: CasHouse) -> None:
    """Neither the ticket with its own state, nor the ticket with a new one."""
    service = cas.leave()
    ticket = cas.server.grant(service, "reader")
    assert cas.back(service, ticket).status_code == 303
    with client_of(create_app(cas.context)) as other:
        other.cookies.set(FLOW_COOKIE, cas.browser.cookies[FLOW_COOKIE])
        assert other.get(f"{service}&ticket={ticket}".removeprefix(BASE)).status_code == 401
        fresh = parse_qs(urlsplit(other.get("/login/cas", follow_redirects=False).headers["location"]).query)["service"]
        assert other.get(f"{fresh[0]}&ticket={ticket}".removeprefix(BASE)).status_code == 401
        assert COOKIE not in other.cookies or other.get("/me", follow_redirects=False).status_code == 303


def test_a_sign_in_belongs_to_the_browser_that_began_it(cas: CasHouse) -> None:
    """A link with somebody else's ticket signs nobody in as that somebody."""
    service = cas.leave()
    ticket = cas.server.grant(service, "reader")
    with client_of(create_app(cas.context)) as victim:
        answer = victim.get(f"{service}&ticket={ticket}".removeprefix(BASE), follow_redirects=False)
        assert answer.status_code == 401
        assert victim.get("/me", follow_redirects=False).status_code == 303


@pytest.mark.parametrize("broken", [b"<html>maintenance</html>", b"", b"{", b"x" * 400_000, b"<a><b/></a>"])
def test_a_broken_cas_answer_is_no_person(cas: CasHouse, broken: bytes) -> None:
    service = cas.leave()
    cas.server.broken = broken
    answer = cas.back(service, "ST-1")
    assert answer.status_code == 401
    assert not cas.signed_in()


def test_cas_logout_ends_the_session_here(cas: CasHouse) -> None:
    service = cas.leave()
    ticket = cas.server.grant(service, "reader")
    cas.back(service, ticket)
    for message in (
        "",
        "nonsense",
        cas_logout_message("ST-other"),
        "<!DOCTYPE x [<!ENTITY a 'b'>]>" + cas_logout_message(ticket),
    ):
        assert cas.browser.post("/login/cas", data={"logoutRequest": message}).status_code == 200
        assert cas.signed_in(), message
    cas.browser.post("/login/cas", data={"logoutRequest": cas_logout_message(ticket)})
    assert not cas.signed_in()


def test_leaving_here_shows_the_way_out_of_cas(cas: CasHouse) -> None:
    service = cas.leave()
    cas.back(service, cas.server.grant(service, "reader"))
    page = cas.browser.submit("/logout")
    assert f"{cas.address}/cas/logout?service={quote(BASE + '/login', safe='')}" in page.text
    assert not cas.signed_in()


def test_a_local_password_beside_cas(cas: CasHouse) -> None:
    assert cas.browser.sign_in("reader").status_code == 303
    assert cas.browser.submit("/logout").headers["location"] == "/login?done=left"


def test_cas_out_of_reach(tmp_path: Path) -> None:
    context = open_world(tmp_path, base_url=BASE, cas_url="http://127.0.0.1:9/cas")
    with client_of(create_app(context)) as browser:
        location = browser.get("/login/cas", follow_redirects=False).headers["location"]
        service = parse_qs(urlsplit(location).query)["service"][0]
        answer = browser.get(f"{service}&ticket=ST-1".removeprefix(BASE))
        assert answer.status_code == 401
        assert "无法连接" in answer.text
    context.store.close()


@dataclass
class OidcHouse:
    issuer: Issuer
    context: AppContext
    browser: Browser

    def leave(self) -> str:
        answer = self.browser.get("/login/oidc?next=/cases", follow_redirects=False)
        assert answer.status_code == 303, answer.text
        return str(answer.headers["location"])

    def back(self, code: str, state: str):  # type: ignore[no-untyped-def]
        return self.browser.get(f"/login/oidc/return?code={code}&state={state}", follow_redirects=False)

    def signed_in(self) -> bool:
        return self.browser.get("/me", follow_redirects=False).status_code == 200


@pytest.fixture
def oidc(tmp_path: Path) -> Iterator[OidcHouse]:
    issuer = Issuer()
    with listening(issuer.answer) as issuer.address:
        given = {"oidc_issuer": issuer.address, "oidc_client_id": issuer.client, "oidc_client_secret": issuer.secret}
        context = open_world(tmp_path, base_url=BASE, **given)
        with client_of(create_app(context)) as browser:
            yield OidcHouse(issuer, context, browser)
        context.store.close()


def test_oidc_signs_in(oidc: OidcHouse) -> None:
    answer = oidc.back(*oidc.issuer.authorize(oidc.leave(), "reader"))
    assert answer.status_code == 303, answer.text
    assert answer.headers["location"] == "/cases"
    assert oidc.signed_in()
    assert oidc.context.store.sessions.of("reader", NOW)[0].method == "oidc"


@pytest.mark.parametrize(
    ("claims", "without"),
    [
        ({"aud": "another-client"}, ()),
        ({"aud": ["another-client"]}, ()),
        ({"aud": ["xunjian", "another-client"]}, ()),  # for two, and it is not said for which
        ({"azp": "another-client"}, ()),
        ({"iss": "https://evil.example/"}, ()),
        ({"exp": int(NOW.timestamp()) - 120}, ()),
        ({"nonce": "another"}, ()),
        ({}, ("nonce",)),
        ({}, ("exp",)),
        ({}, ("aud",)),
        ({}, ("sub",)),
        ({"sub": "stranger"}, ()),
        ({"sub": ""}, ()),
        ({"sub": 7}, ()),
    ],
)
def test_oidc_refuses_a_token_that_is_not_for_this_sign_in(
    oidc: OidcHouse, claims: dict[str, object], without: tuple[str, ...]
) -> None:
    """Wrong audience, issuer, nonce; expired; something missing; nobody of ours."""
    oidc.issuer.claims, oidc.issuer.without = claims, without
    answer = oidc.back(*oidc.issuer.authorize(oidc.leave(), "reader"))
    assert answer.status_code == 401
    assert not oidc.signed_in()


def test_oidc_refuses_a_signature_that_is_not_the_issuers(oidc: OidcHouse) -> None:
    """Another key under the same name, and the secret that we share."""
    for key, algorithm in ((Issuer.OTHER, "RS256"), (Issuer.SHARED, "HS256")):
        oidc.issuer.signing, oidc.issuer.algorithm = key, algorithm
        assert oidc.back(*oidc.issuer.authorize(oidc.leave(), "reader")).status_code == 401
        assert not oidc.signed_in()


def test_oidc_codes_and_states_are_good_once(oidc: OidcHouse) -> None:
    code, state = oidc.issuer.authorize(oidc.leave(), "reader")
    assert oidc.back("made-up", state).status_code == 401, "the state is used up by the wrong code"
    assert oidc.back(code, state).status_code == 401
    code, state = oidc.issuer.authorize(oidc.leave(), "reader")
    assert oidc.back(code, state).status_code == 303
    oidc.browser.submit("/logout")
    assert oidc.back(code, state).status_code == 401
    _, fresh = oidc.issuer.authorize(oidc.leave(), "reader")
    assert oidc.back(code, fresh).status_code == 401
    assert not oidc.signed_in()


def test_an_oidc_sign_in_belongs_to_its_browser(oidc: OidcHouse) -> None:
    code, state = oidc.issuer.authorize(oidc.leave(), "reader")
    with client_of(create_app(oidc.context)) as victim:
        assert victim.get(f"/login/oidc/return?code={code}&state={state}").status_code == 401


def test_oidc_logout(oidc: OidcHouse) -> None:
    """Ours shows the way out of theirs; theirs, signed and for us, ends ours."""
    oidc.back(*oidc.issuer.authorize(oidc.leave(), "reader"))
    page = oidc.browser.submit("/logout").text
    assert f"{oidc.issuer.address}/logout?id_token_hint=" in page
    oidc.back(*oidc.issuer.authorize(oidc.leave(), "reader"))
    events: dict[str, object] = {"http://schemas.openid.net/event/backchannel-logout": {}}
    right = {"sub": "reader", "sid": "session-of-reader", "events": events, "jti": os.urandom(4).hex()}
    mistakes: tuple[dict[str, object], ...] = (
        {"aud": "another"}, {"events": {}}, {"nonce": "x"}, {"exp": int(NOW.timestamp()) - 999},
    )  # fmt: skip
    for wrong in mistakes:
        oidc.issuer.claims = wrong
        token = oidc.issuer.token(right)
        assert oidc.browser.post("/login/oidc/logout", data={"logout_token": token}).status_code == 400, wrong
        assert oidc.signed_in(), wrong
    oidc.issuer.claims = {}
    assert oidc.browser.post("/login/oidc/logout", data={"logout_token": oidc.issuer.token(right)}).status_code == 200
    assert not oidc.signed_in()


def test_no_campus_login_where_none_is_set(tmp_path: Path) -> None:
    context = open_world(tmp_path)
    with client_of(create_app(context)) as browser:
        for method, path in (
            ("GET", "/login/cas"),
            ("POST", "/login/cas"),
            ("GET", "/login/oidc"),
            ("GET", "/login/oidc/return"),
            ("POST", "/login/oidc/logout"),
        ):
            assert browser.request(method, path).status_code == (404), path
        assert "统一身份认证" not in browser.get("/login").text
    context.store.close()
