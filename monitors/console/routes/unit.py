"""单位入口: what is asked of a unit, its accounts, its cases, and how to object. Nothing of any other unit."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from monitors.console.access import view_of
from monitors.console.campaign_forms import sheets_to_fill
from monitors.console.rendering import render, school_names, world_of
from monitors.console.unit_tasks import Asked, unit_tasks
from rules.people import View
from storage.account_filter import UNSEEN, AccountFilter

router = APIRouter()
MOST_ACCOUNTS, MOST_UNSEEN, MOST_CASES = 60, 20, 200


@router.get("/unit")
def unit(request: Request) -> HTMLResponse:
    """Everything a unit has to know, on one page. Who also works in the office sees the unit's part here all the same."""
    context, now = world_of(request), world_of(request).clock()
    own = View(frozenset(), view_of(request).units)
    listed = context.store.account_lists.page(AccountFilter(view=own), limit=MOST_ACCOUNTS)
    cases = context.store.keyset_pages.cases(own, (), MOST_CASES).rows
    tasks = unit_tasks(cases, now)
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
        tasks=tasks,
        to_do=sum(task.turn is Asked.ACT for task in tasks),
        settled=[case for case in cases if case.state.is_final][-10:][::-1],
    )
