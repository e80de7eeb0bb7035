"""全省概况: the figures of every school on one page, for whoever sees all schools."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse

from monitors.app_context import AppContext
from monitors.console.access import view_of
from monitors.console.pages import add_page
from monitors.console.rendering import render, school_names, world_of
from rules.coverage import UPDATE_RULE, CoverageFigures, total
from rules.people import OFFICE
from storage.account_filter import AccountFilter
from storage.notices import NoticeState

router = APIRouter()
add_page(access={("GET", "/province"): OFFICE})


@dataclass(frozen=True, slots=True, kw_only=True)
class SchoolFigures:
    """One school in figures. ``counted_at``: when its coverage was last counted; None where it never was."""

    accounts: int = 0
    coverage: CoverageFigures
    counted_at: datetime | None = None
    open_cases: int = 0
    silent: int = 0
    to_sign: int = 0
    to_print: int = 0
    failed: int = 0
    suspects: int = 0


@router.get("/province")
def province(request: Request) -> HTMLResponse:
    """Every school's figures and their sum. Who sees single schools only has no such page."""
    context, view = world_of(request), view_of(request)
    if view.schools is not None:
        raise HTTPException(404, "全省概况只供负责全部学校的人员查看，您的学校见“今日”。")
    figures = figures_by_school(context)
    names = school_names(context, view)
    rows = sorted(figures.items(), key=lambda row: names.get(row[0], row[0]))
    return render(request, "province.html", "全省概况", rows=rows, names=names, sum=sum_of(figures.values()))


def figures_by_school(context: AppContext) -> dict[str, SchoolFigures]:
    """The figures of every school that has a register or an open case, in a fixed number of questions."""
    store = context.store
    accounts, counted = store.account_lists.count_by_school(AccountFilter()), store.coverage.all()
    suspects, letters = store.candidates.count_pending(), store.outbox.counts_by_school()
    cases, silent = Counter[str](), Counter[str]()
    for (school, rule, _), number in store.cases.counts().items():
        cases[school] += number
        silent[school] += number if rule == UPDATE_RULE else 0
    return {
        school: SchoolFigures(
            accounts=accounts.get(school, 0),
            coverage=total(counted[school].platforms.values()) if school in counted else CoverageFigures(),
            counted_at=counted[school].at if school in counted else None,
            open_cases=cases[school],
            silent=silent[school],
            to_sign=letters.get((school, NoticeState.DRAFT), 0),
            to_print=letters.get((school, NoticeState.TO_PRINT), 0),
            failed=letters.get((school, NoticeState.FAILED), 0),
            suspects=suspects.get(school, 0),
        )
        for school in accounts.keys() | cases.keys()
    }


def sum_of(figures: Iterable[SchoolFigures]) -> SchoolFigures:
    """All schools together."""
    every = list(figures)
    return SchoolFigures(
        accounts=sum(one.accounts for one in every),
        coverage=total(one.coverage for one in every),
        open_cases=sum(one.open_cases for one in every),
        silent=sum(one.silent for one in every),
        to_sign=sum(one.to_sign for one in every),
        to_print=sum(one.to_print for one in every),
        failed=sum(one.failed for one in every),
        suspects=sum(one.suspects for one in every),
    )
