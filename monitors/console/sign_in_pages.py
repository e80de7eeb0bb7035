"""The sign-in page and the way in, whichever way somebody proved who it is."""

from __future__ import annotations

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from monitors.console.auth import set_cookie, stands_open
from monitors.console.middleware import safe_path
from monitors.console.rendering import render, world_of
from monitors.people.sign_in import open_session
from rules.people import User


def login_page(request: Request, there: str, *, error: str = "", status: int = 200, user: str = "") -> HTMLResponse:
    """The sign-in page; on the demonstration with its people, while it is open to this machine only."""
    context = world_of(request)
    return render(
        request,
        "login.html",
        "登录",
        error=error,
        status=status,
        there=safe_path(there),
        user=user,
        cas=bool(context.settings.cas_url),
        oidc=bool(context.settings.oidc_issuer),
        people=context.demo_people if stands_open(context.settings) else (),
        nobody=not context.store.users.any(),
    )


def enter(request: Request, user: User, there: str, **how: str) -> Response:
    """Sign this browser in and go on. Always a new token: one from before the sign-in opens nothing after it."""
    context = world_of(request)
    token = open_session(context.store, user, request.state.origin, context.clock(), **how)
    answer = RedirectResponse(safe_path(there), 303)
    answer.headers["set-cookie"] = set_cookie(token, secure=request.state.secure)
    return answer
