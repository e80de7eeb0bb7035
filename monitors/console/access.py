"""Who may reach which page: the one table of routes and roles, and what of a school or unit a person may see."""

from __future__ import annotations

from fastapi import HTTPException, Request

from rules.people import OFFICE, Role, User, View

Roles = frozenset[Role] | None
OPEN: frozenset[Role] = frozenset()
"""Reached without signing in."""
SIGNED_IN: Roles = None
"""Reached by whoever is signed in."""

EDITOR, SIGNER, IT, UNIT, ADMIN = (
    frozenset({role}) for role in (Role.EDITOR, Role.SIGNER, Role.IT, Role.UNIT, Role.ADMIN)
)
WORKERS = EDITOR | SIGNER

ACCESS: dict[tuple[str, str], Roles] = {
    ("GET", "/login"): OPEN,
    ("POST", "/login"): OPEN,
    ("GET", "/login/cas"): OPEN,
    ("POST", "/login/cas"): OPEN,
    ("GET", "/login/oidc"): OPEN,
    ("GET", "/login/oidc/return"): OPEN,
    ("POST", "/login/oidc/logout"): OPEN,
    ("GET", "/setup/{token}"): OPEN,
    ("POST", "/setup/{token}"): OPEN,
    ("GET", "/i/{token}"): OPEN,
    ("POST", "/i/{token}"): OPEN,
    ("GET", "/healthz"): OPEN,
    ("GET", "/metrics"): OPEN,
    ("POST", "/logout"): SIGNED_IN,
    ("GET", "/"): SIGNED_IN,
    ("GET", "/me"): SIGNED_IN,
    ("POST", "/me/password"): SIGNED_IN,
    ("POST", "/me/sessions"): SIGNED_IN,
    ("POST", "/me/totp"): SIGNED_IN,
    ("POST", "/me/totp/off"): SIGNED_IN,
    ("GET", "/unit"): UNIT,
    ("GET", "/help"): SIGNED_IN,
    ("GET", "/help/{topic}"): SIGNED_IN,
    ("GET", "/accounts"): OFFICE | UNIT,
    ("GET", "/register/template"): OFFICE,
    ("GET", "/register/export"): OFFICE | UNIT,
    ("GET", "/register/list"): OFFICE | UNIT,
    ("GET", "/register/new"): EDITOR,
    ("POST", "/register/new"): EDITOR,
    ("GET", "/register/filings/{school}/{filing:path}"): EDITOR,
    ("POST", "/register/filings/{school}/{filing:path}"): EDITOR,
    ("POST", "/register/filings/{school}/{filing:path}/retire"): EDITOR,
    ("GET", "/register/import"): EDITOR,
    ("POST", "/register/import"): EDITOR,
    ("GET", "/register/import/{upload}"): EDITOR,
    ("GET", "/register/import/{upload}/marked"): EDITOR,
    ("GET", "/register/import/{upload}/changes"): EDITOR,
    ("POST", "/register/import/{upload}/columns"): EDITOR,
    ("POST", "/register/import/{upload}/rows"): EDITOR,
    ("POST", "/register/import/{upload}/carry-out"): EDITOR,
    ("POST", "/register/import/{upload}/cancel"): EDITOR,
    ("POST", "/register/bulk/unit"): EDITOR,
    ("POST", "/register/bulk/look"): EDITOR | IT,
    ("GET", "/accounts/{key:path}"): OFFICE | UNIT,
    ("POST", "/accounts/{key:path}/proof"): EDITOR | IT | UNIT,
    ("GET", "/cases"): OFFICE | UNIT,
    ("GET", "/cases/{number:path}"): OFFICE | UNIT,
    ("GET", "/cases/batches"): WORKERS,
    ("POST", "/cases/batches"): WORKERS,
    ("POST", "/cases/several"): WORKERS,
    ("POST", "/cases/{number:path}/approve"): SIGNER,
    ("POST", "/cases/{number:path}/propose"): WORKERS,
    ("POST", "/cases/{number:path}/undo"): WORKERS,
    ("POST", "/cases/{number:path}/appeal"): EDITOR | UNIT,
    ("POST", "/cases/{number:path}/decide"): WORKERS,
    ("POST", "/cases/{number:path}/exempt"): SIGNER,
    ("POST", "/cases/{number:path}/deliver"): EDITOR,
    ("POST", "/cases/{number:path}/{ending}"): WORKERS,
    ("GET", "/inquiries"): OFFICE | UNIT,
    ("POST", "/inquiries/ask"): EDITOR,
    ("POST", "/inquiries/observe"): EDITOR,
    ("POST", "/inquiries/confirm"): EDITOR,
    ("POST", "/inquiries/{number}/close"): EDITOR,
    ("POST", "/inquiries/{number}/end"): EDITOR,
    ("GET", "/campaigns"): OFFICE | UNIT,
    ("GET", "/campaigns/new"): EDITOR,
    ("POST", "/campaigns/new"): EDITOR,
    ("GET", "/campaigns/{code}"): OFFICE | UNIT,
    ("POST", "/campaigns/{code}/remind"): WORKERS,
    ("POST", "/campaigns/{code}/close"): WORKERS,
    ("POST", "/campaigns/{code}/publish"): WORKERS,
    ("GET", "/campaigns/{code}/sheet"): OFFICE | UNIT,
    ("GET", "/campaigns/{code}/sheet.xlsx"): OFFICE | UNIT,
    ("POST", "/campaigns/{code}/sheet"): WORKERS | UNIT,
    ("POST", "/campaigns/{code}/upload"): WORKERS | UNIT,
    ("POST", "/campaigns/{code}/confirm"): UNIT,
    ("POST", "/campaigns/{code}/sealed"): WORKERS | UNIT,
    ("GET", "/campaigns/{code}/sealed/{evidence:path}"): OFFICE | UNIT,
    ("POST", "/campaigns/{code}/decide"): WORKERS,
    ("POST", "/campaigns/{code}/settle"): WORKERS,
    ("GET", "/public/{school}"): OPEN,
    ("GET", "/suspects"): OFFICE,
    ("POST", "/suspects/decide"): EDITOR,
    ("POST", "/suspects/undo"): EDITOR,
    ("POST", "/suspects/step"): EDITOR,
    ("GET", "/suspects/package"): EDITOR,
    ("GET", "/scan"): OFFICE,
    ("POST", "/scan"): WORKERS | IT,
    ("POST", "/scan/suspects"): EDITOR,
    ("GET", "/scan/{scan_id}"): OFFICE,
    ("GET", "/scan/{scan_id}/events"): OFFICE,
    ("POST", "/scan/{scan_id}/case"): WORKERS,
    ("GET", "/scan/{run}/{file}"): OFFICE,
    ("GET", "/notices"): OFFICE,
    ("GET", "/notices/sign"): WORKERS,
    ("POST", "/notices/sign"): SIGNER,
    ("POST", "/notices/sign/defer"): WORKERS,
    ("POST", "/notices/sign/resume"): WORKERS,
    ("GET", "/notices/hand-over"): WORKERS,
    ("GET", "/notices/hand-over/print"): WORKERS,
    ("POST", "/notices/hand-over/printed"): EDITOR,
    ("POST", "/notices/hand-over"): EDITOR,
    ("POST", "/notices/{notice_id:path}/stop"): WORKERS,
    ("POST", "/notices/{notice_id:path}/edit"): WORKERS,
    ("GET", "/survey"): OFFICE,
    ("POST", "/survey/close"): WORKERS,
    ("POST", "/survey/dismiss"): WORKERS,
    ("GET", "/notices/{notice_id:path}.docx"): OFFICE | UNIT,
    ("GET", "/notices/{notice_id:path}.body"): OFFICE | UNIT,
    ("GET", "/notices/{notice_id:path}.html"): OFFICE | UNIT,
    ("POST", "/notices/{notice_id:path}/resend"): EDITOR | IT,
    ("GET", "/digest"): OFFICE,
    ("GET", "/digest/{day}"): OFFICE,
    ("GET", "/digest/{day}/body"): OFFICE,
    ("GET", "/evidence/{evidence:path}"): OFFICE | UNIT,
    ("GET", "/evidence/{evidence:path}/source"): OFFICE,
    ("GET", "/evidence/{evidence:path}/image"): OFFICE | UNIT,
    ("GET", "/evidence/{evidence:path}/picture"): OFFICE | UNIT,
    ("GET", "/evidence/{evidence:path}/file"): OFFICE,
    ("GET", "/policies"): OFFICE | UNIT,
    ("GET", "/policies/{code}"): OFFICE | UNIT,
    ("GET", "/operations"): OFFICE,
    ("GET", "/operations/checkup"): IT,
    ("POST", "/operations/sweep"): IT,
    ("POST", "/operations/jobs/{job}"): IT,
    ("POST", "/operations/platforms/{platform}"): IT,
    ("GET", "/users"): ADMIN,
    ("POST", "/users"): ADMIN,
    ("GET", "/users/{name}"): ADMIN,
    ("POST", "/users/{name}"): ADMIN,
    ("POST", "/users/{name}/{action}"): ADMIN,
    ("POST", "/me/tokens"): SIGNED_IN,
    ("POST", "/me/tokens/{token_id}/revoke"): SIGNED_IN,
    ("GET", "/api/openapi.json"): SIGNED_IN,
    ("GET", "/api/v1/accounts"): OFFICE | UNIT,
    ("GET", "/api/v1/cases"): OFFICE | UNIT,
    ("GET", "/api/v1/suspects"): OFFICE,
    ("GET", "/api/v1/notices"): OFFICE,
    ("GET", "/api/v1/coverage"): OFFICE,
    ("GET", "/audit"): ADMIN,
    ("GET", "/audit/export"): ADMIN,
}
"""(method, path of the route) → the roles that reach it, held for any school; what is shown is narrowed by `visible` and
`require_school`. HEAD counts as GET. A route that is not here opens to nobody."""

