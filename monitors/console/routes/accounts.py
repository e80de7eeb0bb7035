"""账号: one account with everything that is known about it."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, Response

from crawler.platforms import SPECS, can
from monitors.app_context import AppContext
from monitors.console.access import ACCESS, require_role, view_of
from monitors.console.background import start
from monitors.console.formatting import day, masked, outlink, path, prose
from monitors.console.labels import label
from monitors.console.pending import by_urgency
from monitors.console.register_query import RegisterQuery
from monitors.console.rendering import redirect_after, render, school_name, world_of
from monitors.console.year_strip import first_day, year_strip
from monitors.jobs.proof import look_order
from rules.calendar import start_of
from rules.cases.case import Case
from rules.model import Filing, Finding, LabeledEnum, Platform
from rules.people import Role, View
from rules.platforms import UNPOLLED
from storage.account_history import SourceUse
from storage.filing_changes import FilingChange
from storage.observations import StoredPost
from storage.register import FieldChange, field_changes
from storage.register.columns import COLUMNS

router = APIRouter()
PERSONAL = ("phones", "emails")
PUBLIC = ("account_id",)
"""Numbers that anybody may see, however much they look like a telephone's."""
CHANGES_SHOWN, POSTS_READ, LOOKS_SHOWN = 20, 3000, 30
PICTURE = ("GET", "/evidence/{evidence:path}/picture")
"""Where a page of the archive is shown as a picture, where that is offered."""
OWN_HEADINGS = ("id", "platform", "name", "unit", "url")
"""Shown at the head of the page, not again among the filing's fields."""


@router.get("/accounts/{key:path}")
def account(request: Request, key: str) -> HTMLResponse:
    """One account: what is declared beside what was seen."""
    return _page(request, key)


def _page(request: Request, key: str, *, error: str = "", status: int = 200) -> HTMLResponse:
    context, now = world_of(request), world_of(request).clock()
    store, view = context.store, view_of(request)
    known = store.filings.by_key([key]).get(key, [])
    filings = [filing for filing in known if view.sees(filing.school, filing.unit)]
    cases = [case for case in store.cases.all(account=key) if view.sees(case.school, case.unit)]
    seen = store.observations.states([key], now).get(key)
    # What nobody filed was found for some school: it is shown to those who see schools, or whose case it is.
    if not filings and (known or seen is None or (view.unit_only and not cases)):
        raise HTTPException(404, "台账和观察记录中都没有这个账号。")
    platform = filings[0].platform if filings else Platform(key.partition(":")[0])
    schools = {filing.school for filing in filings} | {case.school for case in cases}
    cited = {evidence for case in cases for evidence in case.evidence}
    first = start_of(first_day(now.date()))
    posts, looks = store.observations.posts(key, POSTS_READ), store.account_history.looks(key, first, LOOKS_SHOWN)
    changes = _changes(request, filings)
    return render(
        request,
        "account.html",
        filings[0].name if filings else (seen and seen.name) or key,
        school=filings[0].school if len(filings) == 1 else "",
        status=status,
        error=error,
        key=key,
        platform=platform,
        polled=platform not in UNPOLLED,
        way_back=RegisterQuery.read(request.query_params.get("from", "")).text,
        filings=[
            (filing, filing_facts(filing, masks=not _needs_numbers(request, filing)), changes[filing.school, filing.id])
            for filing in filings
        ],
        seen=seen,
        names={code: school_name(context, code) for code in schools},
        strip=year_strip(now.date(), _days(posts), looks.by_day, seen),
        posts=shown_posts(posts[:20]),
        name_spans=store.account_history.names(key),
        findings=_findings(context, key, view, cases),
        history=looks.newest,
        cases=by_urgency(cases, now, store.read_models.held_back()),
        sources=_sources(platform, looks.by_source),
        source_names=source_names(platform),
        picture=PICTURE in ACCESS,
        opens=lambda evidence: evidence in cited or not view.unit_only,
    )


def _days(posts: Sequence[StoredPost]) -> Counter[date]:
    """How many of the posts bear each day's date."""
    return Counter(post.published_at.date() for post in posts if post.published_at)


def _findings(context: AppContext, key: str, view: View, cases: Sequence[Case]) -> list[tuple[Finding, datetime]]:
    """Clauses broken as of the last check that have no open case of their own to show them."""
    told = {(case.school, case.rule, case.clause) for case in cases if not case.state.is_final}
    return [
        (finding, since)
        for finding, since in context.store.cases.findings(account=key)
        if view.sees(finding.school, finding.unit) and (finding.school, finding.rule, finding.clause) not in told
    ]


