"""Signing in and out, and the two pages for machines: health and metrics."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest

from monitors.console.auth import COOKIE, token_file
from monitors.console.middleware import safe_path, set_cookie
from monitors.console.rendering import render, world_of
from monitors.console.routes.operations import scheduler_alive
from storage.database import StorageError

router = APIRouter()
SWEEP_LATE_SECONDS = 6 * 3600


@router.get("/login")
def login_form(request: Request, next: str = "/") -> Response:
    """Asks for the token and the name that decisions will carry."""
    if request.state.session.user:
        return RedirectResponse(safe_path(next), 303)
    return _form(request, next)


def _form(request: Request, there: str, *, error: str = "", status: int = 200, user: str = "") -> HTMLResponse:
    data = world_of(request).settings.data
    return render(
        request,
        "login.html",
        "登录",
        error=error,
        status=status,
        there=safe_path(there),
        user=user,
        token_file=token_file(data).exists(),
    )


@router.post("/login")
def login(
    request: Request,
    token: Annotated[str, Form(max_length=500)] = "",
    user: Annotated[str, Form(max_length=200)] = "",
    next: Annotated[str, Form(max_length=2000)] = "/",
) -> Response:
    """Opens a new session for the right token; slows down whoever guesses."""
    door, address = request.state.door, request.client.host if request.client else "?"
    if door.is_locked_out(address):
        return _form(request, next, error="口令错误次数过多，请五分钟后再试。", status=429, user=user)
    name = "".join(user.split())[:20]
    if not door.check_token(token):
        door.record_failure(address)
        return _form(request, next, error="口令不正确。", status=401, user=user)
    if not name:
        return _form(request, next, error="请填写您的姓名，签批和决定会记在这个名字下。", status=422)
    answer = RedirectResponse(safe_path(next), 303)
    secure = request.app.state.https or request.url.scheme == "https"
    answer.headers["set-cookie"] = set_cookie(door, door.issue(name), secure=secure)
    return answer


@router.post("/logout")
def logout(request: Request) -> Response:
    """Ends the session, in the browser and here."""
    request.state.door.revoke(request.state.session)
    answer = RedirectResponse("/login", 303)
    answer.delete_cookie(COOKIE, path="/", httponly=True, samesite="strict")
    return answer


@router.get("/healthz")
def health(request: Request) -> JSONResponse:
    """For a watchdog: 200 while the database answers and the scheduler, where there is one, runs; else 503."""
    context = world_of(request)
    state: dict[str, Any] = {"database": "ok", "last_sweep_seconds": None, "scheduler": scheduler_alive(request)}
    try:
        last = context.store.overview.last_runs().get("sweep")
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
