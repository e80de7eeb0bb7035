"""全省概况: every school's figures for whoever sees all, in a fixed number of questions."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from fastapi import FastAPI
from sqlalchemy import event

from monitors.app_context import AppContext
from monitors.console.routes.province import figures_by_school, sum_of
from monitors.jobs.coverage import count_coverage
from storage.notices import NoticeState
from storage.open_cases import OPEN
from tests.conftest import NOW
from tests.support.console import DEMO, Browser, client_of


def test_the_figures_are_those_of_the_schools_own_pages(context: AppContext) -> None:
    count_coverage(context)
    figures = figures_by_school(context)
    assert set(figures) == {DEMO, "sias"}
    for school, one in figures.items():
        assert one.accounts == len(context.store.filings.all(school))
        assert one.open_cases == len([c for c in context.store.cases.all(school) if c.state.value in OPEN])
        letters = [row for row in context.store.outbox.all(school=school) if row.case_number]
        assert one.to_sign == sum(row.state is NoticeState.DRAFT for row in letters)
        assert one.to_print == sum(row.state is NoticeState.TO_PRINT for row in letters)
    assert figures[DEMO].open_cases > 0
    every = sum_of(figures.values())
    assert every.accounts == sum(one.accounts for one in figures.values())
    assert every.coverage.accounts == sum(one.coverage.accounts for one in figures.values())


def test_the_page_is_for_who_sees_all_schools(app: FastAPI, staff: Browser) -> None:
    page = staff.get("/province").text
    assert "示范大学" in page
    assert "合计" in page
    assert 'href="/province"' in staff.get("/").text
    with client_of(app) as client:
        client.sign_in("sias")
        answer = client.get("/province")
        assert answer.status_code == 404
        assert "示范大学" not in answer.text
        assert "/province" not in client.get("/").text


def test_many_schools_cost_as_many_questions_as_two(context: AppContext, staff: Browser) -> None:
    asked: list[str] = []

    def note(_: Any, __: Any, statement: str, *___: Any) -> None:
        asked.append(statement)

    filing = context.store.filings.all(DEMO)[0]
    schools = [replace(filing, id=f"x{n}", school=f"school{n}") for n in range(30)]
    context.store.filings.save(schools, by="测试", now=NOW)
    event.listen(context.store.database.engine, "before_cursor_execute", note)
    page = staff.get("/province").text
    event.remove(context.store.database.engine, "before_cursor_execute", note)
    assert "共 32 所学校" in page
    questions = [text for text in asked if text.lstrip().upper().startswith(("SELECT", "WITH"))]
    assert len(questions) <= 10, questions
