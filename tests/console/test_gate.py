"""Nothing opens without a session, nothing changes without the session's own form token, nothing leads elsewhere."""

from __future__ import annotations

import stat
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.routing import Mount, Route

from monitors.app_context import AppContext
from monitors.console import create_app
from monitors.console.auth import COOKIE, SESSION_SECONDS, TRIES, Authenticator, ConsoleRole, access_token
from monitors.console.middleware import safe_path
from tests.console.house import TOKEN, Browser, client_of, open_world

OPEN = {"/login", "/healthz", "/metrics"}
FILLED = {
    "key:path": "website:unit1.demo.example.edu.cn",
    "number:path": "DEMO-2026-0001",
    "ending": "close",
    "notice_id:path": "DEMO-2026-0001/notice",
    "evidence:path": "2026-11-21.x.1.000000000000000000000000",
    "day": "2026-11-21",
    "code": "demo",
    "platform": "weibo",
    "run": "scan-20261121-100000",
    "file": "report.pdf",
}


def routes(app: FastAPI) -> list[tuple[str, str]]:
    """Every (method, path) that the application answers, with its placeholders filled."""
    found, waiting = [], list(app.routes)
    while waiting:
        route = waiting.pop()
        waiting += getattr(getattr(route, "original_router", None), "routes", [])
        if isinstance(route, Route):
            path = route.path
            for name, value in FILLED.items():
                path = path.replace("{" + name + "}", value)
            assert "{" not in path, path
            found += [(method, path) for method in sorted(route.methods or ()) if method != "HEAD"]
    return sorted(set(found))


def test_the_walk_sees_every_route(app: FastAPI) -> None:
    """The tests below are worth nothing if they walk past half of the house."""
    walked = routes(app)
    assert len(walked) >= 35
    assert {method for method, _ in walked} == {"GET", "POST"}
    assert [route.path for route in app.routes if isinstance(route, Mount)] == ["/static"]


def test_nothing_opens_to_a_stranger(app: FastAPI, stranger: Browser) -> None:
    """GET leads to the login, POST is refused, and neither says whether the thing exists."""
    for method, path in routes(app):
        if path in OPEN:
            continue
        answer = stranger.request(method, path, data={} if method == "POST" else None, follow_redirects=False)
        if method == "GET":
            assert answer.status_code == 303, path
            assert answer.headers["location"].startswith("/login"), path
        else:
            assert answer.status_code == 401, path
    assert stranger.get("/no/such/page", follow_redirects=False).status_code == 303


def test_nothing_changes_without_the_forms_token(app: FastAPI, staff: Browser) -> None:
    """Signed in, but the form came from somewhere else: 403 on every route that changes anything."""
    other = Authenticator(TOKEN).issue("王老师")
    for method, path in routes(app):
        if method == "POST":
            for fields in ({}, {"csrf": ""}, {"csrf": "0" * 64}, {"csrf": Authenticator(TOKEN).csrf(other)}):
                assert staff.post(path, data=fields, follow_redirects=False).status_code == 403, path


def test_readers_may_not_decide(app: FastAPI, context: AppContext) -> None:
    """The seam for roles: a reading session sees pages and changes nothing."""
    door = Authenticator(TOKEN)
    reader = door.issue("审阅员", ConsoleRole.READS)
    with client_of(app) as client:
        client.cookies.set(COOKIE, door.write(reader))
        assert client.get("/cases/DEMO-2026-0001").status_code == 200
        for path in ("/cases/DEMO-2026-0001/approve", "/suspects/decide", "/operations/sweep"):
            assert client.submit(path, by="某人", reason="某事").status_code == 403
    assert not Authenticator("t").issue("").may(ConsoleRole.READS)
    assert reader.may(ConsoleRole.READS)
    assert not reader.may(ConsoleRole.RUNS)


