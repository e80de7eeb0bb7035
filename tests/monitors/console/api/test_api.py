"""The JSON interface: whose eyes a token has, what it is made for, paging without gaps, errors as one Chinese sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI

from monitors.app_context import AppContext
from monitors.console import create_app
from monitors.people.api_tokens import make_token, revoke_token
from rules.coverage import CoverageFigures
from rules.model import Platform
from rules.people import PeopleError, Scope
from tests.conftest import NOW
from tests.support.console import DEMO, PEOPLE, Browser, client_of

ALL = [scope.value for scope in Scope]
CONTACTS = ("13800138000", "62436666", "zhangsan@")


def token(context: AppContext, name: str, *scopes: str) -> dict[str, str]:
    """The header of a fresh token."""
    _, secret = make_token(context.store, PEOPLE[name], "校数据平台", scopes or ALL, 30, NOW)
    return {"authorization": f"Bearer {secret}"}


@pytest.fixture
def program(app: FastAPI) -> Iterator[Browser]:
    """A client without cookies."""
    with client_of(app) as client:
        yield client


def walk(client: Browser, path: str, header: dict[str, str], **query: str) -> list[dict[str, Any]]:
    """Every row of a resource, seven a page."""
    rows: list[dict[str, Any]] = []
    cursor = ""
    while True:
        answer = client.get(path, params={"limit": "7", "cursor": cursor} | query, headers=header)
        assert answer.status_code == 200, answer.text
        page = answer.json()
        assert len(page["items"]) <= 7
        rows += page["items"]
        if page["next_cursor"] is None:
            return rows
        assert page["items"], "an empty page leads nowhere"
        cursor = page["next_cursor"]


def test_pages_have_no_gap_and_no_double(program: Browser, context: AppContext) -> None:
    header = token(context, "reader")
    found = walk(program, "/api/v1/accounts", header)
    assert [(row["school"], row["id"]) for row in found] == sorted(
        (f.school, f.id) for f in context.store.filings.all()
    )
    assert {row["number"] for row in walk(program, "/api/v1/cases", header)} == {
        c.number for c in context.store.cases.all()
    }
    assert len(walk(program, "/api/v1/suspects", header)) == len(context.store.candidates.all())
    papers = [row.id for row in context.store.outbox.all() if row.document_type != "digest"]
    assert sorted(row["id"] for row in walk(program, "/api/v1/notices", header)) == sorted(papers)


def test_filters(program: Browser, context: AppContext) -> None:
    header = token(context, "reader")
    rows = walk(program, "/api/v1/accounts", header, school=DEMO, platform="weibo")
    assert rows
    assert {(row["school"], row["platform"]) for row in rows} == {(DEMO, "weibo")}
    assert {row["state"] for row in walk(program, "/api/v1/cases", header, state="resolved")} == {"resolved"}
    assert walk(program, "/api/v1/suspects", header, state="excluded") == []


def test_contacts_are_masked_for_everybody(program: Browser, context: AppContext) -> None:
    for name in ("editor", "unit", "reader"):
        text = program.get("/api/v1/accounts?limit=200", headers=token(context, name)).text
        assert '"items":[{' in text
        assert not any(number in text for number in CONTACTS), name


def test_a_unit_and_another_school_see_their_own(program: Browser, context: AppContext) -> None:
    own = token(context, "unit")
    assert {row["unit"] for row in walk(program, "/api/v1/accounts", own)} == {"图书馆"}
    assert {row["unit"] for row in walk(program, "/api/v1/cases", own)} == {"图书馆"}
    assert program.get("/api/v1/suspects", headers=own).status_code == 403
    other = token(context, "sias")
    for resource in ALL:
        assert {row["school"] for row in walk(program, f"/api/v1/{resource}", other)} <= {"sias"}, resource


def test_a_token_reads_what_it_was_made_for_and_opens_no_page(program: Browser, context: AppContext) -> None:
    header = token(context, "wang", "cases")
    assert program.get("/api/v1/cases", headers=header).status_code == 200
    refused = program.get("/api/v1/accounts", headers=header)
    assert refused.status_code == 403
    assert "不能读取台账" in refused.json()["message"]
    assert program.get("/accounts", headers=header, follow_redirects=False).status_code == 303
    assert program.post("/logout", headers=header).status_code == 401


def test_a_token_ends(program: Browser, context: AppContext) -> None:
    made, secret = make_token(context.store, PEOPLE["editor"], "报表", ALL, 1, NOW)
    header = {"authorization": f"bearer {secret}"}
    assert program.get("/api/v1/cases", headers=header).status_code == 200
    assert context.store.api_tokens.find(secret, NOW + timedelta(days=1)) is None
    revoke_token(context.store, made.id, NOW)
    answer = program.get("/api/v1/cases", headers=header)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert "已撤销" in answer.json()["message"]
    with pytest.raises(PeopleError):
        revoke_token(context.store, made.id, NOW)
    header = token(context, "signer")
    context.store.users.change(PEOPLE["signer"].__class__(name="signer", display="孙部长", disabled=True), now=NOW)
    assert program.get("/api/v1/cases", headers=header).status_code == 401


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("/api/v1/accounts?limit=0", 422, "limit 应为"),
        ("/api/v1/accounts?limit=x&platform=myspace", 422, "platform 不是"),
        ("/api/v1/cases?cursor=nonsense", 422, "游标不对"),
        ("/api/v1/cases?cursor=WyJhIiwiYiJd", 422, "游标不对"),
        ("/api/v1/cases?cursor=%00", 422, "游标不对"),
        ("/api/v1/cases?school=%27%20or%201", 422, "school 应为"),
        ("/api/v1/nothing", 404, "没有"),
    ],
)
def test_errors_are_one_chinese_sentence(
    program: Browser, context: AppContext, path: str, status: int, said: str
) -> None:
    answer = program.get(path, headers=token(context, "reader"))
    assert answer.status_code == status
    assert said in answer.json()["message"]
    assert set(answer.json()) == {"message"}


def test_without_a_token(program: Browser) -> None:
    for header in ({}, {"authorization": "Bearer xj_wrong"}, {"authorization": "Basic d2FuZzp3YW5n"}):
        answer = program.get("/api/v1/accounts", headers=header)
        assert answer.status_code == 401
        assert "令牌" in answer.json()["message"]


def test_the_secret_is_kept_as_a_hash_and_shown_once(staff: Browser, context: AppContext) -> None:
    fields = {"label": "校数据平台", "days": "30", "scope": "cases"}
    page = staff.submit("/me/tokens", **fields).text
    secret = re.search(r"xj_[\w-]{43}", page)
    assert secret
    assert secret[0] not in staff.get("/me").text
    assert "校数据平台" in staff.get("/me").text
    with context.store.database.read() as tx:
        kept = tx.exec_driver_sql("SELECT * FROM api_token").first()
    assert kept is not None
    assert secret[0] not in str(tuple(kept))
    entry = context.store.audit.search(action="token.add")[0]
    assert entry.user == "wang"
    assert secret[0] not in str(entry)
    mine = context.store.api_tokens.of("wang")[0]
    assert staff.submit(f"/me/tokens/{mine.id}/revoke").headers["location"] == "/me?done=token_revoked"
    assert "没有编号" in staff.submit(f"/me/tokens/{mine.id}/revoke").text


def test_somebody_elses_token_is_not_ones_to_end(staff: Browser, context: AppContext) -> None:
    made, _ = make_token(context.store, PEOPLE["editor"], "报表", ALL, 1, NOW)
    assert "没有编号" in staff.submit(f"/me/tokens/{made.id}/revoke").text
    assert context.store.api_tokens.of("editor")[0].works(NOW)


@pytest.mark.parametrize(
    ("label", "scope", "days", "said"),
    [
        ("", "cases", "5", "哪个系统"),
        ("x", "", "5", "可以读取"),
        ("x", "all", "5", "可以读取"),
        ("x", "cases", "900", "有效期"),
    ],
)
def test_a_token_that_cannot_be_made(staff: Browser, label: str, scope: str, days: str, said: str) -> None:
    answer = staff.submit("/me/tokens", label=label, scope=scope, days=days)
    assert answer.status_code == 422
    assert said in answer.text


def test_the_description_lists_the_resources(staff: Browser, context: AppContext) -> None:
    found = staff.get("/api/openapi.json").json()
    assert set(found["paths"]) == {f"/api/v1/{resource}" for resource in ALL}
    assert found["components"]["securitySchemes"]["令牌"]["scheme"] == "bearer"
    assert create_app(context, metrics=False).openapi_url is None


def test_coverage_is_what_was_last_counted(program: Browser, context: AppContext) -> None:
    figures = CoverageFigures(accounts=4, active=2, silent=1, unknown=1, asked=1)
    context.store.coverage.save(DEMO, {Platform.WECHAT: figures}, NOW)
    answer = program.get("/api/v1/coverage", headers=token(context, "reader")).json()
    assert answer["next_cursor"] is None
    (row,) = answer["items"]
    assert (row["school"], row["platform"], row["known"], row["unknown"]) == (DEMO, "wechat", 3, 1)
    assert program.get("/api/v1/coverage?school=sias", headers=token(context, "reader")).json()["items"] == []
