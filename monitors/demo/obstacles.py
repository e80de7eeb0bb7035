"""What stands between a visitor and a website: walls, errors, moves and graves, one small answer each."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from monitors.demo.activity import DemoCampus
from monitors.demo.answer import MARK, DemoRequest, DemoResponse, missing, page, redirect

HUGE = 11 * 1024 * 1024
"""Bytes of the huge page: just past what the crawler reads."""
_FILLER = f"<!-- {MARK} -->".encode() + b"<p>0</p>" * (HUGE // 8)

Obstacle = Callable[[DemoCampus, DemoRequest], DemoResponse | None]
"""What a site answers instead of its content; None lets the content through."""


def _notice(status: int, title: str, text: str) -> Obstacle:
    return lambda campus, ask: page("notice.html", status=status, title=title, text=text)


def _loop(campus: DemoCampus, ask: DemoRequest) -> DemoResponse:
    return redirect("/b" if ask.path.endswith("a") else "/a")


def _splash(campus: DemoCampus, ask: DemoRequest) -> DemoResponse | None:
    """A home page that only leads on."""
    if ask.path != "/":
        return None
    return DemoResponse(
        f'<html><head><title>{MARK}</title><meta http-equiv="refresh" content="0;url=/index.htm"></head>'.encode()
    )


OBSTACLES: Mapping[str, Obstacle] = {
    "missing": lambda campus, ask: missing(),
    "moved": lambda campus, ask: redirect(f"https://zhaosheng.shifan.example{ask.path}", 301),
    "splash": _splash,
    "ruishu": lambda campus, ask: page("ruishu.html", status=202),
    "ruishu412": lambda campus, ask: page("ruishu.html", status=412),
    "waf": _notice(403, "访问被拦截", "您的请求可能存在威胁，已被网站防火墙拦截。事件编号：00000000"),
    "cas": lambda campus, ask: redirect(
        f"https://authserver.shifan.example/authserver/login?service=https://{ask.host}/"
    ),
    "campus_only": _notice(200, "提示", "本站仅限校内访问，请使用校园网或通过VPN访问。"),
    "error": _notice(500, "500 Internal Server Error", "服务器内部错误"),
    "garbage": lambda campus, ask: page("garbage.html"),
    "cut": lambda campus, ask: DemoResponse(b"<html><head><title>", cut=True),
    "huge": lambda campus, ask: DemoResponse(_FILLER, kind="text/html"),
    "loop": _loop,
    "spa": lambda campus, ask: page("spa.html"),
}
"""By the trait of a site. ``slow`` and ``truncated`` are damage to real content, ``robots`` a request: see sites.py."""


def authserver(campus: DemoCampus, ask: DemoRequest) -> DemoResponse:
    """The single sign-on page every closed system leads to."""
    return page("notice.html", title="统一身份认证", text="请输入学工号和密码登录")
