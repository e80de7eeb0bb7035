"""Signing in and out with a password, and the two pages for machines: health and metrics."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest

from monitors.console.auth import COOKIE, set_cookie, stands_open
from monitors.console.middleware import safe_path
from monitors.console.rendering import redirect_after, render, world_of
from monitors.console.routes.operations import scheduler_alive
from monitors.people.campus_login import logout_address
from monitors.people.sign_in import SignInRefused, open_session, sign_in
from rules.people import User
from storage.database import StorageError

router = APIRouter()


@router.get("/login")
def login_form(request: Request, next: str = "/") -> Response:
    """Asks for name and password, or leads to the campus login."""
    if request.state.session.user:
        return RedirectResponse(safe_path(next), 303)
    return login_page(request, next)


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


def enter(request: Request, user: User, there: str, **how: str) -> Response:
    """Sign this browser in and go on. Always a new token: one from before the sign-in opens nothing after it."""
    context = world_of(request)
    token = open_session(context.store, user, request.state.origin, context.clock(), **how)
    answer = RedirectResponse(safe_path(there), 303)
    answer.headers["set-cookie"] = set_cookie(token, secure=request.state.secure)
    return answer


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


@router.get("/healthz")
def health(request: Request) -> JSONResponse:
    """For a watchdog: 200 while the database answers and the scheduler, where there is one, runs; else 503."""
    context = world_of(request)
    state: dict[str, Any] = {"database": "ok", "last_sweep_seconds": None, "scheduler": scheduler_alive(request)}
    try:
        last = context.store.read_models.last_runs().get("sweep")
        state["last_sweep_seconds"] = round((context.clock() - last).total_seconds()) if last else None
    except StorageError:
        state["database"] = "unavailable"
    sound = state["database"] == "ok" and state["scheduler"] is not False
    return JSONResponse({"status": "ok" if sound else "failing", **state}, 200 if sound else 503)


@router.get("/metrics")
def metrics(request: Request) -> Response:
    """For Prometheus. A plain route: a mounted app would answer with a redirect."""
    registry: CollectorRegistry | None = request.app.state.metrics
    if registry is None:
        return PlainTextResponse("metrics are switched off", 404)
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)
