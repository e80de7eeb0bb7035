"""The one table of routes and roles: every route walked with every role and with none."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from starlette.routing import Mount

from monitors.app_context import AppContext
from monitors.console.access import ACCESS, OPEN, allowed
from monitors.console.routes import accounts, operations, register_bulk
from rules.people import Role, User, grants_of
from storage.filings import key_of
from storage.notices import NoticeState
from tests.conftest import NOW
from tests.support.console import DEMO, HASHED, Browser, client_of, routes

ALONE = {
    Role.EDITOR: "editor",
    Role.SIGNER: "signer",
    Role.IT: "it",
    Role.READER: "reader",
    Role.UNIT: "unit",
    Role.ADMIN: "admin",
}
"""Who holds this role and no other."""


@pytest.fixture
def browser(request: pytest.FixtureRequest, app: FastAPI) -> Iterator[Browser]:
    with client_of(app) as client:
        assert client.sign_in(ALONE[request.param]).status_code == 303
        yield client


def test_the_table_and_the_house_have_the_same_routes(app: FastAPI) -> None:
    """A route that is not in the table opens to nobody, and a line without a route hides a mistake: both fail here."""
    assert {(method, route) for method, _, route in routes(app)} == set(ACCESS)
    assert len(ACCESS) > 50
    assert [route.path for route in app.routes if isinstance(route, Mount)] == ["/static"]


def test_a_route_outside_the_table_opens_to_nobody(app: FastAPI, staff: Browser) -> None:
    app.add_api_route("/forgotten", lambda: "secret", methods=["GET"])
    answer = staff.get("/forgotten")
    assert answer.status_code == 403
    assert "secret" not in answer.text


@pytest.mark.parametrize(("browser", "role"), [(role, role) for role in Role], indirect=["browser"])
def test_every_route_with_every_role(
    app: FastAPI, browser: Browser, role: Role, monkeypatch: pytest.MonkeyPatch
) -> None:
    """403 exactly where the table has not this role; a form with the session's own token, so that nothing else says no."""
    for module, job in ((operations, "run_sweep"), (register_bulk, "run_sweep"), (accounts, "dated_evidence")):
        monkeypatch.setattr(module, job, _nothing)  # the walk opens doors; it sends nobody out
    csrf = browser.csrf()
    for method, path, route in routes(app):
        if path in ("/logout", "/me/sessions") or (method, path) == ("POST", "/login"):
            continue  # these end or replace the session that walks
        roles = ACCESS[method, route]
        form = {"csrf": csrf, "reason": "", "target": ""} if method == "POST" else None
        answer = browser.request(method, path, data=form, follow_redirects=False)
        let_in = roles is None or roles == OPEN or role in roles
        assert (answer.status_code != 403) is let_in, (role, method, path, answer.status_code)
        assert answer.status_code < 500 or (method, route) == ("GET", "/login/cas"), (method, path)


async def _nothing(*_: object, **__: object) -> None:
    return None


def test_nobody_is_let_in_without_a_person_or_disabled() -> None:
    disabled = User(
        name="x", display="x", grants=grants_of([r.value for r in Role if r is not Role.UNIT]), disabled=True
    )
    for (method, route), roles in ACCESS.items():
        assert allowed(method, route, None) is (roles == OPEN)
        assert allowed(method, route, disabled) is (roles == OPEN)


def test_a_role_is_held_per_school(app: FastAPI, context: AppContext) -> None:
    """The other school's editor and signer sees and signs nothing here: 404, for not even the number is theirs to know."""
    with client_of(app) as client:
        client.sign_in("sias")
        assert client.get("/cases/DEMO-2026-0001").status_code == 404
        assert client.submit("/cases/DEMO-2026-0001/approve").status_code == 404
        assert "DEMO-2026" not in client.get("/cases").text
        assert "DEMO-2026" not in client.get("/cases?state=all").text
        assert "DEMO-2026" not in client.get("/").text
        assert "共 6 个" in client.get("/accounts").text
        assert client.get(f"/accounts/{key_of(context.store.filings.all(DEMO)[1])}").status_code == 404
        assert "示范大学招生咨询" not in client.get("/suspects").text
        found = context.store.candidates.all()[0]
        answer = client.submit("/suspects/decide", school=found.school, key=found.key, verdict="confirmed")
        assert answer.status_code == 404
        assert "示范大学" not in client.get("/digest").text
        assert client.get("/digest/2026-11-21").status_code == 404
        assert "DEMO-2026" not in client.get("/notices").text
    assert context.store.cases.get("DEMO-2026-0001") is not None


