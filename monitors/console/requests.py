"""What every request must be before the console looks at it: a Host that is one, and HEAD answered as GET without a body."""

from __future__ import annotations

import re
from ipaddress import IPv6Address

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from monitors.console.headers import HEADERS

NAME = re.compile(r"(?:\[([0-9A-Fa-f:.]+)\]|[A-Za-z0-9._-]+)(?::\d{1,5})?")


class Requests:
    """ASGI middleware, the outermost."""

    def __init__(self, app: ASGIApp) -> None:
        """Around the whole console."""
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer it here."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
        elif not valid_host(Headers(scope=scope).get("host", "")):
            refusal = PlainTextResponse("请求里的主机名（Host）写法不对。", 400, headers=HEADERS)
            await refusal(scope, receive, send)
        elif scope["method"] == "HEAD":
            await self.app({**scope, "method": "GET"}, receive, _without_body(send))
        else:
            await self.app(scope, receive, send)


def valid_host(host: str) -> bool:
    """True for a name or address with or without a port; "" is what HTTP/1.0 sends."""
    found = NAME.fullmatch(host)
    if not found or not found[1]:
        return bool(found) or not host
    try:
        IPv6Address(found[1])
    except ValueError:
        return False
    return True


def _without_body(send: Send) -> Send:
    async def head_only(message: Message) -> None:
        if message["type"] == "http.response.body":
            if message.get("more_body"):
                return
            message = {"type": "http.response.body", "body": b""}
        await send(message)

    return head_only