def _sources(platform: Platform, used: Mapping[str, SourceUse]) -> list[tuple[str, str, str, SourceUse | None]]:
    """(name, what it can prove, note, how it was used here) of every public source of a platform."""
    if platform.value not in SPECS:
        return []
    return [(s.label, can(s.proves), s.note, used.get(s.code)) for s in SPECS[platform.value].sources]


def source_names(platform: Platform) -> dict[str, str]:
    """What observations call a source, and what people call it."""
    own = {source.code: source.label for source in SPECS[platform.value].sources} if platform.value in SPECS else {}
    return {source.code: source.label for spec in SPECS.values() for source in spec.sources} | own


ShownChanges = list[tuple[FilingChange, list[tuple[str, Any, Any]]]]


def _changes(request: Request, filings: Sequence[Filing]) -> dict[tuple[str, str], ShownChanges]:
    """The newest changes of each filing: (label, before, after) of every field, personal data masked or not."""
    found = world_of(request).store.filings.changes_of([(filing.school, filing.id) for filing in filings])
    shown: dict[tuple[str, str], ShownChanges] = {}
    for filing in filings:
        masks, mine = not _needs_numbers(request, filing), found[filing.school, filing.id][-CHANGES_SHOWN:]
        shown[filing.school, filing.id] = [
            (each, [_difference(field, masks) for field in _fields(each)]) for each in reversed(mine)
        ]
    return shown


def _fields(change: FilingChange) -> Sequence[FieldChange]:
    return field_changes(change.before, change.after) if change.before and change.after else ()


def _difference(change: FieldChange, masks: bool) -> tuple[str, Any, Any]:
    hide = masks and change.field not in PUBLIC
    before, after = ((masked(text) if hide else prose(text, 120)) for text in (change.before, change.after))
    return change.label, before, after


def shown_posts(posts: Sequence[StoredPost]) -> list[StoredPost]:
    """Without what a search page told of a post (a time and no more) where the post itself was seen."""
    titled = {post.published_at for post in posts if post.title}
    return [post for post in posts if post.title or post.published_at not in titled][:15]


def _needs_numbers(request: Request, filing: Filing) -> bool:
    """The office's staff telephone the owners; a unit sees what it filed itself. Nobody else needs the numbers."""
    session, own = request.state.session, View(frozenset(), view_of(request).units)
    return session.may({Role.EDITOR}, filing.school) or own.sees(filing.school, filing.unit)


def filing_facts(filing: Filing, *, masks: bool = True) -> list[tuple[str, Any]]:
    """The filed fields under the headings of the register's form; empty ones left out, personal data masked or not."""
    found = []
    for column in COLUMNS:
        value = getattr(filing, column.field, None)
        if column.field not in OWN_HEADINGS and value not in (None, "", ()):
            rough = column.field in (*filing.known_to_month, *filing.known_to_year)
            text = filing.day_text(column.field) if rough else _shown(column.field, value, masks)
            found.append((column.heading, text))
    return found


def _shown(field: str, value: Any, masks: bool) -> Any:
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, LabeledEnum):
        return label(value)
    if isinstance(value, tuple):
        text = "、".join(map(str, value))
        return masked(text) if masks and field in PERSONAL else prose(text)
    if isinstance(value, str):
        return masked(value) if masks and field not in PUBLIC else prose(value)
    return day(value) if hasattr(value, "year") else value


@router.post("/accounts/{key:path}/proof")
async def prove(request: Request, key: str, url: Annotated[str, Form()] = "") -> Response:
    """自证: the unit pastes its newest link; the page behind it is looked at like any other."""
    school = await run_in_threadpool(_school_of, request, key)
    if not outlink(url):
        error = "请粘贴以 http:// 或 https:// 开头的完整链接。"
        return await run_in_threadpool(_page, request, key, error=error, status=422)
    context = world_of(request)
    await run_in_threadpool(
        context.store.audit.add, "proof.give", key, now=context.clock(), school=school, url=url.strip()
    )
    start(request.app, asyncio.create_task(context.job_queue.put(look_order(key, url.strip()))))
    return redirect_after(f"/accounts/{path(key)}", "proof")


def _school_of(request: Request, key: str) -> str:
    """The school of an account that this person may give a proof for; else 403 or 404."""
    context, view = world_of(request), view_of(request)
    filings = [f for f in context.store.filings.by_key([key]).get(key, []) if view.sees(f.school, f.unit)]
    if not filings:
        raise HTTPException(404, "台账中没有这个账号。")
    require_role(request, filings[0].school)
    return filings[0].school
