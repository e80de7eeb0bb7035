"""人员: who may sign in, with which roles; only administrators come here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, HTTPException, Request
from fastapi.responses import HTMLResponse, Response

from monitors.app_context import AppContext
from monitors.console.access import person
from monitors.console.formatting import path
from monitors.console.rendering import redirect_after, register_schools, render, world_of
from monitors.people.users import add_user, change_user, disable_user, password_link
from rules.people import PeopleError, Role, RoleGrant, User, check_manager, grants_of
from storage.users import UserRecord

router = APIRouter()
Admin = Annotated[User, Depends(person)]
Words = Annotated[str, Form(max_length=200)]
Codes = Annotated[list[str], Form()]


@router.get("/users")
def listed(request: Request, admin: Admin) -> HTMLResponse:
    """Everybody whom this administrator manages."""
    return _list(request, admin)


def _list(request: Request, admin: User, *, error: str = "", link: str = "", **typed: Any) -> HTMLResponse:
    context = world_of(request)
    given = {"name": "", "display": "", "post": "", "unit": "", "school": "", "role": []} | typed
    return render(
        request,
        "users.html",
        "人员",
        error=error,
        status=422 if error else 200,
        people=[known for known in context.store.users.all() if _manages(admin, known.user)],
        roles=list(Role),
        schools=_schools(context, admin),
        names=register_schools(context),
        given=given,
        link=link,
    )


def _manages(admin: User, target: User) -> bool:
    try:
        check_manager(admin, target.grants)
    except PeopleError:
        return False
    return True


def _schools(context: AppContext, admin: User) -> list[tuple[str, str]]:
    """What the school of a role may be, for this administrator."""
    managed, names = admin.schools({Role.ADMIN}), register_schools(context)
    known = [(code, name) for code, name in names.items() if managed is None or code in managed]
    return [("", "所有学校"), *known] if managed is None else known


@router.post("/users")
def add(
    request: Request,
    admin: Admin,
    name: Words = "",
    display: Words = "",
    post: Words = "",
    school: Words = "",
    unit: Words = "",
    role: Codes = [],  # noqa: B006 (FastAPI makes a new one)
) -> Response:
    """A new person, and the link by which a password is set."""
    context = world_of(request)
    try:
        grants = _grants(context, admin, role, school, unit)
        user = add_user(context.store, name, display, grants, context.clock(), post=post)
    except PeopleError as error:
        typed: dict[str, Any] = {
            "name": name,
            "display": display,
            "post": post,
            "unit": unit,
            "school": school,
            "role": role,
        }
        return _list(request, admin, error=str(error), **typed)
    return _one(request, admin, user.name, link=_link(request, user))


def _grants(context: AppContext, admin: User, roles: list[str], school: str, unit: str) -> tuple[RoleGrant, ...]:
    if school and school not in register_schools(context):
        raise PeopleError("没有这所学校。")
    grants = grants_of(roles, school=school, unit=unit)
    check_manager(admin, grants)
    return grants


def _link(request: Request, user: User) -> str:
    context = world_of(request)
    base = context.settings.base_url.rstrip("/") or str(request.base_url).rstrip("/")
    return f"{base}/setup/{password_link(context.store, user, context.clock())}"


@router.get("/users/{name}")
def one(request: Request, admin: Admin, name: str) -> HTMLResponse:
    """One person."""
    return _one(request, admin, name)


def _known(request: Request, admin: User, name: str) -> UserRecord:
    for known in world_of(request).store.users.all():
        if known.user.name == name and _manages(admin, known.user):
            return known
    raise HTTPException(404, "没有这个账号，或它不归您管理。")


def _one(
    request: Request, admin: User, name: str, *, error: str = "", link: str = "", typed: dict[str, Any] | None = None
) -> HTMLResponse:
    context, known = world_of(request), _known(request, admin, name)
    user = known.user
    kept = [str(n) for n, _ in enumerate(user.grants)]
    given = {"display": user.display, "post": user.post, "keep": kept, "role": [], "school": "", "unit": ""}
    return render(
        request,
        "user.html",
        known.user.display,
        error=error,
        status=422 if error else 200,
        known=known,
        user=user,
        given=given | (typed or {}),
        roles=list(Role),
        schools=_schools(context, admin),
        names=register_schools(context),
        sessions=context.store.sessions.of(name, context.clock()),
        link=link,
    )


@router.post("/users/{name}")
def change(
    request: Request,
    admin: Admin,
    name: str,
    display: Words = "",
    post: Words = "",
    keep: Codes = [],  # noqa: B006
    role: Codes = [],  # noqa: B006
    school: Words = "",
    unit: Words = "",
) -> Response:
    """Another name, post or set of roles: ``keep`` are the grants that stay, ``role`` those that come."""
    context, user = world_of(request), _known(request, admin, name).user
    try:
        kept = [grant for n, grant in enumerate(user.grants) if str(n) in keep]
        new = _grants(context, admin, role, school, unit) if role else ()
        change_user(context.store, name, context.clock(), display=display, post=post, grants=(*kept, *new))
    except PeopleError as error:
        typed = {"display": display, "post": post, "keep": keep, "role": role, "school": school, "unit": unit}
        return _one(request, admin, name, error=str(error), typed=typed)
    return redirect_after(f"/users/{path(name)}", "user_changed")


ACTIONS: dict[str, tuple[str, Callable[[AppContext, str], Any]]] = {
    "disable": ("user_disabled", lambda context, name: disable_user(context.store, name, context.clock())),
    "enable": (
        "user_enabled",
        lambda context, name: disable_user(context.store, name, context.clock(), disabled=False),
    ),
    "sign-out": ("signed_out", lambda context, name: context.store.sessions.end(name, now=context.clock())),
    "totp-off": ("totp_off", lambda context, name: context.store.users.set_totp(name, "", now=context.clock())),
}
"""What an administrator does to somebody's account: the sentence afterwards, and the doing."""


@router.post("/users/{name}/{action}")
def act(request: Request, admin: Admin, name: str, action: str) -> Response:
    """Disable, enable, sign out everywhere, take the one-time codes away, or make a link."""
    user = _known(request, admin, name).user
    if action == "link":
        return _one(request, admin, name, link=_link(request, user))
    if action not in ACTIONS:
        raise HTTPException(404, "没有这项操作。")
    done, do = ACTIONS[action]
    try:
        do(world_of(request), name)
    except PeopleError as error:
        return _one(request, admin, name, error=str(error))
    return redirect_after(f"/users/{path(name)}", done)
