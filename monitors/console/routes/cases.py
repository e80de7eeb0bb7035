"""问题台账: the list of cases, one case with its ladder and history, and what a person may decide about it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, HTTPException, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, Response

from monitors.app_context import AppContext
from monitors.console.access import require_role, view_of
from monitors.console.formatting import path
from monitors.console.pending import ActionOwner, PendingAction, by_urgency, rungs, waiting
from monitors.console.rendering import Pager, redirect_after, render, school_names, world_of
from monitors.console.signing import read_by, reading, signatory
from monitors.jobs import case_actions, letters
from rules.cases.case import Case, CaseError, EventKind
from rules.cases.transitions import LONG_EXEMPTION
from rules.cases.undo import last_decision
from rules.model import CaseState
from rules.people import PeopleError, Role, User, View
from rules.policies.schema import Clause
from storage.database import StorageError
from storage.letters import OFFICE_ONLY
from storage.notices import DeliveryWay, NoticeState

router = APIRouter()
PER_PAGE = 50
STATES = (
    ("sign", "待签发"),
    ("ours", "等我处理"),
    *((state.value, state.label) for state in CaseState if state is not CaseState.OPEN),
    ("all", "全部"),
)
OF_DRAFTS = frozenset({EventKind.EDITED, EventKind.DEFERRED, EventKind.RESUMED})
"""What happened to a draft; not for the unit, which has not seen it."""
FINAL = frozenset(state.value for state in CaseState if state.is_final)


@router.get("/cases")
def case_list(
    request: Request,
    q: str = "",
    school: str = "",
    state: str = "open",
    rule: str = "",
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
) -> HTMLResponse:
    """The cases, those that wait for this office first while they are open."""
    context, query = world_of(request), {"q": q[:100], "school": school, "state": state, "rule": rule}
    if state == "all" or state in FINAL:
        shown, total = _settled(context, query, page, view_of(request))
    else:
        shown, total = _unsettled(context, query, page, view_of(request))
    return render(
        request,
        "cases.html",
        "问题台账",
        cases=shown,
        pager=Pager(page, total, PER_PAGE, query),
        query=query,
        states=STATES,
        names=school_names(context, view_of(request)),
    )


def _settled(
    context: AppContext, query: dict[str, str], page: int, view: View
) -> tuple[list[tuple[Case, PendingAction]], int]:
    found, total = context.store.read_models.cases(
        view,
        school=query["school"],
        states=[query["state"]] if query["state"] in FINAL else [],
        rule=query["rule"],
        text=query["q"],
        limit=PER_PAGE,
        offset=(page - 1) * PER_PAGE,
    )
    now = context.clock()
    return [(case, waiting(case, now)) for case in found], total


def _unsettled(
    context: AppContext, query: dict[str, str], page: int, view: View
) -> tuple[list[tuple[Case, PendingAction]], int]:
    state = query["state"]
    every = context.store.cases.open(query["school"] or None)
    words = query["q"].split()
    wanted = [c for c in every if view.sees(c.school, c.unit) and _wanted(c, words, query["rule"], state)]
    pairs = by_urgency(wanted, context.clock(), context.store.read_models.held_back())
    pairs = [
        (c, w) for c, w in pairs if (state != "sign" or w.sign) and (state != "ours" or w.turn is ActionOwner.OURS)
    ]
    start = (page - 1) * PER_PAGE
    return pairs[start : start + PER_PAGE], len(pairs)


def _wanted(case: Case, words: list[str], rule: str, state: str) -> bool:
    return (
        rule in ("", case.rule)
        and (state not in (CaseState.RECTIFYING, CaseState.RESOLVED) or case.state == state)
        and (not words or all(word in f"{case.number} {case.title} {case.unit}" for word in words))
    )


@router.get("/cases/{number:path}")
def case(request: Request, number: str) -> HTMLResponse:
    """One case."""
    return _page(request, number)


def _page(request: Request, number: str, *, error: str = "", status: int = 200) -> HTMLResponse:
    context, now = world_of(request), world_of(request).clock()
    found = _visible_case(request, number)
    whole = view_of(request).sees_school(found.school)
    notices = [row for row in context.store.outbox.all(case=number) if whole or row.state not in OFFICE_ONLY]
    events = context.store.cases.events(number)
    deferred = [row for row in notices if row.state is NoticeState.DEFERRED]
    return render(
        request,
        "case.html",
        f"{found.number} {found.title}",
        school=found.school,
        status=status,
        error=error,
        case=found,
        wait=waiting(found, now, context.store.read_models.held_back()),
        rungs=rungs(found),
        clause=clause_of(context, found),
        school_name=school_names(context).get(found.school, found.school),
        events=[event for event in events if whole or event.kind not in OF_DRAFTS],
        notices=notices,
        drafts=[reading(request, row) for row in notices if row.state is NoticeState.DRAFT],
        deferred=deferred,
        under_way=[row for row in notices if row.state in letters.UNDER_WAY],
        ways=list(DeliveryWay),
        undoable=last_decision(events, now),
        long_exemption=LONG_EXEMPTION.days,
        today=now.date(),
    )


def _visible_case(request: Request, number: str) -> Case:
    """The case, for those who may see it; others are not told that it exists."""
    found = world_of(request).store.cases.get(number)
    if found is None or not view_of(request).sees(found.school, found.unit):
        raise HTTPException(404, "没有这个编号的问题。")
    return found


def clause_of(context: AppContext, found: Case) -> Clause | None:
    """The clause in today's policy; None where the policy no longer has it."""
    policy = context.policies.get(found.school)
    return policy.clause_of(found.rule, found.clause) if policy else None


