"""核实与核查: what waits for a member of staff, who was asked, what is known; for a unit its own open inquiries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial
from itertools import groupby
from typing import Annotated

from fastapi import APIRouter, File, Form, HTTPException, Query, Request, UploadFile
from fastapi.responses import HTMLResponse, Response

from monitors.app_context import AppContext
from monitors.console.access import require_role, view_of
from monitors.console.coverage import coverage_rows
from monitors.console.rendering import Pager, redirect_after, render, school_names, world_of
from monitors.jobs.inquiries import link_of
from monitors.jobs.inquiry_answers import confirm_statement, knowledge_of_filing, observe
from monitors.jobs.statements import Picture
from rules.accounts.statements import InvalidStatement
from rules.coverage import Knowledge, total
from rules.inquiries import (
    AnswerKind,
    Inquiry,
    InquiryError,
    InquiryReason,
    InquiryState,
    close,
    units_that_never_answer,
    verify,
)
from rules.model import AccountState, EvidenceKind, Filing, FilingStatus, Statement
from rules.people import View
from storage.account_lists import AccountListItem
from storage.evidence import EvidenceError

router = APIRouter()
PER_PAGE, SHOWN = 30, 100
Words = Annotated[str, Form(max_length=2000)]
CHANGES = (AnswerKind.ENDED, AnswerKind.FOREIGN)


@dataclass(frozen=True, slots=True)
class WaitingStatement:
    """A silence that somebody stated and nobody else stands by yet."""

    line: AccountListItem
    said: Statement


@dataclass(frozen=True, slots=True)
class UnitInquiries:
    """A unit's part of a list: how many inquiries it has in all, the oldest asked ``since``, and those shown here."""

    unit: str
    count: int
    since: datetime
    inquiries: tuple[Inquiry, ...]


@router.get("/inquiries")
def inquiries(request: Request, page: Annotated[int, Query(ge=1, le=100_000)] = 1) -> HTMLResponse:
    """What waits, worst first; a unit sees its own."""
    context, view = world_of(request), view_of(request)
    every = [
        each for each in context.store.inquiries.all(states=list(InquiryState)[:4]) if view.sees(each.school, each.unit)
    ]
    if view.unit_only:
        own = [(each, link_of(context, each)) for each in every if each.takes_answers or each.declaration]
        links = [(inquiry, "/i/" + link.rpartition("/")[2]) for inquiry, link in own]
        return render(request, "inquiries_unit.html", "核实请求", own=links, names=school_names(context, view))
    overdue = worst_first(
        context, [each for each in every if each.state is InquiryState.OVERDUE or each.shown_to_staff]
    )
    asked = units_together([each for each in every[::-1] if each.state in (InquiryState.OPEN, InquiryState.REMINDED)])
    pager = Pager(page, len(overdue), PER_PAGE, {})
    figures = coverage_rows(context, view)
    return render(
        request,
        "inquiries.html",
        "核实与核查",
        names=school_names(context, view),
        statements=waiting_statements(context, view)[:SHOWN],
        changes=[
            each
            for each in every
            if each.state is InquiryState.ANSWERED and each.answer and each.answer.kind in CHANGES
        ],
        overdue=by_unit(overdue, overdue[pager.offset : pager.offset + PER_PAGE]),
        pager=pager,
        asked=by_unit(asked, asked[:SHOWN]),
        asked_count=len(asked),
        figures=figures,
        all=total([row for _, row in figures]),
        on_file=sum(context.store.read_models.count_by_outcome(view).values()),
        silent_units=units_that_never_answer(
            each for each in context.store.inquiries.all(limit=5000) if view.sees_school(each.school)
        ),
    )


def worst_first(context: AppContext, overdue: list[Inquiry]) -> list[Inquiry]:
    """The unit with the worst account first, its accounts together: what is probably silent, then what was last seen the
    longest ago, or never."""
    states = context.store.observations.states([each.account for each in overdue], context.clock())

    def badness(inquiry: Inquiry) -> tuple[bool, float, str]:
        seen = states.get(inquiry.account)
        last = seen.last_post_at if seen else None
        return inquiry.kind is not InquiryReason.PROBABLY_SILENT, last.timestamp() if last else 0.0, inquiry.number

    return units_together(sorted(overdue, key=badness))


def units_together(ordered: Sequence[Inquiry]) -> list[Inquiry]:
    """The same, each unit's where its first stands."""
    units: dict[tuple[str, str], list[Inquiry]] = {}
    for each in ordered:
        units.setdefault((each.school, each.unit), []).append(each)
    return [each for mine in units.values() for each in mine]


def by_unit(every: Sequence[Inquiry], shown: Sequence[Inquiry]) -> list[UnitInquiries]:
    """Those ``shown`` under their units, with how many of ``every`` one are the unit's and since when."""
    found = []
    for (school, unit), mine in groupby(shown, key=lambda each: (each.school, each.unit)):
        whole = [each for each in every if (each.school, each.unit) == (school, unit)]
        found.append(UnitInquiries(unit, len(whole), min(each.asked_at for each in whole), tuple(mine)))
    return found


