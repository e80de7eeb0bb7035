"""The way by the campus login: to its page, back with a ticket or a code, and out when it says so."""

from __future__ import annotations

import secrets
from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import PlainTextResponse, RedirectResponse, Response

from monitors.console.auth import FLOW_COOKIE, set_flow_cookie
from monitors.console.middleware import safe_path
from monitors.console.rendering import world_of
from monitors.console.sign_in_pages import enter, login_page
from monitors.people import campus_login
from monitors.people.campus_login import Identity
from monitors.people.sign_in import SignInRefused, known_person

router = APIRouter()
LONGEST = 4096
NOT_SET = "没有设置这种登录方式。"


@router.get("/login/cas")
def cas(request: Request, ticket: str = "", state: str = "", next: str = "/") -> Response:
    """Without a ticket to the CAS server's page; with one back from there."""
    context = world_of(request)
    if not context.settings.cas_url:
        raise HTTPException(404, NOT_SET)
    try:
        if not ticket:
            browser = secrets.token_urlsafe(24)
            state, _, _ = campus_login.begin(context.store, browser, safe_path(next), context.clock())
            return _leave(request, campus_login.cas_address(context.settings, state), browser)
        kept = _resume(request, state)
        identity = campus_login.cas_identity(context.settings, state, ticket[:LONGEST])
        return _enter(request, identity, kept["there"], "cas")
    except SignInRefused as refused:
        return login_page(request, "/", error=str(refused), status=401)


@router.post("/login/cas")
def cas_logout(request: Request, logoutRequest: Annotated[str, Form(max_length=20_000)] = "") -> Response:  # noqa: N803
    """The CAS server says that a session of its own ended. Only who knows the ticket can name it."""
    context = world_of(request)
    if not context.settings.cas_url:
        raise HTTPException(404, NOT_SET)
    ended = campus_login.cas_ended(context.settings, logoutRequest)
    if ended:
        context.store.sessions.end_external(ended, now=context.clock())
    return PlainTextResponse("OK")


@router.get("/login/oidc")
def oidc(request: Request, next: str = "/") -> Response:
    """To the issuer's page."""
    context = world_of(request)
    if not context.settings.oidc_issuer:
        raise HTTPException(404, NOT_SET)
    browser = secrets.token_urlsafe(24)
    flow = campus_login.begin(context.store, browser, safe_path(next), context.clock())
    try:
        return _leave(request, campus_login.oidc_address(context.settings, *flow), browser)
    except SignInRefused as refused:
        return login_page(request, next, error=str(refused), status=503)


@router.get("/login/oidc/return")
def oidc_return(request: Request, code: str = "", state: str = "") -> Response:
    """Back from the issuer's page."""
    context = world_of(request)
    if not context.settings.oidc_issuer:
        raise HTTPException(404, NOT_SET)
    try:
        kept = _resume(request, state)
        identity = campus_login.oidc_identity(context.settings, code[:LONGEST], kept, context.clock())
        return _enter(request, identity, kept["there"], "oidc")
    except SignInRefused as refused:
        return login_page(request, "/", error=str(refused), status=401)


@router.post("/login/oidc/logout")
def oidc_logout(request: Request, logout_token: Annotated[str, Form(max_length=20_000)] = "") -> Response:
    """The issuer says, signed, that a session of its own ended."""
    context = world_of(request)
    if not context.settings.oidc_issuer:
        raise HTTPException(404, NOT_SET)
    try:
        ended = campus_login.oidc_ended(context.settings, logout_token, context.clock())
    except SignInRefused as refused:
        return PlainTextResponse(str(refused), 400)
    if ended:
        context.store.sessions.end_external(ended, now=context.clock())
    return PlainTextResponse("OK")


def _leave(request: Request, address: str, browser: str) -> Response:
    answer = RedirectResponse(address, 303)
    answer.headers["set-cookie"] = set_flow_cookie(browser, secure=request.state.secure)
    return answer


def _resume(request: Request, state: str) -> dict[str, str]:
    context = world_of(request)
    return campus_login.resume(context.store, state[:LONGEST], request.cookies.get(FLOW_COOKIE, ""), context.clock())


def _enter(request: Request, identity: Identity, there: str, method: str) -> Response:
    context = world_of(request)
    user = known_person(context.store, identity.name, request.state.origin, context.clock())
    return enter(request, user, there, method=method, external=identity.external, hint=identity.hint)
