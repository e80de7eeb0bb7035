"""台账: the register with what was seen, and one account with everything that is known about it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Form, HTTPException, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, Response

from crawler.platforms import SPECS, can
from monitors.console.access import require_role, view_of
from monitors.console.background import start
from monitors.console.formatting import day, masked, outlink, path, prose
from monitors.console.labels import label
from monitors.console.pending import by_urgency
from monitors.console.rendering import Pager, open_breakers, redirect_after, render, school_names, world_of
from monitors.jobs.proof import look_at
from rules.model import Filing, LabeledEnum, Outcome, Platform
from rules.people import Role, View
from storage.observations import StoredPost
from storage.read_models import NEVER, AccountFilter
from storage.register.columns import COLUMNS

router = APIRouter()
PER_PAGE = 50
OUTCOMES = (
    *((outcome.value, outcome.label) for outcome in Outcome),
    (NEVER, "尚未观察"),
    ("unseen", "未能观察（合计）"),
    ("case", "有未结问题"),
)
PERSONAL = ("phones", "emails")
PUBLIC = ("account_id",)
"""Numbers that anybody may see, however much they look like a telephone's."""
OWN_HEADINGS = ("id", "platform", "name", "unit", "url")
"""Shown at the head of the page, not again among the filing's fields."""


@router.get("/accounts")
def register(
    request: Request,
    q: str = "",
    school: str = "",
    platform: str = "",
    outcome: str = "",
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
) -> HTMLResponse:
    """One page of the register under the filters."""
    context = world_of(request)
    view = view_of(request)
    wanted = AccountFilter(school=school, platform=platform, outcome=outcome, text=q[:100], view=view)
    lines, total = context.store.read_models.accounts(wanted, limit=PER_PAGE, offset=(page - 1) * PER_PAGE)
    query = {"q": q[:100], "school": school, "platform": platform, "outcome": outcome}
    return render(
        request,
        "accounts.html",
        "台账",
        lines=lines,
        pager=Pager(page, total, PER_PAGE, query),
        query=query,
        names=school_names(context, view),
        platforms=[(p.value, p.label) for p in Platform],
        outcomes=OUTCOMES,
    )


@router.get("/accounts/{key:path}")
def account(request: Request, key: str) -> HTMLResponse:
    """One account: what is declared beside what was seen."""
    return _page(request, key)


def _page(request: Request, key: str, *, error: str = "", status: int = 200) -> HTMLResponse:
    context, now = world_of(request), world_of(request).clock()
    view, known = view_of(request), context.store.filings.by_key([key]).get(key, [])
    filings = [filing for filing in known if view.sees(filing.school, filing.unit)]
    cases = [case for case in context.store.cases.all(account=key) if view.sees(case.school, case.unit)]
    seen = context.store.observations.states([key], now).get(key)
    # What nobody filed was found for some school: it is shown to those who see schools, or whose case it is.
    if not filings and (known or seen is None or (view.unit_only and not cases)):
        raise HTTPException(404, "台账和观察记录中都没有这个账号。")
    platform = filings[0].platform if filings else Platform(key.partition(":")[0])
    return render(
        request,
        "account.html",
        filings[0].name if filings else (seen and seen.name) or key,
        school=filings[0].school if len(filings) == 1 else "",
        status=status,
        error=error,
        key=key,
        platform=platform,
        filings=[(filing, filing_facts(filing, masks=not _needs_numbers(request, filing))) for filing in filings],
        seen=seen,
        names=school_names(context, view),
        posts=shown_posts(context.store.observations.posts(key, 20)),
        history=[look for look, _ in context.store.observations.history(key, limit=30)],
        cases=by_urgency(cases, now, open_breakers(context)),
        sources=sources_of(platform),
        source_names=source_names(platform),
    )


def sources_of(platform: Platform) -> list[tuple[str, str, str]]:
    """(name, what it can prove, note) of every public source of a platform."""
    if platform.value not in SPECS:
        return []
    return [(source.label, can(source.proves), source.note) for source in SPECS[platform.value].sources]


def source_names(platform: Platform) -> dict[str, str]:
    """What observations call a source, and what people call it."""
    return {source.code: source.label for source in SPECS[platform.value].sources} if platform.value in SPECS else {}


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
            found.append((column.heading, _shown(column.field, value, masks)))
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
    start(request.app, asyncio.create_task(look_at(context, key, url.strip())))
    return redirect_after(f"/accounts/{path(key)}", "proof")


def _school_of(request: Request, key: str) -> str:
    """The school of an account that this person may give a proof for; else 403 or 404."""
    context, view = world_of(request), view_of(request)
    filings = [f for f in context.store.filings.by_key([key]).get(key, []) if view.sees(f.school, f.unit)]
    if not filings:
        raise HTTPException(404, "台账中没有这个账号。")
    require_role(request, filings[0].school)
    return filings[0].school
