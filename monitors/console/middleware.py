"""Stands before every route: strict headers, a session or the way to the sign-in, who acts and from where."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_network
from urllib.parse import quote, urlsplit

from fastapi import HTTPException, Request
from fastapi.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from monitors.app_context import AppContext
from monitors.console.access import is_open
from monitors.console.api.errors import failure, is_api
from monitors.console.auth import (
    COOKIE,
    LOOPBACK,
    Session,
    client_address,
    find_session,
    find_token_session,
    is_trusted,
    new_session,
    set_cookie,
    stands_open,
)
from monitors.console.headers import HEADERS
from monitors.console.lost_session import lost_session
from monitors.people.sign_in import Origin
from storage.audit import Actor, acting
from storage.database import StorageError

SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
FORM_PATHS = ("/login", "/setup/", "/i/")
"""Pages with a form for people who are not signed in: they get a cookie to bind it to."""
FROM_OUTSIDE = ("/login/cas", "/login/oidc/logout")
"""Where the campus login itself posts: it has no form of ours, and proves itself by what it knows."""
MOST_BYTES = 64 * 1024
"""The longest form where nobody has to write more than a reason."""
MOST_FIELDS = 20_000
"""A unit's sheet has seven fields an account; the size of the whole is bounded besides."""
WITH_PICTURE = 6 * 2**20
MOST_UPLOADED = {
    "/register/import": 21 * 2**20,
    "/register/": 2**20,
    "/i/": WITH_PICTURE,
    "/inquiries/observe": WITH_PICTURE,
    "/campaigns/": 21 * 2**20,
}
"""Longer ones, by the beginning of the path: a register as a file, its rows corrected by hand, a form with a screenshot, a unit's sheet with
its scan."""


@dataclass
class AuthMiddleware:
    """ASGI middleware: nothing but the open paths is reached without a signed-in person."""

    app: ASGIApp
    context: AppContext

    def __post_init__(self) -> None:
        """Read what the settings say once."""
        settings = self.context.settings
        self.trusted = tuple(ip_network(text) for text in settings.trusted_proxies)
        self.https, self.demo = settings.base_url.startswith("https://"), stands_open(settings)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer it here."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self.app(scope, receive, send)
            return
        request = Request(scope)
        try:
            session, new = await self._session(request)
        except StorageError as error:
            refusal = failure if is_api(request) else _plain_failure
            await refusal(503, str(error))(scope, receive, send)
            return
        state = request.state
        state.session, state.origin, state.secure = session, self._origin(request), self._secure(request)

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                if new and "set-cookie" not in headers:
                    headers.append("set-cookie", set_cookie(session.token, secure=state.secure))
            await send(message)

        answer = self._refusal(request, session)
        if answer is None and not session.user and not is_open(request.url.path):
            answer = await lost_session(Request(scope, receive), MOST_FIELDS)
        with acting(Actor(session.user.name if session.user else "（未登录）", state.origin.address)):
            await (answer or self.app)(scope, receive, guarded)

    async def _session(self, request: Request) -> tuple[Session, bool]:
        context, path = self.context, request.url.path
        if path.startswith("/static/") or path in ("/healthz", "/metrics"):
            return new_session(), False  # a watchdog must be answered while the database is down
        shown = request.headers.get("authorization", "")
        if shown and is_api(request):
            found = await run_in_threadpool(find_token_session, context.store, shown, context.clock())
            return found or new_session(), False
        cookie = request.cookies.get(COOKIE, "")
        known = await run_in_threadpool(find_session, context.store, cookie, context.clock()) if cookie else None
        return (known, False) if known else (new_session(), path.startswith(FORM_PATHS))

    def _origin(self, request: Request) -> Origin:
        peer = request.client.host if request.client else "?"
        address = client_address(peer, ",".join(request.headers.getlist("x-forwarded-for")), self.trusted)
        return Origin(address, request.headers.get("user-agent", "")[:200])

    def _secure(self, request: Request) -> bool:
        peer = request.client.host if request.client else "?"
        told = request.headers.get("x-forwarded-proto", "") if is_trusted(peer, self.trusted) else ""
        return self.https or "https" in (request.url.scheme, told)

    def _refusal(self, request: Request, session: Session) -> Response | None:
        path = request.url.path
        if self.demo and _host(request) not in LOOPBACK:
            return PlainTextResponse("演示模式只接受本机访问。", 421)
        if request.method not in SAFE_METHODS and not _short(request):
            return PlainTextResponse("提交的内容过长。", 413)
        if session.user or is_open(path):
            return None
        if is_api(request):
            return failure(
                401,
                "没有令牌，或令牌不对、已到期、已撤销。请求头应写 Authorization: Bearer 令牌；令牌在“我的账号”页生成。",
            )
        if request.method not in SAFE_METHODS:
            return None  # what was sent is read first: `lost_session`
        if request.headers.get("sec-fetch-site") == "cross-site":
            return _once_more(request)
        there = path + (f"?{request.url.query}" if request.url.query else "")
        return RedirectResponse("/login" if there == "/" else f"/login?next={quote(there, safe='')}", 303)


def _plain_failure(status: int, sentence: str) -> Response:
    return PlainTextResponse(sentence, status, headers=HEADERS)


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
    most = next((n for start, n in MOST_UPLOADED.items() if request.url.path.startswith(start)), MOST_BYTES)
    return length.isdecimal() and int(length) <= most


def safe_path(target: str) -> str:
    """A path of our own to go on to; anything that could lead elsewhere becomes the front page."""
    plain = target.startswith("/") and not target.startswith("//") and "\\" not in target
    if not plain or any(character <= " " or character in "\"'<>" for character in target):
        return "/"
    return target


async def check_form(request: Request) -> None:
    """Dependency of every route: a request that changes something carries its session's form token, or 403."""
    if request.method in SAFE_METHODS or request.url.path in FROM_OUTSIDE:
        return
    token = (await request.form(max_fields=MOST_FIELDS)).get("csrf")
    session: Session = request.state.session
    if not session.check_csrf(token if isinstance(token, str) else ""):
        raise HTTPException(403, "表单已过期或来源不明，请返回上一页刷新后重试。")
