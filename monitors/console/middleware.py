"""Stands before every route: strict headers, a session or the way to the login, the form token, the role."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote, urlsplit

from fastapi import HTTPException, Request
from starlette.datastructures import MutableHeaders
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from monitors.console.auth import COOKIE, DEMO_USER, LOOPBACK, SESSION_SECONDS, Authenticator, ConsoleRole, Session

OPEN_PATHS = ("/login", "/healthz", "/metrics")
OPEN_FOLDER = "/static/"
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
MOST_BYTES = 64 * 1024
"""The longest form; nobody has to write more than a reason."""
HEADERS = {
    "content-security-policy": "default-src 'none'; style-src 'self'; img-src 'self'; frame-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "cache-control": "no-store",
}
"""A page may set its own value for any of them; nothing leaves without them."""


class AuthMiddleware:
    """ASGI middleware: nothing but the open paths is reached without a session."""

    def __init__(self, app: ASGIApp, door: Authenticator, https: bool = False) -> None:
        """``https``: cookies are marked Secure even where a proxy speaks plain HTTP to us."""
        self.app, self.door, self.https = app, door, https

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer it here."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self.app(scope, receive, send)
            return
        request = Request(scope)
        session, new = self._session(request)
        request.state.session, request.state.door = session, self.door

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                if new and "set-cookie" not in headers:
                    headers.append("set-cookie", self.cookie(request, session))
            await send(message)

        answer = self._refusal(request, session)
        await (answer or self.app)(scope, receive, guarded)

    def cookie(self, request: Request, session: Session) -> str:
        """The Set-Cookie line of a session."""
        return set_cookie(self.door, session, secure=self.https or request.url.scheme == "https")

    def _session(self, request: Request) -> tuple[Session, bool]:
        known = self.door.read(request.cookies.get(COOKIE, ""))
        if known and (known.user or not self.door.demo):
            return known, False
        if self.door.demo and _host(request) in LOOPBACK:
            return self.door.issue(DEMO_USER), True
        return known or self.door.issue(), request.url.path == "/login"

    def _refusal(self, request: Request, session: Session) -> Response | None:
        path = request.url.path
        if self.door.demo and _host(request) not in LOOPBACK:
            return PlainTextResponse("演示模式只接受本机访问。", 421)
        if request.method not in SAFE_METHODS and not _short(request):
            return PlainTextResponse("提交的内容过长。", 413)
        if session.user or path in OPEN_PATHS or path.startswith(OPEN_FOLDER):
            return None
        if request.method not in SAFE_METHODS:
            return PlainTextResponse("登录已失效，请重新登录。", 401)
        if request.headers.get("sec-fetch-site") == "cross-site":
            return _once_more(request)
        there = path + (f"?{request.url.query}" if request.url.query else "")
        return RedirectResponse("/login" if there == "/" else f"/login?next={quote(there, safe='')}", 303)


def _once_more(request: Request) -> Response:
    """A link in a mail is a cross-site visit, on which a Strict cookie stays home: ask again from our own page."""
    there = quote(request.url.path, safe="/:=%") + (
        "?" + quote(request.url.query, safe="=&%") if request.url.query else ""
    )
    page = '<!doctype html><html lang="zh-CN"><meta charset="utf-8"><meta http-equiv="refresh" content="0;url={0}">'
    return HTMLResponse((page + '<title>校媒巡检</title><p><a href="{0}">继续打开</a></p>').format(safe_path(there)))


def _host(request: Request) -> str:
    return urlsplit(f"//{request.headers.get('host', '')}").hostname or ""


def _short(request: Request) -> bool:
    length = request.headers.get("content-length", "")
    return length.isdecimal() and int(length) <= MOST_BYTES


def set_cookie(door: Authenticator, session: Session, *, secure: bool) -> str:
    """HttpOnly and Strict always, Secure where the connection is."""
    line = f"{COOKIE}={door.write(session)}; Path=/; Max-Age={SESSION_SECONDS}; HttpOnly; SameSite=Strict"
    return f"{line}; Secure" if secure else line


def safe_path(target: str) -> str:
    """A path of our own to go on to; anything that could lead elsewhere becomes the front page."""
    plain = target.startswith("/") and not target.startswith("//") and "\\" not in target
    if not plain or any(character <= " " or character in "\"'<>" for character in target):
        return "/"
    return target


async def check_form(request: Request) -> None:
    """Dependency of every route: a request that changes something carries its session's form token, or 403."""
    if request.method in SAFE_METHODS:
        return
    token = (await request.form()).get("csrf")
    if not request.state.door.check_csrf(request.state.session, token if isinstance(token, str) else ""):
        raise HTTPException(403, "表单已过期或来源不明，请返回上一页刷新后重试。")


def require(role: ConsoleRole) -> Callable[[Request], str]:
    """Dependency: who is acting, provided the role allows it; 403 otherwise."""

    def who(request: Request) -> str:
        session: Session = request.state.session
        if not session.may(role):
            raise HTTPException(403, f"这项操作需要“{role.label}”权限。")
        return session.user

    return who