def waiting_statements(context: AppContext, view: View) -> list[WaitingStatement]:
    """Stated silences that need a second person, oldest first."""
    stated = context.store.read_models.accounts_with_statements(view)
    waiting = [WaitingStatement(line, said) for line, seen in stated if (said := _unconfirmed(seen))]
    states = context.store.observations.states([each.line.key for each in waiting], context.clock()) if waiting else {}
    open_still = [each for each in waiting if not _is_known(context, each.line, states.get(each.line.key))]
    return sorted(open_still, key=lambda each: each.said.at)


def _unconfirmed(seen: AccountState) -> Statement | None:
    standing = {said.confirms for said in seen.statements}
    waiting = [
        said for said in seen.statements if said.none_since and not said.confirms and said.evidence not in standing
    ]
    return waiting[-1] if waiting else None


def _is_known(context: AppContext, line: AccountListItem, seen: AccountState | None) -> bool:
    if line.filing.school not in context.policies:
        return True
    known = knowledge_of_filing(context, line.filing, line.key, seen, context.clock())
    return known is None or known.knowledge is not Knowledge.UNKNOWN


def _filing(request: Request, key: str, school: str) -> Filing:
    """The filing behind a form, provided that the person may work on it; else 404 or 403."""
    filings = world_of(request).store.filings.by_key([key]).get(key, [])
    mine = next((filing for filing in filings if filing.school == school), None)
    if mine is None:
        raise HTTPException(404, "台账中没有这个账号。")
    require_role(request, mine.school)
    return mine


@router.post("/inquiries/observe")
def record_look(
    request: Request,
    key: Annotated[str, Form(max_length=300)],
    school: Annotated[str, Form(max_length=40)],
    newest: Annotated[str, Form(max_length=10)] = "",
    url: Annotated[str, Form(max_length=2000)] = "",
    none_since: Annotated[str, Form(max_length=10)] = "",
    picture: Annotated[UploadFile | None, File()] = None,
    back: Annotated[str, Form(max_length=400)] = "/inquiries",
) -> Response:
    """人工核查: what the signed-in person saw on a phone."""
    filing = _filing(request, key, school)
    user, context = require_role(request, filing.school), world_of(request)
    if bool(newest) == bool(none_since):
        raise HTTPException(422, "请只填一项：最近一次发布的日期，或者自哪一天起没有发布。")
    if newest and not url.strip():
        raise HTTPException(422, "请一并填写那条内容的网址。")
    said = Statement(
        kind=EvidenceKind.MANUAL, by=user.display, at=context.clock(), newest=_date(newest), url=url.strip(),
        none_since=_date(none_since),
    )  # fmt: skip
    data = picture.file.read() if picture and picture.filename else b""
    try:
        observe(context, filing, key, said, Picture(data) if data else None)
    except (InvalidStatement, EvidenceError) as error:
        raise HTTPException(422, str(error)) from error
    return redirect_after(back, "observed")


@router.post("/inquiries/confirm")
def confirm(
    request: Request,
    key: Annotated[str, Form(max_length=300)],
    school: Annotated[str, Form(max_length=40)],
    evidence: Annotated[str, Form(max_length=200)],
) -> Response:
    """A second person stands by a declaration or by a colleague's look."""
    filing = _filing(request, key, school)
    user = require_role(request, filing.school)
    try:
        confirm_statement(world_of(request), filing, key, evidence, user.display)
    except (InvalidStatement, EvidenceError) as error:
        raise HTTPException(409, str(error)) from error
    return redirect_after("/inquiries", "statement_confirmed")


@router.post("/inquiries/{number}/close")
def close_inquiry(request: Request, number: str, reason: Words = "") -> Response:
    """Nothing more is asked; the links end."""
    inquiry, by = _inquiry(request, number)
    if not reason.strip():
        raise HTTPException(422, "请写明理由。")
    _move(request, inquiry, partial(close, by=by, why=reason.strip()), "inquiry.close")
    return redirect_after("/inquiries", "inquiry_closed")


@router.post("/inquiries/{number}/end")
def end_account(request: Request, number: str) -> Response:
    """The unit said that the account has ended: the register says so from now on."""
    inquiry, by = _inquiry(request, number)
    if not inquiry.answer or inquiry.answer.kind is not AnswerKind.ENDED:
        raise HTTPException(409, "责任单位没有说明这个账号已停用。")
    filing, context = _filing(request, inquiry.account, inquiry.school), world_of(request)
    now = context.clock()
    _move(request, inquiry, partial(verify, by=by, why="已登记为关停"), "inquiry.verify")
    closed = replace(filing, status=FilingStatus.CLOSED, status_changed_at=now.date())
    context.store.filings.save([closed], by=by, now=now)
    return redirect_after("/inquiries", "account_ended")


def _inquiry(request: Request, number: str) -> tuple[Inquiry, str]:
    inquiry = world_of(request).store.inquiries.one(number)
    if inquiry is None or not view_of(request).sees_school(inquiry.school):
        raise HTTPException(404, "没有这项核实请求。")
    return inquiry, require_role(request, inquiry.school).display


def _move(request: Request, inquiry: Inquiry, move: partial[Inquiry], action: str) -> None:
    context = world_of(request)
    now: datetime = context.clock()
    try:
        context.store.inquiries.change(inquiry.number, partial(move, now=now), now, action)
    except InquiryError as error:
        raise HTTPException(409, str(error)) from error


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise HTTPException(422, "日期写法不对，请写成 2026-11-21 这样的格式。") from error
