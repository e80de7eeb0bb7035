"""Nothing opens without a session, nothing changes without the session's own form token, nothing leads elsewhere."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from fastapi import FastAPI

from monitors.app_context import AppContext
from monitors.console import create_app
from monitors.console.access import ACCESS, OPEN_PATHS
from monitors.console.app_state import state_of
from monitors.console.auth import COOKIE, Session, client_address, new_session
from monitors.console.middleware import safe_path
from storage.sessions import digest
from tests.conftest import NOW
from tests.support.console import Browser, client_of, open_world, routes


def test_nothing_opens_to_a_stranger(app: FastAPI, stranger: Browser) -> None:
    """GET leads to the sign-in, POST is refused, and neither says whether the thing exists."""
    for method, path, _ in routes(app):
        if path in OPEN_PATHS or path.startswith(("/setup/", "/i/", "/public/")):
            continue
        answer = stranger.request(method, path, data={} if method == "POST" else None, follow_redirects=False)
        if path.startswith("/api/"):
            assert (answer.status_code, list(answer.json())) == (401, ["message"]), path
        elif method == "GET":
            assert answer.status_code == 303, path
            assert answer.headers["location"].startswith("/login"), path
        else:
            assert answer.status_code == 401, path
    assert stranger.get("/no/such/page", follow_redirects=False).status_code == 303


def test_nothing_changes_without_the_forms_token(app: FastAPI, staff: Browser) -> None:
    """Signed in, but the form came from somewhere else: 403 on every route that changes anything."""
    other = new_session()
    for method, path, _ in routes(app):
        if method == "POST" and path not in ("/login/cas", "/login/oidc/logout"):
            for fields in ({}, {"csrf": ""}, {"csrf": "0" * 64}, {"csrf": other.csrf}):
                assert staff.post(path, data=fields, follow_redirects=False).status_code == 403, path


def test_every_answer_is_guarded(app: FastAPI, staff: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    """Strict headers on pages, on refusals, on files and on errors."""
    monkeypatch.setitem(ACCESS, ("GET", "/broken"), None)
    app.add_api_route("/broken", lambda: 1 / 0)
    quiet = Browser(app, base_url="http://127.0.0.1:8765", raise_server_exceptions=False)
    quiet.cookies = staff.cookies
    for path in ("/", "/login", "/users", "/audit", "/me", "/static/console.css", "/healthz", "/metrics", "/broken"):
        headers = quiet.get(path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy, path
        assert "unsafe" not in policy, path
        assert "script-src 'self'" in policy, path
        assert "frame-ancestors 'none'" in policy, path
        assert headers["x-content-type-options"] == "nosniff", path
        assert headers["referrer-policy"] == "no-referrer", path
    assert staff.get("/").headers["cache-control"] == "no-store"
    assert quiet.get("/broken").status_code == 500
    assert "ZeroDivision" not in quiet.get("/broken").text


def test_cookie(app: FastAPI, stranger: Browser) -> None:
    """HttpOnly and Strict always; Secure over https."""
    line = stranger.sign_in().headers["set-cookie"]
    assert "HttpOnly" in line
    assert "SameSite=Strict" in line
    assert "Secure" not in line
    with Browser(app, base_url="https://127.0.0.1:8765") as client:
        assert "Secure" in client.sign_in().headers["set-cookie"]


@pytest.mark.parametrize(
    ("given", "headers", "secure"),
    [
        ({"base_url": "https://xunjian.example.edu.cn"}, {}, True),
        ({}, {"x-forwarded-proto": "https"}, False),
        ({"trusted_proxies": ["127.0.0.0/8"]}, {"x-forwarded-proto": "https"}, True),
        ({"trusted_proxies": ["127.0.0.0/8"]}, {"x-forwarded-proto": "http"}, False),
    ],
)
def test_secure_where_the_world_outside_speaks_https(
    tmp_path: Path, given: dict[str, object], headers: dict[str, str], secure: bool
) -> None:
    """By the settings, or by a proxy that is trusted; never by whoever says so."""
    context = open_world(tmp_path, **given)
    with Browser(create_app(context), base_url="http://127.0.0.1:8765", client=("127.0.0.1", 5000)) as client:
        answer = client.get("/login", headers=headers)
    assert ("Secure" in answer.headers["set-cookie"]) is secure
    context.store.close()


def test_a_new_session_at_sign_in(stranger: Browser, context: AppContext) -> None:
    """The cookie of before the sign-in opens nothing after it."""
    stranger.get("/login")
    before = stranger.cookies[COOKIE]
    stranger.sign_in()
    after = stranger.cookies[COOKIE]
    assert after != before
    assert stranger.get("/", follow_redirects=False).status_code == 200
    stranger.cookies.clear()
    stranger.cookies.set(COOKIE, before)
    assert stranger.get("/", follow_redirects=False).status_code == 303


def test_the_database_holds_no_token(staff: Browser, context: AppContext) -> None:
    """Who reads the database, or a backup of it, cannot sign in with what stands there."""
    token = staff.cookies[COOKIE]
    (session,) = context.store.sessions.of("wang", NOW)
    assert session.token == digest(token) != token
    staff.cookies.clear()
    staff.cookies.set(COOKIE, session.token)
    assert staff.get("/", follow_redirects=False).status_code == 303


@pytest.mark.parametrize("cookie", ["", "x", "." * 9000, "0" * 64, "' OR 1=1 --" + " " * 20])
def test_made_up_cookies_open_nothing(stranger: Browser, cookie: str) -> None:
    stranger.cookies.set(COOKIE, cookie)
    assert stranger.get("/", follow_redirects=False).status_code == 303


def test_a_session_ends_by_time(tmp_path: Path) -> None:
    """Twelve hours after signing in, however busy it was."""
    context, later = open_world(tmp_path), NOW
    context.clock = lambda: later
    with client_of(create_app(context)) as client:
        client.sign_in()
        later = NOW + timedelta(hours=11, minutes=59)
        assert client.get("/me").status_code == 200
        later = NOW + timedelta(hours=12, minutes=1)
        assert client.get("/me", follow_redirects=False).status_code == 303
    context.store.close()


def test_logout(staff: Browser) -> None:
    """The cookie is worthless afterwards, wherever a copy of it is."""
    cookie = staff.cookies[COOKIE]
    assert staff.submit("/logout").headers["location"] == "/login?done=left"
    staff.cookies.set(COOKIE, cookie)
    assert staff.get("/", follow_redirects=False).status_code == 303


@pytest.mark.parametrize(
    "target",
    ["https://evil.test/", "//evil.test", "/\\evil.test", "/\t/evil.test", "javascript:alert(1)", "", "x", "/a\r\nb"],
)
def test_no_open_redirect(target: str, stranger: Browser) -> None:
    """Wherever ``next`` points, the answer stays in the house."""
    assert safe_path(target) == "/"
    assert stranger.sign_in(next=target).headers["location"] == "/"


def test_sign_in_leads_on(stranger: Browser) -> None:
    """To the page that was asked for."""
    assert (
        stranger.get("/cases?state=sign", follow_redirects=False).headers["location"]
        == "/login?next=%2Fcases%3Fstate%3Dsign"
    )
    assert stranger.sign_in(next="/cases?state=sign").headers["location"] == "/cases?state=sign"


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("203.0.113.9", "", "203.0.113.9"),
        ("203.0.113.9", "10.0.0.1", "203.0.113.9"),  # nobody we trust says so
        ("127.0.0.1", "198.51.100.7", "198.51.100.7"),
        ("127.0.0.1", "10.9.9.9, 198.51.100.7", "198.51.100.7"),  # what the visitor wrote stands on the left
        ("127.0.0.1", "198.51.100.7, 10.1.1.1", "198.51.100.7"),  # two proxies of ours in a row
        ("127.0.0.1", "nonsense", "127.0.0.1"),
        ("127.0.0.1", "", "127.0.0.1"),
        ("127.0.0.1", "2001:db8::5", "2001:db8::5"),
        ("testclient", "198.51.100.7", "testclient"),
    ],
)
def test_an_address_is_believed_from_trusted_proxies_only(peer: str, forwarded: str, address: str) -> None:
    from ipaddress import ip_network

    assert client_address(peer, forwarded, [ip_network("127.0.0.0/8"), ip_network("10.1.0.0/16")]) == address


def test_loopback_is_not_trusted_by_itself(staff: Browser, context: AppContext) -> None:
    """Anybody on the machine, and any proxy nobody named, could say anything."""
    with client_of(create_app(context), client=("127.0.0.1", 4000)) as client:
        client.headers["x-forwarded-for"] = "198.51.100.7"
        client.sign_in()
    assert context.store.sessions.of("wang", NOW)[0].address in ("127.0.0.1", "testclient")
    assert {s.address for s in context.store.sessions.of("wang", NOW)} == {"127.0.0.1", "testclient"}


def test_form_tokens_are_the_sessions_own() -> None:
    one, other = new_session(), new_session()
    assert one.check_csrf(one.csrf)
    assert not one.check_csrf(other.csrf)
    assert not one.check_csrf("é")
    assert Session(token=one.token).csrf == one.csrf
    assert not one.may([])


def test_the_demo_shows_its_people_to_this_machine_only(tmp_path: Path) -> None:
    """Passwords on the sign-in page on loopback; a foreign Host header (DNS rebinding) and a public address get none."""
    from monitors.demo.users import demo_people

    context = open_world(tmp_path, demo=True)
    context.demo_people = demo_people(context.store, (), NOW)
    assert {one.name for one in context.demo_people} == {"editor", "signer", "it", "reader", "unit", "admin"}
    with client_of(create_app(context)) as client:
        page = client.get("/login").text
        for one in context.demo_people:
            assert one.password in page
            assert client.sign_in(one.name, one.password).status_code == 303, one.name
            assert "<strong>演示</strong>" in client.get("/me").text
            client.submit("/logout")
        assert client.get("/login", headers={"host": "evil.test"}).status_code == 421
    public = open_world(tmp_path, demo=True, host="0.0.0.0")
    public.demo_people = context.demo_people
    with client_of(create_app(public)) as client:
        assert context.demo_people[0].password not in client.get("/login").text
    again = demo_people(context.store, (), NOW)
    assert not {one.password for one in again} & {one.password for one in context.demo_people}
    context.store.close()
    public.store.close()


def test_long_forms_are_refused(staff: Browser) -> None:
    """Nobody writes 64 KB of reasons."""
    assert staff.post("/scan", data={"target": "x" * 70_000}).status_code == 413


def test_machines_pages_are_open(stranger: Browser, context: AppContext) -> None:
    """Health and metrics need no sign-in; metrics can be switched off."""
    health = stranger.get("/healthz")
    assert health.json() == {"status": "ok", "database": "ok", "last_sweep_seconds": 3000, "scheduler": None}
    assert "xunjian_accounts" in stranger.get("/metrics").text
    with client_of(create_app(context, metrics=False)) as client:
        assert client.get("/metrics").status_code == 404


class StoppedTimetable:
    """A scheduler that died."""

    alive = False

    def run_soon(self, name: str) -> None:
        """Too late."""


def test_health_tells_a_dead_scheduler(app: FastAPI, stranger: Browser) -> None:
    """503 makes the watchdog act."""
    state_of(app).timetable = StoppedTimetable()
    assert stranger.get("/healthz").status_code == 503


def test_what_was_typed_is_shown_again_where_the_session_had_ended(stranger: Browser) -> None:
    """Nothing is saved, nothing typed is lost, nothing secret comes back."""
    typed = {
        "reason": "核查有误<b>",
        "csrf": "abc",
        "password": "密码一二三",
        "url": "https://a.example/1",
        "seen": "9f3a",
    }
    answer = stranger.post("/cases/DEMO-2026-0001/withdraw", data=typed)
    assert answer.status_code == 401
    assert "登录已失效" in answer.text
    assert "核查有误&lt;b&gt;\nhttps://a.example/1</textarea>" in answer.text
    assert not {"密码一二三", "9f3a", "abc"} & set(answer.text.replace("<", " ").split())
    assert stranger.post("/scan", content=b"\x00", headers={"content-type": "multipart/form-data"}).status_code == 401


def test_a_stranger_s_long_form_is_not_read(stranger: Browser) -> None:
    """Nobody vouches for who sent it."""
    answer = stranger.post("/register/import", data={"reason": "字" * 200_000})
    assert answer.status_code == 401
    assert "textarea" not in answer.text
