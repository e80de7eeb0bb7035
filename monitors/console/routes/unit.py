"""单位入口: what is asked of a unit, its accounts, its cases, and how to object. Nothing of any other unit."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from monitors.console.access import view_of
from monitors.console.campaign_forms import sheets_to_fill
from monitors.console.rendering import render, school_names, world_of
from monitors.console.unit_tasks import Asked, unit_tasks
from rules.model import CaseState
from rules.people import View
from storage.account_filter import UNSEEN, AccountFilter

router = APIRouter()
MOST_ACCOUNTS, MOST_UNSEEN, MOST_TASKS, MOST_SETTLED = 60, 20, 60, 10
FINAL = [state.value for state in CaseState if state.is_final]


@router.get("/unit")
def unit(request: Request) -> HTMLResponse:
    """Everything a unit has to know, on one page. Who also works in the office sees the unit's part here all the same."""
    context, now = world_of(request), world_of(request).clock()
    own = View(frozenset(), view_of(request).units)
    listed = context.store.account_lists.page(AccountFilter(view=own), limit=MOST_ACCOUNTS)
    tasks = unit_tasks([case for case in context.store.cases.open() if own.sees(case.school, case.unit)], now)
    settled, _ = context.store.read_models.cases(own, states=FINAL, limit=MOST_SETTLED, offset=0)
    return render(
        request,
        "unit.html",
        "本单位",
        units=sorted({name for _, name in own.units}),
        names=school_names(context, own),
        lines=listed.items,
        total=listed.total,
        sheets=sheets_to_fill(context, own, now),
        unseen=[line for line in listed.items if line.shown in UNSEEN][:MOST_UNSEEN],
        tasks=tasks[:MOST_TASKS],
        more_tasks=max(len(tasks) - MOST_TASKS, 0),
        to_do=sum(task.turn is Asked.ACT for task in tasks),
        settled=settled,
    )