async def _do(request: Request, number: str, done: str, act: Callable[..., Case], **given: Any) -> Response:
    """One decision; what the case does not allow is said on its page, with everything as it was."""
    try:
        await run_in_threadpool(act, world_of(request), number, **given)
    except (CaseError, PeopleError, StorageError) as error:
        return await run_in_threadpool(_page, request, number, error=str(error), status=409)
    return redirect_after(f"/cases/{path(number)}", done)


async def decider(request: Request, number: str) -> User:
    """Dependency: who decides, with a role that opens this route held for the case's own school; else 403 or 404."""
    found = await run_in_threadpool(_visible_case, request, number)
    return require_role(request, found.school)


Decider = Annotated[User, Depends(decider)]
Words = Annotated[str, Form(max_length=2000)]
Seen = Annotated[str, Form(max_length=60_000)]


@router.post("/cases/{number:path}/approve")
async def approve(request: Request, number: str, who: Decider, notice: Words = "", seen: Seen = "") -> Response:
    """签发 by whoever is signed in, of a paper that this person has had open: it bears the account's name and post."""

    def act(context: AppContext, number: str) -> Case:
        draft = notice or letters.draft_of(context, number)
        facts = read_by(request, draft, seen)
        letters.sign(context, draft, signatory(who), seen=facts)
        return context.store.cases.get(number) or _visible_case(request, number)

    return await _do(request, number, "signed", act)


@router.post("/cases/{number:path}/propose")
async def propose(request: Request, number: str, who: Decider, reason: Words = "") -> Response:
    """提请签发: a paper that two persons answer for."""

    def act(context: AppContext, number: str) -> Case:
        return letters.propose(context, letters.draft_of(context, number), signatory(who), reason)

    return await _do(request, number, "proposed", act)


@router.post("/cases/{number:path}/undo")
async def undo(request: Request, number: str, who: Decider) -> Response:
    """撤销 the newest decision, within ten minutes."""
    return await _do(request, number, "undone", case_actions.undo, by=who.display)


@router.post("/cases/{number:path}/appeal")
async def appeal(request: Request, number: str, who: Decider, by: Words = "", reason: Words = "") -> Response:
    """A unit's appeal: its own, or written down by this office in the unit's name."""
    speaks = by.strip() if who.may({Role.EDITOR}) else ""
    written = f"（由{who.display}登记）" if speaks not in ("", who.display) and reason.strip() else ""
    given = {"by": speaks or who.display, "reason": reason.strip() + written}
    return await _do(request, number, "appealed", case_actions.appeal, **given)


@router.post("/cases/{number:path}/decide")
async def decide(request: Request, number: str, who: Decider, upheld: Words = "", reason: Words = "") -> Response:
    """The decision on an appeal."""
    if upheld not in ("yes", "no"):
        return await run_in_threadpool(_page, request, number, error="请选择申诉成立或不成立。", status=422)
    given = {"by": who.display, "upheld": upheld == "yes", "reason": reason.strip()}
    return await _do(request, number, "decided", case_actions.decide, **given)


@router.post("/cases/{number:path}/exempt")
async def exempt(request: Request, number: str, who: Decider, reason: Words = "", until: Words = "") -> Response:
    """豁免 until a day, granted by whoever is signed in."""
    try:
        day = date.fromisoformat(until)
    except ValueError:
        return await run_in_threadpool(_page, request, number, error="请填写豁免截止日期。", status=422)
    given = {"by": who.display, "reason": reason.strip(), "until": day}
    return await _do(request, number, "exempted", case_actions.exempt, **given)


@router.post("/cases/{number:path}/deliver")
async def deliver(
    request: Request,
    number: str,
    who: Decider,
    notice: Words = "",
    day: Words = "",
    way: Words = DeliveryWay.IN_PERSON,
    receiver: Words = "",
) -> Response:
    """登记送达: who received the paper, when and how."""
    try:
        on = date.fromisoformat(day) if day else world_of(request).clock().date()
        chosen = DeliveryWay(way)
    except ValueError:
        return await run_in_threadpool(_page, request, number, error="请填写送达日期和送达方式。", status=422)

    def act(context: AppContext, number: str) -> Case:
        which = notice or letters.undelivered(context, number)
        letters.deliver(context, which, day=on, way=chosen, receiver=receiver, by=who.display)
        return context.store.cases.get(number) or _visible_case(request, number)

    return await _do(request, number, "delivered", act)


ENDINGS = {
    "withdraw": ("withdrawn", case_actions.withdraw),
    "dismiss": ("dismissed", case_actions.dismiss),
    "close": ("closed", case_actions.close),
}


@router.post("/cases/{number:path}/{ending}")
async def end(request: Request, number: str, ending: str, who: Decider, reason: Words = "") -> Response:
    """撤回, 不属实 or 销号."""
    if ending not in ENDINGS:
        raise HTTPException(404, "没有这项操作。")
    if not reason.strip():
        return await run_in_threadpool(_page, request, number, error="请写明理由。", status=422)
    done, act = ENDINGS[ending]
    return await _do(request, number, done, act, by=who.display, reason=reason.strip())