def test_every_answer_is_guarded(app: FastAPI, staff: Browser) -> None:
    """Strict headers on pages, on refusals, on files and on errors."""
    app.add_api_route("/broken", lambda: 1 / 0)
    quiet = Browser(app, base_url="http://127.0.0.1:8765", raise_server_exceptions=False)
    quiet.cookies = staff.cookies
    for path in ("/", "/login", "/nowhere", "/static/console.css", "/healthz", "/metrics", "/broken"):
        headers = quiet.get(path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy, path
        assert "unsafe" not in policy, path
        assert "script-src" not in policy, path
        assert "frame-ancestors 'none'" in policy, path
        assert headers["x-content-type-options"] == "nosniff", path
        assert headers["referrer-policy"] == "no-referrer", path
    assert staff.get("/").headers["cache-control"] == "no-store"
    assert quiet.get("/broken").status_code == 500
    assert "ZeroDivision" not in quiet.get("/broken").text


def test_cookie(app: FastAPI, stranger: Browser) -> None:
    """HttpOnly and Strict always; Secure over https, or where the settings say that the context outside speaks it."""
    line = stranger.sign_in().headers["set-cookie"]
    assert "HttpOnly" in line
    assert "SameSite=Strict" in line
    assert "Secure" not in line
    with Browser(app, base_url="https://127.0.0.1:8765") as client:
        assert "Secure" in client.sign_in().headers["set-cookie"]


def test_a_new_session_at_login(stranger: Browser) -> None:
    """The cookie of before the login opens nothing after it."""
    stranger.get("/login")
    before = stranger.cookies[COOKIE]
    stranger.sign_in()
    assert stranger.cookies[COOKIE] != before
    assert stranger.get("/", follow_redirects=False).status_code == 200
    stranger.cookies.set(COOKIE, before)


def test_forged_expired_and_ended_sessions(monkeypatch: pytest.MonkeyPatch) -> None:
    """A changed byte, another token, too late, or after leaving: nobody."""
    door = Authenticator(TOKEN)
    session = door.issue("王老师")
    cookie = door.write(session)
    assert door.read(cookie) == session
    assert door.read(cookie[:-1] + ("0" if cookie[-1] != "0" else "1")) is None
    assert door.read(Authenticator("other").write(session)) is None
    assert door.read(door.write(replace(session, expires=session.expires - SESSION_SECONDS - 1))) is None
    assert door.read("") is None
    assert door.read("." * 9000) is None
    assert door.read("é.é") is None
    door.revoke(session)
    assert door.read(cookie) is None


def test_logout(staff: Browser) -> None:
    """The cookie is worthless afterwards, wherever a copy of it is."""
    cookie = staff.cookies[COOKIE]
    assert staff.submit("/logout").headers["location"] == "/login"
    staff.cookies.set(COOKIE, cookie)
    assert staff.get("/", follow_redirects=False).status_code == 303


def test_guessing_is_slowed_down(stranger: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    """After five wrong tokens even the right one has to wait five minutes."""
    clock = 1000.0
    monkeypatch.setattr("monitors.console.auth.time.monotonic", lambda: clock)
    for _ in range(TRIES):
        assert stranger.sign_in(token="wrong").status_code == 401
    assert stranger.sign_in().status_code == 429
    clock += 301
    assert stranger.sign_in().status_code == 303


def test_login_needs_a_name(stranger: Browser) -> None:
    """Decisions carry it."""
    assert stranger.sign_in(user="  ").status_code == 422


@pytest.mark.parametrize(
    "target",
    ["https://evil.test/", "//evil.test", "/\\evil.test", "/\t/evil.test", "javascript:alert(1)", "", "x", "/a\r\nb"],
)
def test_no_open_redirect(target: str, stranger: Browser) -> None:
    """Wherever ``next`` points, the answer stays in the house."""
    assert safe_path(target) == "/"
    assert stranger.sign_in(next=target).headers["location"] == "/"


def test_login_leads_on(stranger: Browser) -> None:
    """To the page that was asked for."""
    assert (
        stranger.get("/cases?state=sign", follow_redirects=False).headers["location"]
        == "/login?next=%2Fcases%3Fstate%3Dsign"
    )
    assert stranger.sign_in(next="/cases?state=sign").headers["location"] == "/cases?state=sign"


def test_token_is_made_once_and_kept_private(tmp_path: Path) -> None:
    """Mode 600, the same at every start."""
    context = open_world(tmp_path, console_token=None)
    token = access_token(context.settings)
    file = tmp_path / "console-token"
    assert len(token) >= 32
    assert access_token(context.settings) == token
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    context.store.close()


def test_demo_stands_open_towards_this_machine_only(tmp_path: Path) -> None:
    """Signed in as 演示用户 on loopback; a foreign Host header (DNS rebinding) and a public address are refused."""
    context = open_world(tmp_path, demo=True)
    with client_of(create_app(context)) as client:
        page = client.get("/")
        assert page.status_code == 200
        assert "演示用户" in page.text
        assert "<strong>演示</strong>" in page.text
        assert client.submit("/operations/platforms/weibo", action="disable", why="试一下").status_code == 303
        assert client.get("/", headers={"host": "evil.test"}).status_code == 421
    public = open_world(tmp_path, demo=True, host="0.0.0.0")
    with client_of(create_app(public)) as client:
        assert client.get("/", follow_redirects=False).status_code == 303
    context.store.close()
    public.store.close()


def test_long_forms_are_refused(staff: Browser) -> None:
    """Nobody writes 64 KB of reasons."""
    assert staff.post("/scan", data={"target": "x" * 70_000}).status_code == 413


def test_machines_pages_are_open(stranger: Browser, context: AppContext) -> None:
    """Health and metrics need no login; metrics can be switched off."""
    health = stranger.get("/healthz")
    assert health.json() == {"status": "ok", "database": "ok", "last_sweep_seconds": 3000, "scheduler": None}
    assert "xunjian_accounts" in stranger.get("/metrics").text
    with client_of(create_app(context, metrics=False)) as client:
        assert client.get("/metrics").status_code == 404


def test_health_tells_a_dead_scheduler(app: FastAPI, stranger: Browser) -> None:
    """503 makes the watchdog act."""
    app.state.timetable = type("Timetable", (), {"alive": False})()
    assert stranger.get("/healthz").status_code == 503
