"""Signing in and out with a password."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from monitors.console.auth import COOKIE
from monitors.console.middleware import safe_path
from monitors.console.rendering import redirect_after, render, world_of
from monitors.console.sign_in_pages import enter, login_page
from monitors.people.campus_login import logout_address
from monitors.people.sign_in import SignInRefused, sign_in

router = APIRouter()


@router.get("/login")
def login_form(request: Request, next: str = "/") -> Response:
    """Asks for name and password, or leads to the campus login."""
    if request.state.session.user:
        return RedirectResponse(safe_path(next), 303)
    return login_page(request, next)


@router.post("/login")
def login(
    request: Request,
    username: Annotated[str, Form(max_length=200)] = "",
    password: Annotated[str, Form(max_length=500)] = "",
    code: Annotated[str, Form(max_length=20)] = "",
    next: Annotated[str, Form(max_length=2000)] = "/",
) -> Response:
    """Opens a new session for the right password; slows down whoever guesses."""
    context = world_of(request)
    try:
        user = sign_in(context.store, username, password, code, request.state.origin, context.clock())
    except SignInRefused as refused:
        status = 429 if refused.locked else 401
        return login_page(request, next, error=str(refused), status=status, user=username[:64])
    return enter(request, user, next)


@router.post("/logout")
def logout(request: Request) -> Response:
    """Ends the session, in the browser and here; who came by the campus login is shown the way out of that too."""
    context, session = world_of(request), request.state.session
    record = session.record
    context.store.sessions.end(session.user.name, now=context.clock(), token=record.token)
    outside = logout_address(context.settings, record.method, record.hint)
    answer = render(request, "left.html", "已退出", outside=outside) if outside else redirect_after("/login", "left")
    answer.delete_cookie(COOKIE, path="/", httponly=True, samesite="strict")
    return answer