def test_reading_one_school_and_signing_for_another(app: FastAPI, context: AppContext) -> None:
    """Seen but not signed: the role is asked for the case's own school."""
    both = (*grants_of(["reader"], school=DEMO), *grants_of(["signer"], school="sias"))
    context.store.users.add(User(name="both", display="两校", grants=both), password=HASHED, now=NOW)
    with client_of(app) as client:
        client.sign_in("both")
        assert client.get("/cases/DEMO-2026-0001").status_code == 200
        assert client.submit("/cases/DEMO-2026-0001/approve", step="public_notice").status_code == 403


def test_a_unit_sees_its_own_and_nothing_else(app: FastAPI, context: AppContext) -> None:
    """Accounts, cases, papers and evidence of the unit; the rest is not there."""
    own = {f.id for f in context.store.filings.all() if f.unit == "图书馆"}
    with client_of(app) as client:
        client.sign_in("unit")
        assert client.get("/", follow_redirects=False).headers["location"] == "/unit"
        assert f"共 {len(own)} 个" in client.get("/accounts").text
        for case in context.store.cases.all():
            mine = case.unit == "图书馆"
            assert client.get(f"/cases/{case.number}").status_code == (200 if mine else 404), case.number
            assert client.get(f"/accounts/{case.account}").status_code == (200 if mine else 404), case.number
        for row in context.store.outbox.all():
            about = context.store.cases.get(row.case_number)
            mine = bool(about and about.unit == "图书馆") and row.state is not NoticeState.DRAFT
            assert client.get(f"/notices/{row.id}.html").status_code == (200 if mine else 404)
        cited = context.store.cases.get("DEMO-2026-0001")
        assert cited
        assert client.get(f"/evidence/{cited.evidence[0]}").status_code == 200
        assert client.get(f"/evidence/{cited.evidence[0][:-1]}x").status_code == 404
        assert "/suspects" not in client.get("/accounts").text


def test_a_unit_appeals_in_its_own_name(app: FastAPI, context: AppContext) -> None:
    """Whatever name it types; and only its own cases."""
    mine = next(c for c in context.store.cases.all() if c.unit == "图书馆")
    other = next(c for c in context.store.cases.all() if c.unit != "图书馆" and not c.appeals)
    with client_of(app) as client:
        client.sign_in("unit")
        assert client.submit(f"/cases/{mine.number}/appeal", by="党委宣传部", reason="已更新").status_code == 303
        assert client.submit(f"/cases/{other.number}/appeal", reason="已更新").status_code == 404
        assert client.submit(f"/cases/{mine.number}/decide", upheld="yes", reason="自己说了算").status_code == 403
    appealed = context.store.cases.get(mine.number)
    assert appealed
    assert appealed.pending_appeal
    assert appealed.pending_appeal.by == "图书馆馆员"


def test_the_menu_shows_what_opens(app: FastAPI) -> None:
    for name, sees, not_sees in (
        ("admin", ["/users", "/audit"], ["/cases", "/operations"]),
        ("reader", ["/cases", "/accounts"], ["/users", "/audit"]),
        ("unit", ["/cases", "/accounts"], ["/suspects", "/operations", "/users"]),
    ):
        with client_of(app) as client:
            client.sign_in(name)
            menu = client.get("/me").text.partition("</nav>")[0]
        assert all(f'href="{path}"' in menu for path in sees), name
        assert not any(f'href="{path}"' in menu for path in not_sees), name


@pytest.mark.parametrize("browser", [Role.EDITOR, Role.IT, Role.READER, Role.SIGNER], indirect=True)
def test_today_links_to_nothing_that_is_closed_to_its_reader(browser: Browser) -> None:
    links = set(re.findall(r'href="(/[^"#]*)"', browser.get("/").text))
    assert {"/accounts"} < links
    assert {link: code for link in links if (code := browser.get(html.unescape(link)).status_code) >= 400} == {}


@pytest.mark.parametrize("browser", [Role.EDITOR], indirect=True)
def test_no_coverage_is_claimed_where_nothing_was_counted(browser: Browser) -> None:
    assert "100.0%" not in browser.get("/inquiries").text