OPEN_PATHS = frozenset(path for (_, path), roles in ACCESS.items() if roles == OPEN and "{" not in path)
OPEN_FOLDERS = ("/static/", "/setup/", "/i/", "/public/")


def is_open(path: str) -> bool:
    """True for an address that is reached without signing in."""
    return path in OPEN_PATHS or path.startswith(OPEN_FOLDERS)


def allowed(method: str, route: str, user: User | None) -> bool:
    """True where this person, or nobody in particular, may reach the route."""
    if (method, route) not in ACCESS:
        return False
    roles = ACCESS[method, route]
    if roles == OPEN:
        return True
    return user is not None and not user.disabled and (roles is None or user.may(roles))


async def check_access(request: Request) -> None:
    """Dependency of every route: 403 where the table does not let this person in."""
    method = "GET" if request.method == "HEAD" else request.method
    route = request.scope["route"].path
    if not allowed(method, route, request.state.session.user):
        raise HTTPException(403, _sentence(method, route))


def _sentence(method: str, route: str) -> str:
    roles = ACCESS.get((method, route)) or ()
    names = "、".join(f"“{role.label}”" for role in Role if role in roles)
    return f"{'这项操作' if method == 'POST' else '这个页面'}需要{names}角色。如工作需要，请联系管理员。"


def person(request: Request) -> User:
    """Dependency: who acts. `check_access` ran before."""
    user: User | None = request.state.session.user
    if user is None:
        raise HTTPException(401, "登录已失效，请重新登录。")
    return user


def require_role(request: Request, school: str) -> User:
    """Who acts, provided that a role which opens this route is held for this school; 403 otherwise."""
    user = person(request)
    method = "GET" if request.method == "HEAD" else request.method
    roles = ACCESS[method, request.scope["route"].path]
    if roles and not user.may(roles, school):
        raise HTTPException(403, f"您没有这所学校的相应角色。{_sentence(method, request.scope['route'].path)}")
    return user


def view_of(request: Request) -> View:
    """What the person behind a request may see."""
    view: View = request.state.session.view
    return view
