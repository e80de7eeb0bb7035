"""今日: what waits for a person, what could not be seen, how healthy the crawler is."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from monitors.console.access import view_of
from monitors.console.formatting import long_day
from monitors.console.pending import OPEN_STATES, SILENCE, ActionOwner, PendingAction, by_urgency
from monitors.console.platform_status import platform_rows
from monitors.console.rendering import render, school_names, world_of
from rules.cases.case import Case
from rules.people import View
from storage.notices import NoticeState
from storage.read_models import UNSEEN, RegisterOverview

router = APIRouter()
SHOWN_CASES, SHOWN_UNSEEN = 12, 8


@router.get("/")
def today(request: Request) -> Response:
    """The front page, of the schools that this person sees; a unit and an administrator have one of their own."""
    context, view = world_of(request), view_of(request)
    store, overview, now = context.store, context.store.read_models, context.clock()
    if view.unit_only or view == View():
        return RedirectResponse("/unit" if view.units else "/users", 303)
    every = store.cases.all(states=OPEN_STATES)
    states, register = store.platform_state.all(), overview.register_overview(view)
    frozen = [state.platform for state in states if state.breaker_opened_at]
    cases = by_urgency([case for case in every if view.sees(case.school, case.unit)], now, frozen)
    suspects = sum(n for school, n in store.candidates.count_pending().items() if view.sees_school(school))
    return render(
        request,
        "today.html",
        "今日",
        heading=long_day(now),
        names=school_names(context, view),
        tiles=_tiles(register, cases),
        hijacked=overview.hijacked_sites(view),
        cases=cases[:SHOWN_CASES],
        ours=sum(wait.turn is ActionOwner.OURS for _, wait in cases),
        open_count=len(cases),
        suspects=suspects,
        unseen=overview.accounts_without_fact(SHOWN_UNSEEN, view),
        unseen_count=_unseen(register.counts),
        platforms=platform_rows(register.counts, register.facts, states, now),
        failed_notices=store.outbox.counts().get(NoticeState.FAILED, 0),
        digests=[row for row in overview.digests(8) if row.day == now.date() and view.sees_school(row.school)],
    )


def _unseen(counts: Mapping[tuple[str, str], int]) -> int:
    return sum(n for (_, shown), n in counts.items() if shown in UNSEEN)


def _tiles(register: RegisterOverview, cases: list[tuple[Case, PendingAction]]) -> list[tuple[str, int, str, str, str]]:
    """(label, number, tone, link, hint) of each tile."""
    silent = sum(case.rule in SILENCE for case, _ in cases)
    signing = sum(wait.sign for _, wait in cases)
    return [
        ("在册账号", sum(register.counts.values()), "", "/accounts", "台账中的全部账号"),
        ("正常", register.healthy, "good", "/accounts?outcome=ok", "最近一次看到，且没有未结问题"),
        ("长期未更新", silent, "bad" if silent else "", "/cases?rule=silence", "未结的长期未更新问题"),
        (
            "未能观察到",
            _unseen(register.counts),
            "unseen",
            "/accounts?outcome=unseen",
            "不作判断，既不算正常也不算问题",
        ),
        ("待签批", signing, "warn" if signing else "", "/cases?state=sign", "到期文书等待签批人签字"),
    ]
