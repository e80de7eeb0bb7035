"""我的账号: the signed-in person's roles, password, one-time codes and signed-in browsers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

import pyotp
import segno
from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, Response
from markupsafe import Markup

from monitors.console.access import person
from monitors.console.auth import set_cookie
from monitors.console.rendering import redirect_after, render, school_names, world_of
from monitors.people.api_tokens import MOST_DAYS, USUAL_DAYS, make_token, revoke_token
from monitors.people.passwords import matches
from monitors.people.sign_in import code_is_right, open_session
from monitors.people.users import set_password
from rules.lockout import subjects
from rules.people import PeopleError, Scope, User

router = APIRouter()
Me = Annotated[User, Depends(person)]
Words = Annotated[str, Form(max_length=500)]
ISSUER = "校媒巡检"


@router.get("/me")
def my_account(request: Request, user: Me) -> HTMLResponse:
    """The page."""
    return _page(request, user)


def _page(
    request: Request,
    user: User,
    *,
    error: str = "",
    secret: str = "",
    new_secret: str = "",
    typed: Mapping[str, str] | None = None,
) -> HTMLResponse:
    context = world_of(request)
    known = context.store.users.credentials(user.name)
    offered = secret or pyotp.random_base32()
    return render(
        request,
        "me.html",
        "我的账号",
        error=error,
        status=422 if error else 200,
        user=user,
        has_password=bool(known and known.password),
        has_totp=bool(known and known.totp_secret),
        secret=offered,
        otpauth=(otpauth := pyotp.TOTP(offered).provisioning_uri(name=user.name, issuer_name=ISSUER)),
        qr_code=qr_code(otpauth),
        sessions=context.store.sessions.of(user.name, context.clock()),
        mine=request.state.session.record.token,
        names=school_names(context),
        tokens=context.store.api_tokens.of(user.name),
        scopes=list(Scope),
        usual_days=USUAL_DAYS,
        most_days=MOST_DAYS,
        new_secret=new_secret,
        typed=typed or {},
    )


@router.post("/me/password")
def change_password(request: Request, user: Me, old: Words = "", password: Words = "", again: Words = "") -> Response:
    """A new password: the old one is asked for, every other browser is signed out."""
    context = world_of(request)
    try:
        _prove(request, user, old)
        if password != again:
            raise PeopleError("两次填写的新密码不一致。")
        set_password(context.store, user.name, password, context.clock())
    except PeopleError as error:
        return _page(request, user, error=str(error))
    answer = redirect_after("/me", "password_changed")
    token = open_session(context.store, user, request.state.origin, context.clock())
    answer.headers["set-cookie"] = set_cookie(token, secure=request.state.secure)
    return answer


@router.post("/me/sessions")
def end_sessions(request: Request, user: Me, token: Words = "") -> Response:
    """Sign out one other browser, or all the others."""
    context, mine = world_of(request), request.state.session.record.token
    context.store.sessions.end(user.name, now=context.clock(), token=token, keep=mine)
    return redirect_after("/me", "signed_out")


@router.post("/me/totp")
def begin_totp(request: Request, user: Me, secret: Words = "", code: Words = "", old: Words = "") -> Response:
    """Keep the secret once a code made from it arrives."""
    context = world_of(request)
    try:
        _prove(request, user, old)
        if not (len(secret) == 32 and secret.isalnum() and code_is_right(secret, code, context.clock())):
            raise PeopleError("动态口令不正确。请确认手机时间准确，并填写当前显示的 6 位数字。")
    except PeopleError as error:
        return _page(request, user, error=str(error), secret=secret if len(secret) == 32 and secret.isalnum() else "")
    context.store.users.set_totp(user.name, secret, now=context.clock())
    return redirect_after("/me", "totp_on")


@router.post("/me/totp/off")
def end_totp(request: Request, user: Me, old: Words = "") -> Response:
    """Sign in with the password alone again."""
    try:
        _prove(request, user, old)
    except PeopleError as error:
        return _page(request, user, error=str(error))
    world_of(request).store.users.set_totp(user.name, "", now=world_of(request).clock())
    return redirect_after("/me", "totp_off")


@router.post("/me/tokens")
def new_token(
    request: Request,
    user: Me,
    label: Words = "",
    days: Annotated[int, Form(ge=0, le=10_000)] = USUAL_DAYS,
    scope: Annotated[list[str] | None, Form(max_length=20)] = None,
) -> Response:
    """A token for a program; its secret stands on the page this once."""
    context = world_of(request)
    try:
        _, secret = make_token(context.store, user, label, scope or (), days, context.clock())
    except PeopleError as error:
        return _page(request, user, error=str(error), typed={"label": label[:60]})
    return _page(request, user, new_secret=secret)


@router.post("/me/tokens/{token_id}/revoke")
def end_token(request: Request, user: Me, token_id: str) -> Response:
    """A token of one's own ends at once."""
    try:
        revoke_token(world_of(request).store, token_id, world_of(request).clock(), user=user.name)
    except PeopleError as error:
        return _page(request, user, error=str(error))
    return redirect_after("/me", "token_revoked")


def qr_code(text: str) -> Markup:
    """A QR code as inline SVG, black on white whatever the page looks like."""
    return Markup(segno.make(text, error="m").svg_inline(border=4, light="#fff", omitsize=True))  # noqa: S704 (made of squares)


def _prove(request: Request, user: User, password: str) -> None:
    """The person's present password, guessed no more often than at the door. Raises PeopleError."""
    context, counted = world_of(request), subjects(user.name, request.state.origin.address)
    now = context.clock()
    if context.store.sign_in_failures.locked_until(counted, now):
        raise PeopleError("密码错误次数过多，请稍后再试。")
    known = context.store.users.credentials(user.name)
    if known is None or not known.password:
        raise PeopleError("您使用统一身份认证登录，没有本系统的密码。")
    if not matches(known.password, password):
        context.store.sign_in_failures.count(counted, now)
        raise PeopleError("当前密码不正确。")
