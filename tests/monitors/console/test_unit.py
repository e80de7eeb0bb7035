"""单位入口: what is asked of a unit in words said to a unit, and nothing of any other."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from fastapi import FastAPI

from monitors.app_context import AppContext
from monitors.console.unit_tasks import Asked, unit_tasks
from rules.cases.case import Exemption
from rules.model import CaseState
from rules.people import User, grants_of
from tests.conftest import NOW
from tests.support.console import DEMO, HASHED, client_of


def test_a_unit_reads_its_own_and_nothing_else(app: FastAPI, context: AppContext) -> None:
    """Every case and account of the unit stands there; no number, name or unit of anybody else's."""
    for unit in ("图书馆", "招生就业处"):
        person = User(name=f"u-{len(unit)}", display="馆员", grants=grants_of(["unit"], school=DEMO, unit=unit))
        context.store.users.add(person, password=HASHED, now=NOW)
        with client_of(app) as client:
            client.sign_in(person.name)
            page = client.get("/unit").text
        for case in context.store.cases.all():
            mine = (case.school, case.unit) == (DEMO, unit)
            assert (case.number in page) is mine, (unit, case.number)
        for filing in context.store.filings.all():
            if filing.unit != unit and "图书馆" not in filing.name:
                assert filing.name[:12] not in page, (unit, filing.name)
        assert 'href="/suspects"' not in page
        assert 'href="/help/unit"' in page


@pytest.mark.parametrize(
    ("number", "turn", "says"),
    [
        ("DEMO-2026-0001", Asked.ACT, "已发出，请按要求整改"),
        ("DEMO-2026-0002", Asked.ACT, "请尽快整改"),
        ("DEMO-2026-0004", Asked.WAIT, "申诉已收到"),
        ("DEMO-2026-0005", Asked.WAIT, "等待宣传部复核"),
    ],
)
def test_what_is_asked(context: AppContext, number: str, turn: Asked, says: str) -> None:
    case = context.store.cases.get(number)
    assert case
    task = unit_tasks([case], NOW)[0]
    assert (task.turn, says in task.text) == (turn, True), task.text
    assert "签批" not in task.text, "who signs is the office's own affair"


def test_what_must_be_done_comes_first_and_an_exemption_waits(context: AppContext) -> None:
    cases = context.store.cases.all(DEMO)
    assert [task.turn for task in unit_tasks(cases, NOW)] == sorted(task.turn for task in unit_tasks(cases, NOW))
    leave = Exemption(at=NOW, approver="赵书记", reason="寒假", until=NOW + timedelta(days=9))
    spared = replace(next(case for case in cases if case.number == "DEMO-2026-0002"), exemption=leave)
    assert unit_tasks([spared], NOW)[0].text == "已准予豁免至2026年11月30日，到期前不督办"
    assert unit_tasks([spared], NOW + timedelta(days=10))[0].turn is Asked.ACT
    settled = replace(spared, state=type(spared.state)("closed"))
    assert unit_tasks([settled], NOW) == []


def test_a_unit_with_many_cases_is_told_how_many_more_there_are(app: FastAPI, context: AppContext) -> None:
    made = context.store.cases.all(DEMO, [CaseState.OPEN])[0]
    with context.store.cases.transaction(DEMO, NOW) as book:
        for n in range(70):
            book.write(replace(made, number=f"DEMO-2026-1{n:03d}", account=f"weibo:1{n:03d}", unit="图书馆"), [])
    open_now = sum(case.unit == "图书馆" for case in context.store.cases.open())
    with client_of(app) as client:
        client.sign_in("unit")
        page = client.get("/unit").text
    assert page.count("#h-act") <= 60
    assert f"另有 {open_now - 60} 件" in page
