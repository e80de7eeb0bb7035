"""今日: what waits for a person, what could not be seen, how healthy the crawler is."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from monitors.console.access import allowed, person, view_of
from monitors.console.coverage import coverage_rows
from monitors.console.formatting import long_day
from monitors.console.pending import ActionOwner, PendingAction, by_urgency
from monitors.console.platform_status import platform_rows
from monitors.console.rendering import render, school_name, school_names, world_of
from monitors.jobs.letter_counts import count_letters
from rules.calendar import start_of
from rules.cases.case import Case
from rules.coverage import UPDATE_RULE, CoverageFigures, total
from rules.people import Role, View
from storage.account_filter import NOT_POLLED, UNSEEN
from storage.front_page import RegisterOverview
from storage.notices import DIGEST, NoticeState

router = APIRouter()
SHOWN_CASES, SHOWN_UNSEEN = 12, 8


@router.get("/")
def today(request: Request) -> Response:
    """The front page, of the schools that this person sees; a unit and an administrator have one of their own."""
    context, view = world_of(request), view_of(request)
    store, now = context.store, context.clock()
    if view.unit_only or view == View():
        return RedirectResponse("/unit" if view.units else "/users", 303)
    register = store.front_page.register(SHOWN_UNSEEN, view)
    schools = dict(sorted(register.schools.items()))
    if not schools:
        return _beginning(request, view)
    every, states, waiting = store.cases.open(), store.platform_state.all(), store.front_page.waiting()
    letters = [row for row in store.notice_lists.current(start_of(now.date())) if view.sees_school(row.school)]
    mine = [case for case in every if view.sees(case.school, case.unit)]
    cases = by_urgency(mine, now, store.read_models.held_back())
    counted = coverage_rows(context, view)
    coverage = total(row for _, row in counted)
    return render(
        request,
        "today.html",
        "今日",
        heading=long_day(now),
        names={code: school_name(context, code) for code in schools},
        schools=schools,
        all_schools=view.schools is None,
        tiles=_tiles(register, cases, coverage, sum(row.state is NoticeState.DRAFT for row in letters), request),
        coverage=coverage,
        checked=bool(counted),
        hijacked=register.hijacked,
        cases=cases[:SHOWN_CASES],
        ours=sum(wait.turn is ActionOwner.OURS for _, wait in cases),
        open_count=len(cases),
        suspects=sum(n for school, n in waiting.suspects.items() if view.sees_school(school)),
        unseen=register.unseen,
        unseen_count=_unseen(register.counts),
        unpolled=sum(n for (_, shown), n in register.counts.items() if shown == NOT_POLLED),
        platforms=platform_rows(register.counts, register.facts, states, now),
        failed_notices=sum(row.state is NoticeState.FAILED for row in letters),
        letters=count_letters(letters, start_of(now.date()), now),
        surveys=[code for code in waiting.surveys if view.sees_school(code)],
        day=now.date(),
        digests=[row.school for row in letters if row.number == f"{DIGEST}/{now.date()}"],
    )


def _beginning(request: Request, view: View) -> Response:
    """Nothing is on file yet: what to do first, and no success that is none."""
    context = world_of(request)
    policies = [policy for policy in context.policies.values() if not policy.pack and not policy.demonstration]
    people = context.store.users.all()
    return render(
        request,
        "beginning.html",
        "开始使用",
        heading=long_day(context.clock()),
        names=school_names(context, view),
        policies=[policy for policy in policies if view.sees_school(policy.code)],
        missing=[role for role in (Role.EDITOR, Role.SIGNER) if not any(each.user.may({role}) for each in people)],
    )


def _unseen(counts: Mapping[tuple[str, str], int]) -> int:
    return sum(n for (_, shown), n in counts.items() if shown in UNSEEN)


def _tiles(
    register: RegisterOverview,
    cases: list[tuple[Case, PendingAction]],
    coverage: CoverageFigures,
    signing: int,
    request: Request,
) -> list[tuple[str, int | str, str, str, str]]:
    """(label, number, tone, link, hint) of each tile."""
    known = f"{coverage.share:.1%}" if coverage.accounts else "—"
    silent = sum(case.rule == UPDATE_RULE for case, _ in cases)
    drafts = "/notices/sign" if allowed("GET", "/notices/sign", person(request)) else "/notices?state=draft"
    return [
        ("在册账号", sum(register.counts.values()), "", "/accounts", "台账中的全部账号"),
        ("正常", register.healthy, "good", "/accounts?outcome=ok", "最近一次看到，且没有未结问题"),
        ("长期未更新", silent, "bad" if silent else "", f"/cases?rule={UPDATE_RULE}", "未结的长期未更新问题"),
        (
            "未能观察到",
            _unseen(register.counts),
            "unseen",
            "/accounts?outcome=unseen",
            "不作判断，既不算正常也不算问题",
        ),
        ("掌握率", known, "", "/inquiries", "知道是否更新的账号，占按制度应当更新的账号的比例"),
        ("待签发", signing, "warn" if signing else "", drafts, "文书已拟好，等待签批人阅后签发"),
    ]
