"""One page of the register's list, for the list itself and for what is done to several accounts at once."""

from __future__ import annotations

from fastapi import Request
from fastapi.responses import HTMLResponse

from monitors.console.access import ACCESS, view_of
from monitors.console.register_query import OUTCOMES, SEEN, STATES, RegisterQuery
from monitors.console.rendering import render, school_names, world_of
from rules.model import AccountLevel, Platform
from storage.account_lists import AccountOrder

PER_PAGE = 50
MOST_AT_ONCE = 2000
ASK = ("POST", "/inquiries/ask")
"""Where picked accounts are asked for proof, where that is offered."""


def register_page(request: Request, query: RegisterQuery, *, error: str = "", status: int = 200) -> HTMLResponse:
    """The list under a query, with what went wrong above it."""
    context, view = world_of(request), view_of(request)
    wanted = query.filter(view, context.clock())
    lists = context.store.account_lists
    page = lists.page(wanted, limit=PER_PAGE, order=query.order, after=query.after, before=query.before)
    units, categories = lists.words(view)
    return render(
        request,
        "accounts.html",
        "台账",
        error=error,
        status=status,
        lines=page.items,
        page=page,
        query=query,
        names=school_names(context, view),
        units=units,
        categories=categories,
        platforms=[(p.value, p.label) for p in Platform],
        levels=[(level.value, level.label) for level in AccountLevel],
        orders=[(order.value, order.label) for order in AccountOrder if order is not AccountOrder.REGISTER],
        outcomes=OUTCOMES,
        states=STATES,
        seen=SEEN,
        ask=ASK[1] if ASK in ACCESS else "",
        most=MOST_AT_ONCE,
    )
