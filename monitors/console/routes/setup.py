"""One-time links: the first administrator, and a person setting a password of their own."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, Response

from monitors.console.rendering import render, world_of
from monitors.console.sign_in_pages import enter
from monitors.people.users import FIRST, SET_PASSWORD, use_first_link, use_password_link
from rules.people import PeopleError
from storage.audit import Actor, acting

router = APIRouter()
ENDED = "这个链接已失效或已经用过。请联系管理员重新发一个；首次安装的，请重新启动服务，使用新打印的链接。"
Words = Annotated[str, Form(max_length=500)]


@router.get("/setup/{token}")
def form(request: Request, token: str) -> HTMLResponse:
    """What the link asks for."""
    return _page(request, token)


def _page(request: Request, token: str, *, error: str = "", **typed: str) -> HTMLResponse:
    context = world_of(request)
    found = context.store.one_time_tokens.look(token, [FIRST, SET_PASSWORD], context.clock())
    if found is None:
        return render(request, "error.html", "链接已失效", status=404, sentence=ENDED)
    first, name = found[0] == FIRST, found[1].get("name", "")
    user = None if first else context.store.users.one(name)
    title = "建立管理员账号" if first else "设置密码"
    given = {"username": name, "display": user.display if user else "", "post": ""} | typed
    status = 422 if error else 200
    return render(request, "setup.html", title, error=error, status=status, first=first, token=token, given=given)


@router.post("/setup/{token}")
def use(
    request: Request,
    token: str,
    username: Words = "",
    display: Words = "",
    post: Words = "",
    password: Words = "",
    again: Words = "",
) -> Response:
    """Does what the link is for, and signs in."""
    context, now = world_of(request), world_of(request).clock()
    found = context.store.one_time_tokens.look(token, [FIRST, SET_PASSWORD], now)
    first = bool(found and found[0] == FIRST)
    typed = {"username": username, "display": display, "post": post} if first else {}
    who = username if first or not found else found[1]["name"]
    try:
        if password != again:
            raise PeopleError("两次填写的密码不一致。")
        with acting(Actor(who.strip().lower()[:64], request.state.origin.address)):
            if first:
                user = use_first_link(context.store, token, username, display, post, password, now)
            else:
                user = use_password_link(context.store, token, password, now)
    except PeopleError as error:
        return _page(request, token, error=str(error), **typed)
    return enter(request, user, "/")
