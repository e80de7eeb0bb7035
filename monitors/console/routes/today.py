"""今日: what waits for a person, what could not be seen, how healthy the crawler is."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from monitors.console.access import view_of
from monitors.console.formatting import long_day
from monitors.console.pending import OPEN_STATES, SILENCE, ActionOwner, by_urgency
from monitors.console.rendering import open_breakers, render, school_names, world_of
from monitors.console.routes.inquiries import coverage_rows
from rules.candidates import CandidateState
from rules.coverage import CoverageFigures, total
from rules.model import Outcome, Platform
from rules.people import View
from storage.notices import NoticeState
from storage.platform_state import PlatformState
from storage.read_models import UNSEEN

router = APIRouter()
SHOWN_CASES, SHOWN_UNSEEN = 12, 8


@router.get("/")
def today(request: Request) -> Response:
    """The front page, of the schools that this person sees; a unit and an administrator have one of their own."""
    context, view = world_of(request), view_of(request)
    store, overview, now = context.store, context.store.read_models, context.clock()
    if view.unit_only or view == View():
        return RedirectResponse("/accounts" if view.units else "/users", 303)
    every = store.cases.all(states=OPEN_STATES)
    cases = by_urgency([case for case in every if view.sees(case.school, case.unit)], now, open_breakers(context))
    counts = overview.count_by_outcome(view)
    waiting = store.candidates.all(state=CandidateState.WAITING)
    coverage = total(row for _, row in coverage_rows(context, view))
    suspects = [found for found in waiting if found.kind.needs_review and view.sees_school(found.school)]
    return render(
        request,
        "today.html",
        "今日",
        heading=long_day(now),
        names=school_names(context, view),
        tiles=_tiles(counts, overview.count_healthy(view), cases, coverage),
        coverage=coverage,
        hijacked=overview.hijacked_sites(view),
        cases=cases[:SHOWN_CASES],
        ours=sum(wait.turn is ActionOwner.OURS for _, wait in cases),
        open_count=len(cases),
        suspects=len(suspects),
        unseen=overview.accounts_without_fact(SHOWN_UNSEEN, view),
        unseen_count=_unseen(counts),
        platforms=platform_rows(counts, overview.last_facts(), store.platform_state.all(), now),
        failed_notices=store.outbox.counts().get(NoticeState.FAILED, 0),
        digests=[row for row in overview.digests(8) if row.day == now.date() and view.sees_school(row.school)],
    )


def _unseen(counts: dict[tuple[str, str], int]) -> int:
    return sum(n for (_, shown), n in counts.items() if shown in UNSEEN)


def _tiles(
    counts: dict[tuple[str, str], int], sound: int, cases: list[Any], coverage: CoverageFigures
) -> list[tuple[str, int | str, str, str, str]]:
    """(label, number, tone, link, hint) of each tile."""
    known = f"{coverage.share:.0%}" if coverage.accounts else "—"
    silent = sum(case.rule in SILENCE for case, _ in cases)
    signing = sum(wait.sign for _, wait in cases)
    return [
        ("在册账号", sum(counts.values()), "", "/accounts", "台账中的全部账号"),
        ("正常", sound, "good", "/accounts?outcome=ok", "最近一次看到，且没有未结问题"),
        ("长期未更新", silent, "bad" if silent else "", "/cases?rule=silence", "未结的长期未更新问题"),
        ("未能观察到", _unseen(counts), "unseen", "/accounts?outcome=unseen", "不作判断，既不算正常也不算问题"),
        ("掌握率", known, "", "/inquiries", "知道在更新或未更新的账号占全部的比例"),
        ("待签批", signing, "warn" if signing else "", "/cases?state=sign", "到期文书等待签批人签字"),
    ]


def platform_rows(
    counts: dict[tuple[str, str], int], facts: dict[str, datetime], states: list[PlatformState], now: datetime
) -> list[dict[str, Any]]:
    """One row per platform that has accounts: how many are in sight, when it was last seen, what holds it up."""
    by_platform: dict[str, Counter[str]] = {}
    for (platform, shown), n in counts.items():
        by_platform.setdefault(platform, Counter())[shown] += n
    held = {row.platform.value: row for row in states}
    return [
        {
            "platform": Platform(code),
            "good": shown[Outcome.OK],
            "gone": shown[Outcome.GONE],
            "other": shown[Outcome.EMPTY] + shown[Outcome.MOVED],
            "unseen": sum(shown[code] for code in UNSEEN),
            "seen_at": facts.get(code),
            "held": held_up(held.get(code), now),
        }
        for code, shown in sorted(by_platform.items(), key=lambda pair: -pair[1].total())
    ]


def held_up(state: PlatformState | None, now: datetime) -> str:
    """Why a platform is not looked at, or its cases do not move, in one sentence; empty where nothing is wrong."""
    if state is None:
        return ""
    if not state.enabled:
        return "已由管理员停用"
    if state.breaker_opened_at:
        return f"督办已冻结：{state.breaker_reason or '观察结果异常'}"
    if state.paused_until and state.paused_until > now:
        return f"遇到拦截，暂停访问至 {state.paused_until:%m-%d %H:%M}"
    return ""
